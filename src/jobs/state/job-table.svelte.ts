import { untrack } from 'svelte';
import { byNewest, isActive, isFinished, isSelection, type JobRecord } from './job';
import { type JobEvent, transition, type TrackedJob } from './job-machine';
import { KeyedSignal } from './keyed-signal.svelte';
import { placeOf, replaceSorted } from './sorted-list';

/** Jobs that came onto or left the lists; a job that changed is in both. */
export interface JobChanges {
  removed: readonly JobRecord[];
  added: readonly JobRecord[];
}

/** What one job was on the lists, and what it is now. */
interface Relisting {
  removed: JobRecord | undefined;
  added: JobRecord | undefined;
}

/**
 * Every job this page knows. All changes go through the job machine; the lists are kept sorted by
 * insertion, so that one event costs the same whether a hundred jobs are known or a hundred thousand.
 */
export class JobTable {
  readonly #jobs = new Map<string, TrackedJob>();
  /** Jobs the server has to do, those that may be on their way to it, and those held back. */
  readonly #open = new Map<string, TrackedJob>();
  readonly #finished: JobRecord[] = [];
  readonly #signal = new KeyedSignal();
  readonly #listeners = new Set<(changes: JobChanges) => void>();
  #changed = new Set<string>();
  #batch: Map<string, Relisting> | null = null;
  #finishedRev = $state(0);
  readonly #running = new SortedJobs(byPlace);
  readonly #pending = new SortedJobs(byPlace);
  readonly #held = new SortedJobs(byPlace);
  readonly #lost = new SortedJobs(byNewest);
  readonly #left = new SortedJobs(byPlace);
  readonly #lists: [list: SortedJobs, belongs: (job: JobRecord) => boolean][] = [
    [this.#running, ({ state }) => state === 'running'],
    [this.#pending, ({ state, left }) => (state === 'pending' && !left) || state === 'submitting'],
    [this.#held, ({ state }) => state === 'held'],
    [this.#lost, ({ state }) => state === 'lost'],
    [this.#left, ({ left }) => left === true],
  ];

  /** Running jobs; a stock server runs one at a time. */
  get running(): readonly JobRecord[] {
    return this.#running.all;
  }

  /** Jobs not started yet, in the order they will run. Those still being sent come last. */
  get pending(): readonly JobRecord[] {
    return this.#pending.all;
  }

  /** The place of a job among those not started yet, from 0. Reactive as `pending` is. */
  placeOf(job: JobRecord): number {
    return placeOf(this.#pending.all, job, byPlace);
  }

  /** Jobs this browser keeps out of the queue, in no order. */
  get held(): readonly JobRecord[] {
    return this.#held.all;
  }

  /** Jobs the server has forgotten without a word of how they ended, newest first. */
  get lost(): readonly JobRecord[] {
    return this.#lost.all;
  }

  /** Jobs that are not in the queue any more, of which the server has not told yet what became of them. */
  get left(): readonly JobRecord[] {
    return this.#left.all;
  }

  /** How many jobs have ended. */
  get finishedCount(): number {
    void this.#finishedRev;
    return this.#finished.length;
  }

  /** `count` jobs that have ended, newest first, after the `from` newest ones. */
  finished(count: number, from = 0): JobRecord[] {
    void this.#finishedRev;
    return this.#finished.slice(from, from + count);
  }

  /** A job and what this page did with it. Reactive for this one job. */
  tracked(id: string): TrackedJob | undefined {
    this.#signal.track(id);
    return this.#jobs.get(id);
  }

  /** The same without becoming a dependency of what runs now. */
  peek(id: string): TrackedJob | undefined {
    return this.#jobs.get(id);
  }

  /** A job the app may show, pending removals included. */
  record(id: string): JobRecord | undefined {
    const job = this.#jobs.get(id);
    return job && (job.presence === 'listed' || job.presence === 'hidden') ? job.record : undefined;
  }

  /** Records of jobs that the server has to do. */
  *active(): Iterable<JobRecord> {
    for (const { record, presence } of this.#open.values()) {
      if (presence !== 'unsure' && isActive(record.state)) {
        yield record;
      }
    }
  }

  /** Every job, for the rare questions that concern all of them. */
  all(): Iterable<TrackedJob> {
    return this.#jobs.values();
  }

  /** Calls back when the lists change; returns the way to stop. */
  onChange(listener: (changes: JobChanges) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Begins to note which jobs change: the answer of a request that is under way meanwhile says nothing about
   * these.
   */
  noteChanges(): ReadonlySet<string> {
    this.#changed = new Set();
    return this.#changed;
  }

  /** Tells a job what happened to it; returns what it is now. */
  apply(id: string, event: JobEvent): TrackedJob | undefined {
    const before = this.#jobs.get(id);
    const after = transition(before, event);
    if (after && after !== before) {
      this.#set(id, before, after);
    }
    return after;
  }

  /** Removes a job as if it had never been there. */
  drop(id: string): void {
    const before = this.#jobs.get(id);
    this.#changed.add(id);
    if (before) {
      this.#set(id, before, undefined);
    }
  }

  /** Makes many changes that the lists and their listeners take in at once. */
  batch(changes: () => void): void {
    if (this.#batch) {
      changes();
      return;
    }
    this.#batch = new Map();
    try {
      changes();
    } finally {
      const batch = this.#batch;
      this.#batch = null;
      this.#relist([...batch.values()]);
    }
  }

  #set(id: string, before: TrackedJob | undefined, after: TrackedJob | undefined): void {
    if (
      before?.record.state !== after?.record.state ||
      before?.settled !== after?.settled ||
      before?.presence !== after?.presence
    ) {
      this.#changed.add(id);
    }
    if (after) {
      this.#jobs.set(id, after);
    } else {
      this.#jobs.delete(id);
    }
    this.#setOpen(id, after);
    this.#signal.notify(id);
    const removed = shown(before);
    const added = shown(after);
    if (removed === added) {
      return;
    }
    if (this.#batch) {
      // Of several changes in one batch only the first state and the last one count.
      const earlier = this.#batch.get(id);
      this.#batch.set(id, { removed: earlier ? earlier.removed : removed, added });
    } else {
      this.#relist([{ removed, added }]);
    }
  }

  #setOpen(id: string, after: TrackedJob | undefined): void {
    const isOpen =
      after !== undefined &&
      (after.presence === 'unsure' ||
        (after.presence !== 'forgotten' && (isActive(after.record.state) || after.record.state === 'held')));
    if (isOpen) {
      this.#open.set(id, after);
    } else {
      this.#open.delete(id);
    }
  }

  #relist(changes: readonly Relisting[]): void {
    const removed = changes.flatMap((change) => change.removed ?? []);
    const added = changes.flatMap((change) => change.added ?? []);
    if (removed.length === 0 && added.length === 0) {
      return;
    }
    for (const [list, belongs] of this.#lists) {
      list.change(removed.filter(belongs), added.filter(belongs));
    }
    const gone = removed.filter(isFinishedJob);
    const ended = added.filter(isFinishedJob);
    if (gone.length + ended.length > 0) {
      replaceSorted(this.#finished, gone, ended, byNewest);
      this.#finishedRev += 1;
    }
    this.#listeners.forEach((listener) => listener({ removed, added }));
  }
}

/** In the order they will run; those still being sent come last, in the order they were asked for. */
function byPlace(a: JobRecord, b: JobRecord): number {
  const [at, other] = [a.number ?? Infinity, b.number ?? Infinity];
  if (at !== other) {
    return at - other;
  }
  const later = at === Infinity ? (a.createdAt ?? 0) - (b.createdAt ?? 0) : 0;
  return later !== 0 ? later : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** A sorted list of jobs that is never altered, but replaced: a change costs what changed, and one copy of pointers. */
class SortedJobs {
  readonly #compare: (a: JobRecord, b: JobRecord) => number;
  #jobs = $state.raw<readonly JobRecord[]>([]);

  constructor(compare: (a: JobRecord, b: JobRecord) => number) {
    this.#compare = compare;
  }

  get all(): readonly JobRecord[] {
    return this.#jobs;
  }

  change(removed: readonly JobRecord[], added: JobRecord[]): void {
    if (removed.length + added.length > 0) {
      const jobs = untrack(() => [...this.#jobs]);
      replaceSorted(jobs, removed, added, this.#compare);
      this.#jobs = jobs;
    }
  }
}

/** Files that were found are pictures, but no jobs that ended; selections are steps of an edit. */
function isFinishedJob(job: JobRecord): boolean {
  return isFinished(job.state) && !job.found && !isSelection(job);
}

function shown(job: TrackedJob | undefined): JobRecord | undefined {
  return job?.presence === 'listed' ? job.record : undefined;
}
