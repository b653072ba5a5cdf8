import { reporting } from '../../base/report';
import type { ComfyClient, HistoryPage } from '../../comfy/client';
import type { MirrorEntry } from '../library/job-mirror';
import type { MirrorFeed } from '../library/mirror-feed.svelte';
import type { JobTable } from '../state/job-table.svelte';
import { Gathered } from './gathered';
import { openPages } from './history-pages';
import { fittingLength, walkOlder } from './history-walk';
import { isGap, isNews } from './news';
import type { PageWish } from './page-reader';
import type { StopRequests } from './stop-requests';

export interface OlderHistoryOptions {
  client: Pick<ComfyClient, 'historyBytes'>;
  clientId: string;
  table: JobTable;
  feed: Pick<MirrorFeed, 'recall'>;
  stopRequests: Pick<StopRequests, 'has'>;
  /** Gets the jobs the history has told of. */
  told: Set<string>;
  /** Entries of the first page, and how many of the newest ones are known. */
  page: number;
  /** Go on past known entries, because older ones may be missing. */
  toTheEnd: boolean;
  /** Asked between two pages whether to give up. */
  stopped: () => boolean;
  /** Shows and remembers jobs; resolves when they are written. */
  takeIn: (entries: readonly MirrorEntry[]) => Promise<void>;
}

/** A page of the older history, whose entries are read on demand. */
interface OlderPage {
  ids: string[];
  length: number;
  bytes: number;
  entries: (wish: PageWish) => Promise<MirrorEntry[]>;
}

/**
 * Reads the older part of a history, page by page, newest first: one is asked for while those before are read, shown
 * and written. Resolves with whether it came to the end.
 */
export async function walkHistory(options: OlderHistoryOptions): Promise<boolean> {
  const { client, table, feed, page: size, toTheEnd, stopped, takeIn } = options;
  const pages = openPages();
  const gathered = new Gathered((entries) =>
    // Meanwhile one may have been told of, or forgotten.
    takeIn(entries.filter(({ record }) => isNews(table.peek(record.id)))),
  );
  /** The last page, and the one before, until they are read and there is room for more. */
  let last: Promise<void> = Promise.resolve();
  let beforeLast = last;
  const read = async (page: HistoryPage): Promise<OlderPage> => {
    const text = await client.historyBytes(page);
    const bytes = text.byteLength;
    // Never more than three pages in memory: those two and this one.
    const [{ page: number, ids }] = await Promise.all([pages.names(text), beforeLast]);
    return { ids, length: ids.length, bytes, entries: (wish) => pages.entries(number, wish) };
  };
  const take = async (page: OlderPage): Promise<boolean> => {
    await feed.recall(page.ids);
    const oldest = page.ids.at(-1);
    const isNew = oldest !== undefined && isGap(table.peek(oldest));
    beforeLast = last;
    last = ingest(page, gathered, options);
    // Who waits for it may do so only once the next page is there.
    last.catch(reporting('jobs.older-history'));
    return isNew;
  };
  try {
    const source = {
      newest: (maxItems: number) => read({ maxItems }),
      slice: (offset: number, maxItems: number) => read({ offset, maxItems }),
    };
    return await walkOlder(source, take, { read: size, page: size, next: fittingLength, toTheEnd, stopped });
  } finally {
    try {
      await Promise.allSettled([beforeLast, last]);
      await gathered.finish();
      await last;
    } finally {
      pages.close();
    }
  }
}

async function ingest(
  { ids, entries }: OlderPage,
  gathered: Gathered,
  { table, clientId, stopRequests, told }: OlderHistoryOptions,
): Promise<void> {
  const news = ids.filter((id) => isNews(table.peek(id)) && !gathered.has(id));
  const known = news.flatMap((id) => {
    const record = table.record(id);
    return record ? [[id, record] as const] : [];
  });
  const read = await entries({
    ...{ ids: new Set(news), known: new Map(known), clientId },
    stopped: new Set(news.filter((id) => stopRequests.has(id))),
  });
  ids.forEach((id) => told.add(id));
  await gathered.add(read);
}
