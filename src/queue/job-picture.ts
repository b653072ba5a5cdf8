import type { GalleryItem } from '../jobs/job-store.svelte';
import type { OutputLibrary } from '../jobs/library/output-library.svelte';
import type { JobRecord } from '../jobs/state/job';

/** What a job is known by in lists: the picture it saved, else a preview it made, else the one it was made from. */
export function jobPicture(
  job: JobRecord,
  items: Pick<OutputLibrary, 'find' | 'byFile'>,
): GalleryItem | undefined {
  const seen = job.outputs.filter(({ media }) => media === 'image' || media === 'video');
  const output = seen.find(({ ref }) => ref.type === 'output') ?? seen[0];
  if (output) {
    const key = `${job.id}/${output.index}`;
    // Previews are in no list.
    return items.find(key) ?? { key, job, output, repeats: [], replaced: false };
  }
  return job.darkroom?.parent ? items.byFile(job.darkroom.parent) : undefined;
}
