import { MaskGrid, TILE, TILE_BYTES, makeTile } from '../mask/mask-grid';
import type { PixelSource } from '../mask/pixel-source';
import { COARSE } from '../mask/pixel-source';
import type { PixelRect } from '../mask/rect';
import { MaxFlow } from './max-flow';
import type { QuickWindow } from './quick-window';

/** Pixels around a tile that are cut along with it, so that neighbours agree at their seam. */
const MARGIN = 12;
const SIDE = TILE + 2 * MARGIN;
/** How far, px, the edge may move from where the patches put it, and from where the next smaller picture did. */
const FIRST_REACH = 6;
const REACH = 2;
/** Side of the squares whose colours are averaged. */
const BLOCK = 16;
const BLOCKS = Math.ceil(SIDE / BLOCK);
const UNIT = 64;

/**
 * The exact selection: puts the edge of a coarse one where the picture's own edge is, in ever larger pictures
 * up to the full size. In each, only pixels near the edge are looked at, tile by tile.
 * @param coarse 255 or 0 for each pixel of the small picture.
 * @param soft an edge about 1 px soft; otherwise the mask holds 0 and 255 only.
 * @returns a mask of the picture's full size.
 */
export function refine(
  source: PixelSource,
  window: QuickWindow,
  coarse: { width: number; height: number; values: Uint8Array },
  soft: boolean,
): MaskGrid {
  let { factor } = window;
  let grid = gridOf(coarse);
  grid = new Level(source, window, factor, FIRST_REACH).refined(grid, 1, soft && factor === 1);
  while (factor > 1) {
    factor /= 2;
    grid = new Level(source, window, factor, REACH).refined(grid, 2, soft && factor === 1);
  }
  return placed(grid, window, source);
}

function gridOf({ width, height, values }: { width: number; height: number; values: Uint8Array }): MaskGrid {
  const grid = new MaskGrid(width, height);
  grid.writeRect({ x0: 0, y0: 0, x1: width, y1: height }, values);
  return grid;
}

/** The window's mask in the whole picture. Windows begin at the corner of a tile. */
function placed(grid: MaskGrid, { rect }: QuickWindow, source: PixelSource): MaskGrid {
  if (grid.width === source.width && grid.height === source.height) {
    return grid;
  }
  const whole = new MaskGrid(source.width, source.height);
  for (let index = 0; index < grid.length; index++) {
    const tile = grid.tile(index);
    if (tile) {
      const column = (index % grid.columns) + rect.x0 / TILE;
      const row = Math.floor(index / grid.columns) + rect.y0 / TILE;
      const place = row * whole.columns + column;
      whole.put(
        place,
        grid.isFull(index) && fillsPlace(grid, whole, index, place)
          ? whole.fullTile(place)
          : whole.normal(place, tile),
      );
    }
  }
  return whole;
}

function fillsPlace(grid: MaskGrid, whole: MaskGrid, index: number, place: number): boolean {
  return (
    grid.insideWidth(index) === whole.insideWidth(place) &&
    grid.insideHeight(index) === whole.insideHeight(place)
  );
}

/** One size of the picture, and the scratch space for its tiles. */
class Level {
  readonly #width: number;
  readonly #height: number;
  readonly #colors: Colors;
  readonly #flow = new MaxFlow(4096, 16_384);
  /** 0 outside, 255 inside, of the tile and its margin. */
  readonly #inside = new Uint8Array(SIDE * SIDE);
  /** 2 for pixels in question, 1 for others whose colour is known. */
  readonly #state = new Uint8Array(SIDE * SIDE);
  readonly #rgb = new Float32Array(SIDE * SIDE * 3);
  readonly #node = new Int32Array(SIDE * SIDE);

  constructor(
    source: PixelSource,
    { rect }: QuickWindow,
    factor: number,
    readonly reach: number,
  ) {
    this.#width = Math.ceil((rect.x1 - rect.x0) / factor);
    this.#height = Math.ceil((rect.y1 - rect.y0) / factor);
    this.#colors = new Colors(source, rect.x0, rect.y0, factor);
  }

