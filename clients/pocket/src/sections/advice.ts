// Symptoms, treatments, exercises, prevention, guides and questions.
import type { Exercise, Guide, PreventionStrategy, Question, Symptom, Treatment } from "stride-kb";
import { h, type Child } from "../dom";
import { markdown } from "../markdown";
import { names } from "../parts/cards";
import { dose, stopRules } from "../parts/exercise";
import { facts } from "../parts/marks";
import { statements, titled } from "../parts/statements";
import { toPlace } from "../routes";
import { cautions, evidence, exercises, shownOn, usedFor } from "./shared";
import { list, type Given, type Section } from "./section";

export async function symptom(document: Symptom, given: Given): Promise<Section[]> {
    const { labels } = given.pocket;
    const regions = list(document.body_regions).filter((region) => labels.of("BodyRegion", region));
    const links = regions.flatMap((region, index) => [
        index > 0 && ", ",
        h("a", { href: toPlace("region", region) }, labels.of("BodyRegion", region)),
    ]);
    const conditions = await shownOn(document, given, { title: "Conditions that can have it", kinds: ["condition"] });
    const order = h(
        "p",
        { class: "quiet" },
        "The most urgent first. The order says nothing about how likely each one is.",
    );
    return [
        {
            name: "what",
            title: "What it may mean",
            content: [
                markdown(document.what_it_may_mean),
                facts(["Also called", list(document.synonyms).join(", ")], ["Where", links]),
            ],
        },
        { name: "do", title: "What to do", content: [markdown(document.what_to_do)] },
        { ...conditions, content: conditions.content.length ? [order, ...conditions.content] : [] },
        await shownOn(document, given, { except: ["condition"] }).then((section) => ({ ...section, name: "others" })),
    ];
}

export async function treatment(document: Treatment, given: Given): Promise<Section[]> {
    const { labels } = given.pocket;
    return [
        cautions(document, given),
        {
            name: "how",
            title: "How it is done",
            content: [
                markdown(document.how),
                markdown(document.no_dose_reason),
                titled("Whom it is for", list(markdown(document.who_for)).length > 0 && markdown(document.who_for)),
                facts(
                    ["Kind", labels.of("TreatmentCategory", document.category)],
                    ["Where", labels.of("Setting", document.setting)],
                    ["Tried", document.line === "not_stated" ? "" : labels.of("Line", document.line).toLowerCase()],
                    ["Part of", document.group === "none" ? "" : labels.of("TreatmentGroup", document.group)],
                    ["Also called", list(document.synonyms).join(", ")],
                ),
            ],
        },
        await usedFor(document, given),
        exercises(document),
        evidence(document, given),
        await shownOn(document, given, { except: ["condition"] }),
    ];
}

export async function exercise(document: Exercise, given: Given): Promise<Section[]> {
    const { labels } = given.pocket;
    return [
        cautions(document, given),
        { name: "stop", title: "When to stop", content: [stopRules(document, given.references)].map(withoutTitle) },
        {
            name: "how",
            title: "How it is done",
            content: [
                markdown(document.how),
                titled("How much", dose(document)),
                facts(["For", labels.of("ExercisePurpose", document.purpose)]),
                titled("It works on", names(document.body_structures)),
            ],
        },
        await usedFor(document, given),
        evidence(document, given),
        await shownOn(document, given, { except: ["condition"] }),
    ];
}

export async function prevention(document: PreventionStrategy, given: Given): Promise<Section[]> {
    const caution = (row: { caution: string }): Child => row.caution && h("p", { class: "note" }, row.caution);
    return [
        cautions(document, given),
        {
            name: "how",
            title: "How it is done",
            content: [
                markdown(document.how),
                titled("What it may do", document.benefit && markdown(document.benefit)),
                titled("What is not known", document.evidence_gap && markdown(document.evidence_gap)),
                titled("Ways to do it", statements(document.activities, given.references, caution)),
                facts(
                    ["Kind", given.pocket.labels.of("PreventionCategory", document.category)],
                    ["Also called", list(document.synonyms).join(", ")],
                ),
            ],
        },
        exercises(document),
        evidence(document, given),
        await shownOn(document, given, { title: "Named for" }),
    ];
}

export async function guide(document: Guide, given: Given): Promise<Section[]> {
    return [{ name: "text", title: "The guide", content: [markdown(document.body)] }, cautions(document, given)];
}

export async function question(document: Question, given: Given): Promise<Section[]> {
    return [{ name: "answer", title: "Answer", content: [markdown(document.answer)] }, cautions(document, given)];
}

/** Where the section itself is called so. */
function withoutTitle(part: Child): Child {
    if (part instanceof HTMLElement) part.querySelector("h3")?.remove();
    return part;
}
