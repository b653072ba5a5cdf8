import {
  FULL_TILE,
  type MaskGrid,
  type Tile,
  type TileChange,
  makeTile,
  sameTile,
  solidTile,
} from '../mask/mask-grid';
import { div255 } from '../mask/merge';

/**
 * The paint layer lies in four grids beside the masks, so that history, journal and budget are theirs: straight
 * colours, and how opaque they are. Where alpha is 0, so is everything.
 */
export const PLANES = ['paint:red', 'paint:green', 'paint:blue', 'paint:alpha'] as const;
export type Plane = (typeof PLANES)[number];
export const ALPHA: Plane = 'paint:alpha';

/** New tiles of each plane. */
export type PaintChanges = ReadonlyMap<Plane, TileChange[]>;

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** How a stroke meets the paint below it. */
export type PaintMode = 'paint' | 'erase';

/** Four tiles at one place; null where a plane has nothing. */
export type PaintTile = readonly [Tile | null, Tile | null, Tile | null, Tile | null];

/** Four arrays of a tile's size: red, green, blue, and how opaque. */
export type PaintData = [Uint8Array, Uint8Array, Uint8Array, Uint8Array];

/** What a place of the layer becomes; null when it stays as it is. */
export type PaintWork = (index: number, below: PaintTile) => PaintData | null;
/** The same; may answer with finished tiles instead of their values. */
export type TileWork = (index: number, below: PaintTile) => PaintTile | PaintData | null;

/** The mask, tile by tile, outside of which nothing is painted. Its tiles never change. */
export type PaintLimit = readonly (Tile | null)[];

export function isPlane(id: string): id is Plane {
  return (PLANES as readonly string[]).includes(id);
}

/** `#rrggbb` as numbers. */
export function rgbOf(color: string): Rgb {
  const value = Number.parseInt(color.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** The tiles of the layer at a place. */
export function paintAt(gridOf: (plane: Plane) => MaskGrid | null, index: number): PaintTile {
  const [red, green, blue, alpha] = PLANES.map((plane) => gridOf(plane)?.tile(index) ?? null);
  return [red ?? null, green ?? null, blue ?? null, alpha ?? null];
}

/**
 * The paint at a place with a stroke over it: the stroke covers it like paint of its colour, or takes it away.
 * @param stroke how strongly the stroke covers each pixel; as many as the tiles have.
 * @returns four arrays of that size: red, green, blue, alpha.
 */
export function mergedPaint(below: PaintTile, stroke: Uint8Array, color: Rgb, mode: PaintMode): PaintData {
  if (!below[3] && mode === 'paint') {
    return bareColor(stroke, color);
  }
  const [r, g, b, a] = copyOf(below, stroke.length);
  for (let i = 0; i < stroke.length; i++) {
    const s = stroke[i] ?? 0;
    if (s === 0) {
      continue;
    }
    const before = a[i] ?? 0;
    const kept = before * (255 - s);
    if (mode === 'erase') {
      const left = div255(kept);
      a[i] = left;
      if (left === 0) {
        r[i] = g[i] = b[i] = 0;
      }
      continue;
    }
    if (kept === 0) {
      // Nothing of the paint below is left: so it mostly is, and this is much faster.
      a[i] = s;
      r[i] = color[0];
      g[i] = color[1];
      b[i] = color[2];
      continue;
    }
    const sum = s * 255 + kept;
    a[i] = div255(sum);
    r[i] = Math.round((color[0] * s * 255 + (r[i] ?? 0) * kept) / sum);
    g[i] = Math.round((color[1] * s * 255 + (g[i] ?? 0) * kept) / sum);
    b[i] = Math.round((color[2] * s * 255 + (b[i] ?? 0) * kept) / sum);
  }
  return [r, g, b, a];
}

/** Paint where there is none yet. */
function bareColor(stroke: Uint8Array, [red, green, blue]: Rgb): PaintData {
  const { length } = stroke;
  const [r, g, b] = [new Uint8Array(length), new Uint8Array(length), new Uint8Array(length)];
  for (let i = 0; i < length; i++) {
    if (stroke[i] !== 0) {
      r[i] = red;
      g[i] = green;
      b[i] = blue;
    }
  }
  return [r, g, b, stroke.slice()];
}

/**
 * The same for a tile of a stroke. Where the stroke covers all of it, the result is one colour, and shared tiles stand
 * for it at no cost.
 */
export function strokedPaint(
  below: PaintTile,
  stroke: Tile,
  color: Rgb,
  mode: PaintMode,
): PaintTile | PaintData {
  if (stroke !== FULL_TILE) {
    return mergedPaint(below, stroke.data, color, mode);
  }
  const [red, green, blue] = color;
  return mode === 'erase'
    ? [null, null, null, null]
    : [solidTile(red), solidTile(green), solidTile(blue), FULL_TILE];
}

/** The paint at a place with a part of a picture over it, of the tiles' size. */
export function coveredPaint(below: PaintTile, [red, green, blue, opaque]: PaintData): PaintData {
  const [r, g, b, a] = copyOf(below, opaque.length);
  for (let i = 0; i < opaque.length; i++) {
    const s = opaque[i] ?? 0;
    if (s === 0) {
      continue;
    }
    const kept = (a[i] ?? 0) * (255 - s);
    if (kept === 0) {
      a[i] = s;
      r[i] = red[i] ?? 0;
      g[i] = green[i] ?? 0;
      b[i] = blue[i] ?? 0;
      continue;
    }
    const sum = s * 255 + kept;
    a[i] = div255(sum);
    r[i] = Math.round(((red[i] ?? 0) * s * 255 + (r[i] ?? 0) * kept) / sum);
    g[i] = Math.round(((green[i] ?? 0) * s * 255 + (g[i] ?? 0) * kept) / sum);
    b[i] = Math.round(((blue[i] ?? 0) * s * 255 + (b[i] ?? 0) * kept) / sum);
  }
  return [r, g, b, a];
}

function copyOf(below: PaintTile, length: number): PaintData {
  const [red, green, blue, alpha] = below.map((tile) => tile?.data.slice() ?? new Uint8Array(length));
  const none = new Uint8Array(0);
  return [red ?? none, green ?? none, blue ?? none, alpha ?? none];
}

/** How strongly something covers each pixel, as far as a tile of the mask lets it. */
export function limitedTo(coverage: Uint8Array, mask: Tile | null): Uint8Array {
  const out = new Uint8Array(coverage.length);
  if (mask) {
    for (let i = 0; i < out.length; i++) {
      out[i] = div255((coverage[i] ?? 0) * (mask.data[i] ?? 0));
    }
  }
  return out;
}

/** What work changes in the layer: only tiles that differ from those there. */
export function paintChanges(
  gridFor: (plane: Plane) => MaskGrid,
  places: Iterable<number>,
  work: TileWork,
): PaintChanges {
  const changes = new Map<Plane, TileChange[]>(PLANES.map((plane) => [plane, []]));
  for (const index of places) {
    const after = work(index, paintAt(gridFor, index));
    if (!after) {
      continue;
    }
    PLANES.forEach((plane, i) => {
      const grid = gridFor(plane);
      const made = after[i] ?? null;
      const merged = grid.normal(index, made instanceof Uint8Array ? makeTile(made) : made);
      if (!sameTile(merged, grid.tile(index))) {
        changes.get(plane)?.push({ index, tile: merged });
      }
    });
  }
  return changes;
}
