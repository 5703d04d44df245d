// Addresses: `#/condition/hip-impingement`, `#/condition`, `#/region/groin`, `#/search`. What was searched for is not in
// them: an address stays in the history of the browser.

export interface Route {
    place: string; // a page of the app's own, or a kind
    name: string; // a slug, or a value such as a body region; "" for the whole place
    section: string; // of an article
}

export function parse(hash: string): Route {
    const [place = "", name = "", section = ""] = hash.replace(/^#\/?/, "").split("/").map(decoded);
    return { place: place.replaceAll("-", "_"), name, section };
}

export function toPlace(place: string, name = "", section = ""): string {
    const parts = [place.replaceAll("_", "-"), name, section].filter(Boolean);
    return `#/${parts.map(encodeURIComponent).join("/")}`;
}

export function toDocument(card: { kind: string; slug: string }, section = ""): string {
    return toPlace(card.kind, card.slug, section);
}

export function isSamePage(one: Route | null, other: Route): boolean {
    return one?.place === other.place && one.name === other.name;
}

function decoded(part: string): string {
    try {
        return decodeURIComponent(part);
    } catch {
        return part;
    }
}
