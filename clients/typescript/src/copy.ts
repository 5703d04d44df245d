import type { ApiIndex, NoticeList, Tombstone, Vocabulary } from './generated/index.js';
import type { AnyDocument, Kind } from './kinds.js';

/** A document as it is kept: exactly what was received, and what it is found by. */
export interface Row {
    id: string;
    kind: Kind;
    slug: string;
    /** The ids that stand in it. */
    shows: string[];
    body: AnyDocument;
}

/** What an entry was merged into. `slug` and `name` are there if the copy holds it. */
export interface Replacement { kind: Kind; id: string; slug?: string; name?: string }

/** What is left of an entry that was withdrawn or merged, for readers who come back to it. */
export interface Gone { kind: Kind; id: string; slug: string; name: string; reason: string; replacedBy: Replacement | null }

/** How far the copy has come. */
export interface Position {
    /** Rises with each application, so that of two syncs at once only one is applied. */
    revision: number;
    cursor: string;
    /** Of /api/v1, if the copy is at the edition that it named. */
    etag: string;
    edition: string;
    feed: string;
    head: number;
    locale: string;
    documents: number;
    syncedAt: number | null;
}

export interface Looked { etag: string; feed: string; items: NoticeList['items'] }
export interface Labels { etag: string; body: Vocabulary }

export interface Change {
    rows: Row[];
    tombstones: Tombstone[];
    /** Whether the rows are all there is. */
    isReplacing: boolean;
    position: Position;
    labels: Labels;
    about: ApiIndex;
}

const NOTHING: Position = {
    revision: 0, cursor: '', etag: '', edition: '', feed: '', head: 0, locale: '', documents: 0, syncedAt: null,
};
const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

export function rowOf(body: AnyDocument): Row {
    const { id, slug } = body;
    const shows = new Set(JSON.stringify(body).match(ID));
    shows.delete(id);
    return { id, kind: body.kind as Kind, slug, shows: [...shows], body };
}

/** The IndexedDB database. It knows what is kept and nothing of why. */
export class Copy {
    private constructor(private readonly db: IDBDatabase) {}

    static async open(name: string): Promise<Copy> {
        const request = indexedDB.open(name, 1);
        request.onupgradeneeded = () => create(request.result);
        const db = await asked(request);
        db.onversionchange = () => db.close(); // else a newer version of the app in another tab would wait for this one
        return new Copy(db);
    }

    async position(): Promise<Position> {
        return (await this.kept<Position>('position')) ?? NOTHING;
    }

    async kept<T>(name: string): Promise<T | undefined> {
        return asked(this.reading('kept').get(name)) as Promise<T | undefined>;
    }

    /** Something beside the documents. */
    async keep(name: string, value: unknown): Promise<void> {
        await this.writing(['kept'], (store) => store('kept').put(value, name));
    }

    rows(): Promise<Row[]> {
        return asked(this.reading('documents').getAll()) as Promise<Row[]>;
    }

    count(): Promise<number> {
        return asked(this.reading('documents').count());
    }

    async row(kind: string, slugOrId: string): Promise<Row | undefined> {
        const documents = this.reading('documents');
        const bySlug: Promise<Row | undefined> = asked(documents.index('slug').get([kind, slugOrId]));
        const byId: Promise<Row | undefined> = asked(documents.get(slugOrId));
        return (await bySlug) ?? only(kind, await byId);
    }

    byId(id: string): Promise<Row | undefined> {
        return asked(this.reading('documents').get(id)) as Promise<Row | undefined>;
    }

    ofKind(kind: string): Promise<Row[]> {
        return asked(this.reading('documents').index('kind').getAll(kind)) as Promise<Row[]>;
    }

    showing(id: string): Promise<Row[]> {
        return asked(this.reading('documents').index('shows').getAll(id)) as Promise<Row[]>;
    }

    async gone(kind: string, slugOrId: string): Promise<Gone | undefined> {
        const gone = this.reading('gone');
        const bySlug: Promise<Gone | undefined> = asked(gone.index('slug').get([kind, slugOrId]));
        const byId: Promise<Gone | undefined> = asked(gone.get(slugOrId));
        return (await bySlug) ?? only(kind, await byId);
    }

