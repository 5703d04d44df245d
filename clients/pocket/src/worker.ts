// The service worker: keeps the page itself for when there is no network. Content is none of its business: that lives
// in IndexedDB, where each sync replaces it as a whole, so nothing here can serve an old warning.
export {};
declare const self: ServiceWorkerGlobalScope;
declare const __FILES__: string[]; // the build writes both
declare const __HASH__: string;

const PREFIX = "pocket-";
const CACHE = PREFIX + __HASH__;

self.addEventListener("install", (event) => event.waitUntil(keepShell()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
    if (isOurs(event.request)) event.respondWith(fromShell(event.request));
});
// A new version waits until the old one is closed everywhere, or until its reader asks for it.
self.addEventListener("message", (event) => {
    if (event.data === "take over") void self.skipWaiting();
});

/** All or nothing: a file that does not come leaves the old version in place. */
async function keepShell(): Promise<void> {
    const cache = await caches.open(CACHE);
    await cache.addAll(__FILES__.map((path) => new Request(path, { cache: "no-cache" })));
}

async function takeOver(): Promise<void> {
    const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
}

function isOurs(request: Request): boolean {
    return request.method === "GET" && request.url.startsWith(self.registration.scope);
}

async function fromShell(request: Request): Promise<Response> {
    const wanted = request.mode === "navigate" ? self.registration.scope : request;
    const cache = await caches.open(CACHE);
    return (await cache.match(wanted, { ignoreVary: true })) ?? fetch(request);
}
