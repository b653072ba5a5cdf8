import { reporting } from '../../base/report';
import { TILE_BYTES, type Tile, type TileChange } from './mask-grid';
import type { PixelRect } from './rect';
import { type ByteCodec, type PackedTile, TilePacker } from './tile-packer';

export type { ByteCodec } from './tile-packer';

/** What was done, for lists and labels. `tool` names the verb; the room words it. */
export interface HistoryLabel {
  /** `brush`, `eraser`, `clear`, `all`, `invert`, `load`, … */
  tool: string;
  /** Image px that changed. */
  box: PixelRect;
  /** Undone and redone together with the previous step: to people, both are one. */
  joined?: boolean;
}

/** A step as lists show it. */
export interface HistoryItem extends HistoryLabel {
  readonly id: number;
  /** False: it has been undone and can be redone. */
  readonly done: boolean;
  /** Bytes it holds at present. */
  readonly bytes: number;
  /** The mask it belongs to. */
  readonly mask: string;
}

/**
 * `tiles` exchanges tiles of one mask. `invert` inverts one mask and holds no tiles; where that also inverts
 * its modifiers, these are its state. `state` changes which masks there are and how they are used; it holds
 * the tiles of a mask it removes.
 */
export type HistoryKind = 'tiles' | 'invert' | 'state';

/** What a step changes besides tiles, as plain JSON; the document knows what it means. */
export interface StateChange {
  before: unknown;
  after: unknown;
}

/** What a step may say besides its label. */
export interface StepFacts {
  /** Id of the mask it belongs to. */
  mask?: string;
  state?: StateChange | null;
}

/** A tile of a step: nothing, fully painted, or contents with a `rev`. */
export type StepTile = null | 'full' | Tile | PackedTile;

/** A step as stored outside: the tiles to exchange are those that are not in the mask at that moment. */
export interface StepRecord {
  id: number;
  label: HistoryLabel;
  kind: HistoryKind;
  mask: string;
  state: StateChange | null;
  tiles: { index: number; tile: StepTile }[];
}

/** The whole history at one moment, oldest step first. */
export interface HistoryRecord {
  steps: StepRecord[];
  /** Steps before this are done, the others undone. */
  present: number;
}

/** The mask id of documents that have only one. */
export const ONLY_MASK = 'mask';

/** Steps kept unpacked on both sides of the present, ready to be undone at once. */
const KEEP_RAW = 8;
/** Steps unpacked ahead of someone who holds the undo key. */
const PREFETCH = 4;
/** Bytes a step costs besides tiles. */
const OVERHEAD = 160;
const OVERHEAD_TILE = 24;

/**
 * One undoable step. It holds the tiles that are not in the mask: before undo the old ones, after it the new
 * ones; undo and redo are the same exchange. A step that inverts everything holds nothing.
 */
export class HistoryEntry {
  readonly mask: string;
  readonly state: StateChange | null;
  /** The tiles to exchange; null while packed. */
  changes: TileChange[] | null;
  /** While packed: the packed tiles, and those that need no packing. */
  #packed: { index: number; tile: PackedTile }[] = [];
  #plain: TileChange[] = [];
  #busy: Promise<void> | null = null;
  #bytes = -1;

  constructor(
    readonly id: number,
    readonly label: HistoryLabel,
    readonly kind: HistoryKind,
    changes: TileChange[],
    { mask = ONLY_MASK, state = null }: StepFacts = {},
  ) {
    this.changes = changes;
    this.mask = mask;
    this.state = state;
  }

  /** A step from outside. @param full the object that stands for a fully painted tile at a place. */
  static from(record: StepRecord, full: (index: number) => Tile): HistoryEntry {
    const entry = new HistoryEntry(record.id, record.label, record.kind, [], record);
    const plain: TileChange[] = [];
    for (const { index, tile } of record.tiles) {
      if (tile !== null && typeof tile === 'object' && 'size' in tile) {
        entry.#packed.push({ index, tile });
      } else {
        plain.push({ index, tile: tile === 'full' ? full(index) : tile });
      }
    }
    if (entry.#packed.length === 0) {
      entry.changes = plain;
    } else {
      entry.#plain = plain;
      entry.changes = null;
    }
    return entry;
  }

  get packed(): boolean {
    return this.changes === null;
  }

