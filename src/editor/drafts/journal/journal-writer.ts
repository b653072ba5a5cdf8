import { report, reporting, reportingAs } from '../../../base/report';
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
import { type JournalRequest, type Writing, piecesOf, requestsOf } from './journal-requests';
import { JOURNAL_STORES, type JournalDb, type JournalHead } from './journal-schema';
import { pendingFacts } from './pending-work';
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

/** A save that is being handed over piece by piece. */
interface Sending {
  writing: Writing;
  /** An urgent save ended it, and writes everything itself. */
  overtaken: boolean;
}

/**
 * Writes one document. A save writes the difference to what the database holds, in one transaction: what is
 * read back later is always some state that existed. The transaction is filled in pieces, so that a large save
 * does not hold the main thread up; if the page goes away in between, the browser drops all of it.
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
  #sending: Sending | null = null;

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
    if (state) {
      this.#overtake();
    }
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
    const done = this.#issueNow(plan, state, release);
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
      return await this.#issue(plan, state, (tile) => fetched.bytes.get(tile.rev) ?? this.#bytesNow(tile));
    } catch (error) {
      if (error instanceof JournalLost) {
        this.#lost = true;
        return this.#save(read);
      }
      throw error;
    }
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

  #requests(plan: JournalPlan, bytesOf: (tile: OwnTile) => Uint8Array | null): JournalRequest[] {
    const ids = { of: (rev: number) => this.#id(rev), known: (rev: number) => this.#ids.get(rev) };
    return requestsOf(this.#head.id, plan, ids, bytesOf);
  }

  /** The last request of a save. */
  #putHead(writing: Writing, plan: JournalPlan, state: JournalState, owner: string): Promise<unknown> {
    Object.assign(this.#head, {
      changedAt: Date.now(),
      meta: JSON.stringify(state.meta ?? null),
      extra: JSON.stringify(state.extra ?? null),
      pending: pendingFacts(state.pending),
      present: state.history.present,
      coverage: state.coverage ?? this.#head.coverage,
      bytes: ledgerBytes(plan.ledger),
    });
    return writing.objectStore('heads').put({ ...this.#head, owner });
  }

  /**
   * Writes a plan, a piece at a time.
   * @returns false when an urgent save took its place before everything was handed over.
   * @throws JournalLost, or whatever IndexedDB throws; nothing is written then.
   */
  async #issue(
    plan: JournalPlan,
    state: JournalState,
    bytesOf: (tile: OwnTile) => Uint8Array | null,
  ): Promise<boolean> {
    this.#turn++;
    const created = this.#created;
    const { id, owner } = this.#head;
    const requests = this.#requests(plan, bytesOf);
    const writing = this.#db.transaction(JOURNAL_STORES, 'readwrite', { durability: 'relaxed' });
    const sending: Sending = { writing, overtaken: false };
    this.#sending = sending;
    const work: Promise<unknown>[] = [];
    try {
      // Another tab may have taken over the document while this page was frozen.
      if (created && !belongsTo(await writing.objectStore('heads').get(id), owner)) {
        throw new JournalLost('the document belongs to another tab');
      }
      for (const piece of piecesOf(requests)) {
        for (const { send } of piece) {
          work.push(send(writing));
        }
        // Their answers come in tasks of their own, and the transaction stays open meanwhile.
        await Promise.all(work.splice(0));
      }
      work.push(this.#putHead(writing, plan, state, owner));
    } catch (error) {
      const reason = await abandoned(sending, work, error);
      if (sending.overtaken) {
        return false;
      }
      throw reason;
    } finally {
      if (this.#sending === sending) {
        this.#sending = null;
      }
    }
    await this.#complete(writing, plan.ledger, work, { id, created });
    return true;
  }

  /** Hands everything over before it returns; nothing may be awaited before that. */
  async #issueNow(plan: JournalPlan, state: JournalState, release: boolean): Promise<void> {
    this.#turn++;
    const created = this.#created;
    const { id, owner } = this.#head;
    const writing = this.#db.transaction(JOURNAL_STORES, 'readwrite');
    const before = writing.objectStore('heads').get(id);
    const work: Promise<unknown>[] = [before];
    try {
      for (const { send } of this.#requests(plan, (tile) => this.#bytesNow(tile))) {
        work.push(send(writing));
      }
      work.push(this.#putHead(writing, plan, state, release ? '' : owner));
      writing.commit();
    } catch (error) {
      throw await abandoned({ writing, overtaken: false }, work, error);
    }
    try {
      await this.#complete(writing, plan.ledger, work, { id, created });
    } catch (error) {
      const head = await before.catch(reportingAs('journal.head', undefined));
      throw created && !belongsTo(head, owner)
        ? new JournalLost('the document belongs to another tab')
        : error;
    }
  }

  /** Ends a save that is still being handed over: its transaction then certainly does not complete. */
  #overtake(): void {
    if (this.#sending) {
      this.#sending.overtaken = true;
      abort(this.#sending.writing);
      this.#sending = null;
    }
  }

  /** Waits for a transaction to which everything was handed over; it counts as possibly written meanwhile. */
  async #complete(
    writing: Writing,
    ledger: Ledger,
    work: readonly Promise<unknown>[],
    { id, created }: { id: string; created: boolean },
  ): Promise<void> {
    this.#issued.push(ledger);
    this.#created = true;
    try {
      await Promise.all([...work, writing.done]);
    } catch (error) {
      this.#issued = this.#issued.filter((one) => one !== ledger);
      if (!created && this.#issued.length === 0 && this.#head.id === id) {
        this.#created = false;
      }
      // Requests only report that they were aborted; the transaction knows why.
      throw writing.error ?? error;
    }
    if (this.#head.id === id) {
      this.#confirm(ledger);
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

/**
 * Ends a transaction that must not complete. Nothing is reported of it afterwards.
 * @returns why it failed.
 */
async function abandoned(
  { writing, overtaken }: Sending,
  work: readonly Promise<unknown>[],
  error: unknown,
): Promise<unknown> {
  if (!overtaken && writing.error === null) {
    abort(writing);
  }
  await Promise.allSettled([...work, writing.done]);
  // Requests only report that they were aborted; the transaction knows why.
  return writing.error ?? error;
}

function abort(writing: Writing): void {
  try {
    writing.abort();
  } catch (error) {
    // It had already ended.
    report(error, 'journal.abandon');
  }
}

function belongsTo(head: JournalHead | undefined, owner: string): boolean {
  return head !== undefined && (head.owner === owner || head.owner === '');
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
