/** The generated client in TypeScript against a real server: `node run.js ADDRESS WHAT [MORE]` prints what it got as JSON. */

import * as api from '../../clients/generated/typescript/src/index.js';

declare const process: { argv: string[] };

type Told = Record<string, unknown>;
type Page = { items: { id: string; slug: string }[]; next: string | null };
type Document = { id: string; slug: string; version: string };
type Library = Record<string, Record<string, string>>;
type Calls = Record<string, () => Promise<unknown>>;

const [, , address = '', what = '', more = '{}'] = process.argv;
const configuration = new api.Configuration({ basePath: address });
const about = new api.AboutApi(configuration);
const phones = new api.ForPhonesApi(configuration);
const conditions = new api.ConditionsApi(configuration);

/** A list and a document of each kind, by the names of their operations. */
function kinds(): [string, (limit: number) => Promise<Page>, string, (slug_or_id: string) => Promise<Document>][] {
    const c = configuration;
    const treatments = new api.TreatmentsApi(c), exercises = new api.ExercisesApi(c), symptoms = new api.SymptomsApi(c);
    const strategies = new api.PreventionStrategiesApi(c), providers = new api.ProvidersApi(c), guides = new api.GuidesApi(c);
    const questions = new api.QuestionsApi(c), sources = new api.SourcesApi(c), flags = new api.RedFlagsApi(c);
    const disclaimers = new api.DisclaimersApi(c), routes = new api.ContactRoutesApi(c), parts = new api.BodyStructuresApi(c);
    return [
        ['listConditions', limit => conditions.listConditions({ limit }), 'getCondition', s => conditions.getCondition({ slug_or_id: s })],
        ['listSymptoms', limit => symptoms.listSymptoms({ limit }), 'getSymptom', s => symptoms.getSymptom({ slug_or_id: s })],
        ['listGuides', limit => guides.listGuides({ limit }), 'getGuide', s => guides.getGuide({ slug_or_id: s })],
        ['listQuestions', limit => questions.listQuestions({ limit }), 'getQuestion', s => questions.getQuestion({ slug_or_id: s })],
        ['listTreatments', limit => treatments.listTreatments({ limit }), 'getTreatment', s => treatments.getTreatment({ slug_or_id: s })],
        ['listExercises', limit => exercises.listExercises({ limit }), 'getExercise', s => exercises.getExercise({ slug_or_id: s })],
        ['listPreventionStrategies', limit => strategies.listPreventionStrategies({ limit }), 'getPreventionStrategy', s => strategies.getPreventionStrategy({ slug_or_id: s })],
        ['listProviders', limit => providers.listProviders({ limit }), 'getProvider', s => providers.getProvider({ slug_or_id: s })],
        ['listSources', limit => sources.listSources({ limit }), 'getSource', s => sources.getSource({ slug_or_id: s })],
        ['listRedFlags', limit => flags.listRedFlags({ limit }), 'getRedFlag', s => flags.getRedFlag({ slug_or_id: s })],
        ['listDisclaimers', limit => disclaimers.listDisclaimers({ limit }), 'getDisclaimer', s => disclaimers.getDisclaimer({ slug_or_id: s })],
        ['listContactRoutes', limit => routes.listContactRoutes({ limit }), 'getContactRoute', s => routes.getContactRoute({ slug_or_id: s })],
        ['listBodyStructures', limit => parts.listBodyStructures({ limit }), 'getBodyStructure', s => parts.getBodyStructure({ slug_or_id: s })],
    ];
}

/** Every operation once, as an app would call it; what came, by operation. */
async function operations(): Promise<Told> {
    const told: Told = {};
    for (const [listed, list, got, get] of kinds()) {
        const page = await list(2);
        told[listed] = page;
        told[got] = await get(page.items[0]!.slug);
    }
    const snapshots = await phones.listSnapshots();
    const file = await phones.downloadSnapshot({ name: snapshots.items[0]!.name });
    return told_of_phones(told, snapshots, file);
}

async function told_of_phones(told: Told, snapshots: api.SnapshotList, file: Blob): Promise<Told> {
    told['getIndex'] = await about.getIndex();
    told['getVocabulary'] = await about.getVocabulary({ locale: 'en' });
    told['searchContent'] = await phones.searchContent({ q: "runner's hip", kind: ['condition', 'symptom'], limit: 3 });
    told['syncContent'] = await phones.syncContent({ kind: ['question', 'source'], limit: 3 });
    told['listNotices'] = await phones.listNotices();
    told['listSnapshots'] = snapshots;
    told['downloadSnapshot'] = await hex(await file.arrayBuffer());
    return told;
}

