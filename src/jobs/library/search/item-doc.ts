import { deviceFolderOf } from '../../../comfy/device-ref';
import { displayPath } from '../../../comfy/file-ref';
import { folderPath } from '../../../comfy/folder-path';
import { jobTime } from '../../state/job';
import type { JobFacts } from '../job-facts';
import type { GalleryItem } from '../output-index';
import type { SearchDoc } from './doc';
import type { Marks } from '../../marks/marks';

/**
 * What can be searched of a picture.
 * @param marks with the names of its collections.
 * @param facts what its job's graph tells, once that was read.
 * @param size of the file itself, px, where it has been seen.
 */
export function docOf(
  { job, output }: GalleryItem,
  facts: JobFacts | undefined,
  marks: Marks & { names: readonly string[] },
  size: { width: number; height: number } | null,
): SearchDoc {
  const own = facts?.[output.nodeId];
  const made = own?.summary ?? job.summary;
  return {
    prompt: made?.prompt ?? '',
    texts: job.texts?.map(({ text }) => text).join('\n') ?? '',
    negative: made?.negative ?? '',
    model: made?.model ?? '',
    loras: made?.loras.map(({ name }) => name) ?? [],
    seed: made?.seed?.toString() ?? '',
    steps: made?.steps ?? NaN,
    cfg: made?.cfg ?? NaN,
    denoise: made?.denoise ?? NaN,
    sampler: made?.sampler ?? '',
    scheduler: made?.scheduler ?? '',
    width: size?.width ?? made?.width ?? 0,
    height: size?.height ?? made?.height ?? 0,
    nodes: own?.nodes ?? [],
    time: jobTime(job),
    media: output.media,
    file: displayPath(output.ref),
    folder: job.device ? deviceFolderOf(output.ref) : folderPath(output.ref),
    input: output.ref.type === 'input',
    job: job.id,
    upscaled: own?.upscaled ?? false,
    mask: own?.mask ?? Boolean(job.darkroom?.mask),
    source: own?.source ?? Boolean(job.darkroom?.parent),
    edited: Boolean(job.darkroom?.parent),
    device: job.device === true,
    favourite: marks.favourite,
    rejected: marks.rejected,
    hidden: marks.hidden,
    rating: marks.rating,
    tags: marks.tags,
    collections: marks.names,
  };
}
