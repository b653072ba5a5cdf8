import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import { randomUuid } from '../comfy/uuid';
import type { ByteCodec, HistoryLabel } from './mask/history';
import { MaskGrid, TILE_BYTES, type TileChange, makeTile } from './mask/mask-grid';

/** Drafts kept of one picture, newest first: one for each tab that worked on it lately. */
const KEEP_DRAFTS = 3;
/** Rows of a draft before it is written afresh as one. */
const MOST_ROWS = 60;

const EMPTY = 0;
const FULL = 1;
const MIXED = 2;

interface DraftHead {
  id: string;
  picture: string;
  width: number;
  height: number;
  /** ms since 1970. */
  changedAt: number;
}

/** What became of some tiles. Rows of a draft, replayed in order, give its mask. */
interface DraftRow {
  draft: string;
  /** Place in the order in which saves were asked for, from 1. */
  seq: number;
  /** Holds the whole mask: what came before counts for nothing. */
  whole: boolean;
  /** The newest step in it, for a history that survives a reload. */
  step: HistoryLabel | null;
  places: Uint32Array;
  /** EMPTY, FULL or MIXED for each place. */
  kinds: Uint8Array;
  /** Contents of the MIXED ones, one after the other. */
  bytes: Uint8Array;
  packed: boolean;
}

interface DraftSchema extends DBSchema {
  drafts: { key: string; value: DraftHead; indexes: { picture: string } };
  rows: { key: [draft: string, seq: number]; value: DraftRow };
}

/** The mask a picture was left with. */
export interface RestoredDraft {
  changedAt: number;
  changes: TileChange[];
}

/**
 * Unfinished masks in the browser's IndexedDB, which plain-http pages have too. Each tab writes a draft of
 * its own, so two tabs on one picture never mix; the newest one is restored.
 */
export class DraftStore {
  readonly #db: IDBPDatabase<DraftSchema>;
  readonly #codec: ByteCodec;

  private constructor(db: IDBPDatabase<DraftSchema>, codec: ByteCodec) {
    this.#db = db;
    this.#codec = codec;
  }

  /** @throws what IndexedDB throws where storage is forbidden (private windows of some browsers). */
  static async open(codec: ByteCodec, name = 'darkroom-editor'): Promise<DraftStore> {
    const db = await openDB<DraftSchema>(name, 1, {
      upgrade: (fresh) => {
        fresh.createObjectStore('drafts', { keyPath: 'id' }).createIndex('picture', 'picture');
        fresh.createObjectStore('rows', { keyPath: ['draft', 'seq'] });
      },
      blocking: (_current, _blocked, event) => {
        (event.target as IDBDatabase).close();
      },
    });
    return new DraftStore(db, codec);
  }

  /** The newest draft of a picture that has this size; null when there is none. */
  async newest(picture: string, width: number, height: number): Promise<RestoredDraft | null> {
    const heads = await this.#db.getAllFromIndex('drafts', 'picture', picture);
    const head = heads
      .filter((draft) => draft.width === width && draft.height === height)
      .sort((a, b) => b.changedAt - a.changedAt)[0];
    if (!head) {
      return null;
    }
    let grid = new MaskGrid(width, height);
    for (const row of await this.#db.getAll('rows', rowsOf(head.id))) {
      if (row.whole) {
        grid = new MaskGrid(width, height);
      }
      const bytes = row.packed ? await this.#codec.inflate(row.bytes) : row.bytes;
      let mixed = 0;
      row.places.forEach((index, i) => {
        const kind = row.kinds[i];
        if (kind === MIXED) {
          grid.put(index, makeTile(bytes.slice(mixed * TILE_BYTES, ++mixed * TILE_BYTES)));
        } else {
          grid.put(index, kind === FULL ? grid.fullTile(index) : null);
        }
      });
    }
    const changes = Array.from({ length: grid.length }, (_, index) => ({ index, tile: grid.tile(index) }));
    return { changedAt: head.changedAt, changes: changes.filter(({ tile }) => tile !== null) };
  }

  /** A new draft of a picture; nothing is written before the first `save`. */
  write(picture: string, width: number, height: number): DraftWriter {
    return new DraftWriter(this.#db, this.#codec, { id: randomUuid(), picture, width, height, changedAt: 0 });
  }

  /** Forgets all drafts of a picture. */
  async discard(picture: string): Promise<void> {
    const transaction = this.#db.transaction(['drafts', 'rows'], 'readwrite');
    const ids = await transaction.objectStore('drafts').index('picture').getAllKeys(picture);
    await Promise.all([
      ...ids.map((id) => transaction.objectStore('drafts').delete(id)),
      ...ids.map((id) => transaction.objectStore('rows').delete(rowsOf(id))),
    ]);
    await transaction.done;
  }

  close(): void {
    this.#db.close();
  }
}

/** Writes one draft, one save after the other. */
export class DraftWriter {
  readonly #db: IDBPDatabase<DraftSchema>;
  readonly #codec: ByteCodec;
  readonly #head: DraftHead;
  #rows = 0;
  #seq = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor(db: IDBPDatabase<DraftSchema>, codec: ByteCodec, head: DraftHead) {
    this.#db = db;
    this.#codec = codec;
    this.#head = head;
  }

