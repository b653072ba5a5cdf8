import { isFinished, type JobRecord } from './state/job';
import type { JobStore } from './job-store.svelte';

/** Resolves with the job once it has ended, however it did. */
export function jobEnded(jobs: JobStore, id: string): Promise<JobRecord> {
  return new Promise((resolve) => {
    const stop = $effect.root(() => {
      $effect(() => {
        const job = jobs.job(id);
        if (job && isFinished(job.state)) {
          resolve(job);
          queueMicrotask(stop);
        }
      });
    });
  });
}
