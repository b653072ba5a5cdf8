import type { HistoryItem } from '../../comfy/client';

/** How a server gives out its history, each list newest first. */
export interface HistorySource {
  newest(count: number): Promise<HistoryItem[]>;
  /** `offset` counts from the oldest entry (API reference 2.1). */
  slice(offset: number, count: number): Promise<HistoryItem[]>;
  /** How many entries there are; `null` when the server cannot tell. */
  total(): Promise<number | null>;
}

export interface WalkOptions {
  /** How many of the newest entries are read already. */
  read: number;
  /** Entries of a page. */
  page: number;
  /** Go on past known entries, because older ones may be missing. */
  toTheEnd: boolean;
  /** Asked between two pages whether to give up. */
  stopped: () => boolean;
}

/** Pages overlap by so many entries: one deleted meanwhile moves all that came after it. */
const OVERLAP = 8;
/** Without a total each look is so many times larger than the one before. */
const GROWTH = 4;

/**
 * The pages of the older part of a history, newest first, for a server whose offsets count from the oldest
 * entry: `total` entries, of which the newest `read` are known.
 */
export function olderPages(total: number, read: number, page: number): { offset: number; count: number }[] {
  const pages: { offset: number; count: number }[] = [];
  for (let end = total - read; end > 0; end -= page) {
    const offset = Math.max(0, end - page);
    pages.push({ offset, count: end - offset });
  }
  return pages;
}

/**
 * Reads the history backwards, beyond its newest entries, until the first known one or to its end. `take`
 * gets each page and tells whether its oldest entry was new. Resolves with whether the walk was finished.
 */
export async function walkOlder(
  source: HistorySource,
  take: (items: HistoryItem[]) => Promise<boolean>,
  options: WalkOptions,
): Promise<boolean> {
  const { read, page, toTheEnd, stopped } = options;
  const total = await source.total();
  if (total === null) {
    return grow(source, take, options);
  }
  for (const { offset, count } of olderPages(total, Math.max(0, read - OVERLAP), page)) {
    if (stopped()) {
      return false;
    }
    if (!(await take(await source.slice(offset, count))) && !toTheEnd) {
      return true;
    }
  }
  return true;
}

/** Without a total the only way back is to ask for ever more of the newest entries. */
async function grow(
  source: HistorySource,
  take: (items: HistoryItem[]) => Promise<boolean>,
  { read, page, toTheEnd, stopped }: WalkOptions,
): Promise<boolean> {
  for (let count = Math.max(read, page) * GROWTH; !stopped(); count *= GROWTH) {
    const items = await source.newest(count);
    const isNew = await take(items);
    if (items.length < count || (!isNew && !toTheEnd)) {
      return true;
    }
  }
  return false;
}