  /** The step as it is now. Its tiles become shared: writers take a copy. */
  record(isFree: (change: TileChange) => boolean): StepRecord {
    const plain = (this.changes ?? this.#plain).map((change) => {
      const { index, tile } = change;
      if (tile && isFree(change)) {
        return { index, tile: 'full' as const };
      }
      if (tile) {
        tile.shared = true;
      }
      return { index, tile };
    });
    const { id, label, kind, mask, state } = this;
    return { id, label, kind, mask, state, tiles: [...plain, ...this.#packed] };
  }

  /** @param isFree whether a tile costs nothing (null or a shared full tile). */
  bytes(isFree: (change: TileChange) => boolean): number {
    if (this.#bytes < 0) {
      const changes = this.changes ?? this.#plain;
      const own = changes.reduce((sum, change) => sum + (isFree(change) ? 0 : TILE_BYTES), 0);
      const packed = this.#packed.reduce((sum, { tile }) => sum + tile.size, 0);
      const count = changes.length + this.#packed.length;
      this.#bytes = OVERHEAD + count * OVERHEAD_TILE + own + packed;
    }
    return this.#bytes;
  }

  /** Gives each tile to `put` and keeps the one it returns. The step must not be packed. */
  exchange(put: (index: number, tile: Tile | null) => Tile | null): void {
    for (const change of this.changes ?? []) {
      change.tile = put(change.index, change.tile);
    }
    this.#bytes = -1;
  }

  /** Packs the tiles. Harmless if they are exchanged meanwhile: then nothing happens. */
  async pack(packer: TilePacker, isFree: (change: TileChange) => boolean): Promise<void> {
    const changes = this.changes;
    if (!changes || this.#busy) {
      return this.#busy ?? undefined;
    }
    const own = changes.flatMap((change) =>
      change.tile && !isFree(change) ? [{ change, tile: change.tile }] : [],
    );
    if (own.length === 0) {
      return;
    }
    await this.#alone(
      packer.packAll(own.map(({ tile }) => tile)).then((packed) => {
        const same = own.every(({ change, tile }, i) => change.tile === tile && tile.rev === packed[i]?.rev);
        if (this.changes === changes && same) {
          const moved = new Set(own.map(({ change }) => change));
          this.#plain = changes.filter((change) => !moved.has(change));
          this.#packed = own.flatMap(({ change }, i) => {
            const tile = packed[i];
            return tile ? [{ index: change.index, tile }] : [];
          });
          this.changes = null;
          this.#bytes = -1;
        }
      }),
    );
  }

  /** Makes `changes` available again. Rejects when packed bytes are lost. */
  async unpack(packer: TilePacker): Promise<void> {
    if (this.#busy) {
      await this.#busy;
    }
    if (this.changes) {
      return;
    }
    const packed = this.#packed;
    await this.#alone(
      packer.unpackAll(packed.map(({ tile }) => tile)).then((tiles) => {
        this.changes = [...this.#plain, ...packed.map(({ index }, i) => ({ index, tile: tiles[i] ?? null }))];
        this.#packed = [];
        this.#plain = [];
        this.#bytes = -1;
      }),
    );
  }

  async #alone(work: Promise<void>): Promise<void> {
    this.#busy = work;
    try {
      await work;
    } finally {
      this.#busy = null;
    }
  }
}

/**
 * Undo and redo within a budget of bytes. Old steps are packed in the background and, when that is not
 * enough, dropped from the oldest on. The newest step is never dropped.
 */
export class History {
  /** Packs tiles; other holders of this mask's tiles share its work. */
  readonly packer: TilePacker;
  readonly #isFree: (change: TileChange) => boolean;
  readonly #entries: HistoryEntry[] = [];
  /** Steps before this are done, the others undone. */
  #present = 0;
  #nextId = 1;
  #settling: Promise<void> | null = null;
  #turn = 0;

  /** @param budget bytes; 64 MB by default. */
  constructor(
    codec: ByteCodec,
    isFree: (change: TileChange) => boolean,
    readonly budget = 64 * 1024 * 1024,
  ) {
    this.packer = new TilePacker(codec);
    this.#isFree = isFree;
  }

  get canUndo(): boolean {
    return this.#present > 0;
  }

  get canRedo(): boolean {
    return this.#present < this.#entries.length;
  }

  /** The step undo would take back. */
  get undoEntry(): HistoryEntry | null {
    return this.#entries[this.#present - 1] ?? null;
  }

  /** The step redo would restore. */
  get redoEntry(): HistoryEntry | null {
    return this.#entries[this.#present] ?? null;
  }

