import type { ApiGraph } from '../../comfy/graph';
import type { JobRecord } from '../state/job';
import type { JobProgress } from '../state/progress';
import { estimate, inARow, remaining, type Sight, type Span } from './estimate';
import type { EstimateBook } from './estimate-book';
import { signatureOf } from './signature';

/** A run seen from its beginning that had come so far when it was first seen was not seen whole. */
const SEEN_LATE = 0.02;

interface Watched {
  /** When it was first seen, ms since the epoch. */
  begun: number;
  whole: boolean;
  /** Kept because the graph is dropped when the run ends. */
  signature: string | null;
  cold: boolean;
  /** First and last step of all samplers. */
  firstStepAt: number | null;
  lastStepAt: number | null;
  /** The sampler at work: when its count was first seen, and the newest count. */
  node: string | null;
  nodeFrom: { at: number; value: number } | null;
  nodeNow: { at: number; value: number; max: number } | null;
  /** How long the whole run was thought to take when half of it was done, ms. */
  guess: number | null;
}

export interface RunWatchOptions {
  book: EstimateBook;
  graphOf: (id: string) => ApiGraph | null;
  /** ms since the epoch. */
  now?: () => number;
}

/** Times the runs this page sees, learns from them, and says how long others will take. */
export class RunWatch {
  readonly #book: EstimateBook;
  readonly #graphOf: (id: string) => ApiGraph | null;
  readonly #now: () => number;
  readonly #watched = new Map<string, Watched>();
  /** Runs of each kind as they were read last: a long queue asks for the same ones again and again. */
  readonly #known = new Map<string, ReturnType<EstimateBook['runs']>>();
  /** How long jobs of a kind take. */
  readonly #spans = new Map<string, Span | null>();
  /** Of the last run: another one's has to be loaded. */
  #model: string | null = null;
  /** Grows with what was learned, for those who show it. */
  #rev = $state(0);

  constructor({ book, graphOf, now = Date.now }: RunWatchOptions) {
    this.#book = book;
    this.#graphOf = graphOf;
    this.#now = now;
  }

  /**
   * Sees how far a running job is.
   * @param begun whether it began under the eyes of this page; of others' runs no progress is told that would show it.
   */
  observe(job: JobRecord, progress: JobProgress, begun = true): void {
    const now = this.#now();
    const run = this.#watched.get(job.id) ?? this.#begin(job, progress, now, begun);
    if (progress.max > 1 && progress.value >= 1) {
      run.firstStepAt ??= now;
      run.lastStepAt = now;
      if (run.node !== progress.nodeId || run.nodeFrom === null || progress.value < run.nodeFrom.value) {
        run.node = progress.nodeId;
        run.nodeFrom = { at: now, value: progress.value };
      }
      run.nodeNow = { at: now, value: progress.value, max: progress.max };
    } else {
      run.nodeNow = null;
    }
    if (progress.fraction >= 0.5 && run.guess === null) {
      const left = this.left(job);
      run.guess = left && now - run.begun + left.likely;
    }
  }

