import { Offline, Refused } from './errors.js';
import type { ApiIndex, ApiResponse, NoticeList, Problem, SnapshotList, SyncPage, Vocabulary } from './generated/index.js';
import { AboutApi, Configuration, ForPhonesApi, ResponseError } from './generated/index.js';

/** Milliseconds without a byte after which a request is given up. */
const PATIENCE = 30_000;
const AT_ONCE = 500;

export interface Answer<T> { body: T; etag: string }

/** What one sync asks for. Answers are given as they came: the generated objects would lose what a later version adds. */
export class Server {
    requests = 0;
    bytes = 0;
    private readonly about: AboutApi;
    private readonly phones: ForPhonesApi;
    private stop = new AbortController();
    private timer: ReturnType<typeof setTimeout> | undefined;

    constructor(
        options: { baseUrl: string; fetch?: typeof fetch },
        private readonly locale: string | undefined,
        private readonly signal: AbortSignal | undefined,
    ) {
        const fetchApi: typeof fetch = (url, init) => {
            this.requests += 1;
            this.stop = new AbortController();
            this.wait();
            return (options.fetch ?? globalThis.fetch)(url, { ...init, signal: this.stop.signal });
        };
        const configuration = new Configuration({ basePath: options.baseUrl.replace(/\/+$/, ''), fetchApi });
        this.about = new AboutApi(configuration);
        this.phones = new ForPhonesApi(configuration);
        signal?.addEventListener('abort', this.cancel);
    }

    /** To be called when the sync is over. */
    end(): void {
        clearTimeout(this.timer);
        this.signal?.removeEventListener('abort', this.cancel);
    }

    /** Null: the copy of which this is the tag is still right. */
    index(tag: string): Promise<Answer<ApiIndex> | null> {
        return this.json(() => this.about.getIndexRaw(ifOther(tag)));
    }

    notices(tag: string): Promise<Answer<NoticeList> | null> {
        return this.json(() => this.phones.listNoticesRaw({ ...this.language(), ...ifOther(tag) }));
    }

    vocabulary(tag: string): Promise<Answer<Vocabulary> | null> {
        return this.json(() => this.about.getVocabularyRaw({ ...this.language(), ...ifOther(tag) }));
    }

    async snapshots(): Promise<SnapshotList> {
        return (await this.json(() => this.phones.listSnapshotsRaw(this.language())))!.body;
    }

    async changes(since: string): Promise<SyncPage> {
        const query = since ? { since } : this.language();
        return (await this.json(() => this.phones.syncContentRaw({ ...query, limit: AT_ONCE })))!.body;
    }

    /** A file from a byte on, piece by piece. `isWhole`: the server sent all of it. */
    async download(name: string, from: number): Promise<{ isWhole: boolean; pieces: AsyncIterable<Uint8Array<ArrayBuffer>> }> {
        const range = from ? { Range: `bytes=${from}-` } : {};
        const { raw } = (await this.ask(() => this.phones.downloadSnapshotRaw({ name, ...range })))!;
        return { isWhole: raw.status !== 206, pieces: this.pieces(raw) };
    }

    private async json<T>(call: () => Promise<ApiResponse<T>>): Promise<Answer<T> | null> {
        const answer = await this.ask(call);
        if (!answer) return null;
        try {
            const bytes = await answer.raw.arrayBuffer();
            this.bytes += bytes.byteLength;
            return { body: JSON.parse(new TextDecoder().decode(bytes)) as T, etag: answer.raw.headers.get('ETag') ?? '' };
        } catch (error) {
            throw this.lost(error); // it broke off, or somebody else answered, as the Wi-Fi of a hotel does
        }
    }

    private async ask<T>(call: () => Promise<ApiResponse<T>>): Promise<ApiResponse<T> | null> {
        this.signal?.throwIfAborted();
        try {
            return await call();
        } catch (error) {
            if (!(error instanceof ResponseError)) throw this.lost(error);
            if (error.response.status === 304) return null;
            throw await refusal(error.response);
        }
    }

    private async *pieces(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
        const reader = response.body!.getReader();
        try {
            for (;;) {
                const { done, value } = await reader.read();
                if (done) return;
                this.wait();
                this.bytes += value.length;
                yield value;
            }
        } catch (error) {
            throw this.lost(error);
        }
    }

    private language(): { locale?: string } {
        return this.locale ? { locale: this.locale } : {};
    }

    private lost(error: unknown): unknown {
        if (this.signal?.aborted) return this.signal.reason;
        return new Offline('The server could not be reached.', null, { cause: error });
    }

    private wait(): void {
        clearTimeout(this.timer);
        this.timer = setTimeout(this.cancel, PATIENCE);
    }

    private readonly cancel = (): void => this.stop.abort();
}

function ifOther(tag: string): { If_None_Match?: string } {
    return tag ? { If_None_Match: tag } : {};
}

async function refusal(response: Response): Promise<Offline | Refused> {
    const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json');
    if (!isProblem || response.status >= 500 || response.status === 429) {
        return new Offline(`The server answered ${response.status}.`, seconds(response.headers.get('Retry-After')));
    }
    return new Refused((await response.json()) as Problem);
}

/** As a number of seconds, or until a date. */
function seconds(said: string | null): number | null {
    if (!said) return null;
    const until = /^\d+$/.test(said) ? Number(said) : (Date.parse(said) - Date.now()) / 1000;
    return Number.isNaN(until) ? null : Math.max(0, Math.ceil(until));
}
