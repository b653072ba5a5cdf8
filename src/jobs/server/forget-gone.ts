import { reporting, reportingAs } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import type { MirrorFeed } from '../library/mirror-feed.svelte';
import type { JobTable } from '../state/job-table.svelte';
import type { HistoryReader } from './history-reader';

export interface ForgetGoneOptions {
  client: ComfyClient;
  table: JobTable;
  feed: MirrorFeed;
  history: HistoryReader;
}

/**
 * Drops every job from an earlier visit that the server does not know any more.
 * @param since when this visit began, ms since the epoch: a job lost under the user's eyes stays listed.
 * @param read called once the server has told which jobs it knows.
 * @throws ComfyError when it does not answer.
 */
export async function forgetGone(
  { client, table, feed, history }: ForgetGoneOptions,
  since: number,
  read: () => void,
): Promise<void> {
  await feed.all;
  const candidates = [...table.all()]
    .filter(
      ({ settled, presence, record: { state, endedAt, sketch, found } }) =>
        // Of files that no job tells of, the history knows nothing either way.
        !found &&
        presence !== 'forgotten' &&
        (settled || sketch || (state === 'lost' && (endedAt ?? 0) < since)),
    )
    .map(({ record }) => record.id)
    .filter((id) => !history.told.has(id));
  const there = candidates.length > 0 ? await namesOfHistory(client) : new Set<string>();
  read();
  const gone = candidates.filter((id) => !there.has(id));
  if (gone.length > 0) {
    table.batch(() => gone.forEach((id) => table.drop(id)));
    await feed.forget(gone).catch(reporting('jobs.forget-mirrored'));
  }
}

/** Every job of the history by its id. */
async function namesOfHistory(client: ComfyClient): Promise<Set<string>> {
  const listed = await client.jobs().catch(reportingAs('jobs.list', null));
  return new Set((listed?.jobs ?? (await client.history())).map(({ id }) => id));
}
