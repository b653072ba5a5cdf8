import { MaskGrid, TILE, TILE_BYTES, type Tile, makeTile } from './mask-grid';

/** A mask's tiles without the grid: as they travel to a worker. */
export interface MaskTiles {
  /** Size of the mask, px. */
  width: number;
  height: number;
  /** Places of the tiles that are neither empty nor fully painted. */
  mixed: { index: number; data: Uint8Array }[];
  /** Places of the fully painted tiles. */
  full: number[];
}

/** The tiles of a normalised mask, ordered by place. They become shared: later strokes copy them. */
export function maskTiles(grid: MaskGrid): MaskTiles {
  const tiles: MaskTiles = { width: grid.width, height: grid.height, mixed: [], full: [] };
  grid.snapshot().forEach((tile: Tile | null, index) => {
    if (grid.isFull(index)) {
      tiles.full.push(index);
    } else if (tile) {
      tiles.mixed.push({ index, data: tile.data });
    }
  });
  return tiles;
}

/** A grid of these tiles. Takes the bytes over. */
export function gridFromTiles(tiles: MaskTiles): MaskGrid {
  const grid = new MaskGrid(tiles.width, tiles.height);
  for (const { index, data } of tiles.mixed) {
    grid.put(index, grid.normal(index, makeTile(data)));
  }
  for (const index of tiles.full) {
    grid.put(index, grid.fullTile(index));
  }
  return grid;
}

/**
 * Collects a mask row by row, from the top, as a file is decoded. Holds one row of tiles besides the finished
 * ones.
 */
export class MaskRows {
  readonly #grid: MaskGrid;
  #band: Uint8Array[] = [];

  /** Sizes in px. */
  constructor(width: number, height: number) {
    this.#grid = new MaskGrid(width, height);
  }

  /** Mask values of row `y`. */
  add(y: number, row: Uint8Array): void {
    const { columns, width, height } = this.#grid;
    if (y % TILE === 0) {
      this.#band = Array.from({ length: columns }, () => new Uint8Array(TILE_BYTES));
    }
    for (let column = 0; column < columns; column++) {
      const left = column * TILE;
      this.#band[column]?.set(row.subarray(left, Math.min(left + TILE, width)), (y % TILE) * TILE);
    }
    if (y % TILE === TILE - 1 || y === height - 1) {
      const first = Math.floor(y / TILE) * columns;
      this.#band.forEach((data, column) => {
        this.#grid.put(first + column, this.#grid.normal(first + column, makeTile(data)));
      });
    }
  }

  /** The whole mask. */
  finish(): MaskTiles {
    return maskTiles(this.#grid);
  }
}
