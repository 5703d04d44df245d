// All pages of a kind, or of a region of the body. The most urgent first, then by name; by nothing else.
import type { BodyRegion, Condition, Symptom } from "stride-kb";
import { h } from "../dom";
import { isKind, wordsFor } from "../kinds";
import { cards, type Card } from "../parts/cards";
import type { Pocket, View } from "../pocket";
import type { Route } from "../routes";
import { notHere } from "./not_here";

export async function ofKind(pocket: Pocket, { place }: Route): Promise<View> {
    if (!isKind(place)) return notHere();
    const { many, about } = wordsFor(place);
    const rows = await pocket.store.list(place);
    return {
        title: many,
        content: [
            h("h1", { id: "title" }, many),
            h("p", { class: "lead" }, `${about}.`),
            cards(rows as Card[], pocket) ?? h("p", {}, "There are none yet."),
        ],
    };
}

export async function ofRegion(pocket: Pocket, { name }: Route): Promise<View> {
    const title = pocket.labels.of("BodyRegion", name);
    const rows = (await withRegions(pocket)).filter((page) => page.body_regions?.includes(name as BodyRegion));
    if (!title || !rows.length) return notHere();
    const part = (kind: string): Card[] => rows.filter((row) => row.kind === kind) as Card[];
    const groups = [...new Set(rows.map((row) => row.kind as string))].map((kind) => [
        h("h2", {}, wordsFor(kind).many),
        cards(part(kind), pocket),
    ]);
    return {
        title,
        content: [
            h("h1", { id: "title" }, title),
            h("p", { class: "lead" }, "The most urgent first. The order says nothing about how likely anything is."),
            groups,
        ],
    };
}

/** All pages that belong to regions of the body. */
export async function withRegions({ store }: Pocket): Promise<(Condition | Symptom)[]> {
    return [...(await store.list("condition")), ...(await store.list("symptom"))];
}
