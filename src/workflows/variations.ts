import { report } from '../base/report';
import { ComfyError } from '../comfy/errors';
import { hasSeed } from '../comfy/graph-seeds';
import { describeError } from '../i18n/describe-error';
import { t } from '../i18n/index.svelte';
import type { JobStore } from '../jobs/job-store.svelte';
import { isPutOff } from '../jobs/put-off';
import type { JobGraph } from '../jobs/state/job';
import { complain, say } from '../ui/toasts.svelte';
import { drawAnew } from './run-again';

/**
 * Queues a job several times, each with seeds of its own, and tells how that went. What the server has taken
 * before one is refused stays queued.
 * @param known its graph, where the server has forgotten it.
 */
export async function queueVariations(
  jobs: JobStore,
  id: string,
  count: number,
  known: JobGraph | null = null,
): Promise<void> {
  let queued = 0;
  let putOff = 0;
  try {
    const job = known ?? (await jobs.graph(id));
    if (!job) {
      throw new ComfyError('invalid', 'the graph of this job is not known any more');
    }
    if (!hasSeed(job.graph)) {
      say(t('lineage.notVaried'));
      return;
    }
    for (; queued < count; queued++) {
      const again = await jobs.submit(await drawAnew(jobs, job), { again: true });
      putOff += isPutOff(jobs, again) ? 1 : 0;
    }
    if (queued > putOff) {
      say(t('lineage.varied', { count: queued - putOff }));
    }
  } catch (error) {
    report(error, 'variations');
    complain(describeError(error), {
      label: t('common.retry'),
      run: () => void queueVariations(jobs, id, count - queued, known),
    });
  }
}
