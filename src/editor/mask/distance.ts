import { DiscMax } from './disc-max';
import { MaskGrid, TILE, TILE_BYTES, type Tile, makeTile } from './mask-grid';
import { allPlaces, flatTile, placesAround } from './places';

/*
 * Growing is dilation by a disc of the mask seen as heights: a pixel becomes the highest value within r px of
 * it. Shrinking is the same for the unpainted part. So corners become round, half-painted areas keep their
 * level, and soft ramps move outwards with their width. Pixels are samples with straight lines between them,
 * so edges keep their anti-aliasing and r may be fractional.
 *
 * Exact Euclidean distances give the nearest pixel of a level. Where all edges near a tile are hard (a step
 * from 0 to 255 in up to 2 px), one level suffices: the nearest pixel above 0 and the slope there. Otherwise,
 * up to `DISC_MOST`, the disc itself is searched for the highest value; beyond that, distances are computed
 * at five levels, and the value between two levels follows their distances.
 */

/** Soft masks are grown by search up to this many px: its cost grows with px, that of distances does not. */
const DISC_MOST = 8;

/** Levels at which soft masks are sampled. */
const LEVELS = [1, 64, 128, 192, 255] as const;
/** How far beyond r the next higher level is searched for, px. */
const RAMP = 24;
/** Pixels beyond those whose neighbours are read. */
const RIM = 3;

/** How far away (px) a pixel may be that affects a tile. */
export function growReach(px: number): number {
  return px === 0 ? 0 : Math.ceil(Math.abs(px)) + RAMP + RIM;
}

/** No pixel of the level in reach. */
const NONE = 0x7fff;

/**
 * For every pixel of some rows, the nearest pixel of at least a given level, in a window of values. Among
 * equally near ones the leftmost counts, then the uppermost, whatever else lies in the window.
 */
export class NearestPixels {
  /** Rows to the nearest such pixel of the same column, or NONE. */
  #columns = new Int16Array(0);
  readonly #last = new Int32Array(4 * TILE);
  readonly #site = new Int32Array(4 * TILE);
  readonly #square = new Int32Array(4 * TILE);
  readonly #start = new Int32Array(4 * TILE);
  #width = 0;
  #top = 0;
  #left = 0;
  #right = 0;

  /**
   * Prepares rows `top` to `bottom` of a window; only its columns `left` to `right` are read.
   * @param values row by row, `width` px each, at most 1024.
   * @param most px; farther ones may be left out.
   */
  prepare(
    values: Uint8Array,
    width: number,
    height: number,
    top: number,
    bottom: number,
    level: number,
    most: number,
    left = 0,
    right = width,
  ): void {
    const size = (bottom - top) * width;
    if (this.#columns.length < size) {
      this.#columns = new Int16Array(size);
    }
    const columns = this.#columns;
    const last = this.#last;
    this.#width = width;
    this.#top = top;
    this.#left = left;
    this.#right = right;
    // Rows since the last pixel of the level, going down and then up.
    last.fill(most + 1, left, right);
    for (let y = Math.max(0, top - most); y < top; y++) {
      const row = y * width;
      for (let x = left; x < right; x++) {
        last[x] = (values[row + x] ?? 0) >= level ? 0 : (last[x] ?? 0) + 1;
      }
    }
    for (let y = top; y < bottom; y++) {
      const row = y * width;
      const to = (y - top) * width;
      for (let x = left; x < right; x++) {
        const up = (values[row + x] ?? 0) >= level ? 0 : (last[x] ?? 0) + 1;
        last[x] = up;
        columns[to + x] = up > most ? NONE : -up;
      }
    }
    last.fill(most + 1, left, right);
    for (let y = Math.min(height, bottom + most) - 1; y >= bottom; y--) {
      const row = y * width;
      for (let x = left; x < right; x++) {
        last[x] = (values[row + x] ?? 0) >= level ? 0 : (last[x] ?? 0) + 1;
      }
    }
    for (let y = bottom - 1; y >= top; y--) {
      const to = (y - top) * width;
      for (let x = left; x < right; x++) {
        const near = columns[to + x] ?? NONE;
        const down = near === 0 ? 0 : (last[x] ?? 0) + 1;
        last[x] = down;
        if (down <= most && (near === NONE || down < -near)) {
          columns[to + x] = down;
        }
      }
    }
  }

