import { TILE, TILE_BYTES } from './mask-grid';
import { TileRects } from './rect';

/** Entries of a profile table. */
const PROFILE_STEPS = 1024;
/** Zeroed tiles kept for the next stroke. */
const POOL_LIMIT = 96;

/** A brush at one place: centre in image px (pixel centres at .5), radius in px, strength 0 to 1. */
export interface Dab {
  x: number;
  y: number;
  radius: number;
  strength: number;
}

/**
 * How a brush falls off from its centre: full inside `inner`, then down to nothing at `outer`. The edge is
 * never thinner than 1 px, so a hard brush is anti-aliased.
 */
export class BrushProfile {
  /** Coverage 0 to 1 from the inner to the outer radius. */
  readonly table: Float32Array;

  /** @param hardness 0 falls off from the centre, 1 is hard. */
  constructor(readonly hardness: number) {
    this.table = new Float32Array(PROFILE_STEPS + 1);
    for (let i = 0; i <= PROFILE_STEPS; i++) {
      const t = i / PROFILE_STEPS;
      // The thin edge of a hard brush is linear, so that it covers as much as the circle it stands for.
      this.table[i] = hardness >= 1 ? 1 - t : 1 - t * t * (3 - 2 * t);
    }
  }

  inner(radius: number): number {
    return Math.max(0, Math.min(this.hardness * radius, radius - 0.5));
  }

  outer(radius: number): number {
    return Math.max(radius, this.inner(radius) + 1);
  }

  /** Coverage 0 to 1 at a distance from the centre, px. */
  at(distance: number, radius: number): number {
    const inner = this.inner(radius);
    const outer = this.outer(radius);
    if (distance <= inner) {
      return 1;
    }
    if (distance >= outer) {
      return 0;
    }
    return this.table[(((distance - inner) / (outer - inner)) * PROFILE_STEPS + 0.5) | 0] ?? 0;
  }
}

/**
 * How strongly one stroke covers each pixel, 0 to 255, as sparse tiles. Values only grow: overlapping parts
 * of a stroke take the larger one, so going over a place twice does not darken it.
 */
export class CoverageGrid {
  readonly columns: number;
  /** What changed since the last `dirty.clear()`. */
  readonly dirty: TileRects;
  readonly #tiles: (Uint8Array | null)[];
  readonly #used: number[] = [];
  readonly #pool: Uint8Array[] = [];

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.columns = Math.ceil(width / TILE);
    const count = this.columns * Math.ceil(height / TILE);
    this.#tiles = new Array<Uint8Array | null>(count).fill(null);
    this.dirty = new TileRects(count);
  }

  tile(index: number): Uint8Array | null {
    return this.#tiles[index] ?? null;
  }

  /** The tile for writing. */
  open(index: number): Uint8Array {
    let tile = this.#tiles[index];
    if (!tile) {
      tile = this.#pool.pop() ?? new Uint8Array(TILE_BYTES);
      this.#tiles[index] = tile;
      this.#used.push(index);
    }
    return tile;
  }

  /** Empties the grid and keeps some tiles for the next stroke. */
  reset(): void {
    for (const index of this.#used) {
      const tile = this.#tiles[index];
      this.#tiles[index] = null;
      if (tile && this.#pool.length < POOL_LIMIT) {
        this.#pool.push(tile.fill(0));
      }
    }
    this.#used.length = 0;
    this.dirty.clear();
  }

  bytes(): number {
    return (this.#used.length + this.#pool.length) * TILE_BYTES;
  }
}

/** Spans of one capsule per row of px: left and right (inclusive) of the touched and of the solid part. */
interface Spans {
  outerLeft: Int32Array;
  outerRight: Int32Array;
  innerLeft: Int32Array;
  innerRight: Int32Array;
}

let spans: Spans = makeSpans(1024);

function makeSpans(rows: number): Spans {
  return {
    outerLeft: new Int32Array(rows),
    outerRight: new Int32Array(rows),
    innerLeft: new Int32Array(rows),
    innerRight: new Int32Array(rows),
  };
}

/** Rasterises one brush dab. */
export function paintDab(grid: CoverageGrid, profile: BrushProfile, dab: Dab): void {
  paintCapsule(grid, profile, dab, dab, false);
}

/**
 * Rasterises a brush drawn along a straight line: each pixel is covered by its distance to the line, with
 * radius and strength taken at the nearest point of it. Cost follows the area, not the number of dabs.
 * @param joined the line starts where the one before ended, with the same radius and strength: the round
 *   cap at the start is there already and left out.
 */
