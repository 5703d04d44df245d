// Sources have numbers on a page: a statement shows the numbers, the end of the page says what they stand for.
import type { SourceCard } from "stride-kb";
import { h, type Child } from "../dom";
import { toDocument } from "../routes";

export class References {
    private readonly cards = new Map<string, SourceCard>();

    /** All sources that stand anywhere in a document, those of the document itself first. */
    constructor(document: object) {
        this.collect(document);
    }

    /** The numbers of a statement, each a way to its source. */
    of(statement: { sources?: SourceCard[] }): Child {
        const ids = [...this.cards.keys()];
        const links = (statement.sources ?? []).map((card) => {
            const number = ids.indexOf(card.id) + 1;
            return h("a", { href: toDocument(card), "aria-label": `Source ${number}: ${card.name}` }, number);
        });
        return links.length > 0 && h("span", { class: "refs" }, links);
    }

    list(): Child {
        const items = [...this.cards.values()].map((card) =>
            h("li", {}, h("a", { href: toDocument(card) }, card.name)),
        );
        return items.length > 0 && h("ol", { class: "sources" }, items);
    }

    private collect(part: unknown): void {
        if (Array.isArray(part)) for (const one of part) this.collect(one);
        else if (part && typeof part === "object") {
            const { sources, ...rest } = part as { sources?: SourceCard[] };
            for (const card of Array.isArray(sources) ? sources : [])
                this.cards.set(card.id, this.cards.get(card.id) ?? card);
            for (const one of Object.values(rest)) this.collect(one);
        }
    }
}
