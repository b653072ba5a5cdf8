import { jobTime } from '../state/job';
import { compareItems, type GalleryItem } from './output-index';

/** Orders of the gallery. `best`: by rating; `file`: by when the file was written, the newest first. */
export const SORTS = ['newest', 'oldest', 'file', 'slowest', 'fastest', 'best'] as const;

export type Sort = (typeof SORTS)[number];

/** Whether an order is that of time, so that pictures of one day stand together. */
export function isDated(sort: Sort): boolean {
  return sort === 'newest' || sort === 'oldest';
}

/** What is known of a picture besides its record. */
export interface Ranked {
  /** 0–5; 0: not rated. */
  rating: (item: GalleryItem) => number;
  /** When its file was written, ms since the epoch; `null` where nobody knows. */
  written: (item: GalleryItem) => number | null;
}

/**
 * What an order goes by before time does: higher comes first, and −Infinity last. ComfyUI tells when a job began
 * and ended; without either there is no telling how long it took.
 */
export function rankIn(sort: Sort, item: GalleryItem, { rating, written }: Ranked): number {
  const { startedAt, endedAt } = item.job;
  switch (sort) {
    case 'newest':
    case 'oldest':
      return 0;
    case 'best':
      return rating(item);
    case 'file':
      return written(item) ?? jobTime(item.job);
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

/** Whether the pictures of a job always stand together in an order. */
export function keepsJobs(sort: Sort): boolean {
  return sort !== 'best' && sort !== 'file';
}

/** An order that keeps jobs together, as records alone tell it: also of pictures that are not listed any more. */
export function compareIn(sort: Sort): (a: GalleryItem, b: GalleryItem) => number {
  const within = compareWithin(sort);
  const rank = (item: GalleryItem): number => rankIn(sort, item, { rating: () => 0, written: () => null });
  return (a, b) => {
    const [first, second] = [rank(a), rank(b)];
    return first === second ? within(a, b) : second - first;
  };
}
