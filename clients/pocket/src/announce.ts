// What is said to somebody who is reading, with their eyes or with a screen reader, without taking the page from them.
import type { Store, Warning } from "stride-kb";
import { byId, h } from "./dom";
import { parse, toDocument } from "./routes";

const MOST_AT_ONCE = 2;

/** In passing: a screen reader says it when it has finished. */
export function say(words: string): void {
    byId("said").textContent = words;
}

/** Safety notices that are new since the start: at once, and until the reader closes them. */
export class SafetyAlerts {
    private readonly said = new Set<string>();

    /** What a copy is opened with is shown on its pages; only what arrives later interrupts. */
    constructor(store: Store | null) {
        for (const warning of store?.warnings.values() ?? []) this.said.add(key(warning));
        byId("alert-close").addEventListener("click", () => this.close());
    }

    show(warnings: readonly Warning[]): void {
        const fresh = warnings.filter((warning) => !this.said.has(key(warning)));
        for (const warning of fresh) this.said.add(key(warning));
        const shown = new Map(presentFirst(fresh).map((warning) => [warning.summary || warning.name, warning]));
        if (!shown.size) return;
        byId("alert-words").replaceChildren(...[...shown.values()].slice(0, MOST_AT_ONCE).flatMap(told));
        byId("alert").hidden = false;
    }

    private close(): void {
        byId("alert").hidden = true;
        byId("alert-words").replaceChildren();
        byId("main").focus({ preventScroll: true });
    }
}

function told(warning: Warning): (Node | string)[] {
    const link = h("a", { href: toDocument(warning) }, warning.name);
    return [h("strong", {}, "Safety notice. "), `${warning.summary} `, "See: ", link, " "];
}

function presentFirst(warnings: readonly Warning[]): Warning[] {
    const { place, name } = parse(location.hash);
    const isPresent = (one: Warning): boolean => one.kind === place && (one.slug === name || one.id === name);
    return [...warnings].sort((one, other) => Number(isPresent(other)) - Number(isPresent(one)));
}

function key(warning: Warning): string {
    return `${warning.id} ${warning.at}`;
}
