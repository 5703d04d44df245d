// Labels of enumerations, as the vocabulary that came with the copy names them.
import type { Vocabulary } from "stride-kb";

export class Labels {
    private readonly known = new Map<string, Map<string, string>>();

    constructor(vocabulary: Vocabulary | null) {
        for (const { name, values } of vocabulary?.enumerations ?? []) {
            this.known.set(name, new Map(values.map(({ value, label }) => [value, label])));
        }
    }

    /** The label, or "" for a value that only a later version knows: better nothing than a word for machines. */
    of(enumeration: string, value: string | null | undefined): string {
        return this.known.get(enumeration)?.get(value ?? "") ?? "";
    }

    /** All values, in the order of the vocabulary. */
    values(enumeration: string): string[] {
        return [...(this.known.get(enumeration)?.keys() ?? [])];
    }
}
