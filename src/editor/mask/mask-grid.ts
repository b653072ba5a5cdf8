import { intersectRect, type PixelRect, unionRect } from './rect';

/** Edge of a tile in px. */
export const TILE = 256;
/** Bytes, and pixels, of a tile. */
export const TILE_BYTES = TILE * TILE;

/**
 * 256 × 256 mask values, row by row; 0 = keep, 255 = repaint. A `shared` tile (in the history, in a snapshot,
 * in another grid) is never written again: writers take a copy.
 */
export interface Tile {
  readonly data: Uint8Array;
  /** Unique to these contents: grows over all tiles, changes with every write. */
  rev: number;
  shared: boolean;
  /** Sum of all values; -1 when not counted yet. */
  sum: number;
}

let lastRev = 0;

/** A new tile around the bytes, which it takes over. */
export function makeTile(data: Uint8Array = new Uint8Array(TILE_BYTES), shared = false): Tile {
  return { data, rev: ++lastRev, shared, sum: -1 };
}

/** Call after writing into a tile. */
export function touchTile(tile: Tile): void {
  tile.rev = ++lastRev;
  tile.sum = -1;
}

/** The one tile that stands for every fully painted tile inside a picture. */
export const FULL_TILE: Tile = makeTile(new Uint8Array(TILE_BYTES).fill(255), true);

/** Tiles that hold one value everywhere, while they are in use. */
const solids = new Map<number, WeakRef<Tile>>();

/** The one tile that holds a value, 1 to 255, everywhere; null for 0. */
export function solidTile(value: number): Tile | null {
  if (value === 0 || value === 255) {
    return value === 0 ? null : FULL_TILE;
  }
  const known = solids.get(value)?.deref();
  if (known) {
    return known;
  }
  const tile = makeTile(new Uint8Array(TILE_BYTES).fill(value), true);
  solids.set(value, new WeakRef(tile));
  return tile;
}

/** Whether a tile is one of these. */
export function isSolid(tile: Tile): boolean {
  return tile === FULL_TILE || solids.get(tile.data[0] ?? 0)?.deref() === tile;
}

/** The bytes four at a time, for comparing and inverting. */
function words(data: Uint8Array): Uint32Array {
  return new Uint32Array(data.buffer, data.byteOffset, TILE_BYTES / 4);
}

/** Whether two tiles hold the same values. Null is a tile of zeros. */
export function sameTile(a: Tile | null, b: Tile | null): boolean {
  if (a === b) {
    return true;
  }
  if (!a || !b) {
    const other = a ?? b;
    return !other || uniformValue(other.data, TILE, TILE) === 0;
  }
  const x = words(a.data);
  const y = words(b.data);
  for (let i = 0; i < x.length; i++) {
    if (x[i] !== y[i]) {
      return false;
    }
  }
  return true;
}

/** 0 or 255 when the first `width` × `height` px of the tile all have that value, else -1. */
export function uniformValue(data: Uint8Array, width: number, height: number): 0 | 255 | -1 {
  const first = data[0];
  if (first !== 0 && first !== 255) {
    return -1;
  }
  if (width === TILE) {
    const all = words(data);
    const wanted = first === 255 ? 0xffffffff : 0;
    const end = (height * TILE) / 4;
    for (let i = 0; i < end; i++) {
      if (all[i] !== wanted) {
        return -1;
      }
    }
    return first;
  }
  for (let y = 0; y < height; y++) {
    const end = y * TILE + width;
    for (let i = y * TILE; i < end; i++) {
      if (data[i] !== first) {
        return -1;
      }
    }
  }
  return first;
}

/** Fully painted tiles at the right and bottom edge of pictures, by their inner size, while one is in use. */
const fullEdges = new Map<number, WeakRef<Tile>>();

function fullEdge(width: number, height: number): Tile {
  const data = new Uint8Array(TILE_BYTES);
  for (let y = 0; y < height; y++) {
    data.fill(255, y * TILE, y * TILE + width);
  }
  return makeTile(data, true);
}

/** A tile to put at a place of the grid. */
export interface TileChange {
  index: number;
  tile: Tile | null;
}

