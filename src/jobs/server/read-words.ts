import type { ComfyClient } from '../../comfy/client';
import { breathe } from '../library/mirror-feed.svelte';
import type { JobTable } from '../state/job-table.svelte';
import type { PackedEntry } from '../state/packed-graph';
import { readElsewhere } from './words-reader';

/**
 * Reads the queue in full for what its jobs are of which only the place is known. They are taken in between two
 * frames, so that whatever happens to the queue meanwhile is shown first.
 * @param calm resolves when no look at the queue is under way, which comes first.
 * @param put takes in what a job is, at the place where it is known to be.
 * @throws ComfyError when the server does not answer.
 */
export async function readWords(
  { client, table, calm }: { client: ComfyClient; table: JobTable; calm: () => Promise<void> },
  put: (packed: PackedEntry, state: 'pending' | 'running') => void,
): Promise<void> {
  const wanted = new Set([...table.active()].flatMap(({ id, placeOnly }) => (placeOnly ? [id] : [])));
  for await (const packed of readElsewhere(client, wanted)) {
    table.batch(() => {
      for (const { entry, job } of packed) {
        // Where they are is known better by now than when this was asked for.
        const { state, number, placeOnly } = table.record(entry.id) ?? {};
        if (placeOnly && (state === 'pending' || state === 'running')) {
          put({ entry: { ...entry, number: number ?? entry.number }, job }, state);
        }
      }
    });
    await breathe();
    await calm();
  }
}
