import type { Row } from './copy.js';
import type { Kind } from './kinds.js';

/** The places of a word, the best first. */
const PLACES = ['name', 'synonym', 'summary', 'text'] as const;

export interface Hit {
    kind: Kind;
    id: string;
    slug: string;
    name: string;
    summary: string;
    urgency: string | null;
    /** Where the words stand, or the weakest of them. */
    matched: (typeof PLACES)[number];
}

/** What stands in every article, and what is other entries' or nobody's words. */
const NOT_ITS_OWN = new Set(['when_to_get_help', 'urgency_text', 'disclaimers', 'sources', 'review', 'last_change', 'codes']);
const TYPING_ERRORS_FROM = 5;

type Places = Map<number, number>;

/** The words of a copy, in memory: made once after each sync, in some milliseconds. */
export class Index {
    private readonly words = new Map<string, Places>();

    constructor(private readonly rows: Row[]) {
        rows.forEach((row, number) => {
            textsOf(row.body as unknown as Record<string, unknown>).forEach((texts, place) => {
                for (const word of texts.flatMap(wordsOf)) this.put(word, number, place);
            });
        });
    }

    /** Those in which every word stands, or, where none is such, most of them; the last word may be unfinished. */
    search(query: string, isWanted: (row: Row) => boolean): Hit[] {
        const words = wordsOf(query);
        if (!words.length) return [];
        const found = words.map((word, number) => this.scores(word, number === words.length - 1));
        return withMost(found)
            .map((row) => ({ row: this.rows[row]!, scores: found.flatMap((scores) => scores.get(row) ?? []) }))
            .filter(({ row }) => isWanted(row))
            .map(({ row, scores }) => ({ hit: hitOf(row, PLACES[Math.floor(Math.max(...scores))]!), score: sum(scores) }))
            .sort((a, b) => byPlace(a.hit, b.hit) || a.score - b.score || byName(a.hit, b.hit))
            .map(({ hit }) => hit);
    }

    private put(word: string, number: number, place: number): void {
        const places = this.words.get(word) ?? new Map<number, number>();
        if (place < (places.get(number) ?? PLACES.length)) places.set(number, place);
        this.words.set(word, places);
    }

    /** Row → the best place of the word there. Typing errors are looked for in words that nobody wrote. */
    private scores(wanted: string, isLast: boolean): Places {
        const best: Places = new Map();
        const known = [...this.words.keys()];
        const same = known.filter((word) => word === wanted || (isLast && word.startsWith(wanted)));
        for (const word of same.length ? same : known.filter((other) => isNear(other, wanted))) {
            const more = word === wanted ? 0 : 0.5; // so that the word itself goes before longer ones
            for (const [row, place] of this.words.get(word)!) {
                best.set(row, Math.min(best.get(row) ?? PLACES.length, place + more));
            }
        }
        return best;
    }
}

/** One word of two says too little, and so does half of a sentence. */
function withMost(found: Places[]): number[] {
    const counts = new Map<number, number>();
    for (const scores of found) {
        for (const row of scores.keys()) counts.set(row, (counts.get(row) ?? 0) + 1);
    }
    const most = [...counts.values()].reduce((a, b) => Math.max(a, b), 0);
    const isEnough = most === found.length || (most >= 2 && most > found.length / 2);
    return isEnough ? [...counts.keys()].filter((row) => counts.get(row) === most) : [];
}

/** Without case, accents and possessives. */
export function wordsOf(text: string): string[] {
    const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/['’ʼ]s\b|['’ʼ]/g, '');
    return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** By place. A text has a space or begins with a capital letter; values of enumerations, ids and days do not. */
function textsOf(document: Record<string, unknown>): string[][] {
    const { name, synonyms, summary, text, ...rest } = document;
    const others = inside(rest).filter((part) => /\s|^\p{Lu}/u.test(part));
    return [strings(name), strings(synonyms), strings(summary ?? text), others];
}

function strings(value: unknown): string[] {
    if (typeof value === 'string') return [value];
    if (Array.isArray(value)) return value.flatMap(strings);
    if (!value || typeof value !== 'object' || 'kind' in value && 'slug' in value && 'content_locale' in value) return [];
    return inside(value);
}

function inside(fields: object): string[] {
    return Object.entries(fields).flatMap(([key, part]) => NOT_ITS_OWN.has(key) ? [] : strings(part));
}

/** One letter more, less or other, or two that changed places. */
function isNear(word: string, wanted: string): boolean {
    if (wanted.length < TYPING_ERRORS_FROM || Math.abs(word.length - wanted.length) > 1) return false;
    let start = 0;
    while (start < word.length && word[start] === wanted[start]) start += 1;
    const [a, b] = [word.slice(start), wanted.slice(start)];
    const isSwapped = a.slice(2) === b.slice(2) && a[0] === b[1] && a[1] === b[0];
    return isSwapped || a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1);
}

function sum(scores: number[]): number {
    return scores.reduce((total, score) => total + score, 0);
}

/** What has nothing to tell in a sentence, such as a source, comes last: people seldom look for it. */
function byPlace(a: Hit, b: Hit): number {
    return Number(!a.summary) - Number(!b.summary) || PLACES.indexOf(a.matched) - PLACES.indexOf(b.matched);
}

/** Of two names that hold the words, the shorter one says least besides. */
function byName(a: Hit, b: Hit): number {
    return a.name.length - b.name.length || a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1);
}

function hitOf({ kind, id, slug, body }: Row, matched: Hit['matched']): Hit {
    const { summary, text, urgency } = body as { summary?: string; text?: string; urgency?: string };
    return { kind, id, slug, name: body.name, summary: summary ?? text ?? '', urgency: urgency ?? null, matched };
}
