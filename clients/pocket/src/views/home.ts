// The first page: by region of the body, and by kind.
import type { BodyRegion, Kind } from "stride-kb";
import { day } from "../dates";
import { h, type Child } from "../dom";
import { KINDS } from "../kinds";
import type { Pocket, View } from "../pocket";
import { toPlace } from "../routes";
import { withRegions } from "./lists";

const FIRST: Kind[] = ["condition", "symptom", "treatment", "exercise", "prevention_strategy", "question", "guide"];
const ALSO: Kind[] = ["body_structure", "provider", "source"];

export async function home(pocket: Pocket): Promise<View> {
    const [regions, first, also] = await Promise.all([byRegion(pocket), byKind(FIRST, pocket), byKind(ALSO, pocket)]);
    return {
        title: "Stride KB",
        content: [
            h("h1", { id: "title" }, "Running injuries, explained"),
            h("p", { class: "lead" }, "For reading, with or without a network. It is not a diagnosis."),
            h(
                "a",
                { class: "worried", href: toPlace("help") },
                h("strong", {}, "Worried right now?"),
                h("span", {}, "See the warning signs, and where to get help."),
            ),
            h("section", { "aria-labelledby": "regions" }, h("h2", { id: "regions" }, "By part of the body"), regions),
            h("section", { "aria-labelledby": "kinds" }, h("h2", { id: "kinds" }, "By kind"), first),
            h("section", { "aria-labelledby": "more" }, h("h2", { id: "more" }, "Behind the pages"), also),
            foot(pocket),
        ],
    };
}

async function byRegion(pocket: Pocket): Promise<Child> {
    const pages = await withRegions(pocket);
    const tiles = pocket.labels.values("BodyRegion").map((region) => {
        const count = pages.filter((page) => page.body_regions?.includes(region as BodyRegion)).length;
        const words = count === 1 ? "1 page" : `${count} pages`;
        return count > 0 && h("li", {}, tile(toPlace("region", region), pocket.labels.of("BodyRegion", region), words));
    });
    return h("ul", { class: "tiles" }, tiles);
}

async function byKind(kinds: Kind[], { store }: Pocket): Promise<Child> {
    const counts = await Promise.all(kinds.map(async (kind) => (await store.list(kind)).length));
    const tiles = kinds.map((kind, index) => {
        const count = counts[index] ?? 0;
        return count > 0 && h("li", {}, tile(toPlace(kind), KINDS[kind].many, `${count}`, KINDS[kind].about));
    });
    return h("ul", { class: "tiles wide" }, tiles);
}

function tile(href: string, name: string, count: string, about = ""): HTMLElement {
    return h(
        "a",
        { class: "tile", href },
        h("span", { class: "name" }, name),
        h("span", { class: "count" }, count),
        about && h("span", { class: "summary" }, about),
    );
}

function foot({ store, syncing }: Pocket): HTMLElement {
    const { syncedAt } = store.state;
    const checked = syncedAt ? `Last checked ${day(syncedAt.toISOString())}.` : "";
    const offline = syncing.isOffline ? " There is no network now; you read the copy on this device." : "";
    return h("p", { class: "quiet" }, `${checked}${offline} `, h("a", { href: toPlace("about") }, "About this app"));
}
