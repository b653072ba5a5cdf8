import { type MaskGrid, TILE, TILE_BYTES, type Tile, type TileChange, makeTile, sameTile } from './mask-grid';
import { amountTable, div255, mergeRect, mergeValue } from './merge';

/** What a selection does to a mask. */
export type CombineMode = 'add' | 'subtract' | 'intersect' | 'replace';

/** How a selection combines with a mask: by which law, and how strongly (0 to 1). */
export interface Combine {
  mode: CombineMode;
  opacity: number;
}

/**
 * The law for one pixel, all values 0 to 255 except opacity o (0 to 1). With s = selection / 255: add m +
 * (255 − m)·s·o, subtract m·(1 − s·o) (both as strokes merge), intersect m·(1 − o·(1 − s)), replace 255·s·o.
 */
export function combineValue(mode: CombineMode, mask: number, selection: number, opacity: number): number {
  switch (mode) {
    case 'add':
      return mergeValue('paint', mask, Math.round(selection * opacity));
    case 'subtract':
      return mergeValue('erase', mask, Math.round(selection * opacity));
    case 'intersect':
      return div255(mask * (255 - Math.round((255 - selection) * opacity)));
    case 'replace':
      return Math.round(selection * opacity);
  }
}

/**
 * Combines a selection with a mask of the same size: returns the tiles that change, in normal form. Neither
 * grid is written; tiles taken from the selection become shared.
 * @throws RangeError when the sizes differ.
 */
export function combineTiles(
  grid: MaskGrid,
  selection: MaskGrid,
  mode: CombineMode,
  opacity = 1,
): TileChange[] {
  if (grid.width !== selection.width || grid.height !== selection.height) {
    throw new RangeError(
      `selection of ${selection.width}×${selection.height} px for ${grid.width}×${grid.height} px`,
    );
  }
  const combiner = new Combiner(mode, opacity);
  const changes: TileChange[] = [];
  for (let index = 0; index < grid.length; index++) {
    const before = grid.tile(index);
    const chosen = selection.isFull(index) ? grid.fullTile(index) : selection.tile(index);
    const tile = grid.normal(index, combiner.tile(before, chosen, grid.fullTile(index)));
    if (!sameTile(before, tile)) {
      changes.push({ index, tile });
    }
  }
  return changes;
}

class Combiner {
  readonly #mode: CombineMode;
  /** Maps a selection value to how much of it counts. */
  readonly #amounts: Uint8Array;
  readonly #inverse = new Uint8Array(TILE_BYTES);

  constructor(mode: CombineMode, opacity: number) {
    this.#mode = mode;
    this.#amounts = amountTable(Math.min(1, Math.max(0, opacity)));
  }

  tile(mask: Tile | null, selection: Tile | null, full: Tile): Tile | null {
    const most = this.#amounts[255] ?? 255;
    switch (this.#mode) {
      case 'add':
        if (!selection || mask === full || most === 0) {
          return mask;
        }
        return most === 255 && (selection === full || !mask)
          ? taken(selection)
          : this.#merged('paint', mask, selection.data);
      case 'subtract':
        if (!selection || !mask || most === 0) {
          return mask;
        }
        return most === 255 && selection === full ? null : this.#merged('erase', mask, selection.data);
      case 'intersect':
        if (!mask || selection === full || most === 0) {
          return mask;
        }
        if (most === 255 && (!selection || mask === full)) {
          return selection && taken(selection);
        }
        return this.#merged('erase', mask, this.#inverted(selection));
      case 'replace':
        return selection && (most === 255 ? taken(selection) : this.#merged('paint', null, selection.data));
    }
  }

  #merged(mode: 'paint' | 'erase', mask: Tile | null, coverage: Uint8Array): Tile {
    const out = makeTile();
    mergeRect(
      { mode, amounts: this.#amounts, base: mask && mask.data, coverage, tip: null, out: out.data },
      0,
      0,
      TILE,
      TILE,
    );
    return out;
  }

  #inverted(selection: Tile | null): Uint8Array {
    const inverse = this.#inverse;
    if (!selection) {
      return inverse.fill(255);
    }
    for (let i = 0; i < TILE_BYTES; i++) {
      inverse[i] = 255 - (selection.data[i] ?? 0);
    }
    return inverse;
  }
}

/** A tile that two grids hold from now on. */
function taken(tile: Tile): Tile {
  tile.shared = true;
  return tile;
}
