import { report, reportingAs } from '../../base/report';
import type { ComfyClient, HistoryItem } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import type { JobSummary } from '../../comfy/schemas';
import type { MirrorEntry } from '../library/job-mirror';
import { breathe, type MirrorFeed } from '../library/mirror-feed.svelte';
import type { JobTable } from '../state/job-table.svelte';
import type { LiveJobs } from '../state/live-jobs.svelte';
import { fromHistory, fromList, knownGraph } from '../state/records';
import { Coalesced } from './coalesce';
import { arrived } from './connection.svelte';
import type { EventIntake } from './event-intake';
import { isGap, isNews, isUnlisted } from './news';
import type { StopRequests } from './stop-requests';
import { HistoryDetails } from './history-details';

/** How many history entries a page and a look for news ask for. Entries hold whole workflows, so few. */
const HISTORY_PAGE = 64;
const HISTORY_NEWS = 8;
/** Jobs of the list that are taken in at once: some 10 ms, between two frames. */
const LISTED_AT_ONCE = 500;

export interface HistoryReaderOptions {
  client: ComfyClient;
  clientId: string;
  table: JobTable;
  live: LiveJobs;
  intake: EventIntake;
  feed: MirrorFeed;
  stopRequests: StopRequests;
  now: () => number;
  /** Whether the page is being left. */
  stopped: () => boolean;
}

/** Learns from the history how jobs ended: the newest at once, older ones in the background. */
export class HistoryReader {
  readonly #options: HistoryReaderOptions;
  /** Something may have ended since the history was last read. */
  stale = true;
  /** Jobs the history has told of since the connection was opened. */
  readonly told = new Set<string>();
  #hasLooked = false;
  /** Whether nothing older than the newest known job is unknown; `null` before the mirror was asked. */
  #complete: boolean | null = null;
  /** Whether to read on past known jobs because the mirror has gaps. */
  #toTheEnd = false;
  #walking = false;
  /** The page that is being written to the mirror. */
  #writing: Promise<void> = Promise.resolve();
  readonly #older = new Coalesced(() => this.#readOlder());
  /** Reads the rest of what a list of jobs left open. */
  readonly details: HistoryDetails;

  constructor(options: HistoryReaderOptions) {
    this.#options = options;
    const { client, table, feed } = options;
    this.details = new HistoryDetails({
      // Light as `/api/jobs/{id}`, which wraps the same entry in a summary that nobody needs here.
      read: async (id) => {
        const item = await client.historyItem(id);
        await this.#ingest(item ? [item] : [], null);
        return item !== null;
      },
      busy: () => this.#walking || !feed.leads || table.running.length > 0,
    });
    table.onChange(({ removed, added }) => {
      removed.forEach(({ id, sketch }) => sketch && this.details.drop(id));
      const sketches = added.filter(({ sketch, found }) => sketch && !found);
      if (sketches.length > 0) {
        this.details.add(sketches.map(({ id }) => id));
      }
    });
  }

