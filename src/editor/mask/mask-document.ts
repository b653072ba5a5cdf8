import { BrushProfile, type Dab } from './brush';
import { type ByteCodec, History, type HistoryEntry, type HistoryLabel } from './history';
import { FULL_TILE, MaskGrid, type Tile, type TileChange, invertTile, sameTile } from './mask-grid';
import type { MergeMode } from './merge';
import { MipChain, type MipSource } from './mips';
import { type PixelRect, unionRect } from './rect';
import { Stroke, StrokeScratch } from './stroke';

/** A brush as one stroke uses it. */
export interface StrokeSettings {
  mode: MergeMode;
  /** 0 to 1. */
  hardness: number;
  /** 0 to 1. */
  opacity: number;
  /** Name of the step in the history. */
  tool: string;
}

/** A finished change, for those who keep copies of the mask. */
export interface MaskCommit {
  label: HistoryLabel;
  /** Tiles whose contents are now others. */
  indices: readonly number[];
  cause: 'do' | 'undo' | 'redo';
}

export interface MaskEvents {
  /** Shown pixels changed inside the rectangle (image px). Called many times while painting. */
  shown?: (rect: PixelRect) => void;
  /** The mask itself changed. */
  committed?: (commit: MaskCommit) => void;
}

export interface MaskOptions {
  codec: ByteCodec;
  /** Bytes for undo and redo. */
  historyBudget?: number;
  events?: MaskEvents;
}

/** Bytes by what they serve, the picture left out. */
export interface MaskBytes {
  tiles: number;
  mips: number;
  history: number;
  stroke: number;
}

/**
 * A mask, what is being done to it, and what can be undone. All pixel truth of the editor lives here; what
 * shows it asks `mips.tile` and is told by `events.shown` what to ask again.
 */
export class MaskDocument implements MipSource {
  readonly grid: MaskGrid;
  readonly mips: MipChain;
  readonly history: History;
  readonly #events: MaskEvents;
  readonly #scratch: StrokeScratch;
  readonly #profiles = new Map<number, BrushProfile>();
  #stroke: Stroke | null = null;
  #strokeSettings: StrokeSettings | null = null;
  #rev = 0;
  #moving: Promise<boolean> | null = null;

