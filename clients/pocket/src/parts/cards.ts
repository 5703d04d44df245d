// Ways to other pages: each a row that can be tapped as a whole.
import { h, type Child } from "../dom";
import { wordsFor } from "../kinds";
import type { Pocket } from "../pocket";
import { toDocument } from "../routes";
import { urgencyMark } from "./marks";

export interface Card {
    kind: string;
    slug: string;
    name: string;
    summary?: string;
    urgency?: string | null;
}

/** `isMixed`: of several kinds, so each says its own. */
export function cards(rows: readonly Card[], pocket: Pocket, { isMixed = false } = {}): Child {
    if (!rows.length) return null;
    return h(
        "ul",
        { class: "cards" },
        rows.map((row) => h("li", {}, card(row, pocket, isMixed))),
    );
}

function card(row: Card, pocket: Pocket, isMixed: boolean): HTMLElement {
    return h(
        "a",
        { class: "card", href: toDocument(row) },
        h("span", { class: "name" }, row.name),
        isMixed && h("span", { class: "kind" }, wordsFor(row.kind).one),
        urgencyMark(row.urgency, pocket, { isShort: true }),
        row.summary && h("span", { class: "summary" }, row.summary),
    );
}

/** Just the names, where a page has told the rest. */
export function names(rows: readonly Card[] | undefined): Child {
    if (!rows?.length) return null;
    return h(
        "ul",
        { class: "names" },
        rows.map((row) => h("li", {}, h("a", { href: toDocument(row) }, row.name))),
    );
}
