import { MaskGrid, TILE, TILE_BYTES, makeTile } from './mask-grid';
import type { PixelRect } from './rect';

/** A point in the picture, px; fractions allowed. */
export interface MaskPoint {
  x: number;
  y: number;
}

/**
 * What can be filled, in px of the picture with fractions: pixel (0, 0) spans 0 to 1. Boxes may be given by
 * any two opposite corners. Polygons close themselves; `nonzero` (the default) fills everything a lasso
 * encloses, `evenodd` leaves out what it encloses twice.
 */
export type MaskShape =
  | { kind: 'rect' | 'ellipse'; x0: number; y0: number; x1: number; y1: number }
  | { kind: 'polygon'; points: readonly MaskPoint[]; rule?: 'nonzero' | 'evenodd' };

/** Size of a mask, px. */
export interface MaskSize {
  width: number;
  height: number;
}

/** Lines sampled per row of pixels. */
const LINES = 16;
/** Fractions of a pixel's width that a line distinguishes. */
const PARTS = 256;
/** A fully covered pixel. */
const WHOLE = LINES * PARTS;

/** A shape's outline, queried from the top, row by row. */
interface Outline {
  /** Rows it may touch. */
  top: number;
  bottom: number;
  /** Reports every stretch of x that the outline passes between the rows `from` and `to`. */
  passes(from: number, to: number, tell: (x0: number, x1: number) => void): void;
  /** Reports where row `y` enters (weight > 0) and leaves (weight < 0) the shape, in WHOLE. */
  row(y: number, tell: (x: number, weight: number) => void): void;
}

/**
 * The shape as a selection: 255 inside, 0 outside, in between the covered share of the pixel. Cost follows
 * the outline: tiles inside or outside are never walked through. What lies outside the picture is cut off.
 * @param binary 0 or 255 only: a pixel belongs to the shape when its centre does.
 */
export function rasterShape(shape: MaskShape, size: MaskSize, binary = false): MaskGrid {
  const grid = new MaskGrid(size.width, size.height);
  const outline = outlineOf(shape, binary, size.height);
  if (!outline) {
    return grid;
  }
  const filler = new BandFiller(grid, outline, binary);
  const first = Math.max(0, outline.top) >> 8;
  for (let band = first; band < grid.rows && band * TILE < outline.bottom; band++) {
    filler.fill(band);
  }
  return grid;
}

/** The whole pixels a shape may touch; may reach outside the picture. An empty shape has no pixels. */
export function shapeBox(shape: MaskShape): PixelRect {
  const points = (shape.kind === 'polygon' ? shape.points : cornersOf(shape)).filter(isFinitePoint);
  if (points.length === 0) {
    return { x0: 0, y0: 0, x1: 0, y1: 0 };
  }
  const box = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (const { x, y } of points) {
    box.x0 = Math.min(box.x0, x);
    box.y0 = Math.min(box.y0, y);
    box.x1 = Math.max(box.x1, x);
    box.y1 = Math.max(box.y1, y);
  }
  return { x0: Math.floor(box.x0), y0: Math.floor(box.y0), x1: Math.ceil(box.x1), y1: Math.ceil(box.y1) };
}

function isFinitePoint({ x, y }: MaskPoint): boolean {
  return Number.isFinite(x) && Number.isFinite(y);
}

type Box = Extract<MaskShape, { kind: 'rect' | 'ellipse' }>;

function cornersOf({ x0, y0, x1, y1 }: Box): MaskPoint[] {
  return [
    { x: x0, y: y0 },
    { x: x1, y: y1 },
  ];
}

function outlineOf(shape: MaskShape, binary: boolean, height: number): Outline | null {
  if (shape.kind === 'polygon') {
    return polygonOutline(shape.points, shape.rule ?? 'nonzero', binary, height);
  }
  const x0 = Math.min(shape.x0, shape.x1);
  const x1 = Math.max(shape.x0, shape.x1);
  const y0 = Math.min(shape.y0, shape.y1);
  const y1 = Math.max(shape.y0, shape.y1);
  if (!(x0 < x1 && y0 < y1 && Number.isFinite(x1 - x0) && Number.isFinite(y1 - y0))) {
    return null;
  }
  const box = { x0, y0, x1, y1 };
  return shape.kind === 'rect' ? rectOutline(box, binary) : ellipseOutline(box, binary);
}

/** Heights of the lines of row `y`. */
function lineAt(y: number, line: number, binary: boolean): number {
  return binary ? y + 0.5 : y + (line + 0.5) / LINES;
}

