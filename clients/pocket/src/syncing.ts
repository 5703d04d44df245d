// When to ask the server: at the start, when the network is back, and else at most once a minute. Where that fails,
// twice as late each time, at most hourly, and never before the server wants us back (docs/offline.md).
import { Offline, type Report, type Store } from "stride-kb";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export class Syncing {
    isRunning = false;
    problem: unknown = null; // of the last try
    isPaused = false; // the reader deleted the copy: nothing comes back unasked
    private failures = 0;
    private notBefore = 0;
    private timer: ReturnType<typeof setTimeout> | undefined;

    constructor(
        private readonly store: Store,
        private readonly onChange: (report: Report | null) => void,
    ) {}

    start(): void {
        document.addEventListener("visibilitychange", () => this.whenDue());
        addEventListener("online", () => this.whenBack());
        this.whenDue();
    }

    /** At once, because the reader asked for it. */
    async now(): Promise<Report | null> {
        if (this.isRunning) return null;
        this.isRunning = true;
        this.isPaused = false;
        this.onChange(null);
        const report = await this.store.sync().then(
            (done) => this.succeeded(done),
            (error: unknown) => this.failed(error),
        );
        this.isRunning = false;
        this.onChange(report);
        this.waitForNext();
        return report;
    }

    /** Until the next start, or until the reader asks. */
    pause(): void {
        this.isPaused = true;
        clearTimeout(this.timer);
    }

    /** The browser knows before we ask that there is no network. */
    get isOffline(): boolean {
        return !navigator.onLine || this.problem instanceof Offline;
    }

    private whenDue(): void {
        if (this.isPaused) return;
        if (document.hidden || !navigator.onLine) this.onChange(null);
        else if (Date.now() >= this.notBefore) void this.now();
        else this.waitForNext();
    }

    /** A network that is back is a reason to try earlier, but no server that asked us to wait. */
    private whenBack(): void {
        if (!retryAfter(this.problem)) this.notBefore = Math.min(this.notBefore, Date.now());
        this.whenDue();
    }

    private succeeded(report: Report): Report {
        this.failures = 0;
        this.problem = null;
        this.notBefore = Date.now() + MINUTE;
        return report;
    }

    private failed(error: unknown): null {
        const wait = Math.min(HOUR, MINUTE * 2 ** this.failures);
        this.failures += 1;
        this.problem = error;
        this.notBefore = Date.now() + Math.max(wait, retryAfter(error) * 1000);
        return null;
    }

    private waitForNext(): void {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.whenDue(), Math.max(0, this.notBefore - Date.now()));
    }
}

/** Whether there is anything new to read. */
export function isNews(report: Report): boolean {
    return report.changed > 0 || report.removed > 0 || report.isReplaced;
}

function retryAfter(error: unknown): number {
    return (error instanceof Offline && error.retryAfter) || 0;
}
