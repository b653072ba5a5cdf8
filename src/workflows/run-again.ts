import { report, reporting } from '../base/report';
import { ComfyError } from '../comfy/errors';
import { hasSeed } from '../comfy/graph-seeds';
import { describeError } from '../i18n/describe-error';
import { t } from '../i18n/index.svelte';
import { jobEnded } from '../jobs/job-ended.svelte';
import type { JobStore } from '../jobs/job-store.svelte';
import type { JobGraph } from '../jobs/state/job';
import { complain, say } from '../ui/toasts.svelte';

/** What becomes of the seeds of a job that is run again. */
export type SeedChoice = 'new' | 'same';

/**
 * Queues a job once more and tells how that went; also when it has ended and ComfyUI, given the same inputs,
 * made nothing new.
 * @param known its graph, where the server has forgotten it.
 */
export async function runAgain(
  jobs: JobStore,
  id: string,
  seeds: SeedChoice,
  known: JobGraph | null = null,
): Promise<void> {
  try {
    const job = known ?? (await jobs.graph(id));
    if (!job) {
      throw new ComfyError('invalid', 'the graph of this job is not known any more');
    }
    const seeded = hasSeed(job.graph);
    const fresh = seeds === 'new' ? await jobs.newSeeds(job) : null;
    const again = await jobs.submit(fresh ?? job, { again: true });
    say(t(!seeded ? 'queue.again.queued' : `queue.again.queued${seeds === 'new' ? 'New' : 'Same'}`));
    void tellIfUnchanged(jobs, again, seeded, job).catch(reporting('run-again.watch'));
  } catch (error) {
    report(error, 'run-again');
    complain(describeError(error), {
      label: t('common.retry'),
      run: () => void runAgain(jobs, id, seeds, known),
    });
  }
}

async function tellIfUnchanged(jobs: JobStore, id: string, seeded: boolean, job: JobGraph): Promise<void> {
  const { unchanged } = await jobEnded(jobs, id);
  if (unchanged) {
    const withNewSeed = { label: t('queue.again.newSeed'), run: () => void runAgain(jobs, id, 'new', job) };
    say(t('queue.again.sameInputs'), seeded ? withNewSeed : undefined);
  }
}
