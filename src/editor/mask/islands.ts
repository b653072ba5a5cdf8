import { FULL_TILE, type MaskGrid, TILE } from './mask-grid';
import type { PixelRect } from './rect';

/** What is closer than this counts as one island, px: a side of the cells that are looked at. */
export const CELL = 16;
const CELLS = TILE / CELL;
/** Pixels in one word of four bytes. */
const WORD = 4;

/**
 * The boxes around the parts of a mask that do not touch, in px: each may be up to 15 px too large on every
 * side. Looks at one pixel in 256 where the mask is painted, so that even the largest takes a few ms.
 */
export function islandsOf(grid: MaskGrid): PixelRect[] {
  const columns = Math.ceil(grid.width / CELL);
  const rows = Math.ceil(grid.height / CELL);
  const painted = paintedCells(grid, columns, rows);
  const islands: PixelRect[] = [];
  for (let start = 0; start < painted.length; start++) {
    if (painted[start]) {
      const { x0, y0, x1, y1 } = takeIsland(painted, start, columns, rows);
      islands.push({
        x0: x0 * CELL,
        y0: y0 * CELL,
        x1: Math.min(grid.width, x1 * CELL),
        y1: Math.min(grid.height, y1 * CELL),
      });
    }
  }
  return islands;
}

/** 1 for every cell with a painted pixel, row by row. */
function paintedCells(grid: MaskGrid, columns: number, rows: number): Uint8Array {
  const painted = new Uint8Array(columns * rows);
  for (let index = 0; index < grid.length; index++) {
    const tile = grid.tile(index);
    if (!tile) {
      continue;
    }
    const words = new Uint32Array(tile.data.buffer, tile.data.byteOffset, tile.data.length / WORD);
    const left = (index % grid.columns) * CELLS;
    const top = Math.floor(index / grid.columns) * CELLS;
    for (let y = top; y < Math.min(rows, top + CELLS); y++) {
      for (let x = left; x < Math.min(columns, left + CELLS); x++) {
        painted[y * columns + x] = Number(tile === FULL_TILE || isPainted(words, x - left, y - top));
      }
    }
  }
  return painted;
}

function isPainted(words: Uint32Array, column: number, row: number): boolean {
  const stride = TILE / WORD;
  const across = CELL / WORD;
  for (let y = row * CELL; y < (row + 1) * CELL; y++) {
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
