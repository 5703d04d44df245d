// What every view is given, and what it gives back.
import type { ApiIndex, Store } from "stride-kb";
import type { Contacts } from "./contacts";
import type { Child } from "./dom";
import type { Labels } from "./labels";
import type { Settings } from "./settings";
import type { Syncing } from "./syncing";

export interface Pocket {
    store: Store;
    settings: Settings;
    labels: Labels;
    about: ApiIndex | null;
    contacts: Contacts;
    syncing: Syncing;
    /** Shows the present page anew, as it now is, where the reader stands. */
    refresh: () => Promise<void>;
}

export interface View {
    title: string;
    content: Child[]; // its h1 among them
}
