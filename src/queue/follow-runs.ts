import { reporting } from '../base/report';
import type { RunWatch } from '../jobs/estimate/run-watch.svelte';
import type { JobStore } from '../jobs/job-store.svelte';

/**
 * Has each running job timed from when it is first seen to its end. `look` is to be called whenever one of them has
 * moved on.
 */
export function followRuns(jobs: JobStore, watch: RunWatch): { look: () => void; stop: () => void } {
  const begun = new Set<string>();
  const seen = new Set<string>();
  const forget = (id: string): void => {
    begun.delete(id);
    seen.delete(id);
  };
  return {
    look: () => {
      for (const job of jobs.running) {
        // The server tells when a job starts, if it is this tab's.
        watch.observe(job, jobs.progress(job.id), begun.has(job.id) || job.startedAt !== null);
        if (!seen.has(job.id)) {
          seen.add(job.id);
          void jobs
            .ended(job.id)
            .then((ended) => {
              forget(ended.id);
              watch.ended(ended);
            })
            .catch(reporting('queue.watch'));
        }
      }
    },
    stop: onBegun(jobs, (id) => begun.add(id)),
  };
}

/** Tells of each job that begins under the eyes of this page, rather than running when it is first seen. */
function onBegun(jobs: Pick<JobStore, 'onChange'>, listener: (id: string) => void): () => void {
  return jobs.onChange(({ removed, added }) => {
    for (const { id, state } of added) {
      const before = state === 'running' && removed.find((job) => job.id === id);
      if (before && before.state !== 'running') {
        listener(id);
      }
    }
  });
}
