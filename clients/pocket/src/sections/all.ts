// Which sections a page of each kind has.
import type { AnyDocument, DocumentOf, Kind } from "stride-kb";
import { isKind } from "../kinds";
import { markdown } from "../markdown";
import { exercise, guide, prevention, question, symptom, treatment } from "./advice";
import { condition } from "./condition";
import { bodyStructure, contactRoute, disclaimer, provider, redFlag, source } from "./reference";
import type { Given, Section } from "./section";

const SECTIONS: { [K in Kind]: (document: DocumentOf[K], given: Given) => Promise<Section[]> } = {
    condition,
    symptom,
    treatment,
    exercise,
    prevention_strategy: prevention,
    guide,
    question,
    red_flag: redFlag,
    body_structure: bodyStructure,
    provider,
    source,
    disclaimer,
    contact_route: contactRoute,
};

export async function sectionsOf(document: AnyDocument, given: Given): Promise<Section[]> {
    if (!isKind(document.kind)) return laterKind(document);
    // The table pairs each kind with its type, which the compiler cannot follow through a text.
    const make = SECTIONS[document.kind] as (document: AnyDocument, given: Given) => Promise<Section[]>;
    return make(document, given);
}

/** A kind that only a later version knows: its longest texts, so that it is at least readable. */
function laterKind(document: object): Section[] {
    const texts = ["body", "text", "description", "overview", "how", "answer"].map(
        (field) => (document as Record<string, unknown>)[field],
    );
    return [{ name: "text", title: "Text", content: texts.filter((text) => typeof text === "string").map(markdown) }];
}
