// Days and times as people read them.

/** A day such as 2026-03-01: the same day everywhere, so read and shown in Greenwich. */
export function day(text: string): string {
    const date = new Date(`${text.slice(0, 10)}T00:00:00Z`);
    return Number.isNaN(date.getTime())
        ? text
        : date.toLocaleDateString("en-GB", { dateStyle: "long", timeZone: "UTC" });
}

export function time(date: Date): string {
    return date.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
}

export function isPast(text: string | null | undefined): boolean {
    return Boolean(text) && today() > (text ?? "");
}

function today(): string {
    return new Date().toISOString().slice(0, 10);
}

export function daysSince(date: Date): number {
    return Math.floor((Date.now() - date.getTime()) / 86_400_000);
}
