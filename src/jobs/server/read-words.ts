import type { ComfyClient } from '../../comfy/client';
import type { QueueEntry } from '../../comfy/schemas';
import type { JobTable } from '../state/job-table.svelte';
import { readElsewhere } from './words-reader';

/**
 * Reads the queue in full for what its jobs are of which only the place is known.
 * @param put takes in what a job is, at the place where it is known to be.
 * @throws ComfyError when the server does not answer.
 */
export async function readWords(
  { client, table }: { client: ComfyClient; table: JobTable },
  put: (entry: QueueEntry, state: 'pending' | 'running') => void,
): Promise<void> {
  const answer = await client.queueBytes();
  const wanted = new Set([...table.active()].flatMap(({ id, placeOnly }) => (placeOnly ? [id] : [])));
  await readElsewhere({ answer, wanted }, (entries) =>
    table.batch(() => {
      for (const entry of entries) {
        // Where they are is known better by now than when this was asked for.
        const { state, number, placeOnly } = table.record(entry.id) ?? {};
        if (placeOnly && (state === 'pending' || state === 'running')) {
          put({ ...entry, number: number ?? entry.number }, state);
        }
      }
    }),
  );
}
