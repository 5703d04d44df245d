import type { Row } from './copy.js';
import { rowOf } from './copy.js';
import type { ApiIndex, SyncPage, Tombstone } from './generated/index.js';
import type { AnyDocument } from './kinds.js';
import { sha256 } from './snapshot.js';

/** What came and is not applied yet. */
export class Staged {
    readonly rows = new Map<string, Row>();
    readonly tombstones = new Map<string, Tombstone>();
    last!: SyncPage;
    /** Kind → the name of its array in a page. */
    private readonly arrays: Map<string, string>;

    constructor(readonly isReplacing: boolean, index: ApiIndex) {
        this.arrays = new Map(index.collections.map(({ kind, href }) => [kind, arrayOf(href)]));
    }

    put(document: AnyDocument): void {
        this.rows.set(document.id, rowOf(document));
        this.tombstones.delete(document.id);
    }

    /** The arrays of documents are those that have a digest: a later version's kinds are among them. */
    add(page: SyncPage): void {
        const arrays = page as unknown as Record<string, AnyDocument[]>;
        for (const name of Object.keys(page.state_digest)) {
            for (const document of arrays[name] ?? []) {
                this.arrays.set(document.kind, name);
                this.put(document);
            }
        }
        for (const tombstone of page.deleted) {
            this.rows.delete(tombstone.id);
            this.tombstones.set(tombstone.id, tombstone);
        }
        this.last = page;
    }

    /** What the copy would be. */
    after(held: Map<string, Row>): Map<string, Row> {
        const rows = new Map(this.isReplacing ? this.rows : [...held, ...this.rows]);
        for (const id of this.tombstones.keys()) rows.delete(id);
        return rows;
    }

    /** Whether that is what the server counts. */
    async isSound(held: Map<string, Row>): Promise<boolean> {
        const expected = Object.entries(this.last.state_digest);
        const lines = new Map<string, string[]>(expected.map(([name]) => [name, []]));
        for (const { id, kind, body } of this.after(held).values()) {
            lines.get(this.arrays.get(kind) ?? '')?.push(`${id}:${body.version}`);
        }
        for (const [name, { count, digest }] of expected) {
            const own = lines.get(name)!.sort();
            const text = new TextEncoder().encode(own.join('\n'));
            if (own.length !== count || await sha256(text) !== digest) return false;
        }
        return true;
    }
}

/** `/api/v1/red-flags` → `red_flags` */
function arrayOf(href: string): string {
    return href.slice(href.lastIndexOf('/') + 1).replaceAll('-', '_');
}
