import { type HistoryRecord, ONLY_MASK, type StepRecord, type StepTile } from '../../mask/history';
import { MaskGrid, TILE_BYTES, type TileChange, makeTile } from '../../mask/mask-grid';
import { type ByteCodec, PackedTile, type TilePacker } from '../../mask/tile-packer';
import { type JournalState, type Ledger, type StoredTile, restOf, revOf, signature } from './journal-state';
import {
  CONTENT_STORES,
  JOURNAL_STORES,
  type JournalDb,
  type JournalHead,
  type PlaceRow,
  type StepRow,
  type TileRow,
  openJournalDb,
  rowsOf,
} from './journal-schema';
import { JournalWriter } from './journal-writer';
import { type PendingWork, readPending } from './pending-work';

/** Documents kept per picture, newest first: one for each tab that recently worked on it. */
const KEEP_DOCUMENTS = 3;
/** Pictures kept in all, and bytes by our own count. */
const KEEP_PICTURES = 30;
const KEEP_BYTES = 300 * 1024 * 1024;

/**
 * Masks that pictures were made with, kept beside the drafts: at most this many and this many bytes, most
 * recently used first. A mask of a few strokes takes some kilobytes.
 */
const KEEP_MADE = 200;
const KEEP_MADE_BYTES = 64 * 1024 * 1024;
/** What such documents have in place of a picture; no picture's key begins like this. */
const MADE = 'made-with:';

/** A document that can be restored. */
export interface DraftInfo {
  id: string;
  /** ms since 1970. */
  changedAt: number;
  /** Share of the picture that is masked, 0 to 1; null when unknown. */
  coverage: number | null;
  /** Steps that can be undone; there may be more to redo. */
  steps: number;
  /** The tab that has it open, or ended without a word. Empty: nobody. */
  owner: string;
}

/** What a picture was left with. */
export interface RestoredJournal {
  id: string;
  changedAt: number;
  /** Non-empty tiles of each mask. */
  masks: { id: string; changes: TileChange[] }[];
  meta: unknown;
  extra: unknown;
  /** Its tiles come from the database on demand. */
  history: HistoryRecord;
  /** Work that was not a step yet. */
  pending: PendingWork[];
  /** Continues this document; null for a draft of an older version. */
  writer: ((owner: string) => JournalWriter) | null;
}

/**
 * The editor's documents in the browser's IndexedDB, which plain-http pages have too: masks, history, and the
 * room's data.
 */
export class JournalStore {
  readonly #db: JournalDb;
  readonly #codec: ByteCodec;

  private constructor(db: JournalDb, codec: ByteCodec) {
    this.#db = db;
    this.#codec = codec;
  }

  /**
   * @param lost called when the storage went away; open another store then.
   * @throws whatever IndexedDB throws where storage is forbidden (private windows of some browsers).
   */
  static async open(
    codec: ByteCodec,
    name = 'darkroom-editor',
    lost: () => void = () => undefined,
  ): Promise<JournalStore> {
    return new JournalStore(await openJournalDb(name, lost), codec);
  }

  /** Documents of a picture of this size, newest first. */
  async list(picture: string, width: number, height: number): Promise<DraftInfo[]> {
    const heads = await this.#db.getAllFromIndex('heads', 'picture', picture);
    const old = await this.#db.getAllFromIndex('drafts', 'picture', picture);
    return [
      ...heads.map((head) => ({ ...head, steps: head.present })),
      ...old.map((head) => ({ ...head, steps: 0, coverage: null, owner: '' })),
    ]
      .filter((head) => head.width === width && head.height === height)
      .sort((a, b) => b.changedAt - a.changedAt)
      .map(({ id, changedAt, coverage, steps, owner }) => ({ id, changedAt, coverage, steps, owner }));
  }

