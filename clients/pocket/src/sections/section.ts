// A page is made of sections; an empty one is left out.
import type { Child } from "../dom";
import type { References } from "../parts/references";
import type { Pocket } from "../pocket";

export interface Section {
    name: string; // in its address
    title: string;
    content: Child[];
}

export interface Given {
    pocket: Pocket;
    references: References;
}

export function isFilled(section: Section): boolean {
    return section.content.flat(2).some((child) => child);
}

export function list<T>(rows: readonly T[] | null | undefined): readonly T[] {
    return rows ?? [];
}
