import { type FileRef, fileRefKey } from '../comfy/file-ref';
import type { GalleryItem } from '../jobs/job-store.svelte';
import type { OutputLibrary } from '../jobs/library/output-library.svelte';
import type { JobRecord } from '../jobs/state/job';
import { mediaOf } from '../jobs/state/outputs';

/**
 * What a job is known by in lists: the picture it saved, else a preview it made, else the one it was made from, be
 * that a picture of the gallery or a file that was uploaded.
 */
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
  const source = job.darkroom?.parent ?? job.sources?.[0];
  return source && (items.byFile(source) ?? uploaded(source, job));
}

/** Files that no job made, as items: many jobs come from the same one, whose thumbnail is then made once. */
const uploads = new Map<string, GalleryItem>();
/** So many are kept. */
const UPLOADS = 500;

function uploaded(ref: FileRef, job: JobRecord): GalleryItem | undefined {
  const media = mediaOf(ref);
  if (media !== 'image' && media !== 'video') {
    return undefined;
  }
  const key = fileRefKey(ref);
  const known = uploads.get(key);
  if (known) {
    return known;
  }
  const item = {
    ...{ key: `${job.id}/source`, job, repeats: [], replaced: false },
    output: { nodeId: '', index: -1, ref, media },
  };
  uploads.set(key, item);
  const [oldest = ''] = uploads.keys();
  if (uploads.size > UPLOADS) {
    uploads.delete(oldest);
  }
  return item;
}
