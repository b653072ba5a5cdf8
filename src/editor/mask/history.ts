import { TILE_BYTES, type Tile, type TileChange, makeTile } from './mask-grid';
import type { PixelRect } from './rect';

/** Squeezes bytes in the background. Must give back exactly what it was given. */
export interface ByteCodec {
  deflate: (bytes: Uint8Array) => Promise<Uint8Array>;
  inflate: (bytes: Uint8Array) => Promise<Uint8Array>;
}

/** What was done, for lists and labels. `tool` names the verb, the room words it. */
export interface HistoryLabel {
  /** `brush`, `eraser`, `clear`, `all`, `invert`, `load`, … */
  tool: string;
  /** Image px that changed. */
  box: PixelRect;
}

/** A step as lists show it. */
export interface HistoryItem extends HistoryLabel {
  readonly id: number;
  /** False: it has been undone and can be redone. */
  readonly done: boolean;
  /** Bytes it holds at present. */
  readonly bytes: number;
}

/** Steps kept as they are on both sides of the present, ready to be undone at once. */
const KEEP_RAW = 8;
/** Steps unpacked ahead of someone who holds the undo key. */
const PREFETCH = 4;
/** Bytes a step costs besides tiles. */
const OVERHEAD = 160;
const OVERHEAD_TILE = 24;

/**
 * One undoable step. It holds the tiles that are not in the mask: before it is undone the old ones, after
 * that the new ones; undo and redo are the same exchange. A step that inverts everything holds nothing.
 */
export class HistoryEntry {
  /** The tiles to exchange; null while packed. */
  changes: TileChange[] | null;
  #packed: Uint8Array | null = null;
  /** Places of packed tiles, and the tiles that need no packing. */
  #places: number[] = [];
  #plain: TileChange[] = [];
  #busy: Promise<void> | null = null;
  #bytes = -1;

  constructor(
    readonly id: number,
    readonly label: HistoryLabel,
    readonly kind: 'tiles' | 'invert',
    changes: TileChange[],
  ) {
    this.changes = changes;
  }

  get packed(): boolean {
    return this.changes === null;
  }

  /** @param isFree whether a tile costs nothing (null or a shared full tile). */
  bytes(isFree: (change: TileChange) => boolean): number {
    if (this.#bytes < 0) {
      const changes = this.changes ?? this.#plain;
      const own = changes.reduce((sum, change) => sum + (isFree(change) ? 0 : TILE_BYTES), 0);
      const count = changes.length + this.#places.length;
      this.#bytes = OVERHEAD + count * OVERHEAD_TILE + own + (this.#packed?.length ?? 0);
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

  /** Packs the tiles. Harmless when they are exchanged meanwhile: then nothing happens. */
  async pack(codec: ByteCodec, isFree: (change: TileChange) => boolean): Promise<void> {
    const changes = this.changes;
    if (!changes || this.#busy) {
      return this.#busy ?? undefined;
    }
    const own = changes.filter((change) => !isFree(change));
    if (own.length === 0) {
      return;
    }
    const before = own.map((change) => change.tile);
    const bytes = new Uint8Array(own.length * TILE_BYTES);
    own.forEach((change, i) => {
      bytes.set(change.tile?.data ?? [], i * TILE_BYTES);
    });
    this.#busy = codec.deflate(bytes).then((packed) => {
      if (this.changes === changes && own.every((change, i) => change.tile === before[i])) {
        this.#packed = packed;
        this.#places = own.map((change) => change.index);
        this.#plain = changes.filter(isFree);
        this.changes = null;
        this.#bytes = -1;
      }
    });
    try {
      await this.#busy;
    } finally {
      this.#busy = null;
    }
  }

  /** Makes `changes` available again. */
  async unpack(codec: ByteCodec): Promise<void> {
    if (this.#busy) {
      await this.#busy;
    }
    const packed = this.#packed;
    if (this.changes || !packed) {
      return;
    }
    this.#busy = codec.inflate(packed).then((bytes) => {
      this.changes = [
        ...this.#plain,
        ...this.#places.map((index, i) => ({
          index,
          tile: makeTile(bytes.slice(i * TILE_BYTES, (i + 1) * TILE_BYTES)),
        })),
      ];
      this.#packed = null;
      this.#places = [];
      this.#plain = [];
      this.#bytes = -1;
    });
    try {
      await this.#busy;
    } finally {
      this.#busy = null;
    }
  }
}

/**
 * Undo and redo under a budget of bytes. Old steps are packed in the background and, when that does not
 * suffice, forgotten from the oldest on. The newest step is never forgotten.
 */
export class History {
  readonly #codec: ByteCodec;
  readonly #isFree: (change: TileChange) => boolean;
  readonly #entries: HistoryEntry[] = [];
  /** Steps before this are done, the others undone. */
  #present = 0;
  #nextId = 1;
  #settling: Promise<void> | null = null;

  /** @param budget bytes; 64 MB when not given. */
  constructor(
    codec: ByteCodec,
    isFree: (change: TileChange) => boolean,
    readonly budget = 64 * 1024 * 1024,
  ) {
    this.#codec = codec;
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

  /** The step redo would bring. */
  get redoEntry(): HistoryEntry | null {
    return this.#entries[this.#present] ?? null;
  }

  /** All steps, oldest first. */
  list(): HistoryItem[] {
    return this.#entries.map((entry, i) => ({
      ...entry.label,
      id: entry.id,
      done: i < this.#present,
      bytes: entry.bytes(this.#isFree),
    }));
  }

  bytes(): number {
    return this.#entries.reduce((sum, entry) => sum + entry.bytes(this.#isFree), 0);
  }

  /** Adds a step that has just been done; what could be redone is dropped. */
  push(label: HistoryLabel, kind: 'tiles' | 'invert', changes: TileChange[]): HistoryEntry {
    this.#entries.length = this.#present;
    const entry = new HistoryEntry(this.#nextId++, label, kind, changes);
    this.#entries.push(entry);
    this.#present++;
    // Packing takes a moment; only a real flood is cut at once.
    this.#evict(2 * this.budget);
    return entry;
  }

  /** Moves the present over the step that has been exchanged. */
  step(direction: 'undo' | 'redo'): void {
    this.#present += direction === 'undo' ? -1 : 1;
    for (let i = 1; i <= PREFETCH; i++) {
      const ahead = this.#entries[direction === 'undo' ? this.#present - i : this.#present + i - 1];
      if (ahead?.packed) {
        void ahead.unpack(this.#codec).catch(() => undefined);
      }
    }
  }

  /** Resolves when the step can be exchanged. Rejects when its bytes cannot be unpacked. */
  async ready(entry: HistoryEntry): Promise<void> {
    await entry.unpack(this.#codec);
  }

  /** Packs what is far from the present and keeps the budget. Never two at a time. */
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
        await entry.pack(this.#codec, this.#isFree);
      }
    }
    for (const entry of [...this.#entries]) {
      if (this.bytes() > this.budget && this.#entries.includes(entry)) {
        await entry.pack(this.#codec, this.#isFree);
      }
    }
    this.#evict(this.budget);
  }

  #evict(limit: number): void {
    while (this.#entries.length > 1 && this.bytes() > limit) {
      if (this.#present > 1) {
        this.#entries.shift();
        this.#present--;
      } else {
        this.#entries.pop();
      }
    }
  }

  clear(): void {
    this.#entries.length = 0;
    this.#present = 0;
  }
}
