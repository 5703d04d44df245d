/** An app on the npm package, as strict as can be: it must compile, with nothing but the package's own declarations. */

import type { Gone, Hit, Kind, Report, State, Vocabulary, Warning } from 'stride-kb';
import { Offline, Refused, WrongCopy, open } from 'stride-kb';

export async function app(say: (words: string) => void): Promise<void> {
    const store = await open({ baseUrl: '', onNotices: (warnings: Warning[]) => warnings.forEach((one) => say(one.name)) });
    try {
        const { changed, isReplaced }: Report = await store.sync({ signal: AbortSignal.timeout(60_000) });
        say(`${changed} ${isReplaced}`);
    } catch (error) {
        if (error instanceof Offline) say(String(error.retryAfter ?? 60));
        else if (error instanceof Refused) say(error.problem.detail);
        else if (error instanceof WrongCopy) say(error.message);
    }
    const condition = await store.get('condition', 'hip-impingement');
    say(condition?.when_to_get_help.emergency?.action ?? '');
    const urgent = await store.list('condition', { where: ({ urgency }) => urgency === 'urgent' });
    const hits: Hit[] = await store.search('hip', { kinds: ['condition'] satisfies Kind[], limit: 3 });
    const gone: Gone | null = await store.gone('treatment', 'rest');
    const labels: Vocabulary | null = await store.vocabulary();
    const state: State = store.state;
    say(`${urgent[0]?.tissue} ${hits.length} ${gone?.reason} ${labels?.locale} ${state.syncedAt?.toISOString()}`);
    // @ts-expect-error a condition has no dose
    say(condition?.dose);
}