/** Values of a list are repeated, and a copy that is still right costs a 304. */
async function filters(): Promise<Told> {
    const both = await conditions.listConditions({ tissue: ['bone', 'bursa'], sort: 'name' });
    const answer = await conditions.listConditionsRaw({ tissue: ['bone', 'bursa'], sort: 'name' });
    const tag = answer.raw.headers.get('ETag')!;
    const again = await problem(() => conditions.listConditions({ tissue: ['bone', 'bursa'], sort: 'name', If_None_Match: tag }));
    return { tissues: both.items.map(item => item.tissue), names: both.items.map(item => item.name), again };
}

/** An app gets each problem as a typed object; `more` names what is gone and a cursor of another history. */
async function problems(given: { gone: string; foreign: string; snapshot: string }): Promise<Told> {
    const asPost = { pre: async ({ url, init }: api.RequestContext) => ({ url, init: { ...init, method: 'POST' } }) };
    const elsewhere = new api.Configuration({ basePath: address.replace('127.0.0.1', 'localhost') });
    const html = { headers: { Accept: 'text/html' } };
    const calls: Calls = {
        'bad-request': () => new api.AboutApi(elsewhere).getIndex(),
        'bad-parameter': () => conditions.listConditions({ limit: 500 }),
        'not-found': () => conditions.getCondition({ slug_or_id: 'no-such-condition' }),
        'method-not-allowed': () => about.withMiddleware(asPost).getIndex(),
        'not-acceptable': () => about.getIndex({}, html),
        gone: () => new api.TreatmentsApi(configuration).getTreatment({ slug_or_id: given.gone }),
        'resync-required': () => phones.syncContent({ since: given.foreign }),
        'range-not-satisfiable': () => phones.downloadSnapshot({ name: given.snapshot, Range: 'bytes=999999999-' }),
    };
    const told: Told = {};
    for (const [type, call] of Object.entries(calls)) told[type] = await problem(call);
    return told;
}

async function problem(call: () => Promise<unknown>): Promise<api.Problem | number> {
    try {
        await call();
    } catch (error) {
        if (!(error instanceof api.ResponseError)) throw error;
        const { response } = error;
        return response.status < 400 ? response.status : api.ProblemFromJSON(await response.json());
    }
    throw new Error('It was answered.');
}

/** From a copy, given as versions by kind and id, and its cursor, to one that the server's digest calls right. */
async function sync(held: { copy: Library; cursor?: string }): Promise<Told> {
    const copy = held.copy;
    let pages = 0;
    for (let since = held.cursor; ; ) {
        const page = await phones.syncContent(since === undefined ? { limit: 40 } : { since, limit: 40 });
        pages += 1;
        put(copy, page);
        since = page.cursor;
        if (!page.has_more) return { copy, pages, cursor: since, wrong: await wrong(copy, page.state_digest) };
    }
}

function put(copy: Library, page: api.SyncPage): void {
    const { deleted, cursor, edition, has_more, state_digest, ...arrays } = page;
    for (const document of Object.values(arrays).flat()) (copy[document.kind] ??= {})[document.id] = document.version;
    for (const gone of deleted) delete copy[gone.kind]?.[gone.id];
}

async function wrong(copy: Library, digests: api.StateDigest): Promise<string[]> {
    const index = await about.getIndex();
    const found: string[] = [];
    for (const { kind, href } of index.collections) {
        const lines = Object.entries(copy[kind] ?? {}).map(([id, version]) => `${id}:${version}`).sort();
        const digest = await hex(new TextEncoder().encode(lines.join('\n')));
        const property = href.split('/').at(-1)!.replaceAll('-', '_') as keyof api.StateDigest;
        if (digests[property].digest !== digest) found.push(kind);
    }
    return found;
}

/** What only a later version sends: a new value of an enumeration and a new field. */
async function later(): Promise<Told> {
    const fetchApi: typeof fetch = async (...request) => {
        const answer = await fetch(...request);
        const body = { ...(await answer.json()), tissue: 'skin', a_field_of_later: { any: ['thing'] } };
        return new Response(JSON.stringify(body), answer);
    };
    const apps = new api.ConditionsApi(new api.Configuration({ basePath: address, fetchApi }));
    const first = (await conditions.listConditions({ limit: 1 })).items[0]!;
    const condition = await apps.getCondition({ slug_or_id: first.slug });
    return { tissue: condition.tissue, name: condition.name === first.name };
}

/** What goes wrong on the server's side, which somebody has sabotaged meanwhile. */
async function faults(): Promise<Told> {
    return { fault: await problem(() => phones.listNotices()) };
}

async function hex(bytes: BufferSource): Promise<string> {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('');
}

const verbs: Record<string, (given: any) => Promise<Told>> = { operations, filters, problems, sync, later, faults };
console.log(JSON.stringify(await verbs[what]!(JSON.parse(more))));
