/** A part of a history, of which only the length matters here. */
export interface Part {
  readonly length: number;
}

/** How a server gives out its history. */
export interface HistorySource<P extends Part> {
  newest(count: number): Promise<P>;
  /** `offset` counts from the oldest entry (API reference 2.1). */
  slice(offset: number, count: number): Promise<P>;
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
/** Entries that a server keeps at most, as far as is known (`MAXIMUM_HISTORY_SIZE` of execution.py). */
export const MOST_ENTRIES = 10_000;
/** No history is this long. */
const BEYOND_ALL = 1_000_000_000;
/** Without offsets, each look asks for this many times more than the one before. */
const GROWTH = 4;

/**
 * How many entries a history has: no route tells, but an offset beyond the last entry is answered with none. `null`
 * where the server pays no heed to offsets, as in the seed era.
 * @param least that are known to be there.
 */
export async function countEntries(
  slice: HistorySource<Part>['slice'],
  least: number,
): Promise<number | null> {
  const isThere = async (at: number): Promise<boolean> => (await slice(at, 1)).length > 0;
  if (await isThere(BEYOND_ALL)) {
    return null;
  }
  let [there, beyond] = [least, Math.max(least, MOST_ENTRIES)];
  while (await isThere(beyond)) {
    [there, beyond] = [beyond + 1, beyond * 2];
  }
  while (there < beyond) {
    const middle = Math.floor((there + beyond) / 2);
    if (await isThere(middle)) {
      there = middle + 1;
    } else {
      beyond = middle;
    }
  }
  return there;
}

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
export async function walkOlder<P extends Part>(
  source: HistorySource<P>,
  take: (items: P) => Promise<boolean>,
  options: WalkOptions,
): Promise<boolean> {
  const { read, page, toTheEnd, stopped } = options;
  const total = await countEntries((offset, count) => source.slice(offset, count), read);
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

/** Without offsets the only way back is to ask for ever more of the newest entries. */
async function grow<P extends Part>(
  source: HistorySource<P>,
  take: (items: P) => Promise<boolean>,
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
