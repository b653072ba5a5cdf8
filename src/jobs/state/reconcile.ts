import type { JobRecord } from './job';

/** What the server says is in its queue: of each job its id, at least. */
export interface QueueSnapshot<Entry> {
  running: readonly Entry[];
  pending: readonly Entry[];
}

/** What a look at the queue says about the jobs we know. */
export interface QueueReading<Entry> {
  /** Jobs that are queued as described, the running first. */
  queued: { entry: Entry; state: 'running' | 'pending' }[];
  /** Jobs that left the queue: ended, dequeued or lost. Only the history can tell which. */
  missing: string[];
}

/**
 * Compares the queue with the jobs we know. The answer is older than whatever happened since the request
 * left, so it says nothing about the jobs in `changed`: those whose state another source, such as a socket
 * event or the answer to a cancellation, has changed meanwhile.
 */
export function readQueue<Entry extends { id: string }>(
  snapshot: QueueSnapshot<Entry>,
  known: Iterable<JobRecord>,
  changed: ReadonlySet<string>,
): QueueReading<Entry> {
  const queued: QueueReading<Entry>['queued'] = [
    ...snapshot.running.map((entry) => ({ entry, state: 'running' as const })),
    ...snapshot.pending.map((entry) => ({ entry, state: 'pending' as const })),
  ];
  const there = new Set(queued.map(({ entry }) => entry.id));
  const missing: string[] = [];
  for (const { id, state } of known) {
    // A job still being sent is not the queue's yet.
    if ((state === 'pending' || state === 'running') && !there.has(id) && !changed.has(id)) {
      missing.push(id);
    }
  }
  return { queued: queued.filter(({ entry }) => !changed.has(entry.id)), missing };
}