    /** A poll said that there is nothing new. */
    async touch(): Promise<void> {
        await this.writing(['kept'], async (store) => {
            const now = (await asked(store('kept').get('position'))) as Position;
            store('kept').put({ ...now, syncedAt: Date.now() }, 'position');
        });
    }

    /** All of it or nothing. False, and nothing, if another tab has applied something since `position` was worked out. */
    async apply(change: Change): Promise<boolean> {
        let isFirst = true;
        await this.writing(['documents', 'gone', 'kept', 'parts'], async (store) => {
            const now = (await asked(store('kept').get('position')) as Position | undefined) ?? NOTHING;
            isFirst = now.revision === change.position.revision - 1;
            if (isFirst) await put(change, store);
        });
        return isFirst;
    }

    // The part of a snapshot that has come, in the order in which it came

    async parts(name: string): Promise<Uint8Array<ArrayBuffer>[]> {
        const found = (await asked(this.reading('parts').getAll())) as { name: string; bytes: Uint8Array<ArrayBuffer> }[];
        return found.filter((part) => part.name === name).map((part) => part.bytes);
    }

    async addPart(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
        await this.writing(['parts'], (store) => store('parts').add({ name, bytes }));
    }

    async dropParts(): Promise<void> {
        await this.writing(['parts'], (store) => store('parts').clear());
    }

    /** Back to the first day. The revision goes on, so that a sync under way in another tab is not applied. */
    async clear(): Promise<void> {
        await this.writing(['documents', 'gone', 'kept', 'parts'], async (store) => {
            const { revision } = (await asked(store('kept').get('position')) as Position | undefined) ?? NOTHING;
            for (const name of ['documents', 'gone', 'kept', 'parts']) store(name).clear();
            store('kept').put({ ...NOTHING, revision: revision + 1 }, 'position');
        });
    }

    close(): void {
        this.db.close();
    }

    private reading(name: string): IDBObjectStore {
        return this.db.transaction(name).objectStore(name);
    }

    /** One transaction. What `write` awaits must be requests of it, else the browser commits without the rest. */
    private async writing(names: string[], write: (store: (name: string) => IDBObjectStore) => unknown): Promise<void> {
        const transaction = this.db.transaction(names, 'readwrite');
        const ended = new Promise<void>((resolve, reject) => {
            transaction.oncomplete = () => resolve();
            transaction.onabort = () => reject(transaction.error ?? new Error('The change was taken back.'));
        });
        try {
            await write((name) => transaction.objectStore(name));
        } catch (error) {
            transaction.abort(); // else what was written until now would stay
            await ended.catch(() => undefined);
            throw error;
        }
        await ended;
    }
}

function create(db: IDBDatabase): void {
    const documents = db.createObjectStore('documents', { keyPath: 'id' });
    documents.createIndex('slug', ['kind', 'slug']);
    documents.createIndex('kind', 'kind');
    documents.createIndex('shows', 'shows', { multiEntry: true });
    db.createObjectStore('gone', { keyPath: 'id' }).createIndex('slug', ['kind', 'slug']);
    db.createObjectStore('kept');
    db.createObjectStore('parts', { autoIncrement: true });
}

async function put(change: Change, store: (name: string) => IDBObjectStore): Promise<void> {
    const [documents, gone] = [store('documents'), store('gone')];
    for (const { kind, id, reason, replaced_by } of change.tombstones) {
        const held = (await asked(documents.get(id))) as Row | undefined;
        const before = (await asked(gone.get(id))) as Gone | undefined;
        const known = { slug: held?.slug ?? before?.slug ?? '', name: held?.body.name ?? before?.name ?? '' };
        gone.put({ kind, id, ...known, reason, replacedBy: replaced_by && { kind, id: replaced_by } });
        documents.delete(id);
    }
    if (change.isReplacing) documents.clear();
    for (const row of change.rows) {
        documents.put(row);
        gone.delete(row.id);
    }
    store('parts').clear();
    store('kept').put(change.position, 'position');
    store('kept').put(change.labels, 'labels');
    store('kept').put(change.about, 'about');
}

function only<T extends { kind: string }>(kind: string, found: T | undefined): T | undefined {
    return found?.kind === kind ? found : undefined;
}

function asked<T>(request: IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}
