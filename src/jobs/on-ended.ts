import { untrack } from 'svelte';
import type { JobStore } from './job-store.svelte';
import { isFinished, type JobRecord } from './state/job';

/** So many jobs that ended last are known to have been told of: of older ones nothing new comes. */
const MOST_TOLD = 500;

/** Tells of each job that ends under the eyes of this page, once it is known how; returns how to end that. */
export function onEnded(
  jobs: Pick<JobStore, 'onChange' | 'witnessed'>,
  listener: (job: JobRecord) => void,
): () => void {
  const told = new Set<string>();
  return jobs.onChange(({ added }) => {
    for (const job of added) {
      if (!isFinished(job.state) || job.state === 'lost') {
        told.delete(job.id);
      } else if (!told.has(job.id) && untrack(() => jobs.witnessed(job.id))) {
        told.add(job.id);
        if (told.size > MOST_TOLD) {
          const [oldest = ''] = told;
          told.delete(oldest);
        }
        listener(job);
      }
    }
  });
}
