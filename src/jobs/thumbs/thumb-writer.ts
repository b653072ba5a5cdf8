import type { IDBPDatabase } from 'idb';
import type { PictureFacts, ThumbDb, ThumbSchema } from './thumb-db';

/** What is left after the oldest were dropped, so that it does not happen at every write. */
const KEPT_SHARE = 0.9;

/** What changes the database of thumbnails: the first screen only reads it. */
export class ThumbWriter implements Pick<ThumbDb, 'write' | 'touch' | 'clear'> {
  readonly #db: IDBPDatabase<ThumbSchema>;
  readonly #cap: number;
  /** Bytes of all thumbnails; `null` until they were counted. navigator.storage is absent on plain http. */
  #used: Promise<number> | null = null;

  /** @param cap what thumbnails may take, bytes. */
  constructor(db: IDBPDatabase<ThumbSchema>, cap: number) {
    this.#db = db;
    this.#cap = cap;
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
    return (await this.#db.getAll('facts')).reduce((sum, { thumbBytes }) => sum + thumbBytes, 0);
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