  /** Learns from a job that has ended. */
  ended(job: JobRecord): void {
    const run = this.#watched.get(job.id);
    this.#watched.delete(job.id);
    // A stranger's run shows its beginning and its end only now and then.
    if (!run?.whole || run.signature === null || !job.mine || job.state !== 'completed' || job.unchanged) {
      return;
    }
    const now = this.#now();
    const { begun, firstStepAt, lastStepAt, cold, guess } = run;
    const [first, last] = [firstStepAt ?? now, lastStepAt ?? now];
    this.#book.learn(run.signature, {
      ...{ before: first - begun, steps: last - first, after: now - last, cold },
    });
    if (guess !== null) {
      this.#book.judge(guess, now - begun);
    }
    this.#known.clear();
    this.#spans.clear();
    this.#rev += 1;
  }

  /** Whether a running job was seen from its beginning: of others nobody knows for how long they have run. */
  sawBeginning({ id }: JobRecord): boolean {
    return this.#watched.get(id)?.whole ?? false;
  }

  /** How long a running job has taken and at which speed; `null` for one that was never observed. */
  sight({ id }: JobRecord): Sight | null {
    const run = this.#watched.get(id);
    if (!run) {
      return null;
    }
    const { nodeFrom: from, nodeNow: to } = run;
    const steps = from && to && to.value > from.value ? (to.at - from.at) / (to.value - from.value) : null;
    return {
      elapsed: this.#now() - run.begun,
      steps: steps === null || !to ? null : { done: to.value, all: to.max, each: steps },
    };
  }

  /** How long a running job still takes; `null` when nobody can say. */
  left(job: JobRecord): Span | null {
    void this.#rev;
    const sight = this.sight(job);
    const runs = this.#runs(job.id);
    return sight && remaining(runs, this.#watched.get(job.id)?.cold ?? false, sight);
  }

  /** How long a waiting job will take after another one; `null` when nobody can say. */
  estimate(job: JobRecord, before: JobRecord | undefined): Span | null {
    const kind = this.kindOf(job, before);
    return kind === null ? null : this.spanOf(kind);
  }

  /**
   * How long all of them take, the running ones first; `null` when that of one of them is not known.
   * @param waiting of the others, see `WaitingTime`.
   */
  allLeft(running: readonly JobRecord[], waiting: Span | null): Span | null {
    return whole([...running.map((job) => this.left(job)), waiting]);
  }

  /** The share within which estimates usually are right; `null` before that can be said. */
  get usualError(): number | null {
    void this.#rev;
    return this.#book.usualError;
  }

  /**
   * The kind of work a job after another one is: its signature, behind `+` where another model has to be loaded for
   * it; `null` when its graph is not known.
   */
  kindOf(job: JobRecord, before: JobRecord | undefined): string | null {
    const signature = this.#signature(job.id);
    const isCold = modelOf(job) !== (before ? modelOf(before) : this.#model);
    return signature && `${isCold ? '+' : ''}${signature}`;
  }

  /** How long jobs of a kind take; `null` when nobody can say. */
  spanOf(kind: string): Span | null {
    void this.#rev;
    let span = this.#spans.get(kind);
    if (span === undefined) {
      const isCold = kind.startsWith('+');
      span = estimate(this.#runsOf(isCold ? kind.slice(1) : kind), isCold);
      this.#spans.set(kind, span);
    }
    return span;
  }

  #runs(id: string): ReturnType<EstimateBook['runs']> {
    const signature = this.#watched.get(id)?.signature ?? this.#signature(id);
    return signature === null ? [] : this.#runsOf(signature);
  }

  #runsOf(signature: string): ReturnType<EstimateBook['runs']> {
    const runs = this.#known.get(signature) ?? this.#book.runs(signature);
    this.#known.set(signature, runs);
    return runs;
  }

  #signature(id: string): string | null {
    const graph = this.#graphOf(id);
    return graph && signatureOf(graph);
  }

  #begin(job: JobRecord, progress: JobProgress, now: number, begun: boolean): Watched {
    const model = modelOf(job);
    const run: Watched = {
      begun: now,
      signature: this.#signature(job.id),
      whole: begun && progress.fraction <= SEEN_LATE,
      cold: model !== this.#model,
      firstStepAt: null,
      lastStepAt: null,
      node: null,
      nodeFrom: null,
      nodeNow: null,
      guess: null,
    };
    this.#model = model;
    this.#watched.set(job.id, run);
    return run;
  }
}

/** Of several things in a row, unless one of them is not known. */
function whole(spans: readonly (Span | null)[]): Span | null {
  const known = spans.filter((span) => span !== null);
  return known.length < spans.length ? null : inARow(known);
}

function modelOf({ summary }: JobRecord): string | null {
  return summary?.model ?? null;
}
