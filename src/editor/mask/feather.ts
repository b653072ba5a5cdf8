import { MaskGrid, TILE, TILE_BYTES, type Tile, makeTile } from './mask-grid';
import { allPlaces, flatTile, placesAround } from './places';

/** Internally, values have 8 extra bits and are rounded once at the end. */
const FINE = 256;

/**
 * Computes feathered tiles; reuses its buffers from tile to tile. Three successive box means, nearly a
 * Gaussian of sigma = px / 3; integers throughout, so that a pixel comes out the same in whichever tile it is
 * computed.
 */
export class Featherer {
  readonly #px: number;
  /** Radii of the three boxes; their sum is `px`. */
  readonly #boxes: readonly number[];
  readonly #side: number;
  readonly #window: Uint8Array;
  readonly #rows: Uint16Array;
  readonly #line: readonly [Uint16Array, Uint16Array];
  readonly #sums: Int32Array;

  /** @param px 0 to 256, rounded. */
  constructor(px: number) {
    this.#px = Math.round(px);
    this.#boxes = [0, 1, 2].map((i) => Math.floor((this.#px + i) / 3));
    this.#side = TILE + 2 * this.#px;
    const side = this.#side;
    this.#window = new Uint8Array(this.#px === 0 ? 0 : side * side);
    this.#rows = new Uint16Array(this.#px === 0 ? 0 : side * TILE);
    this.#line = [new Uint16Array(side), new Uint16Array(side)];
    this.#sums = new Int32Array(TILE);
  }

  /** The resulting tile, in normal form. Reads the tiles within `px`. */
  tile(source: MaskGrid, index: number): Tile | null {
    if (this.#px === 0) {
      return source.tile(index);
    }
    const flat = flatTile(source, index, placesAround(source, index, this.#px));
    if (flat !== undefined) {
      return flat;
    }
    this.#read(source, index);
    for (let y = 0; y < this.#side; y++) {
      this.#blurRow(y);
    }
    let height = this.#side;
    for (const radius of this.#boxes) {
      if (radius > 0) {
        this.#blurColumns(height, radius);
        height -= 2 * radius;
      }
    }
    const data = new Uint8Array(TILE_BYTES);
    const width = source.insideWidth(index);
    const end = source.insideHeight(index);
    for (let y = 0; y < end; y++) {
      for (let x = 0; x < width; x++) {
        data[y * TILE + x] = ((this.#rows[y * TILE + x] ?? 0) + FINE / 2) >> 8;
      }
    }
    return source.normal(index, makeTile(data));
  }

  /** The window around a tile; beyond the picture its last pixels continue. */
  #read(source: MaskGrid, index: number): void {
    const side = this.#side;
    const values = this.#window;
    const x0 = (index % source.columns) * TILE - this.#px;
    const y0 = Math.floor(index / source.columns) * TILE - this.#px;
    source.readRect({ x0, y0, x1: x0 + side, y1: y0 + side }, values);
    const left = Math.max(0, -x0);
    const right = Math.min(side, source.width - x0);
    const top = Math.max(0, -y0);
    const bottom = Math.min(side, source.height - y0);
    if (left > 0 || right < side) {
      for (let y = top; y < bottom; y++) {
        values.fill(values[y * side + left] ?? 0, y * side, y * side + left);
        values.fill(values[y * side + right - 1] ?? 0, y * side + right, (y + 1) * side);
      }
    }
    for (let y = 0; y < top; y++) {
      values.copyWithin(y * side, top * side, (top + 1) * side);
    }
    for (let y = bottom; y < side; y++) {
      values.copyWithin(y * side, (bottom - 1) * side, bottom * side);
    }
  }

  /** One row of the window, blurred horizontally, as a row of 256. */
  #blurRow(y: number): void {
    const side = this.#side;
    const window = this.#window;
    const out = this.#rows;
    const start = y * side;
    const first = window[start] ?? 0;
    let x = 1;
    while (x < side && window[start + x] === first) {
      x++;
    }
    if (x === side) {
      out.fill(first * FINE, y * TILE, (y + 1) * TILE);
      return;
    }
    let [from, to] = this.#line;
    for (x = 0; x < side; x++) {
      from[x] = (window[start + x] ?? 0) * FINE;
    }
    let length = side;
    for (const radius of this.#boxes) {
      if (radius === 0) {
        continue;
      }
      const size = 2 * radius + 1;
      const scale = 1 / size;
      length -= 2 * radius;
      let sum = radius;
      for (x = 0; x < size; x++) {
        sum += from[x] ?? 0;
      }
      for (x = 0; x < length; x++) {
        to[x] = (sum + 0.5) * scale;
        sum += (from[x + size] ?? 0) - (from[x] ?? 0);
      }
      [from, to] = [to, from];
    }
    for (x = 0; x < TILE; x++) {
      out[y * TILE + x] = from[x] ?? 0;
    }
  }

  /** All columns of the rows, in place: row y of the result is the mean of rows y to y + 2 · radius. */
  #blurColumns(height: number, radius: number): void {
    const rows = this.#rows;
    const sums = this.#sums;
    const size = 2 * radius + 1;
    const scale = 1 / size;
    sums.fill(radius);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < TILE; x++) {
        sums[x] = (sums[x] ?? 0) + (rows[y * TILE + x] ?? 0);
      }
    }
    const end = height - 2 * radius;
    for (let y = 0; y < end; y++) {
      const at = y * TILE;
      const after = (y + size) * TILE;
      if (y + 1 === end) {
        for (let x = 0; x < TILE; x++) {
          rows[at + x] = ((sums[x] ?? 0) + 0.5) * scale;
        }
        return;
      }
      for (let x = 0; x < TILE; x++) {
        const sum = sums[x] ?? 0;
        sums[x] = sum - (rows[at + x] ?? 0) + (rows[after + x] ?? 0);
        rows[at + x] = (sum + 0.5) * scale;
      }
    }
  }
}

/**
 * The mask with soft edges: they fade from `px` inside to `px` outside (0 to 256, rounded), close to a
 * Gaussian. A mask that touches the picture's border does not fade there.
 */
export function featherMask(source: MaskGrid, px: number): MaskGrid {
  const featherer = new Featherer(px);
  const soft = new MaskGrid(source.width, source.height);
  for (const index of allPlaces(source)) {
    const tile = featherer.tile(source, index);
    soft.put(index, source.isFull(index) && tile === source.tile(index) ? soft.fullTile(index) : tile);
    if (tile) {
      tile.shared = true;
    }
  }
  return soft;
}
