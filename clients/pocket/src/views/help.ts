// One tap from everywhere: where to get help, and the warning signs that stand on every page.
import type { HelpGroup, RedFlag } from "stride-kb";
import { h, type Child } from "../dom";
import { helpGroup, whichContacts } from "../parts/help";
import type { Pocket, View } from "../pocket";
import { toPlace } from "../routes";
import { levelOf, LEVELS } from "../urgency";

export async function help(pocket: Pocket): Promise<View> {
    const signs = await pocket.store.list("red_flag", { where: (flag) => flag.is_global });
    const groups = LEVELS.map((level) => groupOf(level, signs)).filter((group) => group !== null);
    return {
        title: "When to get help",
        content: [
            h("h1", { id: "title" }, "When to get help"),
            h(
                "section",
                { class: "help", "aria-labelledby": "signs" },
                h("h2", { id: "signs" }, "If one of these signs fits you"),
                groups.map((group) => helpGroup(group, pocket)),
                whichContacts(pocket),
            ),
            selfCare(pocket),
            h(
                "p",
                {},
                "Each page adds the signs of its own subject. ",
                h("a", { href: toPlace("red_flag") }, "All warning signs"),
            ),
        ],
    };
}

function groupOf(level: string, signs: RedFlag[]): HelpGroup | null {
    const [first, ...others] = signs.filter((sign) => levelOf(sign.urgency) === level);
    if (!first) return null;
    const cards = [first, ...others].map((sign) => ({ ...sign, is_reviewed: sign.review?.status === "reviewed" }));
    return { urgency: first.urgency, action_code: first.action_code, action: "", red_flags: cards };
}

/** What is left when no sign fits: the two calmer routes. */
function selfCare({ contacts: { route }, labels }: Pocket): Child {
    if (!route) return null;
    const rows = (["routine", "self_care"] as const).map(
        (level) => route[level] && [h("dt", {}, labels.of("Urgency", level)), h("dd", {}, route[level])],
    );
    return h(
        "section",
        { "aria-labelledby": "else" },
        h("h2", { id: "else" }, "If none of these fits you"),
        h("dl", { class: "routes" }, rows),
    );
}
