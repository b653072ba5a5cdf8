import type { MaskGrid } from '../mask/mask-grid';
import { TILE } from '../mask/mask-grid';
import { intersectRect, type PixelRect } from '../mask/rect';
import { FREE, HELD, type Membrane, newMembrane, OUTSIDE, relax, solve } from './membrane';
import type { SeenPixels } from './seen-pixels';

/** Cells of the coarse membrane at most: beyond, a cell is a square of pixels. */
const MOST_CELLS = 250_000;
/** How far around a tile its pixels are looked at, so that tiles meet without a seam, px. */
const MARGIN = 16;
/** Rounds of smoothing of a tile's pixels, which begin near their end. */
const ROUNDS = 16;

/** What is copied to where: a stroke's cover, and how far its colours come from, px. */
export interface Copy {
  cover: MaskGrid;
  seen: SeenPixels;
  dx: number;
  dy: number;
}

/** A part of the picture with what a copy does there. */
interface Patch {
  rect: PixelRect;
  membrane: Membrane;
}

/**
 * What to add to copied colours so that they meet what surrounds them: at the edge of the stroke the difference between
 * the two, spread smoothly inwards. The texture stays that of the source, tone and colour become those of the place.
 *
 * The difference is spread over the whole stroke coarsely, and tile by tile exactly: what this costs grows with the
 * stroke and not with the picture.
 */
export class Healing {
  readonly #copy: Copy;
  readonly #box: PixelRect;
  /** px of a cell's side. */
  readonly #cell: number;
  readonly #coarse: Membrane;

  constructor(copy: Copy) {
    this.#copy = copy;
    const { x0, y0, x1, y1 } = copy.cover.bounds() ?? { x0: 0, y0: 0, x1: 1, y1: 1 };
    this.#box = { x0: x0 - 1, y0: y0 - 1, x1: x1 + 1, y1: y1 + 1 };
    let cell = 1;
    while (((x1 - x0) / cell) * ((y1 - y0) / cell) > MOST_CELLS) {
      cell *= 2;
    }
    this.#cell = cell;
    // Nothing lies in the first and the last row and column.
    this.#coarse = newMembrane(Math.ceil((x1 - x0 + 2) / cell) + 2, Math.ceil((y1 - y0 + 2) / cell) + 2);
    this.#spread();
  }

  /** What to add to the colours copied into a rectangle of at most a tile, three numbers a pixel. */
  correction(rect: PixelRect): Float32Array {
    const around = intersectRect(
      { x0: rect.x0 - MARGIN, y0: rect.y0 - MARGIN, x1: rect.x1 + MARGIN, y1: rect.y1 + MARGIN },
      this.#copy.seen.bounds,
    );
    const width = rect.x1 - rect.x0;
    const out = new Float32Array(width * (rect.y1 - rect.y0) * 3);
    if (!around) {
      return out;
    }
    const { membrane } = this.#patch(around);
    const wide = around.x1 - around.x0;
    for (let y = 0; y < around.y1 - around.y0; y++) {
      for (let x = 0; x < wide; x++) {
        const at = (y + 1) * membrane.width + x + 1;
        if (membrane.kinds[at] === FREE) {
          this.#begin(membrane, at, around.x0 + x, around.y0 + y);
          // What lies at the patch's own edge goes on beyond it: it keeps what the coarse membrane says.
          if (this.#goesOn(around, x, y)) {
            membrane.kinds[at] = HELD;
          }
        }
      }
    }
    relax(membrane, ROUNDS);
    membrane.values.forEach((channel, i) => {
      for (let y = rect.y0; y < rect.y1; y++) {
        for (let x = rect.x0; x < rect.x1; x++) {
          const at = (y - around.y0 + 1) * membrane.width + x - around.x0 + 1;
          out[((y - rect.y0) * width + x - rect.x0) * 3 + i] = channel[at] ?? 0;
        }
      }
    });
    return out;
  }

