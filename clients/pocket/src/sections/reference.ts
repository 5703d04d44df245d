// Kinds that advise nobody: what advice is made of.
import type { BodyStructure, ContactRoute, Disclaimer, Provider, RedFlag, Source } from "stride-kb";
import { day } from "../dates";
import { h, type Child } from "../dom";
import { markdown, outside } from "../markdown";
import { names } from "../parts/cards";
import { withNumber } from "../parts/help";
import { facts } from "../parts/marks";
import { levelOf } from "../urgency";
import { shownOn } from "./shared";
import { list, type Given, type Section } from "./section";

export async function redFlag(document: RedFlag, given: Given): Promise<Section[]> {
    const { labels, contacts } = given.pocket;
    const level = levelOf(document.urgency);
    const label = labels.of("RedFlagUrgency", document.urgency) || labels.of("RedFlagUrgency", level);
    const help = h(
        "div",
        { class: `group ${level}` },
        h("h3", {}, label),
        h(
            "p",
            { class: "do" },
            withNumber(contacts.action(document.action_code, labels.of("ActionCode", document.action_code))),
        ),
        h("p", {}, document.text),
        h("p", { class: "action" }, document.action),
        document.why && h("p", { class: "why" }, document.why),
    );
    return [{ name: "sign", title: "What it means", content: [help] }, await shownOn(document, given)];
}

export async function bodyStructure(document: BodyStructure, given: Given): Promise<Section[]> {
    return [
        {
            name: "what",
            title: "What it is",
            content: [
                markdown(document.description),
                facts(
                    ["Kind", given.pocket.labels.of("StructureCategory", document.category)],
                    ["Also called", list(document.synonyms).join(", ")],
                ),
            ],
        },
        { name: "parts", title: "Its parts", content: [names(document.parts)] },
        await shownOn(document, given),
    ];
}

/** What a provider says of itself stands apart, with our own word on it beside. */
export async function provider(document: Provider, { pocket: { labels } }: Given): Promise<Section[]> {
    const own = document.claims_are_its_own !== false;
    const ours = list(document.disclaimers).map((card) => h("p", {}, h("strong", {}, `${card.name}. `), card.text));
    const claim = h(
        "div",
        { class: "claim" },
        own && h("h3", {}, "The provider says of itself"),
        h("blockquote", {}, markdown(document.about), markdown(document.call_to_action)),
        ours.length > 0 && h("div", { class: "ours" }, h("h3", {}, "What we say"), ours),
    );
    return [
        { name: "about", title: "About this provider", content: [claim] },
        {
            name: "contact",
            title: "Facts and contact",
            content: [
                facts(
                    ["Kind", labels.of("ProviderCategory", document.category)],
                    ["Offers", list(document.services).join(", ")],
                    ["Place", [document.locality, document.region, document.country].filter(Boolean).join(", ")],
                    ["Web", /^https:/i.test(document.url ?? "") && outside(document.url, document.url)],
                    [
                        "Phone",
                        document.phone &&
                            h("a", { href: `tel:${document.phone.replace(/[^+\d]/g, "")}` }, document.phone),
                    ],
                    ["Mail", document.email && h("a", { href: `mailto:${document.email}` }, document.email)],
                ),
            ],
        },
    ];
}

export async function source(document: Source, given: Given): Promise<Section[]> {
    const { labels } = given.pocket;
    const pubmed = (id: string): Child =>
        id && outside(`https://pubmed.ncbi.nlm.nih.gov/${encodeURIComponent(id)}/`, id);
    return [
        {
            name: "what",
            title: "What it is",
            content: [
                facts(
                    ["Authors", document.authors],
                    ["Published by", document.publisher],
                    ["In", [document.journal, document.year, document.citation].filter(Boolean).join(", ")],
                    ["DOI", document.doi && outside(`https://doi.org/${encodeURI(document.doi)}`, document.doi)],
                    ["PubMed", pubmed(document.pmid)],
                    ["Web", /^https:/i.test(document.url ?? "") && outside(document.url, document.url)],
                    ["Kind", labels.of("SourceType", document.source_type)],
                    ["Weight", labels.of("SourceAuthority", document.authority)],
                    ["We have", labels.of("SourceCheck", document.checked).toLowerCase()],
                    ["Last looked at", document.last_reviewed_on && day(document.last_reviewed_on)],
                ),
                markdown(document.note),
            ],
        },
        await shownOn(document, given, { title: "What rests on it" }),
    ];
}

export async function disclaimer(document: Disclaimer, given: Given): Promise<Section[]> {
    return [
        { name: "text", title: "What it says", content: [h("p", {}, document.text)] },
        await shownOn(document, given),
    ];
}

export async function contactRoute(document: ContactRoute): Promise<Section[]> {
    const rows: [string, Child][] = [
        ["Emergency", withNumber(document.emergency)],
        ["Urgent", document.urgent],
        ["Routine", document.routine],
        ["Self-care", document.self_care],
    ];
    return [{ name: "what", title: "Where to get help", content: [facts(...rows)] }];
}
