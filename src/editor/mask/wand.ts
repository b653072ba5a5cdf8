import { type OpenTile, PAINTED, flood } from './flood';
import { MaskGrid, TILE, TILE_BYTES, makeTile } from './mask-grid';
import { ColorMatcher } from './oklab';
import { COARSE, type ColorSource, type PixelSource } from './pixel-source';

/** What a magic wand selects. */
export interface WandOptions {
  /** The pixel whose colour is wanted, px of the full picture; the mean of the 3 × 3 px around it counts. */
  x: number;
  y: number;
  /** 0 to 100: how much a colour may differ, in OKLab distance × 100 (black to white is 100). */
  tolerance: number;
  /** Only what is connected to the pixel, otherwise everything in the picture. */
  contiguous: boolean;
  /** An edge about 1 px soft instead of a hard one; on by default. */
  soft?: boolean;
  /** Pixels painted here (128 and more) are neither entered nor selected. */
  border?: MaskGrid | null;
}

/** The pixels of similar colour as a selection. Nothing when the pixel lies outside the picture. */
export function wand(source: ColorSource, options: WandOptions): MaskGrid {
  const { x, y, contiguous } = options;
  const { width, height } = source;
  if (!(x >= 0 && y >= 0 && x < width && y < height)) {
    return new MaskGrid(width, height);
  }
  const color = source.meanColor(Math.floor(x), Math.floor(y));
  const matcher = new ColorMatcher(color, options.tolerance);
  const border = options.border ?? null;
  const like = likeTiles(source, matcher, (index) => borderTile(border, index));
  const px = Math.floor(x);
  const py = Math.floor(y);
  const chosen = contiguous
    ? flood(width, height, px, py, (index) => withSeed(like(index), index, px, py, width))
    : everywhere(width, height, like);
  return options.soft === false ? chosen : softenEdges(chosen);
}

/**
 * The same on the picture at a quarter of its size, for dragging the tolerance: a grid of ⌈width / 4⌉ ×
 * ⌈height / 4⌉ px. Small details may differ from the exact result.
 */
export function wandPreview(source: PixelSource, options: WandOptions): MaskGrid {
  const { coarse } = source;
  if (!(options.x >= 0 && options.y >= 0 && options.x < source.width && options.y < source.height)) {
    return new MaskGrid(coarse.width, coarse.height);
  }
  const matcher = new ColorMatcher(
    source.meanColor(Math.floor(options.x), Math.floor(options.y)),
    options.tolerance,
  );
  const border = options.border ?? null;
  const like = likeTiles(coarse, matcher, (index, columns) =>
    border ? coarseBorder(border, index, columns) : null,
  );
  const x = Math.floor(options.x / COARSE);
  const y = Math.floor(options.y / COARSE);
  return options.contiguous
    ? flood(coarse.width, coarse.height, x, y, (index) => withSeed(like(index), index, x, y, coarse.width))
    : everywhere(coarse.width, coarse.height, like);
}

/** The clicked pixel belongs to the region even when its surroundings changed its mean colour. */
function withSeed(tile: OpenTile, index: number, x: number, y: number, width: number): OpenTile {
  if (index === (y >> 8) * Math.ceil(width / TILE) + (x >> 8) && tile instanceof Uint8Array) {
    tile[((y & 255) << 8) | (x & 255)] = 1;
  }
  return tile;
}

/** Which pixels of a tile are of similar colour and not painted. */
function likeTiles(
  source: ColorSource,
  matcher: ColorMatcher,
  painted: (index: number, columns: number) => Uint8Array | 'all' | null,
): (index: number) => OpenTile {
  const { width, height } = source;
  const columns = Math.ceil(width / TILE);
  return (index) => {
    const closed = painted(index, columns);
    if (closed === 'all') {
      return 'closed';
    }
    const left = (index % columns) * TILE;
    const top = Math.floor(index / columns) * TILE;
    const rows = Math.min(TILE, height - top);
    const count = Math.min(TILE, width - left);
    const { colors, from, stride } = source.tileColors(left, top);
    const open = new Uint8Array(TILE_BYTES);
    for (let y = 0; y < rows; y++) {
      matcher.match(colors, from + y * stride, count, open, y * TILE);
    }
    if (closed) {
      for (let i = 0; i < TILE_BYTES; i++) {
        if ((closed[i] ?? 0) >= PAINTED) {
          open[i] = 0;
        }
      }
    }
    return open;
  };
}