  /**
   * Row `y` of the window, pixels `from` to `to`: squared distances and places (index in the window) of the
   * nearest pixels; −1 where there is none.
   * @returns false when the row has none at all; then nothing is written.
   */
  row(y: number, from: number, to: number, squares: Int32Array, places: Int32Array): boolean {
    const columns = this.#columns;
    const width = this.#width;
    const left = this.#left;
    const right = this.#right;
    const base = (y - this.#top) * width;
    const site = this.#site;
    const square = this.#square;
    const start = this.#start;
    let count = 0;
    for (let x = left; x < right; x++) {
      const down = columns[base + x] ?? NONE;
      if (down === NONE) {
        continue;
      }
      // Inside a run of such pixels each is its own nearest, and the ends are nearer to all others.
      if (
        down === 0 &&
        x > left &&
        columns[base + x - 1] === 0 &&
        columns[base + x + 1] === 0 &&
        x < right - 1
      ) {
        continue;
      }
      const own = down * down;
      while (count > 0) {
        const at = start[count - 1] ?? 0;
        const before = at - (site[count - 1] ?? 0);
        if (before * before + (square[count - 1] ?? 0) <= (at - x) * (at - x) + own) {
          break;
        }
        count--;
      }
      let begin = from;
      if (count > 0) {
        const other = site[count - 1] ?? 0;
        begin = 1 + Math.floor((x * x - other * other + own - (square[count - 1] ?? 0)) / (2 * (x - other)));
        if (begin >= to) {
          continue;
        }
      }
      site[count] = x;
      square[count] = own;
      start[count] = begin;
      count++;
    }
    if (count === 0) {
      return false;
    }
    let k = 0;
    for (let x = from; x < to; x++) {
      if (columns[base + x] === 0) {
        squares[x - from] = 0;
        places[x - from] = y * width + x;
        continue;
      }
      while (k + 1 < count && (start[k + 1] ?? 0) <= x) {
        k++;
      }
      const at = site[k] ?? 0;
      squares[x - from] = (x - at) * (x - at) + (square[k] ?? 0);
      places[x - from] = (y + (columns[base + at] ?? 0)) * width + at;
    }
    return true;
  }
}

/** Computes grown tiles; reuses its buffers from tile to tile. */
export class Grower {
  readonly #px: number;
  readonly #margin: number;
  /** Edge of the window around a tile. */
  readonly #side: number;
  readonly #values: Uint8Array;
  readonly #disc: DiscMax | null;
  readonly #nearest = LEVELS.map(() => new NearestPixels());
  readonly #squares = LEVELS.map(() => new Int32Array(TILE));
  readonly #places = LEVELS.map(() => new Int32Array(TILE));

  /** @param px −256 to 256, fractions allowed; below 0 shrinks. */
  constructor(px: number) {
    this.#px = px;
    this.#margin = growReach(px);
    this.#side = TILE + 2 * this.#margin;
    this.#values = new Uint8Array(this.#side * this.#side);
    this.#disc = Math.abs(px) <= DISC_MOST && px !== 0 ? new DiscMax(Math.abs(px)) : null;
  }

  /** The resulting tile, in normal form. Reads the tiles within `growReach`. */
  tile(source: MaskGrid, index: number): Tile | null {
    if (this.#px === 0) {
      return source.tile(index);
    }
    const flat = flatTile(source, index, placesAround(source, index, this.#margin));
    if (flat !== undefined) {
      return flat;
    }
    const shrink = this.#px < 0;
    this.#read(source, index, shrink);
    const width = source.insideWidth(index);
    const height = source.insideHeight(index);
    const data = new Uint8Array(TILE_BYTES);
    if (!this.#isSoft()) {
      this.#growHard(data, width, height);
    } else if (this.#disc) {
      this.#disc.run(this.#values, this.#side, this.#margin, this.#margin, width, height, (row, y) => {
        for (let x = 0; x < width; x++) {
          data[y * TILE + x] = Math.round(row[x] ?? 0);
        }
      });
    } else {
      this.#growSoft(data, width, height);
    }
    if (shrink) {
      for (let y = 0; y < height; y++) {
        for (let i = y * TILE; i < y * TILE + width; i++) {
          data[i] = 255 - (data[i] ?? 0);
        }
      }
    }
    return source.normal(index, makeTile(data));
  }