export function paintCapsule(
  grid: CoverageGrid,
  profile: BrushProfile,
  from: Dab,
  to: Dab,
  joined: boolean,
): void {
  paintLine(grid, profile, from, to, joined);
  if (from.radius !== to.radius || from.strength !== to.strength) {
    // The nearest point of a widening line may be thin where the end itself reaches: the end counts whole.
    paintLine(grid, profile, to, to, false);
  }
}

function paintLine(grid: CoverageGrid, profile: BrushProfile, from: Dab, to: Dab, joined: boolean): void {
  const reach = Math.max(profile.outer(from.radius), profile.outer(to.radius));
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach));
  const bottom = Math.min(grid.height, Math.ceil(Math.max(from.y, to.y) + reach));
  if (top >= bottom) {
    return;
  }
  if (spans.outerLeft.length < bottom - top) {
    spans = makeSpans(bottom - top);
  }
  const line = describeLine(profile, from, to, joined);
  let left = grid.width;
  let right = -1;
  for (let y = top; y < bottom; y++) {
    const row = y - top;
    rowSpan(line, y + 0.5, reach, spans.outerLeft, spans.outerRight, row, grid.width);
    rowSpan(line, y + 0.5, line.solid, spans.innerLeft, spans.innerRight, row, grid.width);
    if ((spans.outerLeft[row] ?? 0) <= (spans.outerRight[row] ?? -1)) {
      left = Math.min(left, spans.outerLeft[row] ?? left);
      right = Math.max(right, spans.outerRight[row] ?? right);
    }
  }
  if (left > right) {
    return;
  }
  for (let tileRow = top >> 8; tileRow << 8 < bottom; tileRow++) {
    for (let column = left >> 8; column << 8 <= right; column++) {
      paintTile(grid, line, tileRow, column, top, bottom);
    }
  }
}

/** A line with all that the pixel loop needs. Lengths in px. */
interface Line {
  table: Float32Array;
  ax: number;
  ay: number;
  bx: number;
  by: number;
  /** Unit direction; (0, 0) for a dab. */
  ux: number;
  uy: number;
  length: number;
  joined: boolean;
  innerA: number;
  innerB: number;
  outerA: number;
  outerB: number;
  strengthA: number;
  strengthB: number;
  /** Within this distance of the line all pixels have the value `solidValue`. */
  solid: number;
  solidValue: number;
}

function describeLine(profile: BrushProfile, from: Dab, to: Dab, joined: boolean): Line {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy);
  const ux = length > 0 ? dx / length : 0;
  const uy = length > 0 ? dy / length : 0;
  const innerA = profile.inner(from.radius);
  const innerB = profile.inner(to.radius);
  return {
    table: profile.table,
    ax: from.x,
    ay: from.y,
    bx: to.x,
    by: to.y,
    ux,
    uy,
    length,
    joined: joined && length > 0,
    innerA,
    innerB,
    outerA: profile.outer(from.radius),
    outerB: profile.outer(to.radius),
    strengthA: from.strength,
    strengthB: to.strength,
    solid: from.strength === to.strength ? Math.min(innerA, innerB) : -1,
    solidValue: Math.round(255 * from.strength),
  };
}

/** Pixels of a row whose centre lies within `reach` of the line, clipped to 0 … width − 1. */
function rowSpan(
  line: Line,
  y: number,
  reach: number,
  lefts: Int32Array,
  rights: Int32Array,
  row: number,
  width: number,
): void {
  const { ax, ay, bx, by, ux, uy, length } = line;
  const dy = y - ay;
  let left = Infinity;
  let right = -Infinity;
  if (reach >= 0) {
    const halfA = reach * reach - dy * dy;
    if (halfA >= 0) {
      const half = Math.sqrt(halfA);
      left = ax - half;
      right = ax + half;
    }
    const halfB = reach * reach - (y - by) * (y - by);
    if (halfB >= 0) {
      const half = Math.sqrt(halfB);
      left = Math.min(left, bx - half);
      right = Math.max(right, bx + half);
    }
    if (length > 0) {
      let from = -Infinity;
      let to = Infinity;
      if (Math.abs(uy) > 1e-9) {
        const middle = (dy * ux) / uy;
        const half = Math.abs(reach / uy);
        from = middle - half;
        to = middle + half;
      } else if (Math.abs(dy) > reach) {
        to = -Infinity;
      }
      if (Math.abs(ux) > 1e-9) {
        const start = (-dy * uy) / ux;
        const end = (length - dy * uy) / ux;
        from = Math.max(from, Math.min(start, end));
        to = Math.min(to, Math.max(start, end));
      } else if (dy * uy < 0 || dy * uy > length) {
        to = -Infinity;
      }
      if (from <= to) {
        left = Math.min(left, ax + from);
        right = Math.max(right, ax + to);
      }
      if (line.joined) {
        if (Math.abs(ux) > 1e-9) {
          const border = ax - (dy * uy) / ux;
          if (ux > 0) {
            left = Math.max(left, border);
          } else {
            right = Math.min(right, border);
          }
        } else if (dy * uy <= 0) {
          right = -Infinity;
        }
      }
    }
  }
  lefts[row] = left <= right ? Math.max(0, Math.ceil(left - 0.5)) : 1;
  rights[row] = left <= right ? Math.min(width - 1, Math.floor(right - 0.5)) : 0;
}

