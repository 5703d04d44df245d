import type { Copy } from './copy.js';
import { Offline, Refused } from './errors.js';
import type { Snapshot } from './generated/index.js';
import type { AnyDocument } from './kinds.js';
import type { Server } from './server.js';

type Bytes = Uint8Array<ArrayBuffer>;

export interface Unpacked { cursor: string; documents: AnyDocument[] }

/** The newest snapshot, whole and sound; null if there is none that can be used. What came of it is kept at once. */
export async function newestSnapshot(server: Server, copy: Copy): Promise<Unpacked | null> {
    const [newest] = (await server.snapshots()).items;
    if (!newest) return null;
    const parts = await fetched(newest, server, copy);
    if (!parts) return null;
    const file = new Blob(parts);
    if (await sha256(await file.arrayBuffer()) !== newest.sha256) {
        await copy.dropParts();
        return null;
    }
    const [, ...lines] = (await unpacked(file)).split('\n');
    return { cursor: newest.cursor, documents: lines.filter(Boolean).map((line) => JSON.parse(line) as AnyDocument) };
}

export async function sha256(bytes: BufferSource): Promise<string> {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Goes on where the last download of the same file broke off. Null: the server has it no more. */
async function fetched(file: Snapshot, server: Server, copy: Copy): Promise<Bytes[] | null> {
    let parts = await copy.parts(file.name);
    if (!parts.length) await copy.dropParts(); // those of an older file
    if (size(parts) < file.bytes) {
        try {
            const { isWhole, pieces } = await server.download(file.name, size(parts));
            if (isWhole && parts.length) {
                await copy.dropParts();
                parts = [];
            }
            for await (const piece of pieces) {
                await copy.addPart(file.name, piece);
                parts.push(piece);
            }
        } catch (error) {
            if (error instanceof Refused) return null;
            throw error;
        }
    }
    if (size(parts) < file.bytes) throw new Offline('The download broke off; what came is kept.');
    return parts;
}

function size(parts: Bytes[]): number {
    return parts.reduce((sum, part) => sum + part.length, 0);
}

function unpacked(file: Blob): Promise<string> {
    return new Response(file.stream().pipeThrough(new DecompressionStream('gzip'))).text();
}