function rectOutline({ x0, y0, x1, y1 }: PixelRect, binary: boolean): Outline {
  return {
    top: Math.floor(y0),
    bottom: Math.ceil(y1),
    passes(from, to, tell) {
      tell(x0, x0);
      tell(x1, x1);
      if (y0 > from || y1 < to) {
        tell(x0, x1);
      }
    },
    row(y, tell) {
      const part = Math.min(y1, y + 1) - Math.max(y0, y);
      const inside = binary ? (y0 <= y + 0.5 && y + 0.5 < y1 ? LINES : 0) : Math.round(part * LINES);
      if (inside > 0) {
        tell(x0, inside);
        tell(x1, -inside);
      }
    },
  };
}

function ellipseOutline({ x0, y0, x1, y1 }: PixelRect, binary: boolean): Outline {
  const middleX = (x0 + x1) / 2;
  const middleY = (y0 + y1) / 2;
  const radiusX = (x1 - x0) / 2;
  const radiusY = (y1 - y0) / 2;
  const halfWidth = (y: number): number => {
    const t = (y - middleY) / radiusY;
    return t * t < 1 ? radiusX * Math.sqrt(1 - t * t) : 0;
  };
  return {
    top: Math.floor(y0),
    bottom: Math.ceil(y1),
    passes(from, to, tell) {
      const ends = [halfWidth(from), halfWidth(to)];
      const least = Math.min(...ends);
      const most = from < middleY && middleY < to ? radiusX : Math.max(...ends);
      tell(middleX - most, middleX - least);
      tell(middleX + least, middleX + most);
    },
    row(y, tell) {
      const weight = binary ? LINES : 1;
      for (let line = 0; line < LINES / weight; line++) {
        const half = halfWidth(lineAt(y, line, binary));
        if (half > 0) {
          tell(middleX - half, weight);
          tell(middleX + half, -weight);
        }
      }
    },
  };
}

/** An edge that runs downwards, from the height `y0`. */
interface Edge {
  y0: number;
  y1: number;
  x0: number;
  /** Change of x per px down. */
  slope: number;
  /** 1 when the polygon runs down here, −1 when it runs up. */
  turn: number;
}

function polygonOutline(
  points: readonly MaskPoint[],
  rule: 'nonzero' | 'evenodd',
  binary: boolean,
  height: number,
): Outline | null {
  const corners = points.filter(isFinitePoint);
  const edges: Edge[] = [];
  corners.forEach((a, i) => {
    const b = corners[(i + 1) % corners.length] ?? a;
    const [upper, lower] = a.y <= b.y ? [a, b] : [b, a];
    if (lower.y >= 0 && upper.y <= height) {
      const slope = upper.y === lower.y ? 0 : (lower.x - upper.x) / (lower.y - upper.y);
      edges.push({ y0: upper.y, y1: lower.y, x0: upper.x, slope, turn: upper === a ? 1 : -1 });
    }
  });
  if (edges.length === 0) {
    return null;
  }
  // Level edges cover nothing, but show where tiles are not uniform.
  const level = corners
    .map((a, i) => ({ a, b: corners[(i + 1) % corners.length] ?? a }))
    .filter(({ a, b }) => a.y === b.y);
  edges.sort((a, b) => a.y0 - b.y0);
  const box = shapeBox({ kind: 'polygon', points: corners });
  const crossings = new Crossings(edges);
  return {
    top: box.y0,
    bottom: box.y1,
    passes(from, to, tell) {
      for (const { y0, y1, x0, slope } of edges) {
        if (y0 > to) {
          break;
        }
        if (y1 >= from) {
          const xa = x0 + slope * (Math.max(from, y0) - y0);
          const xb = x0 + slope * (Math.min(to, y1) - y0);
          tell(Math.min(xa, xb), Math.max(xa, xb));
        }
      }
      for (const { a, b } of level) {
        if (a.y >= from && a.y <= to) {
          tell(Math.min(a.x, b.x), Math.max(a.x, b.x));
        }
      }
    },
    row(y, tell) {
      const weight = binary ? LINES : 1;
      for (let line = 0; line < LINES / weight; line++) {
        crossings.at(lineAt(y, line, binary));
        let winding = 0;
        for (let i = 0; i < crossings.count; i++) {
          const before = isInside(winding, rule);
          winding += crossings.turn(i);
          const after = isInside(winding, rule);
          if (before !== after) {
            tell(crossings.x(i), after ? weight : -weight);
          }
        }
      }
    },
  };
}

function isInside(winding: number, rule: 'nonzero' | 'evenodd'): boolean {
  return rule === 'nonzero' ? winding !== 0 : (winding & 1) !== 0;
}

/** Where a line from left to right crosses edges; lines are queried from the top. */
class Crossings {
  readonly #edges: readonly Edge[];
  #next = 0;
  #active: { edge: Edge; x: number }[] = [];

