// Sections that several kinds have.
import type { AnyDocument, Condition, EvidenceStatement, ExerciseLink, Statement } from "stride-kb";
import { h, type Child } from "../dom";
import { wordsFor } from "../kinds";
import { cards, names } from "../parts/cards";
import { facts } from "../parts/marks";
import { careful, harming, helping, type InRole } from "../parts/roles";
import { statements } from "../parts/statements";
import { toDocument } from "../routes";
import { byUrgency } from "../urgency";
import { list, type Given, type Section } from "./section";

export function evidence(
    document: { evidence?: EvidenceStatement[] },
    { pocket: { labels }, references }: Given,
): Section {
    const grade = ({ level, certainty }: EvidenceStatement): Child =>
        facts(
            ["Rests on", level === "not_stated" ? "" : labels.of("EvidenceLevel", level).toLowerCase()],
            ["Certainty", certainty === "not_graded" ? "" : labels.of("Certainty", certainty).toLowerCase()],
        );
    return { name: "evidence", title: "What studies say", content: [statements(document.evidence, references, grade)] };
}

export function cautions(document: { cautions?: Statement[] }, { references }: Given): Section {
    const rows = statements(document.cautions, references);
    return { name: "careful", title: "Take care", content: [careful(rows)] };
}

export function exercises(document: { exercises?: ExerciseLink[] }): Section {
    const rows = list(document.exercises).map((link) =>
        h(
            "li",
            {},
            h("a", { class: "go", href: toDocument(link.exercise) }, link.exercise.name),
            link.note && h("p", { class: "note" }, link.note),
        ),
    );
    return { name: "exercises", title: "Exercises", content: [rows.length > 0 && h("ul", { class: "links" }, rows)] };
}

interface Use extends InRole {
    note: string;
    condition: Condition;
}

/** The other way round: which conditions name this treatment or exercise, and as what. */
export async function usedFor({ id }: { id: string }, { pocket }: Given): Promise<Section> {
    const showing = await pocket.store.showing(id);
    const conditions = byUrgency(showing.filter(({ kind }) => kind === "condition") as Condition[]);
    const uses = conditions.flatMap((condition) => usesIn(condition, id));
    const row = (use: Use): Child => [
        h("a", { class: "go", href: toDocument(use.condition) }, use.condition.name),
        use.note && h("p", { class: "note" }, use.note),
    ];
    const [helps, harms] = [helping(uses, pocket, row), harming(uses, pocket, row)];
    const title = helps ? (harms ? "Used for, and where it can harm" : "Used for") : "Where it can harm";
    return { name: "used", title, content: [helps, harms] };
}

function usesIn(condition: Condition, id: string): Use[] {
    const treatments = list(condition.treatments).filter((link) => link.treatment.id === id);
    const exercises = list(condition.exercises).filter((link) => link.exercise.id === id);
    return [...treatments, ...exercises].map(({ role, note }) => ({ role, note, condition }));
}

/** Where else this is shown; the most urgent first, and not the likeliest, which nobody knows. */
export async function shownOn(
    document: AnyDocument,
    { pocket }: Given,
    { title = "Shown on", kinds = [] as string[], except = [] as string[] } = {},
): Promise<Section> {
    const showing = byUrgency(await pocket.store.showing(document.id));
    const wanted = showing.filter((one) => (kinds.length ? kinds.includes(one.kind) : !except.includes(one.kind)));
    const groups = Map.groupBy(wanted, (one) => one.kind as string);
    const isMixed = groups.size > 1;
    const content = [...groups].map(([kind, rows]) => [
        isMixed && h("h3", {}, wordsFor(kind).many),
        kinds.length ? cards(rows, pocket) : names(rows),
    ]);
    return { name: "shown", title, content: content.length ? content : [] };
}