function paintTile(
  grid: CoverageGrid,
  line: Line,
  tileRow: number,
  column: number,
  top: number,
  bottom: number,
): void {
  const index = tileRow * grid.columns + column;
  const tileTop = tileRow << 8;
  const tileLeft = column << 8;
  const tileRight = tileLeft + TILE - 1;
  let data: Uint8Array | null = null;
  let minX = TILE;
  let maxX = -1;
  let minY = TILE;
  let maxY = -1;
  const lastRow = Math.min(bottom, tileTop + TILE);
  for (let y = Math.max(top, tileTop); y < lastRow; y++) {
    const left = Math.max(spans.outerLeft[y - top] ?? 1, tileLeft);
    const right = Math.min(spans.outerRight[y - top] ?? 0, tileRight);
    if (left > right) {
      continue;
    }
    data ??= grid.open(index);
    const solidLeft = Math.max(spans.innerLeft[y - top] ?? 1, left);
    const solidRight = Math.min(spans.innerRight[y - top] ?? 0, right);
    const base = ((y - tileTop) << 8) - tileLeft;
    if (solidLeft <= solidRight) {
      edgePixels(data, line, base, y + 0.5, left, solidLeft - 1);
      raise(data, base + solidLeft, base + solidRight + 1, line.solidValue);
      edgePixels(data, line, base, y + 0.5, solidRight + 1, right);
    } else {
      edgePixels(data, line, base, y + 0.5, left, right);
    }
    minX = Math.min(minX, left - tileLeft);
    maxX = Math.max(maxX, right - tileLeft);
    minY = Math.min(minY, y - tileTop);
    maxY = y - tileTop;
  }
  if (maxX >= 0) {
    grid.dirty.add(index, minX, minY, maxX + 1, maxY + 1);
  }
}

function raise(data: Uint8Array, from: number, to: number, value: number): void {
  if (value === 255) {
    data.fill(255, from, to);
    return;
  }
  for (let i = from; i < to; i++) {
    if ((data[i] ?? 0) < value) {
      data[i] = value;
    }
  }
}

function edgePixels(
  data: Uint8Array,
  line: Line,
  base: number,
  y: number,
  left: number,
  right: number,
): void {
  const { table, ax, ay, ux, uy, length, innerA, outerA, strengthA } = line;
  const dy = y - ay;
  const innerGrowth = length > 0 ? (line.innerB - innerA) / length : 0;
  const outerGrowth = length > 0 ? (line.outerB - outerA) / length : 0;
  const strengthGrowth = length > 0 ? (line.strengthB - strengthA) / length : 0;
  const uniform = innerGrowth === 0 && outerGrowth === 0 && strengthGrowth === 0;
  let inner = innerA;
  let scale = PROFILE_STEPS / (outerA - innerA);
  let peak = 255 * strengthA;
  let dx = left + 0.5 - ax;
  for (let x = left; x <= right; x++, dx++) {
    let along = dx * ux + dy * uy;
    if (along < 0) {
      along = 0;
    } else if (along > length) {
      along = length;
    }
    const ex = dx - along * ux;
    const ey = dy - along * uy;
    if (!uniform) {
      inner = innerA + along * innerGrowth;
      scale = PROFILE_STEPS / (outerA + along * outerGrowth - inner);
      peak = 255 * (strengthA + along * strengthGrowth);
    }
    const step = (Math.sqrt(ex * ex + ey * ey) - inner) * scale;
    if (step >= PROFILE_STEPS) {
      continue;
    }
    const value = step <= 0 ? (peak + 0.5) | 0 : ((table[(step + 0.5) | 0] ?? 0) * peak + 0.5) | 0;
    const at = base + x;
    if ((data[at] ?? 0) < value) {
      data[at] = value;
    }
  }
}
