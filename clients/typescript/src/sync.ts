import type { Copy, Labels, Looked, Position, Row } from './copy.js';
import { Offline, Refused, WrongCopy } from './errors.js';
import type { ApiIndex } from './generated/index.js';
import type { Answer, Server } from './server.js';
import { newestSnapshot } from './snapshot.js';
import { Staged } from './staged.js';

/** What a sync did. `bytes` are those of answers, unpacked, without their headers. */
export interface Report {
    changed: number;
    removed: number;
    /** A copy was there and another one, taken from the beginning, stands in its place. */
    isReplaced: boolean;
    requests: number;
    bytes: number;
}

const STARTS = ['copy', 'snapshot', 'nothing'] as const;

/** From the copy that is held to the one that the server has: all of it or nothing. */
export class Sync {
    constructor(private readonly copy: Copy, private readonly server: Server, private readonly locale: string) {}

    /** `look` is told of the notices before anything else comes. */
    async run(look: (looked: Looked) => Promise<void>): Promise<Report> {
        const position = await this.copy.position();
        const isWhole = position.locale === this.locale && (await this.copy.count()) === position.documents;
        const index = await this.server.index(isWhole ? position.etag : '');
        if (!index) {
            await this.copy.touch();
            return this.report(0, 0, false);
        }
        await look(await this.notices(index.body.feed_id));
        return this.bring(position, index, await this.labels());
    }

    private async bring(position: Position, index: Answer<ApiIndex>, labels: Labels): Promise<Report> {
        const held = new Map((await this.copy.rows()).map((row) => [row.id, row]));
        const staged = await this.sound(position, index.body, held);
        const [rows, after] = [[...staged.rows.values()], staged.after(held)];
        const isApplied = await this.copy.apply({
            rows, labels, about: index.body, tombstones: [...staged.tombstones.values()], isReplacing: staged.isReplacing,
            position: this.next(position, staged, index, after.size),
        });
        if (!isApplied) return this.report(0, 0, false);
        const changed = rows.filter((row) => row.body.version !== held.get(row.id)?.body.version);
        const removed = [...held.keys()].filter((id) => !after.has(id));
        return this.report(changed.length, removed.length, staged.isReplacing && Boolean(position.cursor));
    }

    private next({ revision }: Position, { last }: Staged, index: Answer<ApiIndex>, documents: number): Position {
        const { feed_id: feed, head } = index.body;
        const etag = last.edition === index.body.edition ? index.etag : '';
        const { cursor, edition } = last;
        return { revision: revision + 1, cursor, etag, edition, feed, head, locale: this.locale, documents, syncedAt: Date.now() };
    }

    /** From the copy, else from a snapshot, else from nothing: the first that leads to what the server counts. */
    private async sound(position: Position, index: ApiIndex, held: Map<string, Row>): Promise<Staged> {
        const canGoOn = position.cursor && position.locale === this.locale && position.feed === index.feed_id;
        let failure: Error | undefined;
        for (const start of canGoOn ? STARTS : STARTS.slice(1)) {
            try {
                const staged = await this.stage(start, position, index);
                if (staged && await staged.isSound(held)) return staged;
                failure = new WrongCopy('The copy would not be what the server says it should be.');
            } catch (error) {
                if (!(error instanceof Refused) || error.problem.status !== 410) throw error;
                failure = new Offline('The server cannot go on from here: ask again in a minute.', 60, { cause: error });
            }
        }
        throw failure;
    }

    private async stage(start: (typeof STARTS)[number], position: Position, index: ApiIndex): Promise<Staged | null> {
        const staged = new Staged(start !== 'copy', index);
        let cursor = start === 'copy' ? position.cursor : '';
        if (start === 'snapshot') {
            const snapshot = await newestSnapshot(this.server, this.copy);
            if (!snapshot) return null;
            for (const document of snapshot.documents) staged.put(document);
            cursor = snapshot.cursor;
        }
        for (;;) {
            const page = await this.server.changes(cursor);
            staged.add(page);
            if (!page.has_more) return staged;
            cursor = page.cursor;
        }
    }

    private async notices(feed: string): Promise<Looked> {
        const before = await this.copy.kept<Looked>('notices');
        const answer = await this.server.notices(before?.feed === feed ? before.etag : '');
        return answer ? { feed, etag: answer.etag, items: answer.body.items } : before!;
    }

    private async labels(): Promise<Labels> {
        const before = await this.copy.kept<Labels>('labels');
        return (await this.server.vocabulary(before?.etag ?? '')) ?? before!;
    }

    private report(changed: number, removed: number, isReplaced: boolean): Report {
        const { requests, bytes } = this.server;
        return { changed, removed, isReplaced, requests, bytes };
    }
}
