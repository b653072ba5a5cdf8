import { report } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import type { Unsaved } from '../library/job-mirror';
import { breathe, type MirrorFeed } from '../library/mirror-feed.svelte';
import type { JobTable } from '../state/job-table.svelte';
import { dayAt, type DayJob, type DayJobs, mergeDays, parseDay, printDay } from './day-file';

/** Folder of the day files, below the user's folder on the server. */
const FOLDER = 'darkroom/jobs';
/** Jobs that end one after another are written together this long after the last, ms. */
const QUIET = 5000;
/** While the server samples, or jobs keep coming, what has ended waits at most this long to be written, ms. */
const LONGEST = 300_000;
/** How long after a failure it is tried again, ms. */
const RETRY = 60_000;
/** Jobs of a day file that are taken in at once. */
const AT_ONCE = 500;

export type DayClient = Pick<
  ComfyClient,
  'listUserdata' | 'readUserdataText' | 'writeUserdataText' | 'server'
>;

export interface DaySyncOptions {
  client: DayClient;
  feed: MirrorFeed;
  table: JobTable;
  /** Names this browser among the devices that write. */
  device: string;
  now: () => number;
  /** Whether this server's jobs are worth it: false for the demo, `null` while that is not known. */
  allowed: () => boolean | null;
  /** Called when day files are read, or cannot be. */
  synced?: () => void;
}

/**
 * Keeps what has ended where every device finds it: day files below `/userdata/darkroom/` (API reference 2.4).
 *
 * Each browser writes files of its own and reads those of all, so no write can undo another's. It writes what no
 * file has yet, which is little: most jobs are found in the files of whoever saw them first. Only the leading tab does any of this.
 */
export class DaySync {
  readonly #options: DaySyncOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the oldest job began to wait; `null` when none does. */
  #waitingSince: number | null = null;
  /** The server was connected anew, and its files were not read since. */
  #due = true;
  /** The server takes no such files: an old one, or a proxy in front of it decodes the slash in their names. */
  #refused = false;
  #running = false;
  #again = false;
  #stopped = true;

  constructor(options: DaySyncOptions) {
    this.#options = options;
  }

  /** Reads and writes day files until the returned function is called. */
  start(): () => void {
    const { client, feed } = this.#options;
    this.#stopped = false;
    const stops = [
      feed.onWritten(() => this.#planWrite()),
      client.server.onReconnect(() => {
        this.#due = true;
        this.#refused = false;
      }),
      client.server.onChange(() => this.#syncIfDue()),
      feed.onLead(() => this.#syncIfDue()),
    ];
    this.#syncIfDue();
    return () => {
      this.#stopped = true;
      clearTimeout(this.#timer);
      stops.forEach((stop) => stop());
    };
  }

  #syncIfDue(): void {
    if (this.#due && this.#options.feed.leads && this.#options.allowed()) {
      this.#due = false;
      void this.sync();
    }
  }

  /** Reads what others have written, then writes what they do not have. Failures are reported, and tried again. */
  async sync(): Promise<void> {
    clearTimeout(this.#timer);
    this.#waitingSince = null;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    try {
      do {
        this.#again = false;
        await this.#syncOnce();
      } while (this.#again && !this.#stopped);
    } catch (error) {
      report(error, 'day-files.sync');
      this.#refused = error instanceof ComfyError && (error.status === 404 || error.status === 405);
      if (error instanceof ComfyError && !this.#refused) {
        this.#plan(RETRY);
      }
    } finally {
      this.#running = false;
      this.#options.synced?.();
    }
  }

  async #syncOnce(): Promise<void> {
    const { client, feed, allowed } = this.#options;
    await feed.all;
    const { routes, storesDocuments } = client.server.current;
    if (
      !feed.leads ||
      this.#stopped ||
      this.#refused ||
      !allowed() ||
      routes.userdata === false ||
      routes['/userdata'] === false ||
      storesDocuments === false
    ) {
      return;
    }
    await this.#read();
    if (client.server.current.routes['/userdata'] !== false) {
      await this.#write();
    }
  }

  /** Newest days first: they are looked at first. */
  async #read(): Promise<void> {
    const { client, feed } = this.#options;
    const [files, seen] = await Promise.all([client.listUserdata(FOLDER), feed.mirror.seenDays()]);
    const days = files
      .filter(({ path }) => /\.jsonl$/.test(path))
      .toSorted((a, b) => (a.path > b.path ? -1 : 1));
    for (const { path, bytes, changedAt } of days) {
      const state = `${bytes} ${changedAt ?? ''}`;
      if (seen.get(path) === state) {
        continue;
      }
      const text = await client.readUserdataText(`${FOLDER}/${path}`);
      if (this.#stopped || !feed.leads) {
        return;
      }
      if (text !== null) {
        await this.#take(parseDay(text));
        await feed.mirror.setSeenDay(path, state);
      }
    }
  }

  async #take(jobs: DayJobs): Promise<void> {
    const { feed, table } = this.#options;
    const ids = [...jobs.keys()];
    const gone = ids.filter((id) => jobs.get(id) === null && table.peek(id)?.presence !== 'forgotten');
    if (gone.length > 0) {
      table.batch(() => gone.forEach((id) => table.apply(id, { type: 'forgotten' })));
      await feed.forget(gone);
    }
    await feed.mirror.setSaved(ids);
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const entries = ids.slice(at, at + AT_ONCE).flatMap((id) => {
        const job = jobs.get(id);
        return job && this.#isNews(id) ? [{ ...job, graph: null, saved: true, isNew: !table.peek(id) }] : [];
      });
      if (entries.length > 0) {
        await feed.takeIn(entries);
      }
      await breathe();
    }
  }

