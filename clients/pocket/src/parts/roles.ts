// What a condition says of a treatment or an exercise. What helps and what can harm never stand in one list.
import { h, type Child } from "../dom";
import type { Pocket } from "../pocket";

export interface InRole {
    role: string;
}

const HELPS = ["recommended", "option", "specialist"];
const CAREFUL = "caution";

/** What may help, under its roles. */
export function helping<T extends InRole>(links: readonly T[], pocket: Pocket, row: (link: T) => Child): Child {
    const groups = HELPS.map((role) => group(role, links, pocket, row));
    return groups.some(Boolean) && groups;
}

/** What to be careful with and what to avoid. A role that we do not know stands here, too. */
export function harming<T extends InRole>(links: readonly T[], pocket: Pocket, row: (link: T) => Child): Child {
    const others = new Set(links.map((link) => link.role).filter((role) => !HELPS.includes(role) && role !== CAREFUL));
    const groups = [CAREFUL, ...others].map((role) => group(role, links, pocket, row));
    return careful(groups.some(Boolean) && groups);
}

/** The frame around whatever can harm. */
export function careful(content: Child): Child {
    return content && h("div", { class: "careful" }, content);
}

export function mayHelp(link: InRole): boolean {
    return HELPS.includes(link.role);
}

function group<T extends InRole>(
    role: string,
    links: readonly T[],
    { labels }: Pocket,
    row: (link: T) => Child,
): Child {
    const found = links.filter((link) => link.role === role);
    if (!found.length) return null;
    const title = labels.of("TreatmentRole", role) || "Ask a professional first";
    return h(
        "div",
        { class: `role ${role}` },
        h("h3", {}, title),
        h(
            "ul",
            { class: "links" },
            found.map((one) => h("li", {}, row(one))),
        ),
    );
}
