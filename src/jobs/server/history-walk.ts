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

export interface WalkOptions<P extends Part> {
  /** How many of the newest entries are read already. */
  read: number;
  /** Entries of the first page. */
  page: number;
  /** Entries of the page after one that was read; as many as before where it is left out. */
  next?: (page: P) => number;
  /** Go on past known entries, because older ones may be missing. */
  toTheEnd: boolean;
  /** Asked between two pages whether to give up. */
  stopped: () => boolean;
}

/** Pages overlap by so many entries: one deleted meanwhile moves all that came after it. */
const OVERLAP = 8;
/** Wanted size of a page, bytes: smaller pages cost too many requests, larger ones hold up the server. */
const PAGE_BYTES = 1_500_000;
const PAGE_LENGTH = { least: 16, most: 256 };
/** Entries that a server keeps at most, as far as is known (`MAXIMUM_HISTORY_SIZE` of execution.py). */
export const MOST_ENTRIES = 10_000;
/** No history is this long. */
const BEYOND_ALL = 1_000_000_000;
/** Without offsets, each look asks for this many times more than the one before. */
const GROWTH = 4;

/**
 * How many entries a page should have, after one of `length` entries and so many bytes. Workflows of a few kB make large
 * pages, those of 100 kB small ones.
 */
export function fittingLength({ length, bytes }: Part & { bytes: number }): number {
  const fitting = Math.round((PAGE_BYTES / Math.max(1, bytes)) * length);
  return Math.min(PAGE_LENGTH.most, Math.max(PAGE_LENGTH.least, fitting));
}

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
 * Reads the history backwards, beyond its newest entries, until the first known one or to its end. `take`
 * gets each page and tells whether its oldest entry was new. Resolves with whether the walk was finished.
 */
export async function walkOlder<P extends Part>(
  source: HistorySource<P>,
  take: (items: P) => Promise<boolean>,
  options: WalkOptions<P>,
): Promise<boolean> {
  const { read, next, toTheEnd, stopped } = options;
  const total = await countEntries((offset, count) => source.slice(offset, count), read);
  if (total === null) {
    return grow(source, take, options);
  }
  let { page: count } = options;
  // A server with offsets counts them from the oldest entry.
  for (let end = total - Math.max(0, read - OVERLAP); end > 0;) {
    if (stopped()) {
      return false;
    }
    const offset = Math.max(0, end - count);
    const page = await source.slice(offset, end - offset);
    if (!(await take(page)) && !toTheEnd) {
      return true;
    }
    count = next?.(page) ?? count;
    end = offset;
  }
  return true;
}

/** Without offsets the only way back is to ask for ever more of the newest entries. */
async function grow<P extends Part>(
  source: HistorySource<P>,
  take: (items: P) => Promise<boolean>,
  { read, page, toTheEnd, stopped }: WalkOptions<P>,
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
