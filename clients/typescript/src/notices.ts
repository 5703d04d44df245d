import type { Looked, Position, Replacement, Row } from './copy.js';
import type { Notice, NoticeDocument } from './generated/index.js';
import type { Kind } from './kinds.js';

/** What must be said of a document of the copy until a sync brings the newer one. */
export interface Warning {
    id: string;
    kind: Kind;
    slug: string;
    name: string;
    /** As the API's `NoticeAction`; `changed` also for articles that show what a notice tells of. */
    action: 'withdrawn_for_safety' | 'withdrawn_as_outdated' | 'withdrawn' | 'merged' | 'changed' | (string & {});
    /** The release in a line; may be empty. */
    summary: string;
    at: string;
    replacedBy: Replacement | null;
    /** Withdrawn or merged: show this warning only, and never the words that are held. */
    isHidden: boolean;
    /** What the notice tells of: this document, or one that it shows. */
    because: { kind: Kind; id: string; slug: string; name: string };
}

/** Notices that tell of something which the copy does not have yet. */
export function newsFor(position: Position, looked: Looked | undefined): Notice[] {
    if (!looked || !position.cursor) return [];
    return looked.items.filter((notice) => looked.feed !== position.feed || notice.head > position.head);
}

/** By document id. What hides goes before what warns, what a notice tells of before what shows it; the newest wins. */
export function warningsOf(notices: Notice[], rows: Row[]): Map<string, Warning> {
    const found = new Map<string, Warning>();
    const byId = new Map(rows.map((row) => [row.id, row]));
    const showing = shownBy(rows);
    for (const notice of notices) { // the newest first
        const older = (row: Row) => Date.parse(row.body.last_change.at) < Date.parse(notice.at);
        for (const told of notice.documents) {
            const itself = byId.get(told.id);
            const hit = [...(itself ? [itself] : []), ...(showing.get(told.id) ?? [])].filter(older);
            for (const row of hit) {
                const warning = warningOf(row, told, notice, byId);
                const other = found.get(row.id);
                if (!other || weight(warning) > weight(other)) found.set(row.id, warning);
            }
        }
    }
    return found;
}

function warningOf(row: Row, told: NoticeDocument, { summary, at }: Notice, byId: Map<string, Row>): Warning {
    const { id, kind, slug } = row;
    const because = { kind: told.kind as Kind, id: told.id, slug: told.slug, name: told.name };
    const isItself = id === told.id;
    const action = isItself ? told.action : 'changed';
    const replacedBy = isItself && told.replaced_by ? replacement(told.replaced_by, kind, byId.get(told.replaced_by)) : null;
    return { id, kind, slug, name: row.body.name, action, summary, at, replacedBy, isHidden: action !== 'changed', because };
}

export function replacement(id: string, kind: Kind, held: Row | undefined): Replacement {
    return held ? { kind: held.kind, id, slug: held.slug, name: held.body.name } : { kind, id };
}

function weight(warning: Warning): number {
    return (warning.isHidden ? 2 : 0) + (warning.because.id === warning.id ? 1 : 0);
}

function shownBy(rows: Row[]): Map<string, Row[]> {
    const found = new Map<string, Row[]>();
    for (const row of rows) {
        for (const id of row.shows) {
            const others = found.get(id);
            if (others) others.push(row);
            else found.set(id, [row]);
        }
    }
    return found;
}
