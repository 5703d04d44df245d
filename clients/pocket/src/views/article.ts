// A page of the copy, in the order that a worried reader needs: warning signs, whom to trust, then the rest.
import type { AnyDocument, DisclaimerCard, EntryCard, Kind } from "stride-kb";
import { h, type Child } from "../dom";
import { wordsFor } from "../kinds";
import { markdown } from "../markdown";
import { names } from "../parts/cards";
import { whenToGetHelp } from "../parts/help";
import { References } from "../parts/references";
import { report } from "../parts/report";
import { instead, safetyNotice } from "../parts/safety";
import { inShort, status } from "../parts/status";
import type { Pocket, View } from "../pocket";
import { toDocument, toPlace, type Route } from "../routes";
import { sectionsOf } from "../sections/all";
import { isFilled, type Section } from "../sections/section";
import { notHere } from "./not_here";

const ENOUGH_FOR_CONTENTS = 3;

export async function article(pocket: Pocket, { place, name }: Route): Promise<View> {
    const kind = place as Kind; // a kind of a later version is kept as well
    const document = await pocket.store.get(kind, name);
    return document ? shown(document, pocket) : hiddenOrGone(pocket, kind, name);
}

async function shown(document: AnyDocument, pocket: Pocket): Promise<View> {
    const references = new References(document);
    const ofKind = (await sectionsOf(document, { pocket, references })).filter(isFilled);
    const sections = [...ofKind, ...ending(document, references)];
    return {
        title: document.name,
        content: [
            h(
                "article",
                {},
                h(
                    "p",
                    { class: "eyebrow" },
                    h("a", { href: toPlace(document.kind) }, wordsFor(document.kind).many),
                    inShort(document),
                ),
                h("h1", { id: "title" }, document.name),
                safetyNotice(document, pocket),
                opening(document, sections, pocket),
                summary(document, sections),
                status(document, pocket),
                contents(document, sections),
                sections.map(section),
                report(pocket, document.name),
            ),
        ],
    };
}

/** The warning signs; the page of a warning sign begins with the sign itself. */
function opening(document: AnyDocument, sections: Section[], pocket: Pocket): Child {
    if (document.kind === "red_flag") return sections.splice(0, 1).map(section);
    return whenToGetHelp(document as Parameters<typeof whenToGetHelp>[0], pocket);
}

/** A provider's summary repeats what it says of itself, which stands in a frame further down. */
function summary(document: AnyDocument, sections: Section[]): Child {
    if (!("summary" in document) || sections.some(({ name }) => name === "contact")) return null;
    return document.summary && h("div", { class: "lead" }, markdown(document.summary));
}

function ending(document: AnyDocument, references: References): Section[] {
    const { disclaimers = [], related = [] } = document as { disclaimers?: DisclaimerCard[]; related?: EntryCard[] };
    const notes = disclaimers.map((card) =>
        h("p", {}, h("strong", {}, h("a", { href: toDocument(card) }, card.name)), " ", card.text),
    );
    const all = [
        { name: "related", title: "Read on", content: [names(related)] },
        { name: "sources", title: "Sources", content: [references.list()] },
        { name: "disclaimers", title: "Please note", content: document.kind === "provider" ? [] : notes },
    ];
    return all.filter(isFilled);
}

function contents(document: AnyDocument, sections: Section[]): Child {
    if (sections.length < ENOUGH_FOR_CONTENTS) return null;
    const links = sections.map(({ name, title }) => h("li", {}, h("a", { href: toDocument(document, name) }, title)));
    return h(
        "nav",
        { class: "contents", id: "section-contents", tabindex: -1, "aria-label": "On this page" },
        h("p", {}, "On this page"),
        h("ul", {}, links),
    );
}

function section({ name, title, content }: Section): HTMLElement {
    const id = `section-${name}`;
    return h("section", { "data-section": name, "aria-labelledby": id }, h("h2", { id, tabindex: -1 }, title), content);
}

async function hiddenOrGone(pocket: Pocket, kind: Kind, name: string): Promise<View> {
    const warnings = [...pocket.store.warnings.values()];
    const warning = warnings.find((one) => one.isHidden && one.kind === kind && [one.slug, one.id].includes(name));
    const found = warning ?? (await pocket.store.gone(kind, name));
    return found ? { title: found.name || "Withdrawn", content: instead(found, pocket) } : notHere();
}
