// A condition: what it is, what helps, what can harm.
import type { Condition, ConditionExerciseLink, Exercise, SymptomLink, TreatmentLink } from "stride-kb";
import { h, type Child } from "../dom";
import { markdown } from "../markdown";
import { dose, stopRules } from "../parts/exercise";
import { facts } from "../parts/marks";
import { careful, harming, helping, mayHelp } from "../parts/roles";
import { statements, titled } from "../parts/statements";
import { toDocument, toPlace } from "../routes";
import { evidence } from "./shared";
import { list, type Given, type Section } from "./section";

export async function condition(document: Condition, given: Given): Promise<Section[]> {
    const { pocket, references } = given;
    const exercises = await exercisesOf(document, given);
    return [
        { name: "what", title: "What it is", content: whatItIs(document, given) },
        { name: "symptoms", title: "Symptoms", content: [symptoms(document, given)] },
        {
            name: "helps",
            title: "What helps",
            content: [helping(list(document.treatments), pocket, (link) => treatmentRow(link, given))],
        },
        {
            name: "careful",
            title: "What to be careful with",
            content: [
                careful(titled("Take care", statements(document.cautions, references))),
                harming(list(document.treatments), pocket, (link) => treatmentRow(link, given)),
            ],
        },
        {
            name: "exercises",
            title: "Exercises",
            content: [
                helping(list(document.exercises), pocket, (link) => exerciseRow(link, exercises, given)),
                harming(list(document.exercises), pocket, (link) => exerciseRow(link, exercises, given)),
            ],
        },
        { name: "prevention", title: "Prevention", content: [prevention(document, given)] },
        { name: "outlook", title: "Why it happens, and what to expect", content: why(document, given) },
        evidence(document, given),
    ];
}

function whatItIs(document: Condition, { pocket: { labels }, references }: Given): Child[] {
    const regions = list(document.body_regions).filter((region) => labels.of("BodyRegion", region));
    return [
        markdown(document.overview),
        facts(
            [
                "Also called",
                list(document.synonyms).length > 0 && [document.synonyms.join(", "), note(document.synonym_note)],
            ],
            ["Tissue", labels.of("Tissue", document.tissue)],
            [
                "Where",
                commas(
                    regions.map((region) =>
                        h("a", { href: toPlace("region", region) }, labels.of("BodyRegion", region)),
                    ),
                ),
            ],
            [
                "Parts of the body",
                commas(
                    list(document.body_structures).map((link) =>
                        h("a", { href: toDocument(link.body_structure) }, link.body_structure.name),
                    ),
                ),
            ],
        ),
        titled("Whom it affects", statements(document.affects, references)),
        titled(
            "In figures",
            statements(document.figures, references, (figure) => note(figure.note)),
        ),
    ];
}

function symptoms(document: Condition, { pocket: { labels }, references }: Given): Child {
    const row = (link: SymptomLink): Child => [
        h("a", { class: "go", href: toDocument(link.symptom) }, link.symptom.name),
        note(link.note),
        h("span", { class: "basis" }, labels.of("Typicality", link.typicality), references.of(link)),
    ];
    const rows = list(document.symptoms).map((link) => h("li", {}, row(link)));
    return rows.length > 0 && h("ul", { class: "links" }, rows);
}

function treatmentRow(link: TreatmentLink, { pocket: { labels }, references }: Given): Child {
    const level = link.evidence_level === "not_stated" ? "" : labels.of("EvidenceLevel", link.evidence_level);
    return [
        h("a", { class: "go", href: toDocument(link.treatment) }, link.treatment.name),
        note(link.note),
        h("span", { class: "basis" }, level && `Rests on: ${level.toLowerCase()}`, references.of(link)),
    ];
}

/** How much, only where the exercise may help: a dose beside “avoid” would be an invitation. */
function exerciseRow(link: ConditionExerciseLink, exercises: Map<string, Exercise>, { references }: Given): Child {
    const exercise = exercises.get(link.exercise.id);
    return [
        h("a", { class: "go", href: toDocument(link.exercise) }, link.exercise.name),
        note(link.note),
        exercise && mayHelp(link) && [dose(exercise), stopRules(exercise, references)],
        h("span", { class: "basis" }, references.of(link)),
    ];
}

async function exercisesOf(document: Condition, { pocket: { store } }: Given): Promise<Map<string, Exercise>> {
    const ids = list(document.exercises).map((link) => link.exercise.id);
    const found = await Promise.all(ids.map((id) => store.get("exercise", id)));
    return new Map(found.filter((one) => one !== null).map((one) => [one.id, one]));
}

function prevention(document: Condition, { references }: Given): Child {
    const rows = list(document.prevention_strategies).map((link) =>
        h(
            "li",
            {},
            h("a", { class: "go", href: toDocument(link.prevention_strategy) }, link.prevention_strategy.name),
            note(link.note),
            h("span", { class: "basis" }, references.of(link)),
        ),
    );
    return rows.length > 0 && h("ul", { class: "links" }, rows);
}

function why(document: Condition, { references }: Given): Child[] {
    return [
        titled("Causes", statements(document.causes, references)),
        titled("What makes it more likely", statements(document.risk_factors, references)),
        titled("What to expect", statements(document.outlook, references)),
        titled(
            "What it can lead to",
            statements(
                document.complications,
                references,
                ({ leads_to: next }) => next && [" ", h("a", { href: toDocument(next) }, next.name)],
            ),
        ),
    ];
}

function note(text: string | undefined): Child {
    return text && h("p", { class: "note" }, text);
}

function commas(links: Child[]): Child[] {
    return links.flatMap((link, index) => (index ? [", ", link] : [link]));
}
