import { MaskGrid, TILE, TILE_BYTES, makeTile } from './mask-grid';
import { labPlanes, type LabPlanes, oklab } from './oklab';
import type { PixelSource } from './pixel-source';

/** All pixels near a colour, wherever they lie. */
export interface ColorRange {
  kind: 'color';
  /** sRGB, 0 to 255 with fractions. */
  color: readonly [number, number, number];
  /** 0 to 100: how far a colour may be away and still count fully, OKLab distance × 100. */
  tolerance: number;
  /** 0 to 100: over how much more distance the selection fades to nothing. */
  softness: number;
}

/** All pixels of a brightness between two. */
export interface LightRange {
  kind: 'light';
  /** OKLab lightness × 100: 0 black, 100 white. In either order. */
  from: number;
  to: number;
  /** 0 to 100: over how much beyond both ends the selection fades to nothing. */
  softness: number;
}

export type PixelRange = ColorRange | LightRange;

/** How brightly people see an sRGB colour (0 to 255 each), 0 black to 100 white; see `LightRange`. */
export function lightness([red, green, blue]: readonly [number, number, number]): number {
  return oklab(Math.round(red), Math.round(green), Math.round(blue))[0] * 100;
}

/** Distances are exact to about 0.02: equal colours count as equal. */
const SLACK = 0.05;

/**
 * The pixels of a range as a selection: 255 inside it, then falling along a straight line over its softness.
 * Pixels count by themselves, wherever they lie.
 */
export function selectRange(source: PixelSource, range: PixelRange): MaskGrid {
  const { width, height } = source;
  const grid = new MaskGrid(width, height);
  const values = new Uint8Array(width);
  const distances = distanceTo(range);
  const { softness } = range;
  const inner = SLACK + (range.kind === 'color' ? range.tolerance : 0);
  for (let top = 0; top < height; top += TILE) {
    const rows = Math.min(TILE, height - top);
    const band = source.band(top);
    const tiles: (Uint8Array | null)[] = new Array<Uint8Array | null>(grid.columns).fill(null);
    for (let y = 0; y < rows; y++) {
      const planes = labPlanes(band.subarray(y * width * 3, (y + 1) * width * 3), width);
      for (let x = 0; x < width; x++) {
        values[x] = share(distances(planes, x) - inner, softness);
      }
      for (let column = 0; column < grid.columns; column++) {
        const part = values.subarray(column * TILE, (column + 1) * TILE);
        if (tiles[column] || part.some((value) => value > 0)) {
          (tiles[column] ??= new Uint8Array(TILE_BYTES)).set(part, y * TILE);
        }
      }
    }
    tiles.forEach((data, column) => {
      const index = (top / TILE) * grid.columns + column;
      grid.put(index, data && grid.normal(index, makeTile(data)));
    });
  }
  return grid;
}

/** Pictures of more px than this are previewed at a quarter of their size: their outline is drawn smaller anyway. */
const MOST_WHOLE = 2048 * 2048;

/** The same for dragging a slider; of large pictures a grid of ⌈width / 4⌉ × ⌈height / 4⌉ px. */
export function previewRange(source: PixelSource, range: PixelRange): MaskGrid {
  const whole = source.width * source.height <= MOST_WHOLE;
  return selectRange(whole ? source : source.coarse, range);
}

/** 255 up to 0 beyond the range, then less over `softness`. */
function share(beyond: number, softness: number): number {
  if (beyond <= 0) {
    return 255;
  }
  return beyond >= softness ? 0 : Math.round(255 * (1 - beyond / softness));
}

/** How far a pixel is away from what is wanted. */
function distanceTo(range: PixelRange): (planes: LabPlanes, at: number) => number {
  if (range.kind === 'light') {
    const low = Math.min(range.from, range.to);
    const high = Math.max(range.from, range.to);
    return ({ l }, at) => {
      const light = l[at] ?? 0;
      return Math.max(low - light, light - high);
    };
  }
  const [light, a, b] = labOf(range.color);
  return (planes, at) => {
    const dl = (planes.l[at] ?? 0) - light;
    const da = (planes.a[at] ?? 0) - a;
    const db = (planes.b[at] ?? 0) - b;
    return Math.sqrt(dl * dl + da * da + db * db);
  };
}

/** OKLab × 100 of a colour between two levels: straight lines between them are exact enough. */
function labOf(color: readonly [number, number, number]): [number, number, number] {
  const [l, a, b] = oklab(Math.round(color[0]), Math.round(color[1]), Math.round(color[2]));
  return [l * 100, a * 100, b * 100];
}