  /** A new document; nothing is written before the first save. */
  create(
    packer: TilePacker,
    start: { picture: string; width: number; height: number; owner: string },
  ): JournalWriter {
    return new JournalWriter(this.#db, packer, start);
  }

  /**
   * Assigns a document to a tab, if it still belongs to the given owner.
   * @param from the owner it was seen with.
   */
  async adopt(id: string, from: string, owner: string): Promise<boolean> {
    const transaction = this.#db.transaction('heads', 'readwrite');
    const head = await transaction.store.get(id);
    const free = head !== undefined && (head.owner === from || head.owner === '');
    if (free) {
      await transaction.store.put({ ...head, owner });
    }
    await transaction.done;
    return free;
  }

  /** Whether it is a draft of an older version, which nothing writes any more. */
  async isOld(id: string): Promise<boolean> {
    return (await this.#db.getKey('drafts', id)) !== undefined;
  }

  /** A copy of a document under another id. Null when it is gone. */
  async copy(id: string, as: string, owner: string): Promise<string | null> {
    const transaction = this.#db.transaction(JOURNAL_STORES, 'readwrite');
    const head = await transaction.objectStore('heads').get(id);
    if (head) {
      await transaction.objectStore('heads').put({ ...head, id: as, owner });
      for (const name of CONTENT_STORES) {
        const store = transaction.objectStore(name);
        let cursor = await store.openCursor(rowsOf(id));
        while (cursor) {
          await store.put({ ...cursor.value, doc: as });
          cursor = await cursor.continue();
        }
      }
    }
    await transaction.done;
    return head ? as : null;
  }

  /** Reads a document. Null when there is none of this size. */
  async read(id: string, width: number, height: number, packer: TilePacker): Promise<RestoredJournal | null> {
    const transaction = this.#db.transaction(JOURNAL_STORES);
    const [head, places, rows, waiting] = await Promise.all([
      transaction.objectStore('heads').get(id),
      transaction.objectStore('places').getAll(rowsOf(id)),
      transaction.objectStore('steps').getAll(rowsOf(id)),
      transaction.objectStore('pending').getAll(rowsOf(id)),
    ]);
    if (head?.width !== width || head.height !== height) {
      return head ? null : this.#readOld(id, width, height);
    }
    const tiles = await Promise.all(
      [...new Set(places.map(({ tile }) => tile))]
        .filter((tile) => tile > 0)
        .map((tile) => transaction.objectStore('tiles').get([id, tile])),
    );
    await transaction.done;
    const doc = new DocumentReader(head, (tile) => this.#fetch(id, tile));
    for (const row of tiles) {
      if (row) {
        doc.here(row, row.packed ? row.bytes : await this.#codec.deflate(row.bytes));
      }
    }
    const pending = readPending(head.pending ?? '[]', waiting);
    return doc.read({ places, rows, pending }, packer, (ledger, ids) => (owner) => {
      const { picture } = head;
      return new JournalWriter(this.#db, packer, {
        picture,
        width,
        height,
        owner,
        from: { head, ledger, ids },
      });
    });
  }

  /**
   * Keeps masks that something was made with, unmodified and with their modifiers, while there is room.
   * @param key identifies the masks: anything already kept under it stays.
   */
  async keepMade(key: string, state: JournalState, packer: TilePacker): Promise<void> {
    const { width, height } = state;
    const [known] = await this.list(MADE + key, width, height);
    if (known) {
      await this.#touch(known.id);
    } else {
      const writer = this.create(packer, { picture: MADE + key, width, height, owner: '' });
      await writer.save(() => state);
    }
  }

  /** Masks kept under a key, of this size; null when there are none. */
  async readMade(
    key: string,
    width: number,
    height: number,
    packer: TilePacker,
  ): Promise<RestoredJournal | null> {
    const [known] = await this.list(MADE + key, width, height);
    if (!known) {
      return null;
    }
    await this.#touch(known.id);
    return this.read(known.id, width, height, packer);
  }

  async #touch(id: string): Promise<void> {
    const transaction = this.#db.transaction('heads', 'readwrite');
    const head = await transaction.store.get(id);
    if (head) {
      await transaction.store.put({ ...head, changedAt: Date.now() });
    }
    await transaction.done;
  }

  /** Deletes a document. */
  async forget(id: string): Promise<void> {
    const transaction = this.#db.transaction([...JOURNAL_STORES, 'drafts', 'rows'], 'readwrite');
    await Promise.all([
      transaction.objectStore('heads').delete(id),
      ...CONTENT_STORES.map((name) => transaction.objectStore(name).delete(rowsOf(id))),
      transaction.objectStore('drafts').delete(id),
      transaction.objectStore('rows').delete(rowsOf(id)),
    ]);
    await transaction.done;
  }

  /**
   * Deletes what exceeds the limits, oldest first.
   * @param used documents open somewhere.
   */
  async trim(used: ReadonlySet<string>): Promise<void> {
    await this.#forgetSome((heads) => surplusDocuments(heads, used));
  }

  /**
   * Deletes enough for a document that did not fit: see `sparedDocuments`.
   * @param bytes by our own count.
   * @returns false when there was nothing to delete.
   */
  async makeRoom(bytes: number, picture: string, used: ReadonlySet<string>): Promise<boolean> {
    const forgotten = await this.#forgetSome((heads) => sparedDocuments(heads, bytes, picture, used));
    return forgotten > 0;
  }

  async #forgetSome(choose: (heads: readonly KnownDocument[]) => string[]): Promise<number> {
    const transaction = this.#db.transaction([...JOURNAL_STORES, 'drafts', 'rows'], 'readwrite');
    const heads = await transaction.objectStore('heads').getAll();
    const old = await transaction.objectStore('drafts').getAll();
    const chosen = choose([...heads, ...old.map((draft) => ({ ...draft, bytes: 0 }))]);
    await Promise.all(
      chosen.flatMap((id) => [
        transaction.objectStore('heads').delete(id),
        ...CONTENT_STORES.map((name) => transaction.objectStore(name).delete(rowsOf(id))),
        transaction.objectStore('drafts').delete(id),
        transaction.objectStore('rows').delete(rowsOf(id)),
      ]),
    );
    await transaction.done;
    return chosen.length;
  }

  close(): void {
    this.#db.close();
  }

  async #fetch(doc: string, id: number): Promise<Uint8Array> {
    const row = await this.#db.get('tiles', [doc, id]);
    if (!row) {
      throw new Error('the tile is not in the journal any more');
    }
    return row.packed ? row.bytes : this.#codec.deflate(row.bytes);
  }

