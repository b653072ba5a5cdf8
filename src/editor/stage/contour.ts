import { TILE } from '../mask/mask-grid';

/** Neighbours of a tile whose pixels meet its upper and left edge; null where there is no mask. */
export interface TileSides {
  above: Uint8Array | null;
  left: Uint8Array | null;
  /** The picture ends with this tile: its own right or lower edge is an outline too. */
  lastColumn: boolean;
  lastRow: boolean;
}

/** The top bit of four mask values: set from 128 on. */
const HALF = 0x80808080 | 0;
const WORDS = TILE / 4;

/**
 * The outline of what a tile masks by half or more (128 to 255), along the edges of its pixels: with its
 * upper and left border; its right and lower one are left to the neighbours.
 * @param tile the mask's values, row by row; null for none.
 * @param out gets four numbers for each straight piece: x0, y0, x1, y1 in px of the tile, 0 to 256.
 * @param limit how many numbers `out` may hold.
 * @returns false when there was more than the limit.
 */
export function tileOutline(
  tile: Uint8Array | null,
  sides: TileSides,
  out: number[],
  limit: number,
): boolean {
  const here = wordsOf(tile);
  const above = wordsOf(sides.above);
  const left = wordsOf(sides.left);
  if (!here && !above && !left) {
    return true;
  }
  // Where continuing vertical pieces began, and which of them the previous row has.
  const begun = new Int16Array(TILE + 1);
  const before = new Int32Array(WORDS);
  let lastBefore = 0;
  for (let y = 0; y <= TILE; y++) {
    const row = y < TILE ? y * WORDS : -1;
    const upper = y > 0 ? (y - 1) * WORDS : -1;
    let previous = y < TILE && left ? (left[y * WORDS + WORDS - 1] ?? 0) : 0;
    let openFrom = -1;
    let carry = 0;
    for (let word = 0; word < WORDS; word++) {
      const now = row >= 0 && here ? (here[row + word] ?? 0) : 0;
      const over =
        upper < 0
          ? above
            ? (above[(TILE - 1) * WORDS + word] ?? 0)
            : 0
          : here
            ? (here[upper + word] ?? 0)
            : 0;
      const x = word * 4;
      const across = y < TILE || sides.lastRow ? (now ^ over) & HALF : 0;
      let turns = across ^ ((across << 8) | (carry >>> 24));
      for (let at = x; turns !== 0; at++, turns >>>= 8) {
        if ((turns & 128) !== 0) {
          if (openFrom < 0) {
            openFrom = at;
          } else {
            out.push(openFrom, y, at, y);
            openFrom = -1;
          }
        }
      }
      carry = across;
      const down = row < 0 ? 0 : (now ^ ((now << 8) | (previous >>> 24))) & HALF;
      let changes = down ^ (before[word] ?? 0);
      for (let at = x; changes !== 0; at++, changes >>>= 8) {
        if ((changes & 128) !== 0) {
          vertical(out, begun, at, y, ((down >>> ((at - x) * 8)) & 128) !== 0);
        }
      }
      before[word] = down;
      previous = now;
    }
    if (openFrom >= 0) {
      out.push(openFrom, y, TILE, y);
    }
    const last = row >= 0 && sides.lastColumn ? (previous >>> 31) & 1 : 0;
    if (last !== lastBefore) {
      vertical(out, begun, TILE, y, last === 1);
      lastBefore = last;
    }
    if (out.length > limit) {
      return false;
    }
  }
  return true;
}

/** Begins or ends the vertical piece at `x`. */
function vertical(out: number[], begun: Int16Array, x: number, y: number, begins: boolean): void {
  if (begins) {
    begun[x] = y;
  } else {
    out.push(x, begun[x] ?? 0, x, y);
  }
}

function wordsOf(tile: Uint8Array | null): Int32Array | null {
  return tile && new Int32Array(tile.buffer, tile.byteOffset, (TILE * TILE) / 4);
}
