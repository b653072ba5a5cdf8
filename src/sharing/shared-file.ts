import type { GraphSummary } from '../comfy/graph-summary';
import type { GalleryItem } from '../jobs/job-store.svelte';
import { jobTime } from '../jobs/state/job';
import type { ThumbStore } from '../jobs/thumbs/thumb-store.svelte';
import type { Making, SharedFile } from '../ports/share-wire';

/** What guests can be shown of a picture, as far as this browser knows it. */
export function sharedFile(item: GalleryItem, thumbs: Pick<ThumbStore, 'size'>): SharedFile {
  const { ref } = item.output;
  const size = thumbs.size(item);
  const at = jobTime(item.job);
  return {
    ref: { filename: ref.filename, subfolder: ref.subfolder, type: ref.type },
    ...(size && { size: [size.width, size.height] as const }),
    ...(at > 0 && { at }),
    ...(item.job.summary && { making: makingOf(item.job.summary) }),
  };
}

/** How a picture was made, in words and exact digits; without what is not known. */
export function makingOf(summary: GraphSummary): Making {
  const { prompt, negative, model, loras, seed, steps, cfg, sampler, scheduler } = summary;
  const known: Record<keyof Making, unknown> = {
    prompt,
    negative,
    model,
    loras: loras.length > 0 ? loras.map(({ name, strength }) => [name, strength].join(' ').trim()) : null,
    seed: seed?.toString(),
    steps,
    cfg,
    sampler,
    scheduler,
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value != null && value !== ''));
}