  /** A draft as version 1 wrote it: rows to be replayed. */
  async #readOld(id: string, width: number, height: number): Promise<RestoredJournal | null> {
    const head = await this.#db.get('drafts', id);
    if (head?.width !== width || head.height !== height) {
      return null;
    }
    const grid = new MaskGrid(width, height);
    for (const row of await this.#db.getAll('rows', rowsOf(id))) {
      for (let index = 0; row.whole && index < grid.length; index++) {
        grid.put(index, null);
      }
      const bytes = row.packed ? await this.#codec.inflate(row.bytes) : row.bytes;
      let mixed = 0;
      row.places.forEach((index, i) => {
        const kind = row.kinds[i];
        if (kind === 2) {
          grid.put(index, makeTile(bytes.slice(mixed * TILE_BYTES, ++mixed * TILE_BYTES)));
        } else {
          grid.put(index, kind === 1 ? grid.fullTile(index) : null);
        }
      });
    }
    return {
      id,
      changedAt: head.changedAt,
      masks: [{ id: ONLY_MASK, changes: paintedTiles(grid) }],
      meta: null,
      extra: null,
      history: { steps: [], present: 0 },
      pending: [],
      writer: null,
    };
  }
}

/** Assembles a document from its rows. */
class DocumentReader {
  readonly #head: JournalHead;
  readonly #fetch: (tile: number) => Promise<Uint8Array>;
  readonly #packed = new Map<number, PackedTile>();
  readonly #stored = new Map<number, StoredTile>();
  readonly #ids = new Map<number, number>();

  constructor(head: JournalHead, fetch: (tile: number) => Promise<Uint8Array>) {
    this.#head = head;
    this.#fetch = fetch;
  }

  /** A tile whose bytes have been read. */
  here(row: TileRow, bytes: Uint8Array): void {
    this.#add(row.id, row.bytes.length, row.packed, bytes);
  }

