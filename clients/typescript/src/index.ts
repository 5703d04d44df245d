/** Stride KB on the device: `const store = await open({ baseUrl })`, then read from it with or without a network. */

export * from './generated/index.js';
export type { AnyDocument, DocumentOf, Kind } from './kinds.js';
export { Offline, Refused, WrongCopy } from './errors.js';
export type { Gone, Replacement } from './copy.js';
export type { Warning } from './notices.js';
export type { Hit } from './search.js';
export { open, Store } from './store.js';
export type { Options, State } from './store.js';
export type { Report } from './sync.js';