  /** All steps, oldest first; those joined to another are counted as part of it. */
  list(): HistoryItem[] {
    const items: HistoryItem[] = [];
    this.#entries.forEach((entry, i) => {
      const { id, mask, label } = entry;
      const bytes = entry.bytes(this.#isFree);
      const last = items.at(-1);
      if (label.joined && last) {
        items[items.length - 1] = { ...last, bytes: last.bytes + bytes };
      } else {
        items.push({ ...label, id, mask, done: i < this.#present, bytes });
      }
    });
    return items;
  }

  bytes(): number {
    return this.#entries.reduce((sum, entry) => sum + entry.bytes(this.#isFree), 0);
  }

  /** Adds a step that has just been done; what could be redone is dropped. */
  push(label: HistoryLabel, kind: HistoryKind, changes: TileChange[], facts: StepFacts = {}): HistoryEntry {
    this.#entries.length = this.#present;
    const entry = new HistoryEntry(this.#nextId++, label, kind, changes, facts);
    this.#entries.push(entry);
    this.#present++;
    // Packing takes a moment; only a real flood is cut at once.
    this.#evict(2 * this.budget);
    return entry;
  }

  /** The history as it is now, for storage. */
  record(): HistoryRecord {
    return { steps: this.#entries.map((entry) => entry.record(this.#isFree)), present: this.#present };
  }

  /** Grows when other steps replace all there were: from then on the same ids may mean other steps. */
  get turn(): number {
    return this.#turn;
  }

  /** The id the next step will get. */
  get nextId(): number {
    return this.#nextId;
  }

  /**
   * Replaces this history with a stored one.
   * @param full the object that stands for a fully painted tile at a place of a mask.
   */
  restore({ steps, present }: HistoryRecord, full: (mask: string, index: number) => Tile): void {
    this.#entries.length = 0;
    this.#turn++;
    for (const step of steps) {
      this.#entries.push(HistoryEntry.from(step, (index) => full(step.mask, index)));
      this.#nextId = Math.max(this.#nextId, step.id + 1);
    }
    this.#present = Math.min(Math.max(0, present), this.#entries.length);
  }

  /** Moves the present over the step that has been exchanged. */
  step(direction: 'undo' | 'redo'): void {
    this.#present += direction === 'undo' ? -1 : 1;
    for (let i = 1; i <= PREFETCH; i++) {
      const ahead = this.#entries[direction === 'undo' ? this.#present - i : this.#present + i - 1];
      if (ahead?.packed) {
        void ahead.unpack(this.packer).catch(reporting('history.unpack-ahead'));
      }
    }
  }

  /** Drops all steps that undo (or redo) would reach from here on: one of them cannot be exchanged. */
  cut(direction: 'undo' | 'redo'): void {
    if (direction === 'undo') {
      this.#entries.splice(0, this.#present);
      this.#present = 0;
    } else {
      this.#entries.length = this.#present;
    }
  }

  /** Resolves when the step can be exchanged. Rejects when its bytes cannot be unpacked. */
  async ready(entry: HistoryEntry): Promise<void> {
    await entry.unpack(this.packer);
  }

  /** Packs what is far from the present and keeps to the budget. Never two runs at a time. */
  settle(): Promise<void> {
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = null;
    });
    return this.#settling;
  }

  async #settle(): Promise<void> {
    for (const entry of [...this.#entries]) {
      const away = Math.abs(this.#entries.indexOf(entry) + 0.5 - this.#present);
      if (this.#entries.includes(entry) && away > KEEP_RAW) {
        await entry.pack(this.packer, this.#isFree);
      }
    }
    for (const entry of [...this.#entries]) {
      if (this.bytes() > this.budget && this.#entries.includes(entry)) {
        await entry.pack(this.packer, this.#isFree);
      }
    }
    this.#evict(this.budget);
  }

  #evict(limit: number): void {
    while (this.bytes() > limit) {
      // Joined steps go together.
      const next = this.#entries.findIndex(({ label }, i) => i > 0 && !label.joined);
      if (next < 0) {
        return;
      }
      if (this.#present > next) {
        this.#entries.splice(0, next);
        this.#present -= next;
      } else {
        this.#entries.length = this.#entries.findLastIndex(({ label }) => !label.joined);
      }
    }
  }

  clear(): void {
    this.#entries.length = 0;
    this.#present = 0;
  }
}
