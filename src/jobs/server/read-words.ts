import type { ComfyClient } from '../../comfy/client';
import type { QueueEntry } from '../../comfy/schemas';
import type { JobTable } from '../state/job-table.svelte';

/**
 * Reads the queue in full for what its jobs are of which only the place is known.
 * @param put takes in what a job is, at the place where it is known to be.
 * @throws ComfyError when the server does not answer.
 */
export async function readWords(
  { client, table }: { client: ComfyClient; table: JobTable },
  put: (entry: QueueEntry, state: 'pending' | 'running') => void,
): Promise<void> {
  const { running, pending } = await client.queue();
  table.batch(() => {
    for (const entry of [...running, ...pending]) {
      // Where they are is known better by now than when this was asked for.
      const { state, number, placeOnly } = table.record(entry.id) ?? {};
      if (placeOnly && (state === 'pending' || state === 'running')) {
        put({ ...entry, number: number ?? entry.number }, state);
      }
    }
  });
}