  /** @param scale 2 when `before` is of half the size, 1 when it is of this size. */
  refined(before: MaskGrid, scale: 1 | 2, soft: boolean): MaskGrid {
    const grid = new MaskGrid(this.#width, this.#height);
    const values = new Uint8Array((SIDE * SIDE) / (scale * scale));
    for (let index = 0; index < grid.length; index++) {
      const left = (index % grid.columns) * TILE - MARGIN;
      const top = Math.floor(index / grid.columns) * TILE - MARGIN;
      const flat = this.#read(before, scale, left, top, values);
      if (flat !== null) {
        grid.put(index, flat ? grid.fullTile(index) : null);
        continue;
      }
      const box = {
        x0: Math.max(1, -left),
        y0: Math.max(1, -top),
        x1: Math.min(SIDE - 1, this.#width - left),
        y1: Math.min(SIDE - 1, this.#height - top),
      };
      this.#cut(box, left, top);
      if (soft) {
        this.#soften(box);
      }
      grid.put(index, grid.normal(index, makeTile(this.#tile(grid, index))));
    }
    return grid;
  }

  /** Reads a tile and its margin; returns the value of all when they are the same, else null. */
  #read(before: MaskGrid, scale: 1 | 2, left: number, top: number, values: Uint8Array): 0 | 255 | null {
    const x0 = left / scale;
    const y0 = top / scale;
    const side = SIDE / scale;
    const flat = flatIn(before, x0, y0, side);
    if (flat !== null) {
      return flat;
    }
    before.readRect({ x0, y0, x1: x0 + side, y1: y0 + side }, values);
    const inside = this.#inside;
    if (scale === 1) {
      inside.set(values);
    } else {
      for (let y = 0; y < side; y++) {
        const to = 2 * y * SIDE;
        for (let x = 0, from = y * side; x < side; x++, from++) {
          const value = values[from] ?? 0;
          inside[to + 2 * x] = value;
          inside[to + 2 * x + 1] = value;
        }
        inside.copyWithin(to + SIDE, to, to + SIDE);
      }
    }
    const within = x0 >= 0 && y0 >= 0 && left + SIDE <= this.#width && top + SIDE <= this.#height;
    const first = values[0] ?? 0;
    return within && !values.includes(255 - first) ? (first === 255 ? 255 : 0) : null;
  }

  #tile(grid: MaskGrid, index: number): Uint8Array {
    const data = new Uint8Array(TILE_BYTES);
    const across = grid.insideWidth(index);
    const down = grid.insideHeight(index);
    for (let y = 0; y < down; y++) {
      const from = (y + MARGIN) * SIDE + MARGIN;
      data.set(this.#inside.subarray(from, from + across), y * TILE);
    }
    return data;
  }

  /** Decides the pixels near the edge anew. */
  #cut(box: PixelRect, left: number, top: number): void {
    const edge = this.#edge(box);
    const open = this.#mark(edge, box, left, top);
    const sides = this.#sides(edge, box, left, top);
    const state = this.#state;
    const inside = this.#inside;
    const node = this.#node;
    const flow = this.#flow;
    flow.reset(open.length);
    const usual = this.#usual(open);
    for (let number = 0; number < open.length; number++) {
      const at = open[number] ?? 0;
      let tie = UNIT * sides.speaks(this.#rgb, at);
      for (let way = 0; way < STEPS.length; way++) {
        const step = STEPS[way] ?? 0;
        const weight = way < 2 ? UNIT * 1.6 : UNIT * 1.1;
        const before = at - step;
        if (state[before] !== 2) {
          const wall = weight * (0.06 + Math.exp(this.#difference(at, before) / (-2 * usual)));
          tie += inside[before] ? wall : -wall;
        }
        const after = at + step;
        const wall = weight * (0.06 + Math.exp(this.#difference(at, after) / (-2 * usual)));
        if (state[after] === 2) {
          flow.join(number, node[after] ?? 0, Math.round(wall));
        } else {
          tie += inside[after] ? wall : -wall;
        }
      }
      flow.tie(number, Math.round(tie));
    }
    flow.solve();
    for (let number = 0; number < open.length; number++) {
      inside[open[number] ?? 0] = flow.inside(number) ? 255 : 0;
    }
  }

  /** Softens the edge by about a pixel, weighted 1 2 1 both ways; the outermost pixels repeat. */
  #soften({ x0, y0, x1, y1 }: PixelRect): void {
    const hard = this.#inside;
    const edge = this.#edge({ x0, y0, x1, y1 });
    const places: number[] = [];
    const values: number[] = [];
    for (const at of edge) {
      const x = at % SIDE;
      const y = (at - x) / SIDE;
      const end = Math.min(x1 - 1, x + 2);
      for (let row = Math.max(y0, y - 1); row <= Math.min(y1 - 1, y + 2); row++) {
        const above = Math.max(y0, row - 1) * SIDE;
        const here = row * SIDE;
        const below = Math.min(y1 - 1, row + 1) * SIDE;
        for (let column = Math.max(x0, x - 1); column <= end; column++) {
          const left = Math.max(x0, column - 1);
          const right = Math.min(x1 - 1, column + 1);
          const outer = (hard[above + column] ?? 0) + (hard[below + column] ?? 0);
          const corners =
            (hard[above + left] ?? 0) +
            (hard[above + right] ?? 0) +
            (hard[below + left] ?? 0) +
            (hard[below + right] ?? 0);
          const beside = (hard[here + left] ?? 0) + (hard[here + right] ?? 0) + outer;
          places.push(here + column);
          values.push((corners + 2 * beside + 4 * (hard[here + column] ?? 0) + 8) >> 4);
        }
      }
    }
    places.forEach((at, number) => {
      hard[at] = values[number] ?? 0;
    });
  }

  /** Pixels whose right or lower neighbour is on the other side. */
  #edge({ x0, y0, x1, y1 }: PixelRect): number[] {
    const inside = this.#inside;
    const edge: number[] = [];
    for (let y = y0; y < y1; y++) {
      const down = y + 1 < y1 ? SIDE : 0;
      for (let at = y * SIDE + x0, end = y * SIDE + x1 - 1; at < end; at++) {
        if (inside[at] !== inside[at + 1] || inside[at] !== inside[at + down]) {
          edge.push(at);
        }
      }
    }
    return edge;
  }

  /** Marks and lists the pixels in question, and reads their colours and those of their neighbours. */
  #mark(edge: readonly number[], box: PixelRect, left: number, top: number): number[] {
    const state = this.#state;
    const open: number[] = [];
    state.fill(0);
    for (const at of edge) {
      const x = at % SIDE;
      const y = (at - x) / SIDE;
      const x0 = Math.max(box.x0, x - this.reach);
      const x1 = Math.min(box.x1 - 1, x + 1 + this.reach);
      const y0 = Math.max(box.y0, y - this.reach);
      const y1 = Math.min(box.y1 - 1, y + 1 + this.reach);
      for (let row = y0; row <= y1; row++) {
        const rim = row === y - this.reach || row === y + 1 + this.reach;
        for (let column = x0, to = row * SIDE + x0; column <= x1; column++, to++) {
          const now = state[to] ?? 0;
          if (now === 0) {
            this.#colors.read(left + column, top + row, this.#rgb, to * 3);
            state[to] = 1;
          }
          if (now < 2 && !rim && column !== x - this.reach && column !== x + 1 + this.reach) {
            state[to] = 2;
            this.#node[to] = open.length;
            open.push(to);
          }
        }
      }
    }
    return open;
  }

  /** What both sides look like a little away from the edge. */
  #sides(edge: readonly number[], { x0, y0, x1, y1 }: PixelRect, left: number, top: number): Sides {
    const sides = new Sides();
    const color = new Float32Array(3);
    const far = this.reach + 3;
    for (let number = 0; number < edge.length; number += 2) {
      const at = edge[number] ?? 0;
      const x = at % SIDE;
      const y = (at - x) / SIDE;
      for (const [dx, dy] of AROUND) {
        const column = x + dx * far;
        const row = y + dy * far;
        const to = row * SIDE + column;
        if (column >= x0 && column < x1 && row >= y0 && row < y1 && this.#state[to] !== 2) {
          this.#colors.read(left + column, top + row, color, 0);
          sides.add(column, row, this.#inside[to] ? 1 : 0, color);
        }
      }
    }
    sides.finish();
    return sides;
  }

  /** Mean squared difference of neighbours in question. */
  #usual(open: readonly number[]): number {
    let sum = 0;
    for (const at of open) {
      sum += this.#difference(at, at + 1) + this.#difference(at, at + SIDE);
    }
    return Math.max(12, sum / Math.max(1, 2 * open.length));
  }

  /** Squared difference of two colours, sRGB. Beyond the picture there is none. */
  #difference(at: number, other: number): number {
    if (this.#state[other] === 0) {
      return 0;
    }
    const rgb = this.#rgb;
    const i = at * 3;
    const j = other * 3;
    const red = (rgb[i] ?? 0) - (rgb[j] ?? 0);
    const green = (rgb[i + 1] ?? 0) - (rgb[j + 1] ?? 0);
    const blue = (rgb[i + 2] ?? 0) - (rgb[j + 2] ?? 0);
    return red * red + green * green + blue * blue;
  }
}

/** Right, down, and both diagonals downwards. */
const STEPS = [1, SIDE, SIDE + 1, SIDE - 1] as const;
/** Eight ways out. */
const AROUND = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].flatMap((dx) => (dx || dy ? [[dx, dy] as const] : [])));

/** 0 or 255 when a square of a mask is all empty or all full, seen by its tiles; else null. */
function flatIn(grid: MaskGrid, x0: number, y0: number, side: number): 0 | 255 | null {
  const first = Math.max(0, x0) >> 8;
  const last = (Math.min(grid.width, x0 + side) - 1) >> 8;
  const end = (Math.min(grid.height, y0 + side) - 1) >> 8;
  let all: 0 | 255 | null = null;
  for (let row = Math.max(0, y0) >> 8; row <= end; row++) {
    for (let column = first; column <= last; column++) {
      const index = row * grid.columns + column;
      const tile = grid.tile(index);
      const value = tile === null ? 0 : grid.isFull(index) ? 255 : null;
      if (value === null || (all !== null && all !== value)) {
        return null;
      }
      all = value;
    }
  }
  return all;
}

/** The picture's colours at one size, pixel by pixel. */
class Colors {
  readonly #picture: PixelSource;
  /** px of `#picture` in one pixel of this size, both ways. */
  readonly #inner: number;
  readonly #left: number;
  readonly #top: number;

  constructor(source: PixelSource, x0: number, y0: number, factor: number) {
    const scale = factor >= COARSE ? COARSE : 1;
    this.#picture = scale === 1 ? source : source.coarse;
    this.#inner = factor / scale;
    this.#left = x0 / scale;
    this.#top = y0 / scale;
  }

  read(x: number, y: number, out: Float32Array, at: number): void {
    const inner = this.#inner;
    const { width, height } = this.#picture;
    const left = this.#left + x * inner;
    const top = this.#top + y * inner;
    if (inner === 1) {
      const band = this.#picture.band(top);
      const from = ((top & 255) * width + left) * 3;
      out[at] = band[from] ?? 0;
      out[at + 1] = band[from + 1] ?? 0;
      out[at + 2] = band[from + 2] ?? 0;
      return;
    }
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let row = top; row < top + inner; row++) {
      const inPicture = Math.min(height - 1, row);
      const band = this.#picture.band(inPicture);
      for (let column = left; column < left + inner; column++) {
        const from = ((inPicture & 255) * width + Math.min(width - 1, column)) * 3;
        red += band[from] ?? 0;
        green += band[from + 1] ?? 0;
        blue += band[from + 2] ?? 0;
      }
    }
    const share = 1 / (inner * inner);
    out[at] = red * share;
    out[at + 1] = green * share;
    out[at + 2] = blue * share;
  }
}

/** What the object and its surroundings look like beside the edge, in squares of `BLOCK` px. */
class Sides {
  /** For each square: sums of red, green and blue, and how many pixels; later their means. */
  #outer: Float32Array = new Float32Array(BLOCKS * BLOCKS * 4);
  #inner: Float32Array = new Float32Array(BLOCKS * BLOCKS * 4);
  #squares = 0;
  /** Scatter around the means, of both sides together. */
  #spread = 0;

