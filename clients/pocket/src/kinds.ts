// The kinds of pages, in the order in which readers want them.
import type { Kind } from "stride-kb";

export interface KindWords {
    one: string;
    many: string;
    about: string;
    isAdvice: boolean; // it advises, so it must have its warning signs
}

export const KINDS: Record<Kind, KindWords> = {
    condition: { one: "Condition", many: "Conditions", about: "What can be wrong", isAdvice: true },
    symptom: { one: "Symptom", many: "Symptoms", about: "What it can mean, and what to do", isAdvice: true },
    treatment: { one: "Treatment", many: "Treatments", about: "What can help, and when it can harm", isAdvice: true },
    exercise: { one: "Exercise", many: "Exercises", about: "How to do them, and when to stop", isAdvice: true },
    prevention_strategy: { one: "Prevention", many: "Prevention", about: "What lowers the risk", isAdvice: true },
    guide: { one: "Guide", many: "Guides", about: "To read at leisure", isAdvice: true },
    question: { one: "Question", many: "Questions", about: "What runners often ask", isAdvice: true },
    red_flag: { one: "Warning sign", many: "Warning signs", about: "When to get help", isAdvice: false },
    body_structure: { one: "Part of the body", many: "Parts of the body", about: "What is in there", isAdvice: false },
    provider: { one: "Care provider", many: "Care providers", about: "Who offers care", isAdvice: false },
    source: { one: "Source", many: "Sources", about: "Where each statement comes from", isAdvice: false },
    disclaimer: { one: "Disclaimer", many: "Disclaimers", about: "What these pages are not", isAdvice: false },
    contact_route: { one: "Contacts", many: "Contacts by region", about: "Where to get help", isAdvice: false },
};

export function isKind(place: string): place is Kind {
    return Object.hasOwn(KINDS, place);
}

/** A kind that only a later version knows is taken for advice, to be on the safe side. */
export function wordsFor(kind: string): KindWords {
    return isKind(kind) ? KINDS[kind] : { one: "Page", many: "Pages", about: "", isAdvice: true };
}