  /**
   * Reads the jobs that ended last. If all of them are new, or the mirror has gaps, older ones are read in
   * the background, because a long history must not hold up the queue.
   * @param looked called when the first page is in.
   */
  async readNews(looked: () => void): Promise<void> {
    const { client, now } = this.#options;
    const isFirst = !this.#hasLooked;
    this.stale = false;
    try {
      const complete = await this.#isComplete();
      for (const count of isFirst ? [HISTORY_PAGE] : [HISTORY_NEWS, HISTORY_PAGE]) {
        const items = await client.history({ maxItems: count });
        // What appears after the first look has just ended.
        const isNew = await this.#takePage(items, isFirst ? null : now());
        this.#hasLooked = true;
        looked();
        if (items.length < count) {
          await this.#setComplete(true);
          return;
        }
        if (!isNew && (complete || this.#walking)) {
          return;
        }
      }
      this.#toTheEnd = !complete;
      await this.#setComplete(false);
      this.#startWalk();
    } catch (error) {
      this.stale = true;
      throw error;
    }
  }

  /** Goes on with an unfinished walk, if this tab is the one that walks. */
  readOlder(): void {
    if (!this.#walking) {
      this.#startWalk();
    }
  }

  #startWalk(): void {
    if (this.#complete === false && this.#options.feed.leads) {
      void this.#older.run().catch((error: unknown) => {
        this.stale = true;
        if (!(error instanceof ComfyError)) {
          // Also when the walk could not be loaded: the next look tries again.
          report(error, 'jobs.history-walk');
        }
      });
    }
  }

  /** Looks one job up, unless that was begun; resolves with whether the history has it. */
  async confirm(id: string, asked?: Promise<HistoryItem | null>): Promise<boolean> {
    const { client, now } = this.#options;
    const item = await (asked ?? client.historyItem(id));
    if (item) {
      await this.#ingest([item], now());
    }
    return item !== null;
  }

  async #readOlder(): Promise<void> {
    const { feed, stopped } = this.#options;
    this.#walking = true;
    try {
      // Another tab may have led for a moment, and another walk is not begun meanwhile.
      let finished = false;
      while (!finished && feed.leads && !stopped()) {
        finished = await this.#walk();
      }
    } finally {
      this.#walking = false;
      this.details.resume();
    }
  }

  /** Resolves with whether it came to its end. */
  async #walk(): Promise<boolean> {
    const { client, feed, stopped } = this.#options;
    const givenUp = (): boolean => stopped() || !feed.leads;
    // One list of everything costs the server less than two pages of the history, and than any part of the list: it
    // puts all of it together and sorts it each time. It is missing on older servers, and one odd job makes it fail
    // (API reference 2.1).
    const listed = await client.jobs().catch(reportingAs('jobs.list', null));
    const finished = await (listed ? this.#takeList(listed.jobs, givenUp) : this.#walkPages(givenUp));
    await this.#writing;
    if (finished) {
      await this.#setComplete(true);
    }
    return finished;
  }

  /** Walks page by page; resolves with whether it came to the end. */
  async #walkPages(stopped: () => boolean): Promise<boolean> {
    const { client, clientId, table, feed, stopRequests } = this.#options;
    // Only older servers need it.
    const { walkHistory } = await arrived(import('./older-history'));
    return walkHistory({
      ...{ client, clientId, table, feed, stopRequests, stopped, told: this.told },
      ...{ page: HISTORY_PAGE, toTheEnd: this.#toTheEnd },
      takeIn: (entries) => this.#takeIn(entries),
    });
  }

  /** Takes in the list of all jobs as far as they are news; resolves with whether it came to the end. */
  async #takeList(jobs: readonly JobSummary[], givenUp: () => boolean): Promise<boolean> {
    const { table, feed } = this.#options;
    for (let at = 0; at < jobs.length; at += LISTED_AT_ONCE) {
      await breathe();
      if (givenUp()) {
        return false;
      }
      const part = jobs.slice(at, at + LISTED_AT_ONCE);
      part.forEach(({ id }) => this.told.add(id));
      await feed.recall(part.map(({ id }) => id));
      const records = part.flatMap((job) => (isUnlisted(table.peek(job.id)) ? (fromList(job) ?? []) : []));
      const entries = records.map((record) => ({
        ...{ record, graph: null },
        isNew: table.peek(record.id) === undefined,
      }));
      table.batch(() => records.forEach((record) => table.apply(record.id, { type: 'listed', record })));
      await this.#writing;
      this.#writing = feed.put(entries);
    }
    return true;
  }

  /**
   * Takes in a page of the history; resolves with whether its oldest entry was new.
   */
  async #takePage(items: readonly HistoryItem[], seenAt: number | null): Promise<boolean> {
    const { table, feed } = this.#options;
    await feed.recall(items.map(({ id }) => id));
    const oldest = items.at(-1);
    const isNew = oldest !== undefined && isGap(table.peek(oldest.id));
    await this.#ingest(items, seenAt);
    return isNew;
  }

  /** What the mirror says until this tab knows better. Only the leader closes gaps, so a follower asks again. */
  async #isComplete(): Promise<boolean> {
    if (this.#complete === null || (!this.#complete && this.#options.feed.follows)) {
      this.#complete = await this.#options.feed.isComplete();
    }
    return this.#complete;
  }

  /** Records whether the mirror holds the whole history, so that the next visit restarts an unfinished walk. */
  async #setComplete(complete: boolean): Promise<void> {
    if (this.#complete !== complete) {
      this.#complete = complete;
      await this.#options.feed.setComplete(complete);
    }
  }

  /** Takes finished jobs in; resolves when the mirror has them. `seenAt` as in `fromHistory`. */
  async #ingest(items: readonly HistoryItem[], seenAt: number | null): Promise<void> {
    const { table, clientId, stopRequests } = this.#options;
    items.forEach(({ id }) => this.told.add(id));
    const entries = items
      .filter(({ id }) => isNews(table.peek(id)))
      .map((item) => ({
        record: fromHistory(item, table.record(item.id), clientId, seenAt, (id) => stopRequests.has(id)),
        graph: knownGraph(item.prompt),
      }));
    await this.#takeIn(entries);
  }

  /** Shows and remembers jobs whose end is told; resolves when the mirror has them. */
  async #takeIn(read: readonly MirrorEntry[]): Promise<void> {
    const { table, live, intake, feed } = this.#options;
    if (read.length === 0) {
      return;
    }
    const entries = read.map((entry) => ({ ...entry, isNew: table.peek(entry.record.id) === undefined }));
    table.batch(() => {
      for (const { record } of entries) {
        live.clear(record.id);
        intake.discard(record.id);
        table.apply(record.id, { type: 'ended', record });
      }
    });
    await feed.put(entries);
  }
}
