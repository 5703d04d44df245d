import { Copy } from './copy.js';
import type { Gone, Labels, Looked, Position, Row } from './copy.js';
import type { ApiIndex, Vocabulary } from './generated/index.js';
import type { AnyDocument, DocumentOf, Kind } from './kinds.js';
import { newsFor, replacement, warningsOf } from './notices.js';
import type { Warning } from './notices.js';
import { Index } from './search.js';
import type { Hit } from './search.js';
import { Server } from './server.js';
import { Sync } from './sync.js';
import type { Report } from './sync.js';

export interface Options {
    /** Of the installation, such as `https://kb.example`; empty: where the app itself comes from. */
    baseUrl: string;
    /** The language to read. Not given: the server's default. */
    locale?: string;
    /** Of the IndexedDB database; `stride-kb` if not given. */
    name?: string;
    /** Instead of the browser's, for example to add headers. */
    fetch?: typeof fetch;
    /** The hook for safety: all that must be said now, whenever a look at the notices changed it. */
    onNotices?: (warnings: Warning[]) => void;
}

export interface State {
    /** There is no copy yet. */
    isEmpty: boolean;
    /** Of the copy. */
    edition: string;
    /** The last good sync, or poll that said: nothing new. */
    syncedAt: Date | null;
    documents: number;
}

/** Opens what is kept on this device. Asks nothing of the network. */
export async function open(options: Options): Promise<Store> {
    const store = new Store(options, await Copy.open(options.name ?? 'stride-kb'));
    await store.refresh();
    return store;
}

/** The most urgent first. One that only a later version knows counts as the most urgent; none at all comes last. */
const URGENCIES: (string | undefined)[] = ['emergency', 'urgent', 'routine', 'self_care', undefined];

/** The copy on this device. Whatever it gives is read from there, so it is the same without a network. */
export class Store {
    private position!: Position;
    private says: ReadonlyMap<string, Warning> = new Map();
    private index: Index | null = null;
    /** Of what `says` and `index` were made from. */
    private mark = '';

    /** Use `open`. */
    constructor(private readonly options: Options, private readonly copy: Copy) {}

    get state(): State {
        const { cursor, edition, syncedAt, documents } = this.position;
        return { isEmpty: !cursor, edition, syncedAt: syncedAt === null ? null : new Date(syncedAt), documents };
    }

    /** By document id: what must be said of it until the next good sync. */
    get warnings(): ReadonlyMap<string, Warning> {
        return this.says;
    }

    /** The labels of enumerations, as they were at the last sync. */
    async vocabulary(): Promise<Vocabulary | null> {
        return (await this.copy.kept<Labels>('labels'))?.body ?? null;
    }

    /** What the server said of itself at the last sync: its intended use, and where to report what could hurt somebody. */
    async about(): Promise<ApiIndex | null> {
        return (await this.copy.kept<ApiIndex>('about')) ?? null;
    }

    /** Null also where a warning hides it. */
    async get<K extends Kind>(kind: K, slugOrId: string): Promise<DocumentOf[K] | null> {
        await this.refresh();
        const row = await this.copy.row(kind, slugOrId);
        return row && this.isShown(row) ? (row.body as DocumentOf[K]) : null;
    }

    /** What became of an entry that is here no more. */
    async gone(kind: Kind, slugOrId: string): Promise<Gone | null> {
        const found = await this.copy.gone(kind, slugOrId);
        if (!found?.replacedBy) return found ?? null;
        const { id } = found.replacedBy;
        return { ...found, replacedBy: replacement(id, found.kind, await this.copy.byId(id)) };
    }

    /** The most urgent first, then by name. */
    async list<K extends Kind>(
        kind: K, { where = () => true }: { where?: (document: DocumentOf[K]) => boolean } = {},
    ): Promise<DocumentOf[K][]> {
        await this.refresh();
        const documents = this.shown(await this.copy.ofKind(kind)) as DocumentOf[K][];
        return documents.filter(where).sort((a, b) => urgency(a) - urgency(b) || byName(a, b));
    }

    /** The documents in which this one stands: what a treatment is used for, what a source is cited by. */
    async showing(id: string): Promise<AnyDocument[]> {
        await this.refresh();
        return this.shown(await this.copy.showing(id)).sort(byName);
    }

    /** Looks through the copy: names first, then other names, summaries and texts. */
    async search(words: string, { kinds, limit = 20 }: { kinds?: Kind[]; limit?: number } = {}): Promise<Hit[]> {
        await this.refresh();
        const index = (this.index ??= new Index(await this.copy.rows()));
        return index.search(words, (row) => this.isShown(row) && (kinds?.includes(row.kind) ?? true)).slice(0, limit);
    }

    /** Asks what is new and takes it, all or nothing. Throws `Offline`, `Refused` or `WrongCopy`, or why it was cancelled. */
    async sync({ signal }: { signal?: AbortSignal } = {}): Promise<Report> {
        const name = `stride-kb ${this.options.name ?? ''}`;
        if (!globalThis.navigator?.locks) return this.syncNow(signal);
        return navigator.locks.request(name, { ...(signal && { signal }) }, () => this.syncNow(signal));
    }

    /** Deletes the copy from this device. */
    async forget(): Promise<void> {
        await this.copy.clear();
        await this.refresh();
    }

    close(): void {
        this.copy.close();
    }

    /** Sees what another tab has done meanwhile. It costs one small look; all reading begins with it. */
    async refresh(): Promise<void> {
        const [position, looked] = await Promise.all([this.copy.position(), this.copy.kept<Looked>('notices')]);
        const mark = JSON.stringify([position.revision, looked?.feed, looked?.etag]);
        this.position = position;
        if (mark === this.mark) return;
        this.mark = mark;
        this.index = null;
        await this.weigh(looked);
    }

    private async syncNow(signal: AbortSignal | undefined): Promise<Report> {
        const { locale } = this.options;
        const server = new Server(this.options, locale, signal);
        try {
            await this.refresh();
            return await new Sync(this.copy, server, locale ?? '').run((looked) => this.look(looked));
        } finally {
            server.end();
            await this.refresh();
        }
    }

    /** Keeps the notices, so that a restart without a network warns as well. */
    private async look(looked: Looked): Promise<void> {
        const before = JSON.stringify([...this.says.values()]);
        await this.copy.keep('notices', looked);
        await this.weigh(looked);
        const warnings = [...this.says.values()];
        // A fault in the hook is reported like any other of the app, and does not keep the newer words away.
        if (JSON.stringify(warnings) !== before) queueMicrotask(() => this.options.onNotices?.(warnings));
    }

    private async weigh(looked: Looked | undefined): Promise<void> {
        const news = newsFor(this.position, looked);
        this.says = news.length ? warningsOf(news, await this.copy.rows()) : new Map();
    }

    private shown(rows: Row[]): AnyDocument[] {
        return rows.filter((row) => this.isShown(row)).map((row) => row.body);
    }

    private isShown(row: Row): boolean {
        return !this.says.get(row.id)?.isHidden;
    }
}

function urgency(document: AnyDocument): number {
    return Math.max(0, URGENCIES.indexOf('urgency' in document ? document.urgency : undefined));
}

function byName(a: AnyDocument, b: AnyDocument): number {
    return a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1);
}