  /** The window around a tile. Outside the picture, nothing grows or eats into the mask. */
  #read(source: MaskGrid, index: number, shrink: boolean): void {
    const x0 = (index % source.columns) * TILE - this.#margin;
    const y0 = Math.floor(index / source.columns) * TILE - this.#margin;
    const side = this.#side;
    const values = this.#values;
    source.readRect({ x0, y0, x1: x0 + side, y1: y0 + side }, values);
    if (shrink) {
      const left = Math.max(0, -x0);
      const right = Math.min(side, source.width - x0);
      for (let y = Math.max(0, -y0); y < Math.min(side, source.height - y0); y++) {
        for (let i = y * side + left; i < y * side + right; i++) {
          values[i] = 255 - (values[i] ?? 0);
        }
      }
    }
  }

  /** Whether there is an edge that does not reach 255 within 2 px. */
  #isSoft(): boolean {
    const side = this.#side;
    const values = this.#values;
    for (let y = 2; y < side - 2; y++) {
      for (let i = y * side + 2; i < (y + 1) * side - 2; i++) {
        const value = values[i] ?? 0;
        if (value !== 0 && value !== 255 && this.#peak(i) < 255) {
          return true;
        }
      }
    }
    return false;
  }

  /** The highest value of the 5 × 5 px around. */
  #peak(at: number): number {
    const side = this.#side;
    const values = this.#values;
    let most = 0;
    for (let row = at - 2 * side - 2; row <= at + 2 * side - 2; row += side) {
      for (let i = row; i < row + 5; i++) {
        const value = values[i] ?? 0;
        if (value > most) {
          most = value;
        }
      }
    }
    return most;
  }

  /** How much higher it gets a px further in. */
  #slope(at: number): number {
    const values = this.#values;
    const side = this.#side;
    const own = values[at] ?? 0;
    const across = Math.max(0, (values[at - 1] ?? 0) - own, (values[at + 1] ?? 0) - own);
    const down = Math.max(0, (values[at - side] ?? 0) - own, (values[at + side] ?? 0) - own);
    return Math.sqrt(across * across + down * down);
  }

  #growHard(data: Uint8Array, width: number, height: number): void {
    const values = this.#values;
    const side = this.#side;
    const margin = this.#margin;
    const radius = Math.abs(this.#px);
    const [nearest] = this.#nearest;
    const [squares] = this.#squares;
    const [places] = this.#places;
    if (!nearest || !squares || !places) {
      return;
    }
    const most = Math.ceil(radius) + 1;
    const [left, right] = [margin - most, margin + width + most];
    nearest.prepare(values, side, side, margin, margin + height, 1, most, left, right);
    // Anything nearer than this is reached, anything farther than that is not.
    const within = Math.max(0, radius - 1) ** 2;
    const beyond = (radius + 1) ** 2;
    for (let y = 0; y < height; y++) {
      if (this.#isFull(y, width)) {
        data.fill(255, y * TILE, y * TILE + width);
        continue;
      }
      if (!nearest.row(margin + y, margin, margin + width, squares, places)) {
        continue;
      }
      for (let x = 0; x < width; x++) {
        const square = squares[x] ?? 0;
        if (square >= beyond) {
          continue;
        }
        const at = places[x] ?? 0;
        const value = values[at] ?? 0;
        if (value === 255 && square <= within) {
          data[y * TILE + x] = 255;
          continue;
        }
        const inside = radius - Math.sqrt(square);
        data[y * TILE + x] =
          inside < 0
            ? Math.round(value * (1 + inside))
            : value === 255
              ? 255
              : Math.min(255, Math.round(value + this.#slope(at) * inside));
      }
    }
  }

  /** Whether a row of the tile is fully painted even before it grows. */
  #isFull(y: number, width: number): boolean {
    const values = this.#values;
    const start = (this.#margin + y) * this.#side + this.#margin;
    for (let i = start; i < start + width; i++) {
      if (values[i] !== 255) {
        return false;
      }
    }
    return true;
  }

  #growSoft(data: Uint8Array, width: number, height: number): void {
    const side = this.#side;
    const margin = this.#margin;
    const radius = Math.abs(this.#px);
    const top = LEVELS.length - 1;
    const prepared = LEVELS.map(() => false);
    const found = LEVELS.map(() => false);
    const look = (k: number, y: number): boolean => {
      const nearest = this.#nearest[k];
      const squares = this.#squares[k];
      const places = this.#places[k];
      if (!nearest || !squares || !places) {
        return false;
      }
      if (!prepared[k]) {
        prepared[k] = true;
        const level = LEVELS[k] ?? 1;
        nearest.prepare(this.#values, side, side, margin, margin + height, level, Math.ceil(radius) + RAMP);
      }
      return nearest.row(margin + y, margin, margin + width, squares, places);
    };
    for (let y = 0; y < height; y++) {
      // Most rows are decided by the highest and the lowest level alone.
      if (this.#isFull(y, width)) {
        data.fill(255, y * TILE, y * TILE + width);
        continue;
      }
      found[top] = look(top, y);
      if (found[top] && this.#farthest(top, width) <= radius * radius) {
        data.fill(255, y * TILE, y * TILE + width);
        continue;
      }
      found[0] = look(0, y);
      if (!found[0] || this.#closest(0, width) >= (radius + 1) ** 2) {
        continue;
      }
      for (let k = 1; k < top; k++) {
        found[k] = look(k, y);
      }
      for (let x = 0; x < width; x++) {
        data[y * TILE + x] = this.#softValue(x, (margin + y) * side + margin + x, radius, found);
      }
    }
  }

  #farthest(k: number, width: number): number {
    const squares = this.#squares[k];
    let most = 0;
    for (let x = 0; x < width; x++) {
      most = Math.max(most, squares?.[x] ?? 0);
    }
    return most;
  }

  #closest(k: number, width: number): number {
    const squares = this.#squares[k];
    let least = Infinity;
    for (let x = 0; x < width; x++) {
      least = Math.min(least, squares?.[x] ?? 0);
    }
    return least;
  }

  #softValue(x: number, at: number, radius: number, found: readonly boolean[]): number {
    const values = this.#values;
    const own = values[at] ?? 0;
    const lowest = this.#squares[0]?.[x] ?? 0;
    if (own === 255 || lowest >= (radius + 1) ** 2) {
      return own;
    }
    // The highest level in reach, and how far within its reach this is.
    let value = 0;
    let place = -1;
    let inside = 0;
    let k = 0;
    for (; k < LEVELS.length && found[k]; k++) {
      const away = radius - Math.sqrt(this.#squares[k]?.[x] ?? 0);
      if (away < 0) {
        break;
      }
      inside = away;
      place = this.#places[k]?.[x] ?? 0;
      value = values[place] ?? 0;
    }
    let best = value;
    if (k < LEVELS.length) {
      const known = found[k] === true;
      const missing = known ? Math.sqrt(this.#squares[k]?.[x] ?? 0) - radius : RAMP;
      const next = known && missing < RAMP ? (values[this.#places[k]?.[x] ?? 0] ?? 0) : (LEVELS[k] ?? 255);
      if (place < 0) {
        // The last pixel before nothing fades within a px.
        best = known && missing < 1 ? next * (1 - missing) : 0;
      } else if (next > value) {
        const rise = this.#peak(place) - value;
        const between = value + ((next - value) * inside) / (inside + Math.min(RAMP, missing));
        best = Math.min(between, value + rise * inside);
      }
    }
    return Math.max(own, Math.round(best));
  }
}

/**
 * The mask grown by `px` on all sides, shrunk when negative (−256 to 256, fractions allowed). See the law at
 * the head of this file. The picture's border counts as neither painted nor free: a mask that reaches it is
 * not shrunk from there.
 */
export function growMask(source: MaskGrid, px: number): MaskGrid {
  const grower = new Grower(px);
  const grown = new MaskGrid(source.width, source.height);
  for (const index of allPlaces(source)) {
    const tile = source.isFull(index) && px >= 0 ? grown.fullTile(index) : grower.tile(source, index);
    grown.put(index, tile);
    if (tile) {
      tile.shared = true;
    }
  }
  return grown;
}
