import { report } from '../../base/report';
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { ThumbWriter } from './thumb-writer';

/** What is remembered of a picture for ever: enough to lay out the grid before any picture is there. */
export interface PictureFacts {
  key: string;
  /** Natural size, px. */
  width: number;
  height: number;
  /** Whether every pixel is opaque, and the average colour, 0xRRGGBB: not known of thumbnails made elsewhere. */
  opaque?: boolean;
  tone?: number;
  /** Size of the thumbnail, bytes; 0 when it was dropped. */
  thumbBytes: number;
  /** When the thumbnail was made, ms since the epoch. */
  madeAt: number;
  /** When it was last shown, to a day or so, ms since the epoch; missing until it has been shown again. */
  usedAt?: number;
  /** ETag the file had then, if the server gave one. */
  tag?: string;
  /** Content key of the file then, where the thumbnail is a library's. */
  content?: string;
}

export interface ThumbSchema extends DBSchema {
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
  #writer: Promise<ThumbWriter> | null = null;

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
    await (await this.#writing()).write(facts, thumb);
  }

  async touch(keys: readonly string[], now: number): Promise<void> {
    await (await this.#writing()).touch(keys, now);
  }

  async clear(): Promise<void> {
    await (await this.#writing()).clear();
  }

  #writing(): Promise<ThumbWriter> {
    this.#writer ??= import('./thumb-writer').then(
      ({ ThumbWriter: Writer }) => new Writer(this.#db, this.#cap),
    );
    return this.#writer;
  }
}