  /**
   * Keeps the state of some tiles. The first save, and now and then a later one, keeps the whole mask.
   * @param grid the mask as it is now; its tiles are read at once and not written into afterwards.
   * @param urgent the page may go away: no time to pack.
   */
  save(grid: MaskGrid, indices: Iterable<number>, step: HistoryLabel | null, urgent = false): Promise<void> {
    const seq = ++this.#seq;
    const all = grid.snapshot();
    const picked = new Set(indices);
    const write = (whole: boolean): DraftRow => {
      const changes = all.flatMap((tile, index) =>
        (whole ? tile !== null : picked.has(index)) ? [{ index, tile }] : [],
      );
      return { draft: this.#head.id, seq, whole, step, ...contents(grid, changes), packed: false };
    };
    const saving = urgent ? this.#saveNow(write) : this.#queue.then(() => this.#save(seq, write));
    this.#queue = Promise.all([this.#queue, saving]).then(
      () => undefined,
      () => undefined,
    );
    return saving;
  }

  /** Resolves when all saves so far have ended, well or not. */
  settled(): Promise<void> {
    return this.#queue;
  }

  /** Everything is handed to the database before this returns: the page may be gone a moment later. */
  async #saveNow(write: (whole: boolean) => DraftRow): Promise<void> {
    const row = write(this.#rows === 0);
    this.#head.changedAt = Date.now();
    this.#rows++;
    const transaction = this.#db.transaction(['drafts', 'rows'], 'readwrite');
    const work = [
      transaction.objectStore('drafts').put({ ...this.#head }),
      transaction.objectStore('rows').put(row),
    ];
    transaction.commit();
    await Promise.all(work);
    await transaction.done;
  }

  async #save(seq: number, write: (whole: boolean) => DraftRow): Promise<void> {
    const whole =
      this.#rows === 0 ||
      this.#rows >= MOST_ROWS ||
      (await this.#db.get('drafts', this.#head.id)) === undefined;
    const row = write(whole);
    if (row.bytes.length > 0) {
      row.bytes = await this.#codec.deflate(row.bytes);
      row.packed = true;
    }
    const transaction = this.#db.transaction(['drafts', 'rows'], 'readwrite', { durability: 'relaxed' });
    const work: Promise<unknown>[] = [];
    if (whole) {
      // Urgent saves that went ahead stay: their turn comes after this one.
      work.push(transaction.objectStore('rows').delete(rowsOf(this.#head.id, seq)));
      work.push(forgetOldest(transaction, this.#head));
      this.#rows = 0;
    }
    this.#head.changedAt = Date.now();
    work.push(
      transaction.objectStore('drafts').put({ ...this.#head }),
      transaction.objectStore('rows').put(row),
    );
    await Promise.all(work);
    await transaction.done;
    this.#rows++;
  }
}

/** The rows of a draft, or those that come before one. */
function rowsOf(draft: string, before = Infinity): IDBKeyRange {
  return IDBKeyRange.bound([draft, 0], [draft, before], false, true);
}

function contents(
  grid: MaskGrid,
  changes: readonly TileChange[],
): Pick<DraftRow, 'places' | 'kinds' | 'bytes'> {
  const kinds = changes.map(({ index, tile }) =>
    tile === null ? EMPTY : tile === grid.fullTile(index) ? FULL : MIXED,
  );
  const mixed = changes.filter((_, i) => kinds[i] === MIXED);
  const bytes = new Uint8Array(mixed.length * TILE_BYTES);
  mixed.forEach(({ tile }, i) => {
    bytes.set(tile?.data ?? [], i * TILE_BYTES);
  });
  return { places: Uint32Array.from(changes, ({ index }) => index), kinds: Uint8Array.from(kinds), bytes };
}

type Writing = IDBPTransaction<DraftSchema, ('drafts' | 'rows')[], 'readwrite'>;

/** Of a picture's drafts the newest stay. */
async function forgetOldest(transaction: Writing, head: DraftHead): Promise<void> {
  const drafts = transaction.objectStore('drafts');
  const others = (await drafts.index('picture').getAll(head.picture))
    .filter((draft) => draft.id !== head.id)
    .sort((a, b) => b.changedAt - a.changedAt);
  for (const { id } of others.slice(KEEP_DRAFTS - 1)) {
    await drafts.delete(id);
    await transaction.objectStore('rows').delete(rowsOf(id));
  }
}
