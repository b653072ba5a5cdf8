import { report, reporting } from '../../../base/report';
import type { IDBPTransaction } from 'idb';
import { randomUuid } from '../../../comfy/uuid';
import type { Tile } from '../../mask/mask-grid';
import type { PackedTile, TilePacker } from '../../mask/tile-packer';
import {
  EMPTY_LEDGER,
  type JournalPlan,
  type JournalState,
  type Ledger,
  type OwnTile,
  RAW_BYTES,
  ledgerBytes,
  neededTiles,
  planSave,
  withoutSteps,
} from './journal-state';
import {
  JOURNAL_STORES,
  type JournalDb,
  type JournalHead,
  type JournalSchema,
  type StepRow,
  type TileRow,
} from './journal-schema';
import { within } from './within';

/** Tiles not packed within this time are written as they are, ms: nothing waits for a busy machine. */
const PACKING_TIME = 400;

/** Another tab writes the document now, or it was discarded. The next save begins a new one. */
export class JournalLost extends Error {
  override readonly name = 'JournalLost';
}

/** What a writer begins with. */
export interface WriterStart {
  picture: string;
  width: number;
  height: number;
  /** The tab that writes. */
  owner: string;
  /** A document to continue; a new one otherwise. */
  from?: { head: JournalHead; ledger: Ledger; ids: ReadonlyMap<number, number> };
}

type Writing = IDBPTransaction<JournalSchema, typeof JOURNAL_STORES, 'readwrite'>;

/**
 * Writes one document. A save writes the difference to what the database holds, in one transaction: what is
 * read back later is always some state that existed.
 */
export class JournalWriter {
  readonly #db: JournalDb;
  readonly #packer: TilePacker;
  #head: JournalHead;
  /** What the database certainly holds. */
  #confirmed: Ledger = EMPTY_LEDGER;
  /** What transactions in progress will make of it. */
  #issued: Ledger[] = [];
  #ids = new Map<number, number>();
  #queue: Promise<unknown> = Promise.resolve();
  /** Counts transactions, so that an overtaken save does not restore older contents. */
  #turn = 0;
  #created: boolean;
  #lost = false;
  #raw = false;

  constructor(db: JournalDb, packer: TilePacker, start: WriterStart) {
    this.#db = db;
    this.#packer = packer;
    const { picture, width, height, owner, from } = start;
    this.#created = from !== undefined;
    if (from) {
      this.#head = { ...from.head, owner };
      this.#confirmed = from.ledger;
      this.#ids = new Map(from.ids);
    } else {
      this.#head = newHead(picture, width, height, owner);
    }
  }

  /** The document's id. Changes when it had to start over. */
  get id(): string {
    return this.#head.id;
  }

  /** Some tiles lie unpacked in the database; an idle save packs them. */
  get raw(): boolean {
    return this.#raw;
  }

  /** Bytes in the database, by our own count. */
  get bytes(): number {
    return this.#head.bytes;
  }

  /** From now on a new document is written, entirely with the next save. */
  fork(): void {
    const { picture, width, height, owner } = this.#head;
    this.#head = newHead(picture, width, height, owner);
    this.#confirmed = EMPTY_LEDGER;
    this.#issued = [];
    this.#ids.clear();
    this.#created = false;
    this.#lost = false;
    this.#turn++;
  }

  /** The document no longer belongs to this writer. */
  lose(): void {
    this.#lost = true;
  }

  /**
   * Brings the database up to the state. Saves run one after another; each asks for the state when its turn
   * comes.
   * @returns true once it is written, false when a later save took its place.
   * @throws whatever IndexedDB throws (storage full, storage closed).
   */
  save(read: () => JournalState | null): Promise<boolean> {
    const saving = this.#queue.then(() => this.#save(read));
    // eslint-disable-next-line local/no-silent-catch -- the caller gets the same failure
    this.#queue = saving.catch(() => undefined);
    return saving;
  }

