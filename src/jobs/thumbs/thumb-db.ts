import { report } from '../../base/report';
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';

/** What is remembered of a picture for ever: enough to lay out the grid before any picture is there. */
export interface PictureFacts {
  key: string;
  /** Natural size, px. */
  width: number;
  height: number;
  /** Whether every pixel is opaque. */
  opaque: boolean;
  /** Average colour, 0xRRGGBB. */
  tone: number;
  /** Size of the thumbnail, bytes; 0 when it was dropped. */
  thumbBytes: number;
  /** When the thumbnail was made, ms since the epoch. */
  madeAt: number;
  /** When it was last shown, to a day or so, ms since the epoch; missing until it has been shown again. */
  usedAt?: number;
  /** ETag the file had then, if the server gave one. */
  tag?: string;
}

interface ThumbSchema extends DBSchema {
  facts: { key: string; value: PictureFacts };
  thumbs: { key: string; value: { type: string; bytes: ArrayBuffer } };
}

/** Thumbnails of this browser. Job ids are unique over all servers, so one database serves them all. */
export interface ThumbDb {
  facts(): Promise<PictureFacts[]>;
  /** Thumbnails in the order asked for; `null` for those that are not kept. */
  read(keys: readonly string[]): Promise<(Blob | null)[]>;
  write(facts: PictureFacts, thumb: Blob): Promise<void>;
  /** Notes that thumbnails were shown at a time, ms since the epoch: those not shown for longest are dropped first. */
  touch(keys: readonly string[], now: number): Promise<void>;
  /** Drops every thumbnail, not the facts: a grid keeps its shape. */
  clear(): Promise<void>;
}

/** What thumbnails may take, bytes: about 12 000 of them. */
export const THUMB_CAP = 300 * 2 ** 20;
/** What is left after the oldest were dropped, so that it does not happen at every write. */
const KEPT_SHARE = 0.9;

/** Opens the database of thumbnails; where there is none, as in some private windows, memory serves. */
export async function openThumbDb(cap = THUMB_CAP): Promise<ThumbDb> {
  try {
    const db = await openDB<ThumbSchema>('darkroom-thumbs', 1, {
      upgrade(database) {
        database.createObjectStore('facts', { keyPath: 'key' });
        database.createObjectStore('thumbs');
      },
      // A later version of the app in another tab must not have to wait for this one.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new StoredThumbs(db, cap);
  } catch (error) {
    report(error, 'thumbs.open');
    return (await import('./memory-thumbs')).memoryThumbs();
  }
}

class StoredThumbs implements ThumbDb {
  readonly #db: IDBPDatabase<ThumbSchema>;
  readonly #cap: number;
  /** Bytes of all thumbnails; `null` until they were counted. navigator.storage is absent on plain http. */
  #used: Promise<number> | null = null;

  constructor(db: IDBPDatabase<ThumbSchema>, cap: number) {
    this.#db = db;
    this.#cap = cap;
  }

  facts(): Promise<PictureFacts[]> {
    return this.#db.getAll('facts');
  }

  async read(keys: readonly string[]): Promise<(Blob | null)[]> {
    const store = this.#db.transaction('thumbs').store;
    const found = await Promise.all(keys.map((key) => store.get(key)));
    return found.map((thumb) => thumb && new Blob([thumb.bytes], { type: thumb.type })).map((b) => b ?? null);
  }

  async write(facts: PictureFacts, thumb: Blob): Promise<void> {
    const bytes = await thumb.arrayBuffer();
    const transaction = this.#db.transaction(['facts', 'thumbs'], 'readwrite', { durability: 'relaxed' });
    const before = await transaction.objectStore('facts').get(facts.key);
    await Promise.all([
      transaction.objectStore('facts').put(facts),
      transaction.objectStore('thumbs').put({ type: thumb.type, bytes }, facts.key),
      transaction.done,
    ]);
    this.#used = this.#used
      ? this.#used.then((used) => used + facts.thumbBytes - (before?.thumbBytes ?? 0))
      : this.#count();
    if ((await this.#used) > this.#cap) {
      this.#used = this.#dropOldest();
      await this.#used;
    }
  }

  async touch(keys: readonly string[], now: number): Promise<void> {
    const transaction = this.#db.transaction('facts', 'readwrite', { durability: 'relaxed' });
    for (const key of keys) {
      const facts = await transaction.store.get(key);
      if (facts) {
        await transaction.store.put({ ...facts, usedAt: now });
      }
    }
    await transaction.done;
  }

  async clear(): Promise<void> {
    const transaction = this.#db.transaction(['facts', 'thumbs'], 'readwrite');
    const facts = transaction.objectStore('facts');
    const kept = await facts.getAll();
    await Promise.all([
      ...kept.filter((one) => one.thumbBytes > 0).map((one) => facts.put({ ...one, thumbBytes: 0 })),
      transaction.objectStore('thumbs').clear(),
      transaction.done,
    ]);
    this.#used = null;
  }

  async #count(): Promise<number> {
    return (await this.facts()).reduce((sum, { thumbBytes }) => sum + thumbBytes, 0);
  }

  /** Drops the thumbnails not shown for longest, not their facts: a grid keeps its shape. */
  async #dropOldest(): Promise<number> {
    const transaction = this.#db.transaction(['facts', 'thumbs'], 'readwrite', { durability: 'relaxed' });
    const all = await transaction.objectStore('facts').getAll();
    let used = all.reduce((sum, { thumbBytes }) => sum + thumbBytes, 0);
    for (const facts of all.filter((f) => f.thumbBytes > 0).toSorted(byUse)) {
      if (used <= this.#cap * KEPT_SHARE) {
        break;
      }
      used -= facts.thumbBytes;
      await transaction.objectStore('facts').put({ ...facts, thumbBytes: 0 });
      await transaction.objectStore('thumbs').delete(facts.key);
    }
    await transaction.done;
    return used;
  }
}

function byUse(a: PictureFacts, b: PictureFacts): number {
  return (a.usedAt ?? a.madeAt) - (b.usedAt ?? b.madeAt);
}
