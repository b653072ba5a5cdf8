import { reportingAs } from '../../../base/report';
import type { JobStore } from '../../../jobs/job-store.svelte';
import { readRecord } from '../../../workflows/darkroom-record';
import type { Extension } from '../../../workflows/recipe';

/** How far a job's result reaches beyond the picture it was made from; null for not at all. */
export async function extensionOf(jobs: JobStore, id: string): Promise<Extension | null> {
  const job = await jobs.graph(id).catch(reportingAs('results.record', null));
  return readRecord(job?.pngInfo['darkroom'])?.extend ?? null;
}
