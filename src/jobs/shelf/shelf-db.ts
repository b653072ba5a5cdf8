import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { report } from '../../base/report';
import type { ExactJson } from '../../comfy/exact-json';
import type { JobGraph, JobRecord } from '../state/job';

/**
 * Why a job is on the shelf. `held`: it waits for its owner. `moving`: it is on its way from one place of the queue to
 * another. `undo`: it was cancelled, and the way back is still on offer. `sending`: the connection broke while it was
 * sent for the first time.
 */
export type ShelfKind = 'held' | 'moving' | 'undo' | 'sending';

/**
 * Where a job is between shelf and queue. `leaving`: the server was asked to take it out, or is about to be. `out`: the
 * server does not have it. `returning`: it is being sent to the server again.
 */
export type ShelfPhase = 'leaving' | 'out' | 'returning';

/** A job taken out of the server's queue, with all that is needed to put it back. */
export interface ShelfJob {
  id: string;
  kind: ShelfKind;
  phase: ShelfPhase;
  /** When the phase began, ms since the epoch. */
  since: number;
  /** The place in the queue it had, or is to get; `null` for its end. */
  number: number | null;
  /** Before all others, whatever the number. */
  front?: true;
  /** Sorts the shelf. */
  order: number;
  /** Taken out by a pause, so that going on puts it back. */
  paused: boolean;
  job: JobGraph;
  /** See `LiveJobs`. */
  outputNodes: readonly string[];
  extra: Record<string, ExactJson>;
  /** Socket that got its events. */
  clientId: string | null;
  record: JobRecord;
}

interface Lock {
  owner: string;
  /** ms since the epoch. */
  until: number;
}

interface ShelfSchema extends DBSchema {
  jobs: { key: string; value: ShelfJob };
  lock: { key: string; value: Lock };
}

const LOCK = 'steering';

/** The jobs this browser keeps out of one server's queue, in every tab and across reloads and crashes. */
export interface ShelfDb {
  all(): Promise<ShelfJob[]>;
  put(jobs: readonly ShelfJob[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  /**
   * Makes one tab the only one that steers the queue until a time (ms since the epoch), or until it unlocks;
   * false while another one is. navigator.locks does not exist over plain http.
   */
  lock(owner: string, now: number, until: number): Promise<boolean>;
  /** Keeps a lock until a later time; false when the tab has lost it, even if nobody holds it any more. */
  renew(owner: string, until: number): Promise<boolean>;
  unlock(owner: string): Promise<void>;
}

/** Opens the shelf of one server, named by its address; where there is no database, memory serves. */
export async function openShelf(server: string): Promise<ShelfDb> {
  try {
    const db = await openDB<ShelfSchema>(`darkroom-shelf ${server}`, 1, {
      upgrade(database) {
        database.createObjectStore('jobs', { keyPath: 'id' });
        database.createObjectStore('lock');
      },
      // A later version of the app in another tab must not have to wait for this one.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new StoredShelf(db);
  } catch (error) {
    report(error, 'shelf.open');
    return memoryShelf();
  }
}

class StoredShelf implements ShelfDb {
  readonly #db: IDBPDatabase<ShelfSchema>;

  constructor(db: IDBPDatabase<ShelfSchema>) {
    this.#db = db;
  }

  all(): Promise<ShelfJob[]> {
    return this.#db.getAll('jobs');
  }

  async put(jobs: readonly ShelfJob[]): Promise<void> {
    // On the disk before the server is asked to forget them.
    const transaction = this.#db.transaction('jobs', 'readwrite', { durability: 'strict' });
    await Promise.all([...jobs.map((job) => transaction.store.put(job)), transaction.done]);
  }

  async remove(ids: readonly string[]): Promise<void> {
    const transaction = this.#db.transaction('jobs', 'readwrite');
    await Promise.all([...ids.map((id) => transaction.store.delete(id)), transaction.done]);
  }

  async lock(owner: string, now: number, until: number): Promise<boolean> {
    const transaction = this.#db.transaction('lock', 'readwrite');
    const before = await transaction.store.get(LOCK);
    const free = !before || before.owner === owner || before.until <= now;
    await Promise.all([free && transaction.store.put({ owner, until }, LOCK), transaction.done]);
    return free;
  }

  async renew(owner: string, until: number): Promise<boolean> {
    const transaction = this.#db.transaction('lock', 'readwrite');
    const before = await transaction.store.get(LOCK);
    const own = before?.owner === owner;
    await Promise.all([own && transaction.store.put({ owner, until }, LOCK), transaction.done]);
    return own;
  }

  async unlock(owner: string): Promise<void> {
    const transaction = this.#db.transaction('lock', 'readwrite');
    const before = await transaction.store.get(LOCK);
    await Promise.all([before?.owner === owner && transaction.store.delete(LOCK), transaction.done]);
  }
}

/** A shelf that lasts as long as the page. */
export function memoryShelf(): ShelfDb {
  const jobs = new Map<string, ShelfJob>();
  let held: Lock | null = null;
  return {
    all: () => Promise.resolve([...jobs.values()]),
    put(more) {
      more.forEach((job) => jobs.set(job.id, job));
      return Promise.resolve();
    },
    remove(ids) {
      ids.forEach((id) => jobs.delete(id));
      return Promise.resolve();
    },
    lock(owner, now, until) {
      const free = held === null || held.owner === owner || held.until <= now;
      held = free ? { owner, until } : held;
      return Promise.resolve(free);
    },
    renew(owner, until) {
      const own = held?.owner === owner;
      held = own ? { owner, until } : held;
      return Promise.resolve(own);
    },
    unlock(owner) {
      held = held?.owner === owner ? null : held;
      return Promise.resolve();
    },
  };
}
