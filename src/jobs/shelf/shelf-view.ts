import type { JobTable } from '../state/job-table.svelte';
import type { LiveJobs } from '../state/live-jobs.svelte';
import type { SentJob } from './queue-look';
import type { ShelfJob } from './shelf-db';
import { isUnsent } from './shelf-phases';

export interface ShelfViewOptions {
  table: JobTable;
  live: LiveJobs;
  /** ms since the epoch. */
  now: () => number;
  /** Looks at queue and history soon. */
  lookSoon: () => void;
}

/** Shows jobs as what they are while the shelf has them. The table knows the queue alone. */
export class ShelfView {
  readonly #options: ShelfViewOptions;
  /** Jobs whose absence from the queue means nothing, because of this tab. */
  readonly #steered = new Set<string>();
  /** Jobs shown as being sent because the shelf has them. */
  readonly #unsent = new Set<string>();

  constructor(options: ShelfViewOptions) {
    this.#options = options;
  }

  /** Absence of these jobs means nothing for now. */
  steer(ids: readonly string[]): void {
    const { table } = this.#options;
    ids.forEach((id) => this.#steered.add(id));
    table.batch(() => ids.forEach((id) => table.apply(id, { type: 'steered', on: true })));
  }

  /** The server's word on these jobs counts again. */
  released(ids: readonly string[]): void {
    const { table, lookSoon } = this.#options;
    if (ids.length > 0) {
      ids.forEach((id) => this.#steered.delete(id));
      table.batch(() => ids.forEach((id) => table.apply(id, { type: 'steered', on: false })));
      lookSoon();
    }
  }

  /** The server has accepted this job, and its answer was taken in. */
  sent(id: string): void {
    this.#steered.delete(id);
  }

  /** The server does not have these jobs any more. */
  out(jobs: readonly ShelfJob[]): void {
    const { table, now } = this.#options;
    table.batch(() => {
      for (const { id, kind, record } of jobs) {
        if (kind === 'held') {
          table.apply(id, { type: 'held', record });
        } else if (kind === 'undo') {
          table.apply(id, { type: 'cancellation', step: 'asked' });
          table.apply(id, { type: 'dequeued', now: now() });
        }
      }
    });
    this.released(jobs.flatMap(({ id, kind }) => (kind === 'moving' ? [] : [id])));
  }

  /** These jobs are on the hold shelf. */
  held(jobs: readonly ShelfJob[]): void {
    const { table } = this.#options;
    table.batch(() => {
      for (const job of jobs) {
        this.#keepGraph(job);
        table.apply(job.id, { type: 'held', record: job.record });
      }
    });
  }

  /**
   * Whether the server has told of a new job, by an event or in its queue, whatever became of it since: it may have
   * been started anew and know nothing of it any more.
   */
  wasSeen(id: string): boolean {
    const state = this.#options.table.peek(id)?.record.state;
    return state !== undefined && state !== 'submitting' && state !== 'cancelled' && state !== 'held';
  }

  /** A new job is on its way. */
  sending(id: string): void {
    this.#unsent.add(id);
  }

  /** A job could not be sent: it is what it was before. */
  notSent(job: ShelfJob): void {
    const { table, now } = this.#options;
    const { id, kind, record, number } = job;
    if (kind === 'sending') {
      this.#unsent.add(id);
      table.apply(id, { type: 'sent', record });
    } else if (kind === 'held') {
      table.apply(id, { type: 'held', record });
    } else if (kind === 'undo') {
      table.apply(id, { type: 'returned', record: { ...record, state: 'cancelled', endedAt: now() } });
    } else {
      table.apply(id, { type: 'sent', record: { ...record, state: 'pending', number } });
      this.steer([id]);
    }
    this.#keepGraph(job);
  }

  /** Nobody wants these new jobs any more. */
  calledOff(ids: readonly string[]): void {
    const { table, now } = this.#options;
    table.batch(() => {
      for (const id of ids) {
        table.apply(id, { type: 'cancellation', step: 'asked' });
        table.apply(id, { type: 'dequeued', now: now() });
      }
    });
  }

  /** They had arrived all the same, and were taken out. */
  takenOut(ids: readonly string[]): void {
    const { table, now } = this.#options;
    table.batch(() => ids.forEach((id) => table.apply(id, { type: 'dequeued', now: now() })));
  }

  /** The server has these new jobs, or had them: it tells the rest. */
  arrived(jobs: readonly { job: ShelfJob; as: SentJob }[]): void {
    const { table, live, lookSoon } = this.#options;
    if (jobs.length === 0) {
      return;
    }
    table.batch(() => {
      for (const { job, as } of jobs) {
        const { id, number } = as;
        if (id !== job.id) {
          live.clear(job.id);
          table.drop(job.id);
        }
        table.apply(id, { type: 'accepted', record: job.record, id, number, problems: [] });
        live.setGraph(id, job.job, job.outputNodes, job.extra);
      }
    });
    lookSoon();
  }

  /** What was on the shelf before is not all there any more, because of another tab; the queue tells what it did. */
  changed(before: Iterable<string>, now: ReadonlyMap<string, ShelfJob>): void {
    const { table, lookSoon } = this.#options;
    const all = [...now.values()];
    for (const job of all) {
      if (job.kind === 'held' && job.phase === 'out') {
        table.apply(job.id, { type: 'held', record: job.record });
        this.#keepGraph(job);
      } else if (isUnsent(job) && !table.peek(job.id)) {
        this.notSent(job);
      }
    }
    // What this tab began, another one may have finished.
    this.out(all.filter(({ id, phase }) => this.#steered.has(id) && phase === 'out'));
    this.released([...this.#steered].filter((id) => !now.has(id)));
    const gone = [...before].filter((id) => !now.has(id) && table.peek(id)?.record.state === 'held');
    if (gone.length > 0) {
      // Another tab put them back, or dropped them: the queue tells.
      gone.forEach((id) => table.drop(id));
      lookSoon();
    }
    this.hideSent(now);
  }

  /** Hides new jobs that another tab has sent, or called off: the queue tells. */
  hideSent(shelf: ReadonlyMap<string, ShelfJob>): void {
    const { table, lookSoon } = this.#options;
    for (const id of this.#unsent) {
      const job = shelf.get(id);
      if (!job || !isUnsent(job)) {
        this.#unsent.delete(id);
        if (table.peek(id)?.record.state === 'submitting') {
          table.drop(id);
          lookSoon();
        }
      }
    }
  }

  #keepGraph({ id, job, outputNodes, extra }: ShelfJob): void {
    this.#options.live.setGraph(id, job, outputNodes, extra);
  }
}
