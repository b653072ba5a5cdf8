import type { ComfyClient } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import type { JobTable } from '../state/job-table.svelte';
import type { StopRequests } from './stop-requests';
import type { Submitter } from './submitter';

export interface QueueVerbsOptions {
  client: ComfyClient;
  table: JobTable;
  submitter: Submitter;
  stopRequests: StopRequests;
  now: () => number;
  /** Reads queue and history; failures show in the connection's state. */
  look: () => Promise<void>;
  /** Does not send a job that waits for the server to answer. */
  callOff: (id: string) => Promise<void>;
}

/** Cancels a job of a stock server, whatever its state; see `QueuePort`. */
export async function cancelJob(id: string, options: QueueVerbsOptions): Promise<void> {
  const { client, table, submitter, stopRequests, look, now, callOff } = options;
  const given = await submitter.arrivedId(id);
  if (given === null) {
    return;
  }
  if (table.peek(given)?.record.state === 'submitting') {
    await callOff(given);
    return;
  }
  table.apply(given, { type: 'cancellation', step: 'asking' });
  stopRequests.add(given);
  try {
    if (await cancelOnServer(given, client)) {
      table.apply(given, { type: 'dequeued', now: now() });
    }
    await look();
  } catch (error) {
    table.apply(given, { type: 'cancellation', step: 'none' });
    throw error;
  }
  table.apply(given, { type: 'cancellation', step: 'asked' });
}

/** Whether the job was stopped before it ended by itself. */
async function cancelOnServer(id: string, client: ComfyClient): Promise<boolean> {
  const cancelled = await client.cancelJob(id).catch((error: unknown) => {
    // A proxy or custom node pack may have taken this path; the classic routes exist everywhere.
    if (error instanceof ComfyError && error.kind !== 'unreachable') {
      return null;
    }
    throw error;
  });
  if (cancelled !== null) {
    return cancelled;
  }
  await client.deletePending([id]);
  const { running } = await client.queue();
  // Servers of the seed era interrupt whatever is running, so ask only if that is this job.
  if (running.some((entry) => entry.id === id)) {
    await client.interrupt(id);
    return false;
  }
  return (await client.historyItem(id)) === null;
}
