import type { JobRecord } from '../state/job';
import { changedPart } from './changed-part';
import type { Span } from './estimate';
import type { RunWatch } from './run-watch.svelte';

/** What decides how long a job takes; `null` when that is not known. */
type Kind = string | null;

/** How long a queue takes: jobs are counted by their kinds, so that a change costs what changed. */
export class WaitingTime {
  readonly #watch: Pick<RunWatch, 'kindOf' | 'spanOf'>;
  #jobs: readonly JobRecord[] = [];
  #kinds: readonly Kind[] = [];
  readonly #counts = new Map<Kind, number>();

  /** @param watch knows the kind of a job, which also depends on the one before it, and how long that takes. */
  constructor(watch: Pick<RunWatch, 'kindOf' | 'spanOf'>) {
    this.#watch = watch;
  }

  /** How long these jobs take one after the other, behind one that runs; `null` when that of one is not known. */
  of(jobs: readonly JobRecord[], running: JobRecord | undefined): Span | null {
    this.#recount(jobs, running);
    if (this.#counts.has(null)) {
      return null;
    }
    let likely = 0;
    let [below, above] = [0, 0];
    for (const [kind, count] of this.#counts) {
      const span = kind === null ? null : this.#watch.spanOf(kind);
      if (span === null) {
        return null;
      }
      likely += count * span.likely;
      below += count * (span.likely - span.low) ** 2;
      above += count * (span.high - span.likely) ** 2;
    }
    // Their doubts partly cancel out.
    return { low: Math.max(0, likely - Math.sqrt(below)), likely, high: likely + Math.sqrt(above) };
  }

  #recount(jobs: readonly JobRecord[], running: JobRecord | undefined): void {
    const { from, end } = changedPart(this.#jobs, jobs);
    const shift = jobs.length - this.#jobs.length;
    // The one behind them has another one before it now, and what runs is before the first.
    const last = Math.min(jobs.length, end + 1);
    const now = jobs
      .slice(from, last)
      .map((job, index) => this.#watch.kindOf(job, jobs[from + index - 1] ?? running));
    this.#count(this.#kinds.slice(from, last - shift), -1);
    this.#count(now, 1);
    this.#kinds = this.#kinds.toSpliced(from, last - shift - from, ...now);
    this.#jobs = jobs;
    const [first] = jobs;
    const [known] = this.#kinds;
    if (first && known !== undefined && from > 0) {
      const kind = this.#watch.kindOf(first, running);
      this.#count([known], -1);
      this.#count([kind], 1);
      this.#kinds = kind === known ? this.#kinds : this.#kinds.with(0, kind);
    }
  }

  #count(kinds: readonly Kind[], by: 1 | -1): void {
    for (const kind of kinds) {
      const count = (this.#counts.get(kind) ?? 0) + by;
      if (count === 0) {
        this.#counts.delete(kind);
      } else {
        this.#counts.set(kind, count);
      }
    }
  }
}
