import type { ApiGraph } from '../comfy/graph';
import { formatList } from '../i18n/format-list';
import { t } from '../i18n/index.svelte';
import { inARow } from '../jobs/estimate/estimate';
import type { RunWatch } from '../jobs/estimate/run-watch.svelte';
import type { JobRecord } from '../jobs/state/job';
import { changesBetween, changeWords } from './job-change';
import { spanWords } from './span-words';

/** So many changes are named; more are counted. */
const NAMED = 2;

export interface RowFactsOptions {
  graphOf: (id: string) => ApiGraph | null;
  watch: Pick<RunWatch, 'estimate'>;
  /** The mark of this browser. */
  browser: string;
  /** Whether its seed is all that tells a job from those around it. */
  seed?: boolean;
}

/** What a row of waiting jobs says beside its name: what changed since the job before, how long it takes, whose it is. */
export function factsOfRow(
  jobs: readonly JobRecord[],
  before: JobRecord | undefined,
  { graphOf, watch, browser, seed = false }: RowFactsOptions,
): string {
  const [job] = jobs;
  if (!job) {
    return '';
  }
  const spans = jobs.map((one, index) => watch.estimate(one, jobs[index - 1] ?? before));
  const known = spans.filter((span) => span !== null);
  const parts = [
    seed && job.summary?.seed != null ? t('steering.seedOf', { seed: String(job.summary.seed) }) : null,
    jobs.length > 1 ? t('steering.onlySeeds') : seed ? null : changeSince(job, before, graphOf),
    known.length > 0 && known.length === spans.length ? spanWords(inARow(known)) : null,
    ownerOf(job, browser),
  ];
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
  const named = formatList(changes.slice(0, NAMED).map(changeWords));
  const more = changes.length - NAMED;
  return more > 0 ? t('steering.changesMore', { changes: named, count: more }) : named;
}

/** The same in the few words a row has room for; nothing for this browser's own. */
function ownerOf({ mine, sender, placeOnly }: JobRecord, browser: string): string | null {
  if (mine || placeOnly || sender?.browser === browser) {
    return null;
  }
  return sender?.name ? t('steering.from', { name: sender.name }) : t('steering.fromElsewhere');
}

/** Who queued a job, if that was not this browser. */
export function senderOf({ mine, sender, placeOnly }: JobRecord, browser: string): string | null {
  if (mine || placeOnly || sender?.browser === browser) {
    return null;
  }
  return sender?.name ? t('steering.from', { name: sender.name }) : t('queue.fromElsewhere');
}
