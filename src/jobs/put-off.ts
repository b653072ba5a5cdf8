import type { JobStore } from './job-store.svelte';

/**
 * Whether a job that was asked for is not in the server's queue yet: the queue is paused, or its sending broke off.
 * Both are said by whoever keeps the job, so that nobody else may say that it is queued.
 */
export function isPutOff(jobs: Pick<JobStore, 'job'>, id: string): boolean {
  const state = jobs.job(id)?.state;
  return state === 'held' || state === 'submitting';
}
