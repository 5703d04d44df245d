// Lists of sentences, each with its sources.
import type { SourceCard } from "stride-kb";
import { h, type Child } from "../dom";
import type { References } from "./references";

interface Sentence {
    text: string;
    sources?: SourceCard[];
}

/** `more`: what else belongs to a sentence. */
export function statements<T extends Sentence>(
    rows: T[] | undefined,
    references: References,
    more?: (row: T) => Child,
): Child {
    if (!rows?.length) return null;
    return h(
        "ul",
        { class: "plain" },
        rows.map((row) => h("li", {}, row.text, " ", references.of(row), more?.(row))),
    );
}

export function titled(title: string, content: Child): Child {
    return content && [h("h3", {}, title), content];
}
