// Where a reader gets help: the route of their own region, which they choose once.
import type { ContactRoute, Store } from "stride-kb";
import type { Level } from "./urgency";

export const EVERYWHERE = "default";

const LEVEL_OF_ACTION: Record<string, Level> = {
    get_emergency_help: "emergency",
    get_urgent_check: "urgent",
    book_appointment: "routine",
    care_for_yourself: "self_care",
};

export class Contacts {
    readonly route: ContactRoute | null;
    readonly isChosen: boolean; // not so: the route is everybody's, and pages say that

    constructor(
        readonly all: readonly ContactRoute[],
        region: string,
    ) {
        const chosen = all.find((route) => route.region === region);
        this.route = chosen ?? all.find((route) => route.region === EVERYWHERE) ?? null;
        this.isChosen = Boolean(chosen);
    }

    static async of(store: Store, region: string): Promise<Contacts> {
        return new Contacts(await store.list("contact_route"), region);
    }

    /** What to do, in the words of the region; an action that we do not know keeps the words of the page. */
    action(code: string, ofThePage: string): string {
        const level = LEVEL_OF_ACTION[code];
        return (level && this.route?.[level]) || ofThePage;
    }
}