function borderTile(border: MaskGrid | null, index: number): Uint8Array | 'all' | null {
  const tile = border?.tile(index);
  return tile ? (border?.isFull(index) ? 'all' : tile.data) : null;
}

/** The middle pixel of each 4 × 4 of the mask, as a tile of the small picture. */
function coarseBorder(border: MaskGrid, index: number, columns: number): Uint8Array {
  const left = (index % columns) * TILE;
  const top = Math.floor(index / columns) * TILE;
  const out = new Uint8Array(TILE_BYTES);
  for (let i = 0; i < TILE_BYTES; i++) {
    out[i] = border.valueAt((left + (i & 255)) * COARSE + 2, (top + (i >> 8)) * COARSE + 2);
  }
  return out;
}

function everywhere(width: number, height: number, like: (index: number) => OpenTile): MaskGrid {
  const grid = new MaskGrid(width, height);
  for (let index = 0; index < grid.length; index++) {
    const open = like(index);
    if (open instanceof Uint8Array) {
      for (let i = 0; i < TILE_BYTES; i++) {
        open[i] = open[i] ? 255 : 0;
      }
      grid.put(index, grid.normal(index, makeTile(open)));
    } else if (open === 'open') {
      grid.put(index, grid.fullTile(index));
    }
  }
  return grid;
}

/**
 * Softens hard edges by about a pixel: the mean of 3 × 3 px, weighted 1 2 1 both ways. The picture's last
 * pixels stand in for those beyond, so nothing fades there.
 */
export function softenEdges(grid: MaskGrid): MaskGrid {
  const { width, height } = grid;
  const soft = new MaskGrid(width, height);
  const side = TILE + 2;
  const values = new Uint8Array(side * side);
  const level = new Uint16Array(side * TILE);
  for (let index = 0; index < grid.length; index++) {
    if (isFlat(grid, index)) {
      soft.put(index, grid.isFull(index) ? soft.fullTile(index) : null);
      continue;
    }
    const x0 = (index % grid.columns) * TILE;
    const y0 = Math.floor(index / grid.columns) * TILE;
    const across = grid.insideWidth(index);
    const down = grid.insideHeight(index);
    grid.readRect({ x0: x0 - 1, y0: y0 - 1, x1: x0 + TILE + 1, y1: y0 + TILE + 1 }, values);
    repeatBorder(values, side, { x0: x0 - 1, y0: y0 - 1 }, width, height);
    for (let y = 0; y < down + 2; y++) {
      for (let x = 0; x < across; x++) {
        const at = y * side + x;
        level[y * TILE + x] = (values[at] ?? 0) + 2 * (values[at + 1] ?? 0) + (values[at + 2] ?? 0);
      }
    }
    const data = new Uint8Array(TILE_BYTES);
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < across; x++) {
        const at = y * TILE + x;
        data[at] = ((level[at] ?? 0) + 2 * (level[at + TILE] ?? 0) + (level[at + 2 * TILE] ?? 0) + 8) >> 4;
      }
    }
    soft.put(index, soft.normal(index, makeTile(data)));
  }
  return soft;
}

/** Whether a tile and everything around it are one value, so that nothing near can change it. */
function isFlat(grid: MaskGrid, index: number): boolean {
  const tile = grid.tile(index);
  const full = grid.isFull(index);
  if (tile && !full) {
    return false;
  }
  const column = index % grid.columns;
  const row = (index - column) / grid.columns;
  for (let y = Math.max(0, row - 1); y <= Math.min(grid.rows - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(grid.columns - 1, column + 1); x++) {
      const at = y * grid.columns + x;
      if (full ? !grid.isFull(at) : grid.tile(at) !== null) {
        return false;
      }
    }
  }
  return true;
}

/** Fills places of a square of values that lie outside the picture with the nearest value inside. */
function repeatBorder(
  values: Uint8Array,
  side: number,
  origin: { x0: number; y0: number },
  width: number,
  height: number,
): void {
  for (let y = 0; y < side; y++) {
    const inY = Math.min(height - 1, Math.max(0, origin.y0 + y)) - origin.y0;
    for (let x = 0; x < side; x++) {
      const inX = Math.min(width - 1, Math.max(0, origin.x0 + x)) - origin.x0;
      if (inX !== x || inY !== y) {
        values[y * side + x] = values[inY * side + inX] ?? 0;
      }
    }
  }
}