  #goesOn(around: PixelRect, x: number, y: number): boolean {
    const all = this.#copy.seen.bounds;
    return (
      (x === 0 && around.x0 > all.x0) ||
      (y === 0 && around.y0 > all.y0) ||
      (x === around.x1 - around.x0 - 1 && around.x1 < all.x1) ||
      (y === around.y1 - around.y0 - 1 && around.y1 < all.y1)
    );
  }

  /** The difference at the edge of the whole stroke, by cells, spread inwards. */
  #spread(): void {
    const { cover, seen } = this.#copy;
    const coarse = this.#coarse;
    const counts = new Uint32Array(coarse.kinds.length);
    const inside = intersectRect(this.#box, seen.bounds);
    if (!inside) {
      return;
    }
    for (let top = inside.y0 & -TILE; top < inside.y1; top += TILE) {
      for (let left = inside.x0 & -TILE; left < inside.x1; left += TILE) {
        const rect = intersectRect({ x0: left, y0: top, x1: left + TILE, y1: top + TILE }, inside);
        if (rect && !isBare(cover, rect)) {
          this.#gather(this.#patch(rect), counts);
        }
      }
    }
    for (const channel of coarse.values) {
      counts.forEach((count, at) => {
        if (count > 0) {
          channel[at] = (channel[at] ?? 0) / count;
        }
      });
    }
    solve(coarse);
  }

  /** Adds up what is held, by cells. */
  #gather({ rect, membrane }: Patch, counts: Uint32Array): void {
    const coarse = this.#coarse;
    const wide = rect.x1 - rect.x0;
    for (let y = 0; y < rect.y1 - rect.y0; y++) {
      for (let x = 0; x < wide; x++) {
        const at = (y + 1) * membrane.width + x + 1;
        const kind = membrane.kinds[at] ?? OUTSIDE;
        if (kind === OUTSIDE) {
          continue;
        }
        const to = this.#cellAt(rect.x0 + x, rect.y0 + y);
        if (kind === HELD) {
          counts[to] = (counts[to] ?? 0) + 1;
          coarse.kinds[to] = HELD;
          coarse.values.forEach((channel, i) => {
            channel[to] = (channel[to] ?? 0) + (membrane.values[i as 0 | 1 | 2][at] ?? 0);
          });
        } else if (coarse.kinds[to] === OUTSIDE) {
          coarse.kinds[to] = FREE;
        }
      }
    }
  }

  #cellAt(x: number, y: number): number {
    const column = Math.floor((x - this.#box.x0) / this.#cell) + 1;
    return (Math.floor((y - this.#box.y0) / this.#cell) + 1) * this.#coarse.width + column;
  }

  /** A pixel begins with what the cells around it say, the nearer the more. */
  #begin(membrane: Membrane, at: number, x: number, y: number): void {
    const coarse = this.#coarse;
    const across = (x + 0.5 - this.#box.x0) / this.#cell - 0.5;
    const down = (y + 0.5 - this.#box.y0) / this.#cell - 0.5;
    const column = Math.floor(across);
    const row = Math.floor(down);
    let total = 0;
    let [red, green, blue] = [0, 0, 0];
    for (let i = 0; i < 4; i++) {
      const [right, lower] = [i & 1, i >> 1];
      const cell = (row + lower + 1) * coarse.width + column + right + 1;
      const weight = (right ? across - column : 1 - across + column) * (lower ? down - row : 1 - down + row);
      if (weight > 0 && coarse.kinds[cell]) {
        total += weight;
        red += weight * (coarse.values[0][cell] ?? 0);
        green += weight * (coarse.values[1][cell] ?? 0);
        blue += weight * (coarse.values[2][cell] ?? 0);
      }
    }
    if (total > 0) {
      membrane.values[0][at] = red / total;
      membrane.values[1][at] = green / total;
      membrane.values[2][at] = blue / total;
    }
  }

  /** A part of the picture by pixels, with one row and column of nothing around it. */
  #patch(rect: PixelRect): Patch {
    const { cover, seen, dx, dy } = this.#copy;
    const wide = rect.x1 - rect.x0;
    const high = rect.y1 - rect.y0;
    const membrane = newMembrane(wide + 2, high + 2);
    const all = seen.bounds;
    const covered = cover.readRect({ x0: rect.x0 - 1, y0: rect.y0 - 1, x1: rect.x1 + 1, y1: rect.y1 + 1 });
    const stride = wide + 2;
    const here = seen.read(rect);
    const from = { x0: rect.x0 - dx, y0: rect.y0 - dy, x1: rect.x1 - dx, y1: rect.y1 - dy };
    const there = seen.read(from);
    for (let y = 0; y < high; y++) {
      const below = from.y0 + y >= all.y0 && from.y0 + y < all.y1;
      for (let x = 0; x < wide; x++) {
        // Where nothing can be copied from, nothing is copied to.
        if (!below || from.x0 + x < all.x0 || from.x0 + x >= all.x1) {
          continue;
        }
        const at = (y + 1) * stride + x + 1;
        if (covered[at]) {
          membrane.kinds[at] = FREE;
        } else if (covered[at - 1] || covered[at + 1] || covered[at - stride] || covered[at + stride]) {
          membrane.kinds[at] = HELD;
          const first = (y * wide + x) * 3;
          membrane.values[0][at] = (here[first] ?? 0) - (there[first] ?? 0);
          membrane.values[1][at] = (here[first + 1] ?? 0) - (there[first + 1] ?? 0);
          membrane.values[2][at] = (here[first + 2] ?? 0) - (there[first + 2] ?? 0);
        }
      }
    }
    return { rect, membrane };
  }
}

/** Nothing is covered in the tile of a rectangle, nor beside it. */
function isBare(cover: MaskGrid, rect: PixelRect): boolean {
  for (let row = (rect.y0 - 1) >> 8; row <= rect.y1 >> 8; row++) {
    for (let column = (rect.x0 - 1) >> 8; column <= rect.x1 >> 8; column++) {
      const there = row >= 0 && column >= 0 && row < cover.rows && column < cover.columns;
      if (there && cover.tile(row * cover.columns + column)) {
        return false;
      }
    }
  }
  return true;
}