  /** A pixel's colour, for the side it is on. */
  add(x: number, y: number, side: 0 | 1, color: Float32Array): void {
    const sums = side ? this.#inner : this.#outer;
    const to = (Math.floor(y / BLOCK) * BLOCKS + Math.floor(x / BLOCK)) * 4;
    for (let channel = 0; channel < 3; channel++) {
      const value = color[channel] ?? 0;
      sums[to + channel] = (sums[to + channel] ?? 0) + value;
      this.#squares += value * value;
    }
    sums[to + 3] = (sums[to + 3] ?? 0) + 1;
  }

  /** No more pixels follow. */
  finish(): void {
    let explained = 0;
    let count = 0;
    for (const sums of [this.#outer, this.#inner]) {
      for (let to = 0; to < sums.length; to += 4) {
        const pixels = sums[to + 3] ?? 0;
        count += pixels;
        for (let channel = 0; channel < 3 && pixels > 0; channel++) {
          explained += (sums[to + channel] ?? 0) ** 2 / pixels;
        }
      }
    }
    this.#spread = Math.max(20, count > 0 ? (this.#squares - explained) / count : 0);
    this.#outer = smoothed(this.#outer);
    this.#inner = smoothed(this.#inner);
  }

  /** How much a pixel's colour speaks for the inside (positive) or the outside; within ±2. */
  speaks(rgb: Float32Array, at: number): number {
    const x = Math.floor((at % SIDE) / BLOCK);
    const y = Math.floor(at / SIDE / BLOCK);
    const to = (y * BLOCKS + x) * 4;
    const outer = this.#outer;
    const inner = this.#inner;
    if ((outer[to + 3] ?? 0) === 0 || (inner[to + 3] ?? 0) === 0) {
      return 0;
    }
    let difference = 0;
    for (let channel = 0; channel < 3; channel++) {
      const value = rgb[at * 3 + channel] ?? 0;
      const out = value - (outer[to + channel] ?? 0);
      const within = value - (inner[to + channel] ?? 0);
      difference += out * out - within * within;
    }
    return Math.min(2, Math.max(-2, difference / (2 * this.#spread)));
  }
}

/** Means over 3 × 3 squares; the fourth number stays a count. */
function smoothed(sums: Float32Array): Float32Array {
  const means = new Float32Array(sums.length);
  for (let y = 0; y < BLOCKS; y++) {
    for (let x = 0; x < BLOCKS; x++) {
      const to = (y * BLOCKS + x) * 4;
      for (let row = Math.max(0, y - 1); row <= Math.min(BLOCKS - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(BLOCKS - 1, x + 1); column++) {
          const from = (row * BLOCKS + column) * 4;
          for (let part = 0; part < 4; part++) {
            means[to + part] = (means[to + part] ?? 0) + (sums[from + part] ?? 0);
          }
        }
      }
      const count = means[to + 3] ?? 0;
      for (let channel = 0; channel < 3 && count > 0; channel++) {
        means[to + channel] = (means[to + channel] ?? 0) / count;
      }
    }
  }
  return means;
}
