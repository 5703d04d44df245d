// When to get help: the warning signs of a page. They come first, whole, and in the words of the reader's region.
import type { HelpGroup, RedFlagCard, WhenToGetHelp } from "stride-kb";
import { EVERYWHERE } from "../contacts";
import { h, type Child } from "../dom";
import { wordsFor } from "../kinds";
import type { Pocket } from "../pocket";
import { toDocument, toPlace } from "../routes";
import { levelOf, LEVELS } from "../urgency";
import { urgencyMark } from "./marks";

interface Advice {
    kind: string;
    urgency?: string;
    urgency_text?: string;
    when_to_get_help?: WhenToGetHelp;
}

/** Nothing for kinds that advise nobody, such as a source. */
export function whenToGetHelp(document: Advice, pocket: Pocket): Child {
    const groups = groupsOf(document);
    if (!groups.length) return wordsFor(document.kind).isAdvice && missing(pocket);
    return h(
        "section",
        { class: "help", "aria-labelledby": "section-help" },
        h("h2", { id: "section-help", tabindex: -1 }, "When to get help"),
        groups.map((group) => helpGroup(group, pocket)),
        document.urgency && otherwise(document.urgency, document.urgency_text ?? "", pocket),
        whichContacts(pocket),
    );
}

export function helpGroup(group: HelpGroup, pocket: Pocket): HTMLElement {
    const level = levelOf(group.urgency);
    const label = pocket.labels.of("RedFlagUrgency", group.urgency) || pocket.labels.of("RedFlagUrgency", level);
    return h(
        "div",
        { class: `group ${level}` },
        h("h3", {}, label || "Get help now"),
        h("p", { class: "do" }, withNumber(pocket.contacts.action(group.action_code, group.action))),
        h("ul", {}, group.red_flags.map(redFlag)),
    );
}

function redFlag(flag: RedFlagCard): HTMLElement {
    return h(
        "li",
        {},
        h("a", { class: "sign", href: toDocument(flag) }, flag.name),
        h("p", {}, flag.text),
        flag.action && h("p", { class: "action" }, flag.action),
        flag.why && h("p", { class: "why" }, flag.why),
    );
}

/** Groups that hold something, also such as only a later version knows; the most urgent first. */
function groupsOf(document: Advice): HelpGroup[] {
    const groups = Object.values(document.when_to_get_help ?? {}) as (HelpGroup | null | undefined)[];
    const rank = (group: HelpGroup): number => LEVELS.indexOf(levelOf(group.urgency));
    return groups
        .filter((group) => group != null)
        .filter((group) => group.red_flags?.length)
        .sort((a, b) => rank(a) - rank(b));
}

function otherwise(urgency: string, text: string, pocket: Pocket): HTMLElement {
    return h(
        "div",
        { class: "otherwise" },
        h("h3", {}, "If none of these fits you"),
        urgencyMark(urgency, pocket),
        h("p", {}, text),
    );
}

/** An emergency number can be called with a tap. */
export function withNumber(words: string): Child[] {
    const [, before, number, after] = /^(.*\bcall )(\d{3,5})\b(.*)$/i.exec(words) ?? [];
    return number ? [before, h("a", { href: `tel:${number}` }, number), after] : [words];
}

/** Whose contacts these are, and how to change that. */
export function whichContacts({ contacts }: Pocket): HTMLElement {
    const change = h("a", { href: toPlace("settings") }, contacts.isChosen ? "Change" : "Choose your region");
    const isForAll = !contacts.isChosen || contacts.route?.region === EVERYWHERE;
    const whose = isForAll
        ? "These contacts are for everywhere, with no numbers of your region."
        : `These contacts are for: ${contacts.route?.name}.`;
    return h("p", { class: "whose" }, whose, " ", change);
}

function missing(pocket: Pocket): HTMLElement {
    return h(
        "section",
        { class: "help", "aria-labelledby": "section-help" },
        h("h2", { id: "section-help", tabindex: -1 }, "When to get help"),
        h(
            "div",
            { class: "group emergency missing" },
            h("h3", {}, "The warning signs of this page are missing"),
            h("p", {}, "Do not rely on this page. If you are worried, or get worse, get help:"),
            h(
                "p",
                { class: "do" },
                withNumber(pocket.contacts.action("get_emergency_help", "Call your local emergency number")),
            ),
            h("p", {}, h("a", { href: toPlace("help") }, "All warning signs")),
        ),
        whichContacts(pocket),
    );
}