/**
 * A mask of any size as sparse tiles. `null` is a tile of zeros; a fully painted tile is one shared object;
 * both cost nothing. Pixels of an edge tile that lie outside the picture stay 0.
 */
export class MaskGrid {
  readonly columns: number;
  readonly rows: number;
  readonly #tiles: (Tile | null)[];
  readonly #fullEdges = new Map<number, Tile>();

  /** @throws RangeError when a side is not an integer from 1 to 65 536 px. */
  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    for (const side of [width, height]) {
      if (!Number.isInteger(side) || side < 1 || side > 65_536) {
        throw new RangeError(`mask size ${width}×${height} px`);
      }
    }
    this.columns = Math.ceil(width / TILE);
    this.rows = Math.ceil(height / TILE);
    this.#tiles = new Array<Tile | null>(this.columns * this.rows).fill(null);
  }

  /** Number of tile places. */
  get length(): number {
    return this.#tiles.length;
  }

  /** The tile at a place; index = row × columns + column. */
  tile(index: number): Tile | null {
    return this.#tiles[index] ?? null;
  }

  /** How many columns of this tile lie inside the picture, 1 to 256. */
  insideWidth(index: number): number {
    return Math.min(TILE, this.width - (index % this.columns) * TILE);
  }

  /** How many rows of this tile lie inside the picture, 1 to 256. */
  insideHeight(index: number): number {
    return Math.min(TILE, this.height - Math.floor(index / this.columns) * TILE);
  }

  /**
   * The tile that stands for "all repainted" at this place. The same object on every call, and in every grid
   * of the same size.
   */
  fullTile(index: number): Tile {
    const width = this.insideWidth(index);
    const height = this.insideHeight(index);
    if (width === TILE && height === TILE) {
      return FULL_TILE;
    }
    const key = width * (TILE + 1) + height;
    let tile = this.#fullEdges.get(key);
    if (!tile) {
      tile = fullEdges.get(key)?.deref() ?? fullEdge(width, height);
      fullEdges.set(key, new WeakRef(tile));
      this.#fullEdges.set(key, tile);
    }
    return tile;
  }

  /** Whether the tile is fully painted. Only for normalised grids. */
  isFull(index: number): boolean {
    const tile = this.tile(index);
    return tile !== null && tile === this.fullTile(index);
  }

  /** Puts a tile and returns the one that was there. The tile must be normal (see `normal`). */
  put(index: number, tile: Tile | null): Tile | null {
    const before = this.tile(index);
    this.#tiles[index] = tile;
    return before;
  }

  /**
   * A tile that may be written: the one there, or a copy when others hold it. Call `touchTile` afterwards.
   */
  editable(index: number): Tile {
    const tile = this.tile(index);
    if (tile && !tile.shared) {
      return tile;
    }
    const copy = makeTile(tile ? tile.data.slice() : undefined);
    this.#tiles[index] = copy;
    return copy;
  }

  /** The tile itself, or null or the full tile when it is uniformly 0 or 255. */
  normal(index: number, tile: Tile | null): Tile | null {
    if (!tile || tile === this.fullTile(index)) {
      return tile;
    }
    const value = uniformValue(tile.data, this.insideWidth(index), this.insideHeight(index));
    return value === 0 ? null : value === 255 ? this.fullTile(index) : tile;
  }

  /** Brings the tile at this place to its normal form. */
  normalise(index: number): void {
    this.#tiles[index] = this.normal(index, this.tile(index));
  }

  /** All tiles as they are now. They become shared, so the snapshot never changes. */
  snapshot(): (Tile | null)[] {
    for (const tile of this.#tiles) {
      if (tile) {
        tile.shared = true;
      }
    }
    return this.#tiles.slice();
  }

  /** The value at a pixel; 0 outside the picture. */
  valueAt(x: number, y: number): number {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) {
      return 0;
    }
    const tile = this.tile((y >> 8) * this.columns + (x >> 8));
    return tile ? (tile.data[((y & 255) << 8) | (x & 255)] ?? 0) : 0;
  }

  /**
   * Values of a rectangle, row by row, width = x1 − x0. Pixels outside the picture read 0.
   * @param out used when given and long enough.
   */
  readRect(rect: PixelRect, out?: Uint8Array): Uint8Array {
    const width = rect.x1 - rect.x0;
    const size = width * (rect.y1 - rect.y0);
    const values = out && out.length >= size ? out.fill(0, 0, size) : new Uint8Array(size);
    this.#overTiles(rect, (index, x0, y0, x1, y1) => {
      const tile = this.tile(index);
      if (!tile) {
        return;
      }
      const left = (index % this.columns) * TILE;
      const top = Math.floor(index / this.columns) * TILE;
      for (let y = y0; y < y1; y++) {
        const from = (y - top) * TILE + (x0 - left);
        values.set(tile.data.subarray(from, from + x1 - x0), (y - rect.y0) * width + x0 - rect.x0);
      }
    });
    return values;
  }

  /** Writes a rectangle of values, row by row. What lies outside the picture is dropped. */
  writeRect(rect: PixelRect, values: Uint8Array): void {
    const width = rect.x1 - rect.x0;
    this.#overTiles(rect, (index, x0, y0, x1, y1) => {
      const tile = this.editable(index);
      const left = (index % this.columns) * TILE;
      const top = Math.floor(index / this.columns) * TILE;
      for (let y = y0; y < y1; y++) {
        const from = (y - rect.y0) * width + x0 - rect.x0;
        tile.data.set(values.subarray(from, from + x1 - x0), (y - top) * TILE + (x0 - left));
      }
      touchTile(tile);
      this.normalise(index);
    });
  }

  #overTiles(
    rect: PixelRect,
    visit: (index: number, x0: number, y0: number, x1: number, y1: number) => void,
  ): void {
    const x0 = Math.max(0, rect.x0);
    const y0 = Math.max(0, rect.y0);
    const x1 = Math.min(this.width, rect.x1);
    const y1 = Math.min(this.height, rect.y1);
    if (x0 >= x1 || y0 >= y1) {
      return;
    }
    for (let row = y0 >> 8; row * TILE < y1; row++) {
      for (let column = x0 >> 8; column * TILE < x1; column++) {
        visit(
          row * this.columns + column,
          Math.max(x0, column * TILE),
          Math.max(y0, row * TILE),
          Math.min(x1, column * TILE + TILE),
          Math.min(y1, row * TILE + TILE),
        );
      }
    }
  }

  /** Whether nothing is painted. Only for normalised grids. */
  get empty(): boolean {
    return this.#tiles.every((tile) => tile === null);
  }

  /** The smallest box around all pixels above 0; null when there are none. */
  bounds(): PixelRect | null {
    let box: PixelRect | null = null;
    for (let index = 0; index < this.length; index++) {
      const tile = this.tile(index);
      if (!tile) {
        continue;
      }
      const left = (index % this.columns) * TILE;
      const top = Math.floor(index / this.columns) * TILE;
      const width = this.insideWidth(index);
      const height = this.insideHeight(index);
      const place = { x0: left, y0: top, x1: left + width, y1: top + height };
      if (box && contains(box, place)) {
        continue;
      }
      const inner = paintedBox(tile.data, width, height);
      if (inner) {
        box = unionRect(box, {
          x0: left + inner.x0,
          y0: top + inner.y0,
          x1: left + inner.x1,
          y1: top + inner.y1,
        });
      }
    }
    return box;
  }

  /** Share of the picture that is painted, 0 to 1; a pixel of 128 counts half. */
  coverage(): number {
    this.countSums(() => true);
    const sum = this.#tiles.reduce((total, tile) => total + (tile ? tileSum(tile) : 0), 0);
    return sum / (255 * this.width * this.height);
  }

  /**
   * Share of what is painted that lies within a rectangle of px, 0 to 1; a pixel of 128 counts half. Exactly
   * 0 for none of it and exactly 1 for all; null when nothing is painted. The rectangle may reach outside.
   */
  shareWithin(rect: PixelRect): number | null {
    let whole = 0;
    let inside = 0;
    for (let index = 0; index < this.length; index++) {
      const tile = this.tile(index);
      if (tile) {
        const sum = tileSum(tile);
        whole += sum;
        inside += this.#sumWithin(index, tile, sum, rect);
      }
    }
    return whole === 0 ? null : inside / whole;
  }

  /** The part of a tile's sum within a rectangle of px of the picture. */
  #sumWithin(index: number, tile: Tile, sum: number, rect: PixelRect): number {
    const left = (index % this.columns) * TILE;
    const top = Math.floor(index / this.columns) * TILE;
    const place = {
      x0: left,
      y0: top,
      x1: left + this.insideWidth(index),
      y1: top + this.insideHeight(index),
    };
    const part = intersectRect(place, rect);
    if (!part) {
      return 0;
    }
    if (contains(part, place)) {
      return sum;
    }
    if (this.isFull(index)) {
      return 255 * (part.x1 - part.x0) * (part.y1 - part.y0);
    }
    let inside = 0;
    for (let y = part.y0 - top; y < part.y1 - top; y++) {
      for (let at = y * TILE + part.x0 - left; at < y * TILE + part.x1 - left; at++) {
        inside += tile.data[at] ?? 0;
      }
    }
    return inside;
  }

  /**
   * Counts tiles that `coverage` needs until `more` says stop.
   * @returns true when nothing is left to count.
   */
  countSums(more: () => boolean): boolean {
    for (const tile of this.#tiles) {
      if (tile && tile.sum < 0) {
        if (!more()) {
          return false;
        }
        tileSum(tile);
      }
    }
    return true;
  }

  /** Bytes held by the grid's own tiles, without shared full ones. */
  bytes(): number {
    let count = 0;
    for (let index = 0; index < this.length; index++) {
      if (this.tile(index) && !this.isFull(index)) {
        count++;
      }
    }
    return count * TILE_BYTES;
  }
}

