/** Whole pixels, half open: `x0 ≤ x < x1`, `y0 ≤ y < y1`. */
export interface PixelRect {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** The smallest rectangle around both; either may be null. */
export function unionRect(a: PixelRect | null, b: PixelRect | null): PixelRect | null {
  if (!a || !b) {
    return a ?? b;
  }
  return {
    x0: Math.min(a.x0, b.x0),
    y0: Math.min(a.y0, b.y0),
    x1: Math.max(a.x1, b.x1),
    y1: Math.max(a.y1, b.y1),
  };
}

/** What both share; null when they do not overlap. */
export function intersectRect(a: PixelRect, b: PixelRect): PixelRect | null {
  const x0 = Math.max(a.x0, b.x0);
  const y0 = Math.max(a.y0, b.y0);
  const x1 = Math.min(a.x1, b.x1);
  const y1 = Math.min(a.y1, b.y1);
  return x0 < x1 && y0 < y1 ? { x0, y0, x1, y1 } : null;
}

/**
 * One growing rectangle for each tile of a grid, in px of that tile (0 to 256), without allocation while
 * painting. Remembers which tiles have one.
 */
export class TileRects {
  readonly #edges: Int16Array;
  readonly #touched: number[] = [];
  /** Position of each tile in `#touched`. */
  readonly #places: Int32Array;

  constructor(tileCount: number) {
    this.#edges = new Int16Array(tileCount * 4);
    this.#places = new Int32Array(tileCount);
  }

  /** Tiles that have a rectangle. Do not keep the array: `clear` empties it. */
  get touched(): readonly number[] {
    return this.#touched;
  }

  add(index: number, x0: number, y0: number, x1: number, y1: number): void {
    const e = this.#edges;
    const at = index * 4;
    if (e[at + 2] === 0) {
      this.#places[index] = this.#touched.length;
      this.#touched.push(index);
      e[at] = x0;
      e[at + 1] = y0;
      e[at + 2] = x1;
      e[at + 3] = y1;
      return;
    }
    e[at] = Math.min(e[at] ?? x0, x0);
    e[at + 1] = Math.min(e[at + 1] ?? y0, y0);
    e[at + 2] = Math.max(e[at + 2] ?? x1, x1);
    e[at + 3] = Math.max(e[at + 3] ?? y1, y1);
  }

  /** Copies the tile's rectangle into `out`; false when it has none. */
  read(index: number, out: PixelRect): boolean {
    const e = this.#edges;
    const at = index * 4;
    out.x0 = e[at] ?? 0;
    out.y0 = e[at + 1] ?? 0;
    out.x1 = e[at + 2] ?? 0;
    out.y1 = e[at + 3] ?? 0;
    return out.x1 > 0;
  }

  /** Forgets the rectangle of one tile. */
  drop(index: number): void {
    const place = this.#places[index] ?? 0;
    if (this.#touched[place] !== index) {
      return;
    }
    const last = this.#touched.pop();
    if (last !== undefined && last !== index) {
      this.#touched[place] = last;
      this.#places[last] = place;
    }
    this.#edges.fill(0, index * 4, index * 4 + 4);
  }

  clear(): void {
    for (const index of this.#touched) {
      this.#edges.fill(0, index * 4, index * 4 + 4);
    }
    this.#touched.length = 0;
  }
}
