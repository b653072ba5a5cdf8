import { FULL_TILE, type MaskGrid, TILE } from './mask-grid';
import type { PixelRect } from './rect';

/** Sides of the cells that are looked at, px: what is closer counts as one island. */
const CELL = 16;
/** Of large masks, so that there are never more than some 100 000. */
const LARGE_CELL = 32;
const LARGE = 32_000_000;
/** Pixels in one word of four bytes. */
const WORD = 4;

/** The side of the cells `islandsOf` looks at, px: boxes are at most one less too large on every side. */
export function cellOf({ width, height }: { width: number; height: number }): number {
  return width * height > LARGE ? LARGE_CELL : CELL;
}

/**
 * The boxes around the parts of a mask that do not touch, in px, a little too large: see `cellOf`. Looks at one
 * pixel in each cell that is painted, so that even the largest mask takes a few ms.
 */
export function islandsOf(grid: MaskGrid): PixelRect[] {
  const cell = cellOf(grid);
  const columns = Math.ceil(grid.width / cell);
  const rows = Math.ceil(grid.height / cell);
  const painted = paintedCells(grid, cell, columns, rows);
  const islands: PixelRect[] = [];
  for (let start = 0; start < painted.length; start++) {
    if (painted[start]) {
      const { x0, y0, x1, y1 } = takeIsland(painted, start, columns, rows);
      islands.push({
        x0: x0 * cell,
        y0: y0 * cell,
        x1: Math.min(grid.width, x1 * cell),
        y1: Math.min(grid.height, y1 * cell),
      });
    }
  }
  return islands;
}

/** 1 for every cell with a painted pixel, row by row. */
function paintedCells(grid: MaskGrid, cell: number, columns: number, rows: number): Uint8Array {
  const painted = new Uint8Array(columns * rows);
  const cells = TILE / cell;
  for (let index = 0; index < grid.length; index++) {
    const tile = grid.tile(index);
    if (!tile) {
      continue;
    }
    const words = new Uint32Array(tile.data.buffer, tile.data.byteOffset, tile.data.length / WORD);
    const left = (index % grid.columns) * cells;
    const top = Math.floor(index / grid.columns) * cells;
    for (let y = top; y < Math.min(rows, top + cells); y++) {
      for (let x = left; x < Math.min(columns, left + cells); x++) {
        const full = tile === FULL_TILE || isPainted(words, cell, x - left, y - top);
        painted[y * columns + x] = Number(full);
      }
    }
  }
  return painted;
}

function isPainted(words: Uint32Array, cell: number, column: number, row: number): boolean {
  const stride = TILE / WORD;
  const across = cell / WORD;
  for (let y = row * cell; y < (row + 1) * cell; y++) {
    const from = y * stride + column * across;
    for (let at = from; at < from + across; at++) {
      if (words[at] !== 0) {
        return true;
      }
    }
  }
  return false;
}

/** Clears the cells connected to one, corners included, and returns the box around them, in cells. */
function takeIsland(painted: Uint8Array, start: number, columns: number, rows: number): PixelRect {
  const box = { x0: columns, y0: rows, x1: 0, y1: 0 };
  const left = [start];
  painted[start] = 0;
  for (let cell = left.pop(); cell !== undefined; cell = left.pop()) {
    const [x, y] = [cell % columns, Math.floor(cell / columns)];
    box.x0 = Math.min(box.x0, x);
    box.y0 = Math.min(box.y0, y);
    box.x1 = Math.max(box.x1, x + 1);
    box.y1 = Math.max(box.y1, y + 1);
    for (let v = Math.max(0, y - 1); v <= Math.min(rows - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(columns - 1, x + 1); u++) {
        if (painted[v * columns + u]) {
          painted[v * columns + u] = 0;
          left.push(v * columns + u);
        }
      }
    }
  }
  return box;
}
