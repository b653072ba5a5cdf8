import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { report } from '../../../base/report';

/** A job that was run from a form. */
export interface RunNote {
  job: string;
  /** When it was queued, ms since the epoch. */
  at: number;
  /** Of a sweep: which one, and the place of the run in its sheet. */
  sweep?: { id: string; x: number; y: number };
}

/** A sweep of one or two inputs: what its sheet needs beside the runs. */
export interface SweepNote {
  id: string;
  at: number;
  /** Columns, then rows where there are two inputs. */
  axes: { name: string; labels: string[] }[];
}

/** What this browser keeps of an opened workflow. Graphs are exact JSON: seeds exceed what numbers hold. */
export interface DeskRecord {
  /** Its route. */
  key: string;
  title: string;
  /** When it was last opened or changed, ms since the epoch. */
  usedAt: number;
  /** The graph as it came. */
  origin: string;
  /** The graph as it is filled in. */
  graph: string;
  /** What goes into the PNGs beside the graph while that is unchanged. */
  pngInfo: string;
  /** What becomes of values after each run, by field: JSON. */
  controls: string;
  /** The form's layout document. */
  layout: string | null;
  /** Of a saved form: the version the values stand on. */
  version: string | null;
  /** Newest first. */
  runs: RunNote[];
  /** Newest first. */
  sweeps: SweepNote[];
}

/** A line of the list: a record without its graphs. */
export type DeskEntry = Pick<DeskRecord, 'key' | 'title' | 'usedAt' | 'runs'>;

/** Workflows this browser had open, with what was typed into them and what they made. */
export interface Desk {
  /** Whether it outlives the page. */
  readonly lasts: boolean;
  /** Newest first. */
  list(): Promise<DeskEntry[]>;
  read(key: string): Promise<DeskRecord | null>;
  write(record: DeskRecord): Promise<void>;
  remove(key: string): Promise<void>;
}

/** How many are kept; those not used for longest go first. */
export const MOST_KEPT = 60;

interface DeskSchema extends DBSchema {
  desk: { key: string; value: DeskRecord; indexes: { usedAt: number } };
}

/** Opens the desk; where the browser keeps nothing, as in some private windows, memory serves. */
export async function openDesk(name = 'darkroom-workflows'): Promise<Desk> {
  try {
    const db = await openDB<DeskSchema>(name, 1, {
      upgrade(database) {
        database.createObjectStore('desk', { keyPath: 'key' }).createIndex('usedAt', 'usedAt');
      },
      // A later version of the app in another tab must not have to wait for this one.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new StoredDesk(db);
  } catch (error) {
    report(error, 'desk.open');
    return new MemoryDesk();
  }
}

class StoredDesk implements Desk {
  readonly lasts = true;
  readonly #db: IDBPDatabase<DeskSchema>;

  constructor(db: IDBPDatabase<DeskSchema>) {
    this.#db = db;
  }

  async list(): Promise<DeskEntry[]> {
    const records = await this.#db.getAllFromIndex('desk', 'usedAt');
    return records.reverse().map(entryOf);
  }

  async read(key: string): Promise<DeskRecord | null> {
    return (await this.#db.get('desk', key)) ?? null;
  }

  async write(record: DeskRecord): Promise<void> {
    const transaction = this.#db.transaction('desk', 'readwrite');
    const put = transaction.store.put(record);
    // At once: a page that goes away takes with it what is not committed, and this is also called as it goes.
    transaction.commit();
    await Promise.all([put, transaction.done]);
    await this.#makeRoom();
  }

  async #makeRoom(): Promise<void> {
    if ((await this.#db.count('desk')) <= MOST_KEPT) {
      return;
    }
    const { store, done } = this.#db.transaction('desk', 'readwrite');
    const keys = await store.index('usedAt').getAllKeys();
    await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_KEPT)).map((key) => store.delete(key)));
    await done;
  }

  remove(key: string): Promise<void> {
    return this.#db.delete('desk', key);
  }
}

/** A desk that lasts as long as the page. */
export class MemoryDesk implements Desk {
  readonly lasts = false;
  readonly #records = new Map<string, DeskRecord>();

  list(): Promise<DeskEntry[]> {
    const newest = [...this.#records.values()].sort((a, b) => b.usedAt - a.usedAt);
    return Promise.resolve(newest.map(entryOf));
  }

  read(key: string): Promise<DeskRecord | null> {
    return Promise.resolve(this.#records.get(key) ?? null);
  }

  write(record: DeskRecord): Promise<void> {
    this.#records.set(record.key, record);
    return Promise.resolve();
  }

  remove(key: string): Promise<void> {
    this.#records.delete(key);
    return Promise.resolve();
  }
}

function entryOf({ key, title, usedAt, runs }: DeskRecord): DeskEntry {
  return { key, title, usedAt, runs };
}
