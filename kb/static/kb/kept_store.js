/* Where the browser keeps unsaved text: one IndexedDB store. Every promise here may fail; private windows have no store. */
"use strict";

const STORE = "kept";
let opened;

function database() {
    opened ??= new Promise((resolve, reject) => {
        const request = indexedDB.open("stride-desk", 1);
        request.onupgradeneeded = () => request.result.createObjectStore(STORE, {keyPath: "key"}).createIndex("place", ["person", "path"]);
        request.onsuccess = () => resolve(watched(request.result));
        request.onerror = () => reject(request.error);
    });
    opened.catch(() => { opened = undefined; });
    return opened;
}

function watched(found) {
    found.onversionchange = () => found.close();
    found.onclose = () => { opened = undefined; };
    return found;
}

async function within(mode, act) {
    // Strict: done is done, also when the power fails a moment later.
    const transaction = (await database()).transaction(STORE, mode, {durability: "strict"});
    return new Promise((resolve, reject) => {
        const request = act(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(request?.result);
        transaction.onabort = () => reject(transaction.error);
        transaction.onerror = () => reject(transaction.error);
        transaction.commit();
    });
}

export function put(record) {
    return within("readwrite", (store) => store.put(record));
}

export function remove(keys) {
    return within("readwrite", (store) => { keys.forEach((key) => store.delete(key)); });
}

/* What one person typed at one address. */
export function typedBy(person, path) {
    return within("readonly", (store) => store.index("place").getAll([person, path]));
}

/* Whether anybody's text is kept for an address. */
export async function isKeptFor(path) {
    const places = await within("readonly", (store) => store.index("place").getAll());
    return places.some((record) => record.path === path && !record.thrownAt);
}

export async function sweep(isOld) {
    const all = await within("readonly", (store) => store.getAll());
    const old = all.filter(isOld).map((record) => record.key);
    return old.length ? remove(old) : undefined;
}
