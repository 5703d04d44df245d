// The service worker, and what happens when a newer app is there: it is taken at the next start, or with a button.

export class Installed {
    private waiting: ServiceWorker | null = null;

    constructor(private readonly onNewer: () => void) {}

    get hasNewer(): boolean {
        return this.waiting !== null;
    }

    async start(): Promise<void> {
        if (!("serviceWorker" in navigator)) return;
        const registration = await navigator.serviceWorker.register("/app/sw.js", { scope: "/app/" });
        if (registration.waiting && navigator.serviceWorker.controller) {
            this.waiting = registration.waiting;
            this.take(); // this is the next start
            return;
        }
        registration.addEventListener("updatefound", () => this.follow(registration.installing));
    }

    /** Changes to the newer app; the page starts anew with it. */
    take(): void {
        navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
        this.waiting?.postMessage("take over");
    }

    private follow(worker: ServiceWorker | null): void {
        worker?.addEventListener("statechange", () => {
            // The very first one has nothing to replace.
            if (worker.state !== "installed" || !navigator.serviceWorker.controller) return;
            this.waiting = worker;
            this.onNewer();
        });
    }
}