/** Sum of a tile's values, counted once per `rev`. */
export function tileSum(tile: Tile): number {
  if (tile.sum < 0) {
    const all = words(tile.data);
    let sum = 0;
    // Four bytes at once, in the halves of one number; 64 words cannot overflow them.
    for (let from = 0; from < all.length; from += 64) {
      let pairs = 0;
      for (let i = from; i < from + 64; i++) {
        const word = all[i] ?? 0;
        pairs += (word & 0xff00ff) + ((word >>> 8) & 0xff00ff);
      }
      sum += (pairs & 0xffff) + (pairs >>> 16);
    }
    tile.sum = sum;
  }
  return tile.sum;
}

/** Inverts the inside of a tile into a new one; the outside stays 0. */
export function invertTile(tile: Tile, width: number, height: number): Tile {
  const data = new Uint8Array(TILE_BYTES);
  if (width === TILE) {
    const from = words(tile.data);
    const to = words(data);
    const end = (height * TILE) / 4;
    for (let i = 0; i < end; i++) {
      to[i] = ~(from[i] ?? 0);
    }
  } else {
    for (let y = 0; y < height; y++) {
      for (let i = y * TILE; i < y * TILE + width; i++) {
        data[i] = 255 - (tile.data[i] ?? 0);
      }
    }
  }
  const inverted = makeTile(data);
  if (tile.sum >= 0) {
    inverted.sum = 255 * width * height - tile.sum;
  }
  return inverted;
}

function contains(outer: PixelRect, inner: PixelRect): boolean {
  return outer.x0 <= inner.x0 && outer.y0 <= inner.y0 && outer.x1 >= inner.x1 && outer.y1 >= inner.y1;
}

function paintedBox(data: Uint8Array, width: number, height: number): PixelRect | null {
  let y0 = 0;
  while (y0 < height && rowEmpty(data, y0, width)) {
    y0++;
  }
  if (y0 === height) {
    return null;
  }
  let y1 = height;
  while (rowEmpty(data, y1 - 1, width)) {
    y1--;
  }
  let x0 = width;
  let x1 = 0;
  for (let y = y0; y < y1; y++) {
    const start = y * TILE;
    for (let x = 0; x < x0; x++) {
      if (data[start + x] !== 0) {
        x0 = x;
      }
    }
    for (let x = width - 1; x >= x1; x--) {
      if (data[start + x] !== 0) {
        x1 = x + 1;
      }
    }
  }
  return { x0, y0, x1, y1 };
}

function rowEmpty(data: Uint8Array, y: number, width: number): boolean {
  for (let i = y * TILE; i < y * TILE + width; i++) {
    if (data[i] !== 0) {
      return false;
    }
  }
  return true;
}
