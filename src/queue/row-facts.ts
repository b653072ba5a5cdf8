import type { ApiGraph } from '../comfy/graph';
import { t } from '../i18n/index.svelte';
import type { JobRecord } from '../jobs/state/job';
import { changesBetween, changeWords } from './job-change';

/** So many changes are named; more are counted. */
const NAMED = 2;

/** What a waiting row says beside its name: what changed since the job before, and whose it is. */
export function factsOfRow(
  job: JobRecord,
  before: JobRecord | undefined,
  graphOf: (id: string) => ApiGraph | null,
  count: number,
): string {
  const parts = [count > 1 ? t('steering.onlySeeds') : changeSince(job, before, graphOf), senderOf(job)];
  return parts.filter((part) => part !== null).join(' · ');
}

/** What differs from the job before in the queue; `null` when that is another workflow. */
function changeSince(
  { id }: JobRecord,
  before: JobRecord | undefined,
  graphOf: (id: string) => ApiGraph | null,
): string | null {
  const [old, now] = [before ? graphOf(before.id) : null, graphOf(id)];
  const changes = old && now && changesBetween(old, now);
  if (!changes) {
    return null;
  }
  if (changes.length === 0) {
    return t('steering.sameAsBefore');
  }
  const named = changes.slice(0, NAMED).map(changeWords).join(', ');
  const more = changes.length - NAMED;
  return more > 0 ? t('steering.changesMore', { changes: named, count: more }) : named;
}

/** Who queued a job, if that was not this tab. */
export function senderOf({ mine, sender }: JobRecord): string | null {
  if (mine) {
    return null;
  }
  return sender?.name ? t('steering.from', { name: sender.name }) : t('queue.fromElsewhere');
}
