import { type MaskGrid, type Tile, type TileChange, makeTile, sameTile } from '../mask/mask-grid';
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
export function mergedPaint(
  [red, green, blue, alpha]: PaintTile,
  stroke: Uint8Array,
  color: Rgb,
  mode: PaintMode,
): [Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  const out = [red, green, blue, alpha].map((tile) => tile?.data.slice() ?? new Uint8Array(stroke.length));
  const [r, g, b, a] = out as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
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
    const sum = s * 255 + kept;
    a[i] = div255(sum);
    r[i] = Math.round((color[0] * s * 255 + (r[i] ?? 0) * kept) / sum);
    g[i] = Math.round((color[1] * s * 255 + (g[i] ?? 0) * kept) / sum);
    b[i] = Math.round((color[2] * s * 255 + (b[i] ?? 0) * kept) / sum);
  }
  return [r, g, b, a];
}

/** What a finished stroke changes in the layer: only tiles that differ from those there. */
export function paintChanges(
  gridFor: (plane: Plane) => MaskGrid,
  stroke: readonly TileChange[],
  color: Rgb,
  mode: PaintMode,
): PaintChanges {
  const changes = new Map<Plane, TileChange[]>(PLANES.map((plane) => [plane, []]));
  for (const { index, tile } of stroke) {
    const before = paintAt(gridFor, index);
    if (!tile || (mode === 'erase' && !before[3])) {
      continue;
    }
    const after = mergedPaint(before, tile.data, color, mode);
    PLANES.forEach((plane, i) => {
      const grid = gridFor(plane);
      const merged = grid.normal(index, makeTile(after[i]));
      if (!sameTile(merged, grid.tile(index))) {
        changes.get(plane)?.push({ index, tile: merged });
      }
    });
  }
  return changes;
}
