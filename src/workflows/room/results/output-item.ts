import type { GalleryItem, JobStore } from '../../../jobs/job-store.svelte';
import type { JobRecord, Output } from '../../../jobs/state/job';

/** An output as an item of the gallery; temporary previews, which are in no list, become one of their own. */
export function outputItem(jobs: Pick<JobStore, 'items'>, job: JobRecord, output: Output): GalleryItem {
  const key = `${job.id}/${output.index}`;
  return jobs.items.find(key) ?? { key, job, output, repeats: [], replaced: false };
}

/** What a job is known by: its first saved picture or film, or else a preview. */
export function jobItem(jobs: Pick<JobStore, 'items' | 'job'>, id: string | null): GalleryItem | undefined {
  const job = id === null ? undefined : jobs.job(id);
  const seen = job?.outputs.filter(({ media }) => media === 'image' || media === 'video') ?? [];
  const output = seen.find(({ ref }) => ref.type === 'output') ?? seen[0];
  return job && output && outputItem(jobs, job, output);
}
