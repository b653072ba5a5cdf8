import { report, reporting } from '../base/report';
import { ComfyError } from '../comfy/errors';
import { describeError } from '../i18n/describe-error';
import { t } from '../i18n/index.svelte';
import { jobEnded } from '../jobs/job-ended.svelte';
import type { JobStore } from '../jobs/job-store.svelte';
import { isPutOff } from '../jobs/put-off';
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
  await attempt(jobs, id, seeds, known, null);
}

/** @param unsure what an earlier attempt had sent without an answer: the server is asked for it first. */
async function attempt(
  jobs: JobStore,
  id: string,
  seeds: SeedChoice,
  known: JobGraph | null,
  unsure: JobGraph | null,
): Promise<void> {
  let fresh = unsure;
  try {
    const job = known ?? (await jobs.graph(id));
    if (!job) {
      throw new ComfyError('invalid', 'the graph of this job is not known any more');
    }
    const { hasSeed } = await import('../comfy/graph-seeds');
    const seeded = hasSeed(job.graph);
    fresh ??= seeds === 'new' ? await drawAnew(jobs, job) : job;
    const again = await jobs.submit(fresh, { again: unsure === null });
    if (!isPutOff(jobs, again)) {
      say(t(!seeded ? 'queue.again.queued' : `queue.again.queued${seeds === 'new' ? 'New' : 'Same'}`));
    }
    void tellIfUnchanged(jobs, again, seeded, job).catch(reporting('run-again.watch'));
  } catch (error) {
    report(error, 'run-again');
    complain(describeError(error), {
      label: t('common.retry'),
      run: () => void attempt(jobs, id, seeds, known, fresh),
    });
  }
}

/** The job with new seeds, and with the choices in its prompts made anew. */
export async function drawAnew(jobs: JobStore, job: JobGraph): Promise<JobGraph> {
  const fresh = (await jobs.newSeeds(job)) ?? job;
  // Few jobs have any, and what expands them is not there when the page opens.
  const has = Object.hasOwn(Object(fresh.pngInfo['darkroom']) as object, 'prompts');
  return has ? (await import('./prompt-view/draw-prompts')).drawPrompts(jobs.client, fresh) : fresh;
}

async function tellIfUnchanged(jobs: JobStore, id: string, seeded: boolean, job: JobGraph): Promise<void> {
  const { unchanged } = await jobEnded(jobs, id);
  if (unchanged) {
    const withNewSeed = { label: t('queue.again.newSeed'), run: () => void runAgain(jobs, id, 'new', job) };
    say(t('queue.again.sameInputs'), seeded ? withNewSeed : undefined);
  }
}
