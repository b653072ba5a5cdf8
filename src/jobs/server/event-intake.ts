import type { ComfyEvent } from '../../comfy/events';
import { EarlyEvents } from '../state/early-events';
import { isFinished, type JobRecord } from '../state/job';
import type { JobTable } from '../state/job-table.svelte';
import type { LiveJobs } from '../state/live-jobs.svelte';
import { collectOutputs, collectTexts } from '../state/outputs';
import { readError } from '../state/records';

/** Events that only a running job sends. */
const SIGNS_OF_LIFE: ReadonlySet<ComfyEvent['type']> = new Set([
  'execution_start',
  'execution_cached',
  'executing',
  'progress',
  'progress_state',
  'preview',
  'executed',
]);

export interface EventIntakeOptions {
  table: JobTable;
  live: LiveJobs;
  /** ms since the epoch. */
  now: () => number;
  /** Hears how many jobs the server counts as pending or running. */
  counted: (remaining: number) => void;
  /** A run is over, whatever the outcome; the history is written only now (API reference 4.5). */
  ended: (id: string) => void;
}

/** Routes each socket event to the job it belongs to. */
export class EventIntake {
  readonly #options: EventIntakeOptions;
  readonly #early: EarlyEvents;
  #runningId: string | null = null;

  constructor(options: EventIntakeOptions) {
    this.#options = options;
    this.#early = new EarlyEvents(options.now);
  }

  receive(event: ComfyEvent): void {
    if (event.type === 'status') {
      this.#options.counted(event.data.status.exec_info.queue_remaining);
      return;
    }
    const id = this.#jobOf(event);
    if (id === null) {
      return;
    }
    if (this.#options.table.record(id)) {
      this.#apply(id, event);
    } else if (this.#options.table.peek(id)?.presence !== 'forgotten') {
      this.#early.keep(id, event);
    }
  }

  /** Applies the events that arrived before the job was known. */
  replay(id: string): void {
    this.#early.take(id).forEach((event) => this.#apply(id, event));
  }

  /** Drops events that arrived before the job was known, because it has ended since. */
  discard(id: string): void {
    this.#early.take(id);
  }

  /** Events without an id belong to one of these, as GET /queue lists them. */
  noteRunning(ids: readonly string[]): void {
    if (!this.#isRunning(this.#runningId)) {
      this.#runningId = ids.find((id) => this.#isRunning(id)) ?? null;
    }
  }

  #isRunning(id: string | null): boolean {
    return id !== null && this.#options.table.record(id)?.state === 'running';
  }

  /**
   * Legacy previews, texts and the messages sent when a socket opens carry no job id; they belong to the
   * running job.
   */
  #jobOf(event: ComfyEvent): string | null {
    if (event.type === 'feature_flags') {
      return null;
    }
    return ('prompt_id' in event.data ? event.data.prompt_id : null) ?? this.#runningId;
  }

  #apply(id: string, event: ComfyEvent): void {
    const { table, live, ended } = this.#options;
    if (event.type === 'executing' && event.data.node === null) {
      if (this.#runningId === id) {
        this.#runningId = null;
      }
      if (!table.peek(id)?.settled) {
        ended(id);
      }
      return;
    }
    this.#showLife(id, event);
    const record = table.record(id);
    if (!record || isFinished(record.state)) {
      return;
    }
    if (event.type === 'executed') {
      const made = { [event.data.node]: event.data.output };
      const others = record.texts?.filter(({ nodeId }) => nodeId !== event.data.node) ?? [];
      table.apply(id, {
        type: 'made',
        outputs: collectOutputs({ ...nodeOutputs(record), ...made }),
        texts: [...others, ...collectTexts(made)],
      });
    } else if (event.type === 'execution_error' && event.data.exception_type !== 'ExecutionBlocked') {
      // A blocked output reports an error too, yet the run goes on (API reference 4.3).
      table.apply(id, { type: 'node-failed', error: readError(live.nodes(id) ?? {}, event.data) });
    }
    live.follow(id, event);
  }

  #showLife(id: string, event: ComfyEvent): void {
    const { table, now } = this.#options;
    if (!SIGNS_OF_LIFE.has(event.type) || !table.record(id) || table.peek(id)?.settled) {
      return;
    }
    this.#runningId = id;
    const startedAt = event.type === 'execution_start' ? event.data.timestamp : null;
    table.apply(id, { type: 'alive', startedAt, now: now() });
  }
}

function nodeOutputs(record: JobRecord): Record<string, Record<string, unknown[]>> {
  const lists: Record<string, Record<string, unknown[]>> = {};
  for (const { nodeId, ref, poster } of record.outputs) {
    (lists[nodeId] ??= { images: [] })['images']?.push({ ...ref, workflow: poster?.filename });
  }
  return lists;
}
