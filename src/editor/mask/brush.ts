import { TILE, TILE_BYTES } from './mask-grid';
import { TileRects } from './rect';

/** Entries in a profile table. */
const PROFILE_STEPS = 1024;
/** Zeroed tiles kept for the next stroke. */
const POOL_LIMIT = 96;

/** A disc, or a square with the picture's directions. */
export type TipShape = 'round' | 'square';

/**
 * A brush at one position: centre in image px (pixel centres at .5), radius (half the side of a square tip) in px,
 * strength 0 to 1.
 */
export interface Dab {
  x: number;
  y: number;
  radius: number;
  strength: number;
}

/**
 * How a brush falls off from its centre: full inside `inner`, then down to nothing at `outer`. The edge is
 * never thinner than 1 px, so a hard brush is anti-aliased. A square tip measures distances along the picture's
 * directions: that of a pixel is the longer of both, so that all distances are squares.
 */
export class BrushProfile {
  /** Coverage 0 to 1 from the inner to the outer radius. */
  readonly table: Float32Array;

  /** @param hardness 0 falls off from the centre, 1 is hard. */
  constructor(
    readonly hardness: number,
    readonly tip: TipShape = 'round',
  ) {
    this.table = new Float32Array(PROFILE_STEPS + 1);
    for (let i = 0; i <= PROFILE_STEPS; i++) {
      const t = i / PROFILE_STEPS;
      // A hard brush's thin edge is linear, so that it covers as much as the circle it stands for.
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
 * How strongly one stroke covers each pixel, 0 to 255, as sparse tiles. Values only grow: where parts of a
 * stroke overlap the larger one counts, so going over a place twice does not darken it.
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

/**
 * Spans of one capsule per row of pixels: left and right (inclusive) of the touched and of the solid part.
 */
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

/** A straight part of a stroke. */
export interface Piece {
  from: Dab;
  to: Dab;
}

/**
 * What is already there where a piece begins: nothing, the brush's whole tip, or the previous piece without the
 * tip at its end: all that lies beyond, in this direction, is missing.
 */
export type Joint = null | 'covered' | { x: number; y: number };

/** Rasterises one brush dab. */
export function paintDab(grid: CoverageGrid, profile: BrushProfile, dab: Dab): void {
  paintLine(grid, describeLine(profile, dab, dab, null, true));
}

/**
 * Rasterises a brush drawn along straight pieces, each starting where the previous one ended: a pixel is
 * covered by its distance (as the tip measures it) to the nearest piece, with radius and strength taken at the nearest point of it.
 * Cost follows the area, not the number of dabs; what a neighbour covers anyway is left out.
 * @param before what is there at the start.
 * @param whole whether the last piece ends with the whole tip, or is cut off because others will follow.
 * @returns what a following piece finds.
 */
export function paintPieces(
  grid: CoverageGrid,
  profile: BrushProfile,
  pieces: readonly Piece[],
  before: Joint,
  whole: boolean,
): Joint {
  let joint = before;
  pieces.forEach(({ from, to }, i) => {
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    if (from.radius !== to.radius || from.strength !== to.strength || length === 0) {
      // The nearest point of a widening line may be thin where its end already reaches: both ends count
      // entirely.
      if (joint !== 'covered') {
        paintDab(grid, profile, from);
      }
      if (length > 0) {
        paintLine(grid, describeLine(profile, from, to, 'covered', false));
      }
      paintDab(grid, profile, to);
      joint = 'covered';
      return;
    }
    const line = describeLine(profile, from, to, joint, whole && i === pieces.length - 1);
    paintLine(grid, line);
    joint = { x: line.alongX, y: line.alongY };
  });
  return joint;
}

function paintLine(grid: CoverageGrid, line: Line): void {
  const reach = Math.max(line.outerA, line.outerB);
  const top = Math.max(0, Math.floor(Math.min(line.ay, line.by) - reach));
  const bottom = Math.min(grid.height, Math.ceil(Math.max(line.ay, line.by) + reach));
  if (top >= bottom) {
    return;
  }
  if (spans.outerLeft.length < bottom - top) {
    spans = makeSpans(bottom - top);
  }
  let left = grid.width;
  let right = -1;
  for (let y = top; y < bottom; y++) {
    const row = y - top;
    rowSpan(line, y + 0.5, reach, false);
    store(spans.outerLeft, spans.outerRight, row, grid.width);
    rowSpan(line, y + 0.5, line.solid, true);
    store(spans.innerLeft, spans.innerRight, row, grid.width);
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

/** A line with everything the pixel loop needs. Lengths in px. */
interface Line {
  table: Float32Array;
  square: boolean;
  ax: number;
  ay: number;
  bx: number;
  by: number;
  /** Unit direction; (0, 0) for a dab. */
  ux: number;
  uy: number;
  /**
   * How far along the line its point nearest to a pixel is: x · alongX + y · alongY from the start. Of several
   * nearest points it is any.
   */
  alongX: number;
  alongY: number;
  /** How far from the line, to one side, a pixel beside it is: x · acrossX + y · acrossY. */
  acrossX: number;
  acrossY: number;
  length: number;
  start: Joint;
  /** Whether it ends with the whole tip, or is cut off. */
  whole: boolean;
  innerA: number;
  innerB: number;
  outerA: number;
  outerB: number;
  strengthA: number;
  strengthB: number;
  /** Radius and strength are the same at both ends. */
  uniform: boolean;
  /** Within this distance of the line all pixels have the value `solidValue`. */
  solid: number;
  solidValue: number;
}

function describeLine(profile: BrushProfile, from: Dab, to: Dab, start: Joint, whole: boolean): Line {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy);
  const ux = length > 0 ? dx / length : 0;
  const uy = length > 0 ? dy / length : 0;
  const innerA = profile.inner(from.radius);
  const innerB = profile.inner(to.radius);
  const square = profile.tip === 'square';
  // The point of a line where a growing square first meets it is always seen from the pixel along a diagonal.
  const sum = square && length > 0 ? Math.abs(ux) + Math.abs(uy) : 1;
  return {
    table: profile.table,
    square,
    ax: from.x,
    ay: from.y,
    bx: to.x,
    by: to.y,
    ux,
    uy,
    alongX: square ? Math.sign(ux) / sum : ux,
    alongY: square ? Math.sign(uy) / sum : uy,
    acrossX: -uy / sum,
    acrossY: ux / sum,
    length,
    start,
    whole,
    innerA,
    innerB,
    outerA: profile.outer(from.radius),
    outerB: profile.outer(to.radius),
    strengthA: from.strength,
    strengthB: to.strength,
    uniform: from.radius === to.radius && from.strength === to.strength,
    solid: from.strength === to.strength ? Math.min(innerA, innerB) : -1,
    solidValue: Math.round(255 * from.strength),
  };
}

/** Result of `rowSpan`: x from … to, px; empty when left > right. */
const span = { left: 0, right: 0 };

/**
 * The part of a row (its centre at `y`) within `reach` of the line, as one span.
 * @param strict it must contain nothing else; otherwise it may contain more, as long as nothing is missing.
 */
function rowSpan(line: Line, y: number, reach: number, strict: boolean): void {
  const { ax, bx, by, alongX, alongY, acrossX, acrossY, length } = line;
  const dy = y - line.ay;
  span.left = Infinity;
  span.right = -Infinity;
  if (reach < 0) {
    return;
  }
  if (length > 0) {
    let from = -Infinity;
    let to = Infinity;
    if (Math.abs(acrossX) > 1e-9) {
      const middle = (-dy * acrossY) / acrossX;
      const half = Math.abs(reach / acrossX);
      from = middle - half;
      to = middle + half;
    } else if (Math.abs(dy) > reach) {
      to = -Infinity;
    }
    if (Math.abs(alongX) > 1e-9) {
      const start = (-dy * alongY) / alongX;
      const end = (length - dy * alongY) / alongX;
      from = Math.max(from, Math.min(start, end));
      to = Math.min(to, Math.max(start, end));
    } else if (dy * alongY < 0 || dy * alongY > length) {
      to = -Infinity;
    }
    if (from <= to) {
      span.left = ax + from;
      span.right = ax + to;
    }
  }
  if (line.whole) {
    addTip(line, bx, y - by, reach);
  }
  if (line.start === null) {
    addTip(line, ax, dy, reach);
  } else if (line.start !== 'covered') {
    addWedge(line, line.start, dy, reach, strict);
  }
}

/** Stores the span as pixels whose centres lie in it, inside the picture. */
function store(lefts: Int32Array, rights: Int32Array, row: number, width: number): void {
  // Infinities do not survive the conversion to integers.
  const empty = span.left > span.right;
  lefts[row] = empty ? 1 : Math.max(0, Math.ceil(span.left - 0.5));
  rights[row] = empty ? 0 : Math.min(width - 1, Math.floor(span.right - 0.5));
}

/** Half the width of the tip `dy` above or below its centre, px; negative where it does not reach. */
function halfTip(line: Line, dy: number, reach: number): number {
  if (line.square) {
    return Math.abs(dy) <= reach ? reach : -1;
  }
  const left = reach * reach - dy * dy;
  return left >= 0 ? Math.sqrt(left) : -1;
}

function addTip(line: Line, x: number, dy: number, reach: number): void {
  const half = halfTip(line, dy, reach);
  if (half >= 0) {
    span.left = Math.min(span.left, x - half);
    span.right = Math.max(span.right, x + half);
  }
}

/** The outside of a turn: beyond the end of the previous piece, before the start of this one. */
function addWedge(
  line: Line,
  before: { x: number; y: number },
  dy: number,
  reach: number,
  strict: boolean,
): void {
  const half = halfTip(line, dy, reach);
  if (half < 0) {
    return;
  }
  let left = -half;
  let right = half;
  // dx · before.x + dy · before.y ≥ 0, and dx · −alongX + dy · −alongY ≥ 0.
  for (let side = 0; side < 2; side++) {
    const nx = side === 0 ? before.x : -line.alongX;
    const ny = side === 0 ? before.y : -line.alongY;
    if (nx > 1e-9) {
      left = Math.max(left, (-dy * ny) / nx);
    } else if (nx < -1e-9) {
      right = Math.min(right, (-dy * ny) / nx);
    } else if (dy * ny < 0) {
      return;
    }
  }
  if (left > right) {
    return;
  }
  left += line.ax;
  right += line.ax;
  const apart = left > span.right + 1e-6 || right < span.left - 1e-6;
  if (strict && apart && span.left <= span.right) {
    return;
  }
  span.left = Math.min(span.left, left);
  span.right = Math.max(span.right, right);
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

/** The falling part of a row, px `left` to `right`. */
function edgePixels(
  data: Uint8Array,
  line: Line,
  base: number,
  y: number,
  left: number,
  right: number,
): void {
  if (left > right) {
    return;
  }
  if (!line.uniform) {
    taperedPixels(data, line, base, y, left, right);
    return;
  }
  const { ax, ay, bx, by, alongX, alongY, acrossX, acrossY, length } = line;
  // Between the ends, a pixel's distance to the line is purely sideways: no square root is needed.
  let bodyLeft = left;
  let bodyRight = right;
  const dy = y - ay;
  if (Math.abs(alongX) > 1e-9) {
    const start = ax + (-dy * alongY) / alongX - 0.5;
    const end = ax + (length - dy * alongY) / alongX - 0.5;
    bodyLeft = Math.max(left, Math.ceil(Math.min(start, end)));
    bodyRight = Math.min(right, Math.floor(Math.max(start, end)));
  } else if (length === 0 || dy * alongY < 0 || dy * alongY > length) {
    bodyRight = left - 1;
  }
  if (bodyLeft > bodyRight) {
    const alongLeft = (left + 0.5 - ax) * alongX + dy * alongY;
    const alongRight = (right + 0.5 - ax) * alongX + dy * alongY;
    if (alongLeft <= 0 && alongRight <= 0) {
      tipPixels(data, line, base, ax, dy, left, right);
    } else if (alongLeft >= length && alongRight >= length) {
      tipPixels(data, line, base, bx, y - by, left, right);
    } else {
      taperedPixels(data, line, base, y, left, right);
    }
    return;
  }
  const leftIsA = alongX > 0;
  tipPixels(data, line, base, leftIsA ? ax : bx, leftIsA ? dy : y - by, left, bodyLeft - 1);
  bandPixels(data, line, base, (bodyLeft + 0.5 - ax) * acrossX + dy * acrossY, bodyLeft, bodyRight);
  tipPixels(data, line, base, leftIsA ? bx : ax, leftIsA ? y - by : dy, bodyRight + 1, right);
}

/** Pixels beside the line, the first at the distance `offset`. */
function bandPixels(
  data: Uint8Array,
  line: Line,
  base: number,
  offset: number,
  left: number,
  right: number,
): void {
  const { table, acrossX, innerA: inner, outerA, strengthA, solidValue } = line;
  const scale = PROFILE_STEPS / (outerA - inner);
  const peak = 255 * strengthA;
  for (let x = left, across = offset; x <= right; x++, across += acrossX) {
    const before = data[base + x] ?? 0;
    if (before < solidValue) {
      const step = ((across < 0 ? -across : across) - inner) * scale;
      if (step < PROFILE_STEPS) {
        const value = step <= 0 ? solidValue : ((table[(step + 0.5) | 0] ?? 0) * peak + 0.5) | 0;
        if (value > before) {
          data[base + x] = value;
        }
      }
    }
  }
}

/** Pixels around one end. */
function tipPixels(
  data: Uint8Array,
  line: Line,
  base: number,
  centreX: number,
  dy: number,
  left: number,
  right: number,
): void {
  const { table, square, innerA: inner, outerA, strengthA, solidValue } = line;
  const scale = PROFILE_STEPS / (outerA - inner);
  const peak = 255 * strengthA;
  const dy2 = dy * dy;
  const beside = Math.abs(dy);
  for (let x = left, dx = left + 0.5 - centreX; x <= right; x++, dx++) {
    const before = data[base + x] ?? 0;
    if (before < solidValue) {
      const away = square ? Math.max(Math.abs(dx), beside) : Math.sqrt(dx * dx + dy2);
      const step = (away - inner) * scale;
      if (step < PROFILE_STEPS) {
        const value = step <= 0 ? solidValue : ((table[(step + 0.5) | 0] ?? 0) * peak + 0.5) | 0;
        if (value > before) {
          data[base + x] = value;
        }
      }
    }
  }
}

/** Pixels of a line whose radius or strength changes along it. */
function taperedPixels(
  data: Uint8Array,
  line: Line,
  base: number,
  y: number,
  left: number,
  right: number,
): void {
  const { table, square, ax, ay, ux, uy, alongX, alongY, length, innerA, outerA, strengthA } = line;
  const dy = y - ay;
  const innerGrowth = length > 0 ? (line.innerB - innerA) / length : 0;
  const outerGrowth = length > 0 ? (line.outerB - outerA) / length : 0;
  const strengthGrowth = length > 0 ? (line.strengthB - strengthA) / length : 0;
  for (let x = left, dx = left + 0.5 - ax; x <= right; x++, dx++) {
    const before = data[base + x] ?? 0;
    if (before === 255) {
      continue;
    }
    const along = Math.min(length, Math.max(0, dx * alongX + dy * alongY));
    const ex = dx - along * ux;
    const ey = dy - along * uy;
    const inner = innerA + along * innerGrowth;
    const scale = PROFILE_STEPS / (outerA + along * outerGrowth - inner);
    const peak = 255 * (strengthA + along * strengthGrowth);
    const away = square ? Math.max(Math.abs(ex), Math.abs(ey)) : Math.sqrt(ex * ex + ey * ey);
    const step = (away - inner) * scale;
    if (step < PROFILE_STEPS) {
      const value = step <= 0 ? (peak + 0.5) | 0 : ((table[(step + 0.5) | 0] ?? 0) * peak + 0.5) | 0;
      if (value > before) {
        data[base + x] = value;
      }
    }
  }
}
