// Safety notices on the pages that they are about.
import type { AnyDocument, Gone, Warning } from "stride-kb";
import { day } from "../dates";
import { h, type Child } from "../dom";
import type { Pocket } from "../pocket";
import { toDocument } from "../routes";

/** At the top of a page whose words have changed, or should have by now. */
export function safetyNotice(document: AnyDocument, { store }: Pocket): Child {
    const warning = store.warnings.get(document.id);
    if (warning) return notice("Safety notice", [warning.summary, olderWords(warning)]);
    const change = document.last_change;
    if (change?.severity !== "safety") return null;
    return notice(`Changed for safety on ${day(change.at)}`, [change.summary]);
}

/** In the place of a page that is hidden or gone: why, and where to go instead. Never its words. */
export function instead(found: Gone | Warning, pocket: Pocket): Child[] {
    const isWarning = "action" in found;
    const code = isWarning ? found.action : found.reason;
    const label = pocket.labels.of(isWarning ? "NoticeAction" : "TombstoneReason", code) || "Withdrawn";
    const isUnsafe = code === "safety" || code === "withdrawn_for_safety";
    const next = found.replacedBy;
    return [
        h("h1", { id: "title" }, found.name || "This page is no longer here"),
        h(
            "div",
            { class: "notice" },
            h("h2", {}, label),
            isWarning && found.summary && h("p", {}, found.summary),
            isUnsafe && h("p", {}, "Do not follow what this page said, also where you have saved or printed it."),
        ),
        next?.slug &&
            h(
                "p",
                {},
                "Read this instead: ",
                h("a", { href: toDocument({ kind: next.kind, slug: next.slug }) }, next.name ?? next.slug),
            ),
    ];
}

function olderWords({ because, id, name }: Warning): string {
    const about = because.id === id ? "" : `This page shows “${because.name || name}”. `;
    return `${about}Below are the older words. They will be replaced when you connect.`;
}

function notice(title: string, lines: string[]): HTMLElement {
    return h(
        "div",
        { class: "notice" },
        h("h2", {}, title),
        lines.filter(Boolean).map((line) => h("p", {}, line)),
    );
}