  async read(
    {
      places,
      rows,
      pending,
    }: { places: readonly PlaceRow[]; rows: readonly StepRow[]; pending: PendingWork[] },
    packer: TilePacker,
    writer: (ledger: Ledger, ids: ReadonlyMap<number, number>) => RestoredJournal['writer'],
  ): Promise<RestoredJournal> {
    const { id, width, height, changedAt, meta, extra, present } = this.#head;
    const now = [...this.#packed.values()];
    const unpacked = await packer.unpackAll(now);
    const tileOf = new Map(now.map(({ rev }, i) => [rev, unpacked[i]]));
    const grids = new Map<string, MaskGrid>();
    const masks = new Map<string, Float64Array>();
    for (const { mask, index, tile } of places) {
      const grid = grids.get(mask) ?? new MaskGrid(width, height);
      const revs = masks.get(mask) ?? new Float64Array(grid.length);
      const packed = this.#packed.get(tile);
      grids.set(mask, grid);
      masks.set(mask, revs);
      // A lost tile leaves its place empty; the next save records that.
      grid.put(index, tile === 0 ? grid.fullTile(index) : ((packed && tileOf.get(packed.rev)) ?? null));
      revs[index] = tile === 0 ? revOf('full') : (packed?.rev ?? Infinity);
    }
    const steps = rows.map((row) => this.#step(row));
    const ledger: Ledger = {
      tiles: this.#stored,
      masks,
      steps: new Map(steps.map((step) => [step.id, signature(step, this.#stored)])),
      pending: new Map(pending.map(({ id: one, data }) => [one, data.length])),
      rest: restOf(JSON.parse(meta), JSON.parse(extra), present, this.#head.pending ?? '[]'),
    };
    return {
      id,
      changedAt,
      masks: [...grids].map(([mask, grid]) => ({ id: mask, changes: paintedTiles(grid) })),
      meta: JSON.parse(meta) as unknown,
      extra: JSON.parse(extra) as unknown,
      history: { steps, present: Math.min(present, steps.length) },
      pending,
      writer: writer(ledger, this.#ids),
    };
  }

  #step({ id, label, kind, mask, state, places, tiles, sizes }: StepRow): StepRecord {
    const changes = [...places].map((index, i): { index: number; tile: StepTile } => {
      const tile = tiles[i] ?? -1;
      if (tile <= 0) {
        return { index, tile: tile === 0 ? 'full' : null };
      }
      const size = sizes[i] ?? TILE_BYTES;
      return { index, tile: this.#packed.get(tile) ?? this.#add(tile, size, size < TILE_BYTES, null) };
    });
    return { id, label, kind, mask, state, tiles: changes };
  }

  #add(id: number, size: number, packed: boolean, bytes: Uint8Array | null): PackedTile {
    const rev = makeTile(NO_BYTES).rev;
    const tile = new PackedTile(rev, size, bytes ?? (() => this.#fetch(id)));
    this.#packed.set(id, tile);
    this.#stored.set(rev, { rev, size, packed });
    this.#ids.set(rev, id);
    return tile;
  }
}

const NO_BYTES = new Uint8Array(0);

function paintedTiles(grid: MaskGrid): TileChange[] {
  return Array.from({ length: grid.length }, (_, index) => ({ index, tile: grid.tile(index) })).filter(
    ({ tile }) => tile !== null,
  );
}

/** What is known of a document that may be deleted. */
type KnownDocument = Pick<JournalHead, 'id' | 'picture' | 'changedAt' | 'bytes'>;

/**
 * Ids of the documents to delete so that `bytes` (by our own count) become free: masks that pictures were
 * made with first, then drafts of other pictures, oldest first. Never one in use.
 */
export function sparedDocuments(
  heads: readonly KnownDocument[],
  bytes: number,
  picture: string,
  used: ReadonlySet<string>,
): string[] {
  const isMade = (head: KnownDocument): boolean => head.picture.startsWith(MADE);
  const order = heads
    .filter((head) => head.picture !== picture && !used.has(head.id))
    .sort((a, b) => Number(isMade(b)) - Number(isMade(a)) || a.changedAt - b.changedAt);
  let free = 0;
  const spared = order.filter((head) => {
    const wanted = free < bytes;
    free += head.bytes;
    return wanted;
  });
  return spared.map(({ id }) => id);
}

/**
 * Ids of the documents to delete: drafts beyond the limits per picture, of pictures and of bytes, and masks
 * that pictures were made with beyond their own limits.
 */
export function surplusDocuments(heads: readonly KnownDocument[], used: ReadonlySet<string>): string[] {
  const pictures = new Map<string, number>();
  let bytes = 0;
  const surplus: string[] = [];
  // Those in use come first: they stay, and count.
  const order = [...heads].sort(
    (a, b) => Number(used.has(b.id)) - Number(used.has(a.id)) || b.changedAt - a.changedAt,
  );
  let made = 0;
  let madeBytes = 0;
  for (const head of order) {
    if (head.picture.startsWith(MADE)) {
      made++;
      madeBytes += head.bytes;
      if (made > KEEP_MADE || madeBytes > KEEP_MADE_BYTES) {
        surplus.push(head.id);
      }
      continue;
    }
    const documents = pictures.get(head.picture) ?? 0;
    const fits =
      documents < KEEP_DOCUMENTS &&
      (documents > 0 || pictures.size < KEEP_PICTURES) &&
      bytes + head.bytes <= KEEP_BYTES;
    if (fits || used.has(head.id)) {
      pictures.set(head.picture, documents + 1);
      bytes += head.bytes;
    } else {
      surplus.push(head.id);
    }
  }
  return surplus;
}
