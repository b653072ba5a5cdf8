import type { ApiGraph } from '../comfy/graph';
import type { JobRecord } from '../jobs/state/job';
import { differInSeedsOnly } from './job-change';

/** Jobs that are one row until it is opened: the same thing with several seeds, one after the other. */
export interface Batch {
  /** Of its first job. */
  id: string;
  jobs: JobRecord[];
  /** Of its first job, from 1. */
  position: number;
}

/** Groups waiting jobs that stand together and differ in their seeds alone. */
export function inBatches(jobs: readonly JobRecord[], graphOf: (id: string) => ApiGraph | null): Batch[] {
  const batches: Batch[] = [];
  let last: JobRecord | null = null;
  jobs.forEach((job, index) => {
    const batch = batches.at(-1);
    if (batch && last && belongTogether(last, job, graphOf)) {
      batch.jobs.push(job);
    } else {
      batches.push({ id: job.id, jobs: [job], position: index + 1 });
    }
    last = job;
  });
  return batches;
}

function belongTogether(
  before: JobRecord,
  job: JobRecord,
  graphOf: (id: string) => ApiGraph | null,
): boolean {
  if (before.sender?.browser !== job.sender?.browser || before.mine !== job.mine) {
    return false;
  }
  const [old, now] = [graphOf(before.id), graphOf(job.id)];
  return old !== null && now !== null && differInSeedsOnly(old, now);
}
