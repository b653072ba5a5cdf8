import { reporting } from '../base/report';
import type { RunWatch } from '../jobs/estimate/run-watch.svelte';
import type { JobStore } from '../jobs/job-store.svelte';

/** Has each running job timed from when it is first seen to its end. Called whenever one of them has moved on. */
export function runFollower(jobs: JobStore, watch: RunWatch): () => void {
  const seen = new Set<string>();
  return () => {
    for (const job of jobs.running) {
      watch.observe(job, jobs.progress(job.id));
      if (!seen.has(job.id)) {
        seen.add(job.id);
        void jobs
          .ended(job.id)
          .then((ended) => {
            seen.delete(ended.id);
            watch.ended(ended);
          })
          .catch(reporting('queue.watch'));
      }
    }
  };
}