  /**
   * Hands over everything not certain to be in the database before it returns: the page may be gone a moment
   * later. Overtakes saves in progress.
   * @param release another page may take the document over.
   * @param going the page is going away: no answer from the database can be awaited.
   */
  saveNow(state: JournalState | null, release: boolean, going = false): Promise<void> {
    if (this.#lost && state) {
      this.fork();
    }
    const leave = (): Promise<void> =>
      release && this.#created && !this.#lost ? this.#release(going) : Promise.resolve();
    if (!state) {
      return leave();
    }
    const known = [this.#confirmed, ...this.#issued];
    const readable = this.#without(state, (tile) => this.#bytesNow(tile) === null && !isKnown(tile, known));
    const plan = planSave(readable, known, (tile) => this.#form(tile));
    if (!plan.changed && !plan.rest && !this.#isMiscounted(state)) {
      return leave();
    }
    const done = this.#issue(plan, state, (tile) => this.#bytesNow(tile), { release, urgent: true });
    // eslint-disable-next-line local/no-silent-catch -- the caller gets the same failure
    this.#queue = Promise.all([this.#queue, done.catch(() => undefined)]);
    return done;
  }

  /** Resolves when all saves so far have ended, successfully or not. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  async #save(read: () => JournalState | null): Promise<boolean> {
    if (this.#lost) {
      this.fork();
    }
    let state = read();
    if (!state) {
      return false;
    }
    const turn = ++this.#turn;
    const fetched = await this.#prepare(state);
    if (turn !== this.#turn) {
      return false;
    }
    state = this.#without(state, (tile) => fetched.lost.has(tile.rev));
    const plan = planSave(state, [this.#confirmed, ...this.#issued], (tile) => this.#form(tile));
    if (!plan.changed && !plan.rest && !this.#isMiscounted(state)) {
      return true;
    }
    try {
      await this.#issue(plan, state, (tile) => fetched.bytes.get(tile.rev) ?? this.#bytesNow(tile), {
        release: false,
        urgent: false,
      });
    } catch (error) {
      if (error instanceof JournalLost) {
        this.#lost = true;
        return this.#save(read);
      }
      throw error;
    }
    return true;
  }

  /** Packs tiles as far as time allows, and fetches those stored elsewhere. */
  async #prepare(state: JournalState): Promise<{ bytes: Map<number, Uint8Array>; lost: Set<number> }> {
    const bytes = new Map<number, Uint8Array>();
    const lost = new Set<number>();
    const away: PackedTile[] = [];
    const own: Tile[] = [];
    const known = [this.#confirmed, ...this.#issued];
    for (const tile of neededTiles(state).values()) {
      if (!known.every((ledger) => ledger.tiles.get(tile.rev)?.packed)) {
        if (!('size' in tile)) {
          own.push(tile);
        } else if (tile.bytes === null && !isKnown(tile, known)) {
          away.push(tile);
        }
      }
    }
    for (const tile of away) {
      await tile.read().then(
        (read) => void bytes.set(tile.rev, read),
        (error: unknown) => {
          report(error, 'journal.read-tile');
          lost.add(tile.rev);
        },
      );
    }
    if (own.length > 0) {
      // What cannot be packed is written as it is.
      await within(this.#packer.packAll(own), PACKING_TIME).catch(reporting('journal.pack'));
    }
    return { bytes, lost };
  }

  #packedNow(tile: OwnTile): PackedTile | null {
    return 'size' in tile ? tile : this.#packer.packed(tile);
  }

  /** Bytes that can be written at once; null when they have to be fetched first. */
  #bytesNow(tile: OwnTile): Uint8Array | null {
    const packed = this.#packedNow(tile);
    return packed ? packed.bytes : 'data' in tile ? tile.data : null;
  }

  #form(tile: OwnTile): { size: number; packed: boolean } {
    const packed = this.#packedNow(tile);
    return packed ? { size: packed.size, packed: true } : { size: RAW_BYTES, packed: false };
  }