  /** Sizes in px. */
  constructor(
    readonly width: number,
    readonly height: number,
    options: MaskOptions,
  ) {
    this.grid = new MaskGrid(width, height);
    this.mips = new MipChain(this);
    this.history = new History(options.codec, this.#isFree, options.historyBudget);
    this.#events = options.events ?? {};
    this.#scratch = new StrokeScratch(width, height);
  }

  /** Grows with every committed change, undo and redo included. */
  get rev(): number {
    return this.#rev;
  }

  get painting(): boolean {
    return this.#stroke !== null;
  }

  /** An undo or redo is waiting for its tiles; strokes must wait too. */
  get moving(): boolean {
    return this.#moving !== null;
  }

  /** The tile as it is to be shown: with the stroke in progress. */
  viewTile(index: number): Tile | null {
    return this.#stroke?.preview(index) ?? this.grid.tile(index);
  }

  fullTile(index: number): Tile {
    return this.grid.fullTile(index);
  }

  /** Starts a stroke; one in progress is ended first. */
  beginStroke(settings: StrokeSettings): void {
    this.endStroke();
    let profile = this.#profiles.get(settings.hardness);
    if (!profile) {
      profile = new BrushProfile(settings.hardness);
      this.#profiles.clear();
      this.#profiles.set(settings.hardness, profile);
    }
    this.#strokeSettings = settings;
    this.#stroke = new Stroke(this.grid, this.#scratch, {
      mode: settings.mode,
      profile,
      opacity: settings.opacity,
    });
  }

  /** Adds a brush sample to the stroke (image px). Drawn by the next `flushStroke`. */
  strokeTo(sample: Dab): void {
    this.#stroke?.add(sample);
  }

  /** Brings what is shown up to date with the samples added. */
  flushStroke(): void {
    this.#stroke?.flush(this.#shown);
  }

  /** Makes the stroke part of the mask. False when it changed nothing. */
  endStroke(): boolean {
    const stroke = this.#stroke;
    const settings = this.#strokeSettings;
    if (!stroke || !settings) {
      return false;
    }
    const changes = stroke.finish(this.#shown);
    this.#stroke = null;
    this.#strokeSettings = null;
    return this.#apply(settings.tool, changes);
  }

  /** Takes the stroke back, as if it had not been. */
  cancelStroke(): void {
    const stroke = this.#stroke;
    this.#stroke = null;
    this.#strokeSettings = null;
    stroke?.cancel();
    if (stroke?.box) {
      this.#shown(stroke.box);
    }
  }

  /** Empties the mask. False when it was empty. */
  clear(): boolean {
    return this.#everywhere('clear', () => null);
  }

  /** Paints everything. False when it was so. */
  selectAll(): boolean {
    return this.#everywhere('all', (index) => this.grid.fullTile(index));
  }

  /** Swaps keep and repaint. The step holds no tiles: it is its own reverse. */
  invert(): boolean {
    this.endStroke();
    const label = { tool: 'invert', box: this.#whole() };
    this.history.push(label, 'invert', []);
    this.#invertTiles();
    this.#committed(label, this.#allIndices(), 'do');
    return true;
  }

  /** Puts other contents in place of the whole mask, as one step. The grid must have the same size. */
  replace(tool: string, grid: MaskGrid): boolean {
    if (grid.width !== this.width || grid.height !== this.height) {
      throw new RangeError(`mask of ${grid.width}×${grid.height} px for ${this.width}×${this.height} px`);
    }
    return this.#everywhere(tool, (index) =>
      grid.isFull(index) ? this.grid.fullTile(index) : grid.tile(index),
    );
  }

  /** Contents to begin with: not a step, nothing to undo. */
  restore(changes: readonly TileChange[]): void {
    for (const { index, tile } of changes) {
      this.grid.put(index, this.grid.normal(index, tile));
    }
    this.history.clear();
    this.#rev++;
    this.#shown(this.#whole());
  }

  /**
   * Takes the last step back. At once when its tiles are at hand (then the result is a boolean), else when
   * they have been unpacked; `moving` is true meanwhile. False: nothing to undo.
   */
  undo(): boolean | Promise<boolean> {
    return this.#move('undo');
  }

  /** Brings back the step undone last. See `undo`. */
  redo(): boolean | Promise<boolean> {
    return this.#move('redo');
  }

  bytes(): MaskBytes {
    return {
      tiles: this.grid.bytes(),
      mips: this.mips.bytes(),
      history: this.history.bytes(),
      stroke: this.#scratch.bytes() + (this.#stroke?.bytes() ?? 0),
    };
  }

  #move(direction: 'undo' | 'redo'): boolean | Promise<boolean> {
    if (this.#moving) {
      return this.#moving.then(() => this.#move(direction));
    }
    this.endStroke();
    const entry = direction === 'undo' ? this.history.undoEntry : this.history.redoEntry;
    if (!entry) {
      return false;
    }
    if (!entry.packed) {
      this.#exchange(entry, direction);
      return true;
    }
    this.#moving = this.history
      .ready(entry)
      .then(() => {
        this.#exchange(entry, direction);
        return true;
      })
      .finally(() => {
        this.#moving = null;
      });
    return this.#moving;
  }

  #exchange(entry: HistoryEntry, direction: 'undo' | 'redo'): void {
    let indices: number[] = [];
    if (entry.kind === 'invert') {
      this.#invertTiles();
      indices = this.#allIndices();
    } else {
      entry.exchange((index, tile) => {
        indices.push(index);
        return this.grid.put(index, tile);
      });
    }
    this.history.step(direction);
    this.#committed(entry.label, indices, direction);
  }

  #everywhere(tool: string, wanted: (index: number) => Tile | null): boolean {
    this.endStroke();
    const changes: TileChange[] = [];
    for (let index = 0; index < this.grid.length; index++) {
      const tile = wanted(index);
      if (!sameTile(tile, this.grid.tile(index))) {
        changes.push({ index, tile });
      }
    }
    return this.#apply(tool, changes);
  }

  /** Puts tiles into the mask as one step. */
  #apply(tool: string, changes: TileChange[]): boolean {
    let box: PixelRect | null = null;
    for (const change of changes) {
      box = unionRect(box, this.#tileBox(change.index));
      change.tile = this.grid.put(change.index, change.tile);
    }
    if (!box) {
      return false;
    }
    const label = { tool, box };
    this.history.push(label, 'tiles', changes);
    this.#committed(
      label,
      changes.map((change) => change.index),
      'do',
    );
    return true;
  }

  #committed(label: HistoryLabel, indices: readonly number[], cause: MaskCommit['cause']): void {
    this.#rev++;
    for (const index of indices) {
      this.#shown(this.#tileBox(index));
    }
    this.#events.committed?.({ label, indices, cause });
  }

  #invertTiles(): void {
    for (let index = 0; index < this.grid.length; index++) {
      const tile = this.grid.tile(index);
      if (tile === null || this.grid.isFull(index)) {
        this.grid.put(index, tile === null ? this.grid.fullTile(index) : null);
      } else {
        this.grid.put(index, invertTile(tile, this.grid.insideWidth(index), this.grid.insideHeight(index)));
      }
    }
  }

  readonly #isFree = (change: TileChange): boolean =>
    change.tile === null || change.tile === FULL_TILE || change.tile === this.grid.fullTile(change.index);

  readonly #shown = (rect: PixelRect): void => {
    this.mips.invalidate(rect);
    this.#events.shown?.(rect);
  };

  #whole(): PixelRect {
    return { x0: 0, y0: 0, x1: this.width, y1: this.height };
  }

  #allIndices(): number[] {
    return Array.from({ length: this.grid.length }, (_, index) => index);
  }

  #tileBox(index: number): PixelRect {
    const x0 = (index % this.grid.columns) * 256;
    const y0 = Math.floor(index / this.grid.columns) * 256;
    return { x0, y0, x1: x0 + this.grid.insideWidth(index), y1: y0 + this.grid.insideHeight(index) };
  }
}
