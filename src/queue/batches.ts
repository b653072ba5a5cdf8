import type { ApiGraph } from '../comfy/graph';
import { changedPart } from '../jobs/estimate/changed-part';
import type { JobRecord } from '../jobs/state/job';
import { differInSeedsOnly } from './job-change';

/** Jobs that are one row until it is opened: the same thing with several seeds, one after the other. */
export interface Batch {
  /** Of its first job. */
  id: string;
  jobs: readonly JobRecord[];
}

type GraphOf = (id: string) => ApiGraph | null;

/** Groups waiting jobs that stand together and differ in their seeds alone. */
export function inBatches(jobs: readonly JobRecord[], graphOf: GraphOf): Batch[] {
  const batches: JobRecord[][] = [];
  let last: JobRecord | null = null;
  for (const job of jobs) {
    const batch = batches.at(-1);
    if (batch && last && belongTogether(last, job, graphOf)) {
      batch.push(job);
    } else {
      batches.push([job]);
    }
    last = job;
  }
  return batches.map((batch) => ({ id: batch[0]?.id ?? '', jobs: batch }));
}

/** The batches of a list of waiting jobs as it changes: a change costs what stands beside it, however long the list. */
export class BatchList {
  readonly #graphOf: GraphOf;
  #jobs: readonly JobRecord[] = [];
  #batches: readonly Batch[] = [];

  constructor(graphOf: GraphOf) {
    this.#graphOf = graphOf;
  }

  /** The batches of what is waiting now; those that did not change are the same objects as before. */
  of(jobs: readonly JobRecord[]): readonly Batch[] {
    const { from, end } = changedPart(this.#jobs, jobs);
    if (from === end && jobs.length === this.#jobs.length) {
      return this.#batches;
    }
    const behind = jobs.length - end;
    // The batches on either side may have to be joined or divided.
    const head = untilJob(this.#batches, from - 1);
    const tail = untilJob(this.#batches, this.#jobs.length - behind) + 1;
    const begin = jobsIn(this.#batches, 0, head);
    const rest = jobsIn(this.#batches, Math.min(tail, this.#batches.length), this.#batches.length);
    const changed = inBatches(jobs.slice(begin, jobs.length - rest), this.#graphOf);
    this.#batches = this.#batches.toSpliced(head, Math.max(0, tail - head), ...changed);
    this.#jobs = jobs;
    return this.#batches;
  }
}

/** How many batches end before the job at this place. */
function untilJob(batches: readonly Batch[], place: number): number {
  let end = 0;
  const at = batches.findIndex(({ jobs }) => {
    end += jobs.length;
    return end > place;
  });
  return at < 0 ? batches.length : at;
}

function jobsIn(batches: readonly Batch[], from: number, end: number): number {
  let count = 0;
  for (let at = from; at < end; at++) {
    count += batches[at]?.jobs.length ?? 0;
  }
  return count;
}

function belongTogether(before: JobRecord, job: JobRecord, graphOf: GraphOf): boolean {
  if (before.sender?.browser !== job.sender?.browser || before.mine !== job.mine) {
    return false;
  }
  const [old, now] = [graphOf(before.id), graphOf(job.id)];
  return old !== null && now !== null && differInSeedsOnly(old, now);
}
