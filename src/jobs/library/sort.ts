import { compareItems, type GalleryItem } from './output-index';

/** Orders of the gallery. `best`: by rating. */
export const SORTS = ['newest', 'oldest', 'slowest', 'fastest', 'best'] as const;

export type Sort = (typeof SORTS)[number];

/** Whether an order is that of time, so that pictures of one day stand together. */
export function isDated(sort: Sort): boolean {
  return sort === 'newest' || sort === 'oldest';
}

/** What is known of a picture besides its record. */
export interface Ranked {
  /** 0–5; 0: not rated. */
  rating: (item: GalleryItem) => number;
}

/**
 * What an order goes by before time does: higher comes first, and −Infinity last. ComfyUI tells when a job began
 * and ended; without either there is no telling how long it took.
 */
export function rankIn(sort: Sort, item: GalleryItem, { rating }: Ranked): number {
  const { startedAt, endedAt } = item.job;
  switch (sort) {
    case 'newest':
    case 'oldest':
      return 0;
    case 'best':
      return rating(item);
    case 'slowest':
    case 'fastest':
      if (startedAt === null || endedAt === null || item.job.unchanged) {
        return -Infinity;
      }
      return sort === 'slowest' ? endedAt - startedAt : startedAt - endedAt;
  }
}

/** The order of pictures of one rank. */
export function compareWithin(sort: Sort): (a: GalleryItem, b: GalleryItem) => number {
  return sort === 'oldest' ? (a, b) => compareItems(b, a) : compareItems;
}
