// How urgent something is. A value that we do not know may be the worst of all, so it counts as that.

export const LEVELS = ["emergency", "urgent", "routine", "self_care"] as const;
export type Level = (typeof LEVELS)[number];

export function levelOf(urgency: string): Level {
    return LEVELS.find((level) => level === urgency) ?? "emergency";
}

/** Most urgent first, then by name: never by how well anything fits anybody. */
export function byUrgency<T extends { name: string; urgency?: string }>(documents: readonly T[]): T[] {
    const rank = (one: T): number => (one.urgency ? LEVELS.indexOf(levelOf(one.urgency)) : LEVELS.length);
    return [...documents].sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
}
