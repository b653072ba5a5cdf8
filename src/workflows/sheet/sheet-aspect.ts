import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { ThumbStore } from '../../jobs/thumbs/thumb-store.svelte';

/** Shapes beyond these would leave no room for the labels. */
const MOST = 3;

/** Width by height of the pictures of a sheet, as the first of them has it; square while none is known. */
export function sheetAspect(items: readonly GalleryItem[], thumbs: Pick<ThumbStore, 'size'>): number {
  for (const item of items) {
    const { width, height } = thumbs.size(item) ?? item.job.summary ?? {};
    if (width && height) {
      return Math.min(MOST, Math.max(1 / MOST, width / height));
    }
  }
  return 1;
}