  /** @param edges sorted by their upper end. */
  constructor(edges: readonly Edge[]) {
    this.#edges = edges;
  }

  get count(): number {
    return this.#active.length;
  }

  x(i: number): number {
    return this.#active[i]?.x ?? 0;
  }

  turn(i: number): number {
    return this.#active[i]?.edge.turn ?? 0;
  }

  at(y: number): void {
    const active = this.#active;
    let kept = 0;
    for (const item of active) {
      if (item.edge.y1 > y) {
        item.x = item.edge.x0 + item.edge.slope * (y - item.edge.y0);
        active[kept++] = item;
      }
    }
    active.length = kept;
    for (let edge = this.#edges[this.#next]; edge && edge.y0 <= y; edge = this.#edges[++this.#next]) {
      if (edge.y1 > y) {
        active.push({ edge, x: edge.x0 + edge.slope * (y - edge.y0) });
      }
    }
    // Nearly sorted from line to line.
    for (let i = 1; i < active.length; i++) {
      const item = active[i];
      let at = i;
      for (let before = active[at - 1]; item && before && before.x > item.x; before = active[at - 1]) {
        active[at--] = before;
      }
      if (item) {
        active[at] = item;
      }
    }
  }
}

/** Fills one row of tiles after another from an outline. */
class BandFiller {
  readonly #grid: MaskGrid;
  readonly #outline: Outline;
  readonly #binary: boolean;
  /** The change from each pixel to the next, in WHOLE. */
  readonly #changes: Int32Array;
  /** Coverage left of the picture. */
  #start = 0;
  /** Whether the outline passes a column of tiles. */
  readonly #passed: Uint8Array;

  constructor(grid: MaskGrid, outline: Outline, binary: boolean) {
    this.#grid = grid;
    this.#outline = outline;
    this.#binary = binary;
    this.#changes = new Int32Array(grid.width + 2);
    this.#passed = new Uint8Array(grid.columns);
  }

  fill(band: number): void {
    const grid = this.#grid;
    const top = band * TILE;
    const bottom = Math.min(grid.height, top + TILE);
    this.#passed.fill(0);
    this.#outline.passes(top, bottom, this.#pass);
    const tiles = Array.from(this.#passed, (passed) => (passed ? new Uint8Array(TILE_BYTES) : null));
    for (let y = Math.max(top, this.#outline.top); y < Math.min(bottom, this.#outline.bottom); y++) {
      this.#start = 0;
      this.#outline.row(y, this.#change);
      let cover = this.#start;
      tiles.forEach((data, column) => {
        if (data) {
          cover = this.#fillRow(data.subarray((y - top) * TILE), column, cover);
        } else if (cover > 0) {
          const index = band * grid.columns + column;
          grid.put(index, grid.fullTile(index));
        }
      });
      this.#changes[grid.width] = 0;
      this.#changes[grid.width + 1] = 0;
    }
    tiles.forEach((data, column) => {
      const index = band * grid.columns + column;
      if (data) {
        grid.put(index, grid.normal(index, makeTile(data)));
      }
    });
  }

  /** One row of a tile from the changes, which are cleared. */
  #fillRow(row: Uint8Array, column: number, cover: number): number {
    const changes = this.#changes;
    const left = column * TILE;
    const width = Math.min(TILE, this.#grid.width - left);
    let sum = cover;
    for (let x = 0; x < width; x++) {
      const change = changes[left + x] ?? 0;
      if (change !== 0) {
        sum += change;
        changes[left + x] = 0;
      }
      if (sum !== 0) {
        row[x] = (sum * 255 + WHOLE / 2) >> 12;
      }
    }
    return sum;
  }

  readonly #pass = (x0: number, x1: number): void => {
    const { width } = this.#grid;
    if (x1 < 0 || x0 > width) {
      return;
    }
    // One more pixel on both sides: a change at a pixel's end shows in the next one.
    const last = Math.min(width - 1, Math.ceil(x1) + 1) >> 8;
    for (let column = Math.max(0, Math.floor(x0) - 1) >> 8; column <= last; column++) {
      this.#passed[column] = 1;
    }
  };

  readonly #change = (x: number, weight: number): void => {
    const { width } = this.#grid;
    const changes = this.#changes;
    const at = this.#binary ? Math.ceil(x - 0.5) : x;
    if (at <= 0) {
      this.#start += weight * PARTS;
    } else if (at < width) {
      const pixel = Math.floor(at);
      const part = Math.round((at - pixel) * PARTS);
      changes[pixel] = (changes[pixel] ?? 0) + weight * (PARTS - part);
      changes[pixel + 1] = (changes[pixel + 1] ?? 0) + weight * part;
    }
  };
}
