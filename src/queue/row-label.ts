import { t } from '../i18n/index.svelte';
import type { JobRecord } from '../jobs/state/job';
import type { PendingRow } from './pending-rows';

/**
 * What a row of the waiting jobs is called for those who do not see it: unlike its words, that tells the rows of one
 * batch apart.
 * @param jobs tells the place of a job among all that wait, from 0.
 */
export function labelOf(
  row: PendingRow,
  words: string,
  jobs: { placeOf: (job: JobRecord) => number },
): string {
  const [job] = row.jobs;
  const [first] = row.of?.jobs ?? [];
  if (first && job) {
    return t('steering.memberName', {
      name: words,
      place: jobs.placeOf(job) + 1 - jobs.placeOf(first),
      total: row.of?.jobs.length ?? 0,
    });
  }
  return row.jobs.length > 1 ? t('steering.batchName', { name: words, total: row.jobs.length }) : words;
}