  /** Whether the table knows less of a job, or nothing. */
  #isNews(id: string): boolean {
    const known = this.#options.table.peek(id);
    return (
      !known ||
      (!known.settled &&
        known.presence === 'listed' &&
        (known.record.sketch ?? known.record.state === 'lost'))
    );
  }

  async #write(): Promise<void> {
    const { feed } = this.#options;
    const byDay = new Map<string, Unsaved[]>();
    for (const one of await feed.mirror.unsaved()) {
      const day = dayAt(one.time);
      const list = byDay.get(day);
      if (list) {
        list.push(one);
      } else {
        byDay.set(day, [one]);
      }
    }
    const days = [...byDay].toSorted(([a], [b]) => (a > b ? -1 : 1));
    for (const [day, unsaved] of days) {
      if (this.#stopped || !feed.leads) {
        return;
      }
      await this.#writeDay(day, unsaved);
      await breathe();
    }
  }

  async #writeDay(day: string, unsaved: readonly Unsaved[]): Promise<void> {
    const { client, device, feed } = this.#options;
    const path = `${FOLDER}/${day}.${device}.jsonl`;
    const ids = unsaved.filter(({ gone }) => !gone).map(({ id }) => id);
    const [records, facts, before] = await Promise.all([
      feed.mirror.jobs(ids),
      feed.mirror.facts(ids),
      client.readUserdataText(path),
    ]);
    const mine = new Map<string, DayJob | null>([
      ...records.map((record) => [record.id, { record, facts: facts.get(record.id) ?? null }] as const),
      ...unsaved.filter(({ gone }) => gone).map(({ id }) => [id, null] as const),
    ]);
    await client.writeUserdataText(
      path,
      printDay(mergeDays(before === null ? new Map() : parseDay(before), mine)),
    );
    await feed.mirror.setSaved(unsaved.map(({ id }) => id));
  }

  #planWrite(): void {
    const { now, table } = this.#options;
    this.#waitingSince ??= now();
    const left = this.#waitingSince + LONGEST - now();
    this.#plan(Math.max(0, Math.min(QUIET, left)), () => table.running.length > 0 && left > QUIET);
  }

  /** @param late asked when it is due, whether it can still wait. */
  #plan(delay: number, late: () => boolean = () => false): void {
    clearTimeout(this.#timer);
    if (this.#stopped) {
      return;
    }
    this.#timer = setTimeout(() => {
      if (late()) {
        this.#planWrite();
      } else {
        void this.sync();
      }
    }, delay);
  }
}
