import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { ThumbStore } from '../../jobs/thumbs/thumb-store.svelte';

const wishes = new WeakMap<ThumbStore, Map<SheetWish, readonly GalleryItem[]>>();

/** Thumbnails that one sheet needs, among all the sheets on screen. */
export class SheetWish {
  readonly #thumbs: ThumbStore;

  constructor(thumbs: ThumbStore) {
    this.#thumbs = thumbs;
  }

  /** Says which, in place of those said before. */
  for(items: readonly GalleryItem[]): void {
    const all = wishes.get(this.#thumbs) ?? new Map<SheetWish, readonly GalleryItem[]>();
    wishes.set(this.#thumbs, all);
    if (items.length > 0) {
      all.set(this, items);
    } else {
      all.delete(this);
    }
    this.#thumbs.want('sheet', [...all.values()].flat());
  }
}
