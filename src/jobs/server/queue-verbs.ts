import type { ComfyClient } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import type { QueueEntry } from '../../comfy/schemas';
import type { JobTable } from '../state/job-table.svelte';
import type { LiveJobs } from '../state/live-jobs.svelte';
import { extraToKeep, graphOf, newRecord } from '../state/records';
import type { QueuePort, TakenOut } from './queue-port';
import type { StopRequests } from './stop-requests';
import type { Submitter } from './submitter';

export interface QueueVerbsOptions {
  client: ComfyClient;
  table: JobTable;
  live: LiveJobs;
  submitter: Submitter;
  stopRequests: StopRequests;
  now: () => number;
  /** Takes in an entry of GET /queue that is not known yet. */
  putQueued: (entry: QueueEntry, state: 'pending' | 'running') => void;
  /** Reads queue and history; failures show in the connection's state. */
  look: () => Promise<void>;
}

/** The queue of a stock server. */
export class QueueVerbs implements QueuePort {
  readonly #options: QueueVerbsOptions;

  constructor(options: QueueVerbsOptions) {
    this.#options = options;
  }

  async cancel(id: string): Promise<void> {
    const { table, submitter, stopRequests, look, now } = this.#options;
    const given = await submitter.arrivedId(id);
    if (given === null) {
      return;
    }
    table.apply(given, { type: 'cancellation', step: 'asking' });
    stopRequests.add(given);
    try {
      if (await this.#cancelOnServer(given)) {
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
  async #cancelOnServer(id: string): Promise<boolean> {
    const { client } = this.#options;
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

  async takeOutPending(): Promise<TakenOut> {
    const { client, table, putQueued, look, now } = this.#options;
    const { pending } = await client.queue();
    const ids = pending.map(({ id }) => id);
    pending.filter(({ id }) => !table.record(id)).forEach((entry) => putQueued(entry, 'pending'));
    ids.forEach((id) => table.apply(id, { type: 'cancellation', step: 'asking' }));
    try {
      // By their ids: what somebody else queued since the look would be gone for good with the rest.
      await client.deletePending(ids);
    } catch (error) {
      ids.forEach((id) => table.apply(id, { type: 'cancellation', step: 'none' }));
      throw error;
    }
    ids.forEach((id) => table.apply(id, { type: 'dequeued', now: now() }));
    await look();
    ids.forEach((id) => table.apply(id, { type: 'cancellation', step: 'asked' }));
    let left: readonly QueueEntry[] = pending;
    return {
      count: pending.length,
      putBack: async () => {
        // A job may have started between reading the queue and taking them out.
        const gone = left.filter(({ id }) => {
          const job = table.peek(id);
          return job?.record.state === 'cancelled' && !job.settled;
        });
        const failures = await this.#requeue(gone);
        left = gone.filter(({ id }) => failures.has(id));
        await look();
        for (const error of failures.values()) {
          throw error;
        }
      },
    };
  }

  /** Sends entries to the server again as they were. Resolves with what went wrong, by job id. */
  async #requeue(entries: readonly QueueEntry[]): Promise<Map<string, unknown>> {
    const { table, live, submitter, now } = this.#options;
    const failures = new Map<string, unknown>();
    for (const entry of entries) {
      const job = graphOf(entry);
      const before = table.record(entry.id);
      const owner = entry.extraData['client_id'];
      const record = {
        ...(before ?? newRecord(entry.id, job, now())),
        state: 'submitting' as const,
        endedAt: null,
      };
      try {
        await submitter.send(record, job, {
          number: entry.number,
          outputNodes: entry.outputNodes,
          extra: { preview_method: 'auto', ...extraToKeep(entry.extraData) },
          // The events go to the tab that queued the job, as before.
          ...(typeof owner === 'string' ? { clientId: owner } : {}),
        });
      } catch (error) {
        failures.set(entry.id, error);
        if (before) {
          table.apply(entry.id, { type: 'returned', record: before });
          live.setGraph(entry.id, job);
        }
      }
    }
    return failures;
  }
}