  /** The pixels may have been counted since they were written, also with the end of a stroke. */
  #isMiscounted({ coverage }: JournalState): boolean {
    return coverage !== null && coverage !== this.#head.coverage;
  }

  #without(state: JournalState, lost: (tile: OwnTile) => boolean): JournalState {
    return { ...state, history: withoutSteps(state.history, lost) };
  }

  #id(rev: number): number {
    let id = this.#ids.get(rev);
    if (id === undefined) {
      id = this.#head.nextTile++;
      this.#ids.set(rev, id);
    }
    return id;
  }

  /** Hands everything over before it returns; nothing may be awaited before that. */
  async #issue(
    plan: JournalPlan,
    state: JournalState,
    bytesOf: (tile: OwnTile) => Uint8Array | null,
    { release, urgent }: { release: boolean; urgent: boolean },
  ): Promise<void> {
    this.#turn++;
    const created = this.#created;
    const { id, owner } = this.#head;
    const transaction = this.#db.transaction(
      JOURNAL_STORES,
      'readwrite',
      urgent ? {} : { durability: 'relaxed' },
    );
    const before = transaction.objectStore('heads').get(this.#head.id);
    const work: Promise<unknown>[] = [];
    try {
      this.#write(transaction, plan, bytesOf, work);
      Object.assign(this.#head, {
        changedAt: Date.now(),
        meta: JSON.stringify(state.meta ?? null),
        extra: JSON.stringify(state.extra ?? null),
        present: state.history.present,
        coverage: state.coverage ?? this.#head.coverage,
        bytes: ledgerBytes(plan.ledger),
      });
      work.push(transaction.objectStore('heads').put({ ...this.#head, owner: release ? '' : owner }));
      if (urgent) {
        transaction.commit();
      }
    } catch (error) {
      await abandon(transaction, [before, ...work]);
      throw error;
    }
    this.#issued.push(plan.ledger);
    this.#created = true;
    let lost = false;
    const check = before.then((head) => {
      // Another tab may have taken over the document while this page was frozen.
      lost = created && (head === undefined || (head.owner !== owner && head.owner !== ''));
      if (lost && !urgent) {
        transaction.abort();
      }
    });
    try {
      await Promise.all([check, ...work, transaction.done]);
    } catch (error) {
      if (lost) {
        throw new JournalLost('the document belongs to another tab');
      }
      this.#issued = this.#issued.filter((ledger) => ledger !== plan.ledger);
      if (!created && this.#issued.length === 0 && this.#head.id === id) {
        this.#created = false;
      }
      // Requests only report that they were aborted; the transaction knows why.
      throw transaction.error ?? error;
    }
    if (this.#head.id === id) {
      this.#confirm(plan.ledger);
    }
  }

  #confirm(ledger: Ledger): void {
    this.#confirmed = ledger;
    // Transactions complete in order: earlier ones have ended too.
    this.#issued.splice(0, this.#issued.indexOf(ledger) + 1);
    this.#raw = [...ledger.tiles.values()].some(({ packed }) => !packed);
    for (const rev of [...this.#ids.keys()]) {
      if (this.#issued.length === 0 && !ledger.tiles.has(rev)) {
        this.#ids.delete(rev);
      }
    }
  }

  #write(
    transaction: Writing,
    plan: JournalPlan,
    bytesOf: (tile: OwnTile) => Uint8Array | null,
    work: Promise<unknown>[],
  ): void {
    const doc = this.#head.id;
    const tiles = transaction.objectStore('tiles');
    const places = transaction.objectStore('places');
    const steps = transaction.objectStore('steps');
    for (const { tile, stored } of plan.putTiles) {
      const bytes = bytesOf(tile);
      if (bytes) {
        work.push(
          tiles.put({ doc, id: this.#id(stored.rev), bytes, packed: stored.packed } satisfies TileRow),
        );
      }
    }
    for (const { mask, index, rev } of plan.putPlaces) {
      work.push(places.put({ doc, mask, index, tile: rev > 0 ? this.#id(rev) : 0 }));
    }
    for (const { mask, index } of plan.dropPlaces) {
      work.push(places.delete([doc, mask, index]));
    }
    for (const { id, label, kind, mask, state, tiles: changes } of plan.putSteps) {
      const row: StepRow = {
        doc,
        id,
        label,
        kind,
        mask,
        state,
        places: Uint32Array.from(changes, ({ index }) => index),
        tiles: Float64Array.from(changes, ({ tile }) =>
          tile === null ? -1 : tile === 'full' ? 0 : this.#id(tile.rev),
        ),
        sizes: Uint32Array.from(changes, ({ tile }) =>
          tile === null || tile === 'full' ? 0 : (plan.ledger.tiles.get(tile.rev)?.size ?? 0),
        ),
      };
      work.push(steps.put(row));
    }
    for (const id of plan.dropSteps) {
      work.push(steps.delete([doc, id]));
    }
    for (const rev of plan.dropTiles) {
      const id = this.#ids.get(rev);
      if (id !== undefined) {
        work.push(tiles.delete([doc, id]));
      }
    }
  }

  /**
   * Also handed over at once. Unless the page is going away, the document is checked first: it may have been
   * deleted or taken over by another tab.
   */
  async #release(going: boolean): Promise<void> {
    const { id, owner } = this.#head;
    const transaction = this.#db.transaction('heads', 'readwrite');
    if (going) {
      const work = transaction.store.put({ ...this.#head, owner: '' });
      transaction.commit();
      await Promise.all([work, transaction.done]);
      return;
    }
    const head = await transaction.store.get(id);
    if (head?.owner === owner) {
      await transaction.store.put({ ...head, owner: '' });
    }
    await transaction.done;
  }
}

/** Aborts a transaction that must not complete. Nothing is reported of it afterwards. */
async function abandon(transaction: Writing, work: readonly Promise<unknown>[]): Promise<void> {
  try {
    transaction.abort();
  } catch (error) {
    // It had already ended.
    report(error, 'journal.abandon');
  }
  await Promise.allSettled([...work, transaction.done]);
}

function isKnown(tile: OwnTile, ledgers: readonly Ledger[]): boolean {
  return ledgers.every((ledger) => ledger.tiles.has(tile.rev));
}

function newHead(picture: string, width: number, height: number, owner: string): JournalHead {
  return {
    id: randomUuid(),
    picture,
    width,
    height,
    changedAt: 0,
    owner,
    meta: 'null',
    extra: 'null',
    present: 0,
    coverage: null,
    bytes: 0,
    nextTile: 1,
  };
}
