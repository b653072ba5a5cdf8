import { type BrushProfile, CoverageGrid, type Dab, type Joint, type Piece, paintPieces } from './brush';
import { type MergeMode, amountTable, mergeRect } from './merge';
import {
  type MaskGrid,
  TILE,
  TILE_BYTES,
  type Tile,
  type TileChange,
  makeTile,
  sameTile,
  touchTile,
} from './mask-grid';
import { StrokePath } from './path';
import type { PixelRect } from './rect';

/** What is fixed for the length of one stroke. */
export interface StrokeOptions {
  mode: MergeMode;
  profile: BrushProfile;
  /** Strongest effect, 0 to 1. */
  opacity: number;
  /** No soft pixels: half covered ones count fully. */
  binary?: boolean;
}

/** Coverage tiles that outlive a stroke, so that the next one allocates little. */
export class StrokeScratch {
  readonly coverage: CoverageGrid;
  readonly tip: CoverageGrid;

  constructor(width: number, height: number) {
    this.coverage = new CoverageGrid(width, height);
    this.tip = new CoverageGrid(width, height);
  }

  bytes(): number {
    return this.coverage.bytes() + this.tip.bytes();
  }
}

/**
 * One stroke over a mask. The mask below is not touched: tiles the stroke reaches are shown as merged copies
 * (`preview`), and `finish` hands over exactly those.
 */
export class Stroke {
  readonly #grid: MaskGrid;
  readonly #scratch: StrokeScratch;
  readonly #options: StrokeOptions;
  readonly #amounts: Uint8Array;
  readonly #path: StrokePath;
  readonly #preview = new Map<number, Tile>();
  readonly #rect: PixelRect = { x0: 0, y0: 0, x1: 0, y1: 0 };
  #pieces: Piece[] = [];
  /** What the next final piece finds where it starts. */
  #joint: Joint = null;
  #tipDirty = false;
  #box: PixelRect | null = null;

  constructor(grid: MaskGrid, scratch: StrokeScratch, options: StrokeOptions) {
    this.#grid = grid;
    this.#scratch = scratch;
    this.#options = options;
    this.#amounts = amountTable(options.opacity, options.binary);
    this.#path = new StrokePath(options.profile.hardness >= 1);
    scratch.coverage.reset();
    scratch.tip.reset();
  }

  /** Image px reached so far, clipped to the picture; null when none. */
  get box(): PixelRect | null {
    return this.#box;
  }

  /** The newest sample. */
  get last(): Dab | null {
    return this.#path.last;
  }

  /** The merged tile at this place; undefined where the stroke has not been. */
  preview(index: number): Tile | undefined {
    return this.#preview.get(index);
  }

  add(sample: Dab): void {
    this.#path.add(sample, this.#collect);
    this.#joint = this.#paint(this.#scratch.coverage, false);
    this.#tipDirty = true;
  }

  /**
   * Brings the preview up to date with all samples added.
   * @param changed called with each changed rectangle, in image px.
   */
  flush(changed: (rect: PixelRect) => void): void {
    const { coverage, tip } = this.#scratch;
    if (!this.#tipDirty) {
      return;
    }
    this.#tipDirty = false;
    this.#wipeTip();
    this.#path.tip(this.#collect);
    this.#paint(tip, true);
    // The tip's own rectangles stay for the next wipe; the merge reads both lists.
    for (const index of tip.dirty.touched) {
      if (tip.dirty.read(index, this.#rect)) {
        coverage.dirty.add(index, this.#rect.x0, this.#rect.y0, this.#rect.x1, this.#rect.y1);
      }
    }
    for (const index of coverage.dirty.touched) {
      if (coverage.dirty.read(index, this.#rect)) {
        this.#merge(index, changed);
      }
    }
    coverage.dirty.clear();
  }

  /** Ends the stroke: returns the tiles to put into the mask, normal and different from what is there. */
  finish(changed: (rect: PixelRect) => void): TileChange[] {
    this.#wipeTip();
    this.#path.finish(this.#collect);
    this.#joint = this.#paint(this.#scratch.coverage, true);
    this.#tipDirty = true;
    this.flush(changed);
    const changes: TileChange[] = [];
    for (const [index, merged] of this.#preview) {
      const tile = this.#grid.normal(index, merged);
      if (!sameTile(tile, this.#grid.tile(index))) {
        changes.push({ index, tile });
      }
    }
    this.#release();
    return changes;
  }

  /** Discards the stroke. The caller redraws `box`. */
  cancel(): void {
    this.#release();
  }

  bytes(): number {
    return this.#preview.size * TILE_BYTES;
  }

  #release(): void {
    this.#preview.clear();
    this.#scratch.coverage.reset();
    this.#scratch.tip.reset();
  }

  readonly #collect = (from: Dab, to: Dab): void => {
    this.#pieces.push({ from, to });
  };

  /** Rasterises the collected pieces; `whole` when none will follow. */
  #paint(grid: CoverageGrid, whole: boolean): Joint {
    const joint = paintPieces(grid, this.#options.profile, this.#pieces, this.#joint, whole);
    this.#pieces = [];
    return joint;
  }

  /** Clears the tip and marks where it was, so that the merge removes it. */
  #wipeTip(): void {
    const { coverage, tip } = this.#scratch;
    const rect = this.#rect;
    for (const index of tip.dirty.touched) {
      if (tip.dirty.read(index, rect)) {
        const data = tip.open(index);
        for (let y = rect.y0; y < rect.y1; y++) {
          data.fill(0, y * TILE + rect.x0, y * TILE + rect.x1);
        }
        coverage.dirty.add(index, rect.x0, rect.y0, rect.x1, rect.y1);
      }
    }
    tip.dirty.clear();
  }

  #merge(index: number, changed: (rect: PixelRect) => void): void {
    const { mode } = this.#options;
    const base = this.#grid.tile(index);
    if (mode === 'erase' ? base === null : this.#grid.isFull(index)) {
      return;
    }
    let tile = this.#preview.get(index);
    if (!tile) {
      tile = makeTile(base?.data.slice());
      this.#preview.set(index, tile);
    }
    const { x0, y0, x1, y1 } = this.#rect;
    mergeRect(
      {
        mode,
        amounts: this.#amounts,
        base: base?.data ?? null,
        coverage: this.#scratch.coverage.tile(index),
        tip: this.#scratch.tip.tile(index),
        out: tile.data,
      },
      x0,
      y0,
      x1,
      y1,
    );
    touchTile(tile);
    const left = (index % this.#grid.columns) * TILE;
    const top = Math.floor(index / this.#grid.columns) * TILE;
    const box = this.#box;
    this.#box = {
      x0: Math.min(box?.x0 ?? Infinity, left + x0),
      y0: Math.min(box?.y0 ?? Infinity, top + y0),
      x1: Math.max(box?.x1 ?? 0, left + x1),
      y1: Math.max(box?.y1 ?? 0, top + y1),
    };
    changed({ x0: left + x0, y0: top + y0, x1: left + x1, y1: top + y1 });
  }
}
