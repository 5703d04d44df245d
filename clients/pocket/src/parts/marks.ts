// Small marks. Words carry the meaning; colour only helps.
import { h, type Child } from "../dom";
import type { Pocket } from "../pocket";
import { levelOf } from "../urgency";

/** Nothing where a kind has no urgency; a value that we do not know looks like the most urgent. */
export function urgencyMark(urgency: string | null | undefined, pocket: Pocket, { isShort = false } = {}): Child {
    if (!urgency || urgency === "none") return null;
    const level = levelOf(urgency);
    const label = pocket.labels.of("Urgency", urgency) || pocket.labels.of("Urgency", level) || "Emergency";
    return h("span", { class: `mark ${level}` }, isShort ? (label.split(":")[0] ?? label) : label);
}

/** Short facts beside each other; those without a value are left out. */
export function facts(...rows: [string, Child][]): Child {
    const known = rows.filter(([, value]) => (Array.isArray(value) ? value.length : value));
    if (!known.length) return null;
    return h(
        "dl",
        { class: "facts" },
        known.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
    );
}
