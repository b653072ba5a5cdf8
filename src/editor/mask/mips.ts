import { FULL_TILE, MaskGrid, TILE, TILE_BYTES, type Tile, makeTile, touchTile } from './mask-grid';
import { type PixelRect, TileRects } from './rect';

/** Where level 0 comes from: the mask as shown, with a stroke in progress. */
export interface MipSource {
  readonly width: number;
  readonly height: number;
  viewTile(index: number): Tile | null;
  /** The object that stands for a fully painted tile at this place. */
  fullTile(index: number): Tile;
}

interface Level {
  grid: MaskGrid;
  dirty: TileRects;
}

/**
 * Halved copies of the mask for zoomed-out views, each again in tiles of 256 px; a pixel is the average of 2
 * × 2 of the level below. For display only. Changes mark rectangles; the work is done when a tile is asked
 * for, so a frame pays only for what it shows.
 */
export class MipChain {
  readonly #source: MipSource;
  readonly #base: MaskGrid;
  readonly #levels: Level[] = [];
  readonly #rect: PixelRect = { x0: 0, y0: 0, x1: 0, y1: 0 };

  constructor(source: MipSource) {
    this.#source = source;
    this.#base = new MaskGrid(source.width, source.height);
    for (let width = source.width, height = source.height; Math.max(width, height) > TILE;) {
      width = Math.ceil(width / 2);
      height = Math.ceil(height / 2);
      const grid = new MaskGrid(width, height);
      this.#levels.push({ grid, dirty: new TileRects(grid.length) });
    }
  }

  /** The coarsest level; level 0 is the mask itself. */
  get top(): number {
    return this.#levels.length;
  }

  /** Sizes of a level, all tiles null: for place arithmetic. */
  geometry(level: number): MaskGrid {
    return level === 0 ? this.#base : (this.#levels[level - 1]?.grid ?? this.#base);
  }

  /** Marks level 0 as changed inside the rectangle (image px). */
  invalidate(rect: PixelRect): void {
    let x0 = Math.max(0, rect.x0);
    let y0 = Math.max(0, rect.y0);
    let x1 = Math.min(this.#source.width, rect.x1);
    let y1 = Math.min(this.#source.height, rect.y1);
    if (x0 >= x1 || y0 >= y1) {
      return;
    }
    for (const { grid, dirty } of this.#levels) {
      x0 >>= 1;
      y0 >>= 1;
      x1 = (x1 + 1) >> 1;
      y1 = (y1 + 1) >> 1;
      for (let row = y0 >> 8; row * TILE < y1; row++) {
        for (let column = x0 >> 8; column * TILE < x1; column++) {
          const left = column * TILE;
          const top = row * TILE;
          dirty.add(
            row * grid.columns + column,
            Math.max(0, x0 - left),
            Math.max(0, y0 - top),
            Math.min(TILE, x1 - left),
            Math.min(TILE, y1 - top),
          );
        }
      }
    }
  }

  /** The tile as it must look now. */
  tile(level: number, index: number): Tile | null {
    if (level === 0) {
      return this.#source.viewTile(index);
    }
    const entry = this.#levels[level - 1];
    if (!entry) {
      return null;
    }
    if (entry.dirty.read(index, this.#rect)) {
      const { x0, y0, x1, y1 } = this.#rect;
      entry.dirty.drop(index);
      this.#refresh(level, entry.grid, index, x0, y0, x1, y1);
    }
    return entry.grid.tile(index);
  }

  /** Whether a tile at this place is fully painted. */
  isFull(level: number, index: number): boolean {
    const tile = this.tile(level, index);
    return tile !== null && tile === this.#full(level, index);
  }

  /**
   * Does pending work, coarse levels pulling the finer ones, until `more` says stop.
   * @returns true when nothing is left.
   */
  settle(more: () => boolean): boolean {
    for (let level = 1; level <= this.top; level++) {
      const dirty = this.#levels[level - 1]?.dirty;
      while (dirty && dirty.touched.length > 0) {
        if (!more()) {
          return false;
        }
        this.tile(level, dirty.touched[dirty.touched.length - 1] ?? 0);
      }
    }
    return true;
  }

  /** Bytes held by all levels above 0. */
  bytes(): number {
    return this.#levels.reduce((sum, level) => sum + level.grid.bytes(), 0);
  }

  #refresh(
    level: number,
    grid: MaskGrid,
    index: number,
    x0: number,
    y0: number,
    x1: number,
    y1: number,
  ): void {
    const below = this.geometry(level - 1);
    const column = index % grid.columns;
    const row = Math.floor(index / grid.columns);
    const children: (Tile | null)[] = [];
    const places: number[] = [];
    let empty = 0;
    let full = 0;
    for (let quarter = 0; quarter < 4; quarter++) {
      const childColumn = column * 2 + (quarter & 1);
      const childRow = row * 2 + (quarter >> 1);
      if (childColumn >= below.columns || childRow >= below.rows) {
        continue;
      }
      const childIndex = childRow * below.columns + childColumn;
      const child = this.tile(level - 1, childIndex);
      children[quarter] = child;
      places[quarter] = childIndex;
      empty += child === null ? 1 : 0;
      full += child !== null && child === this.#full(level - 1, childIndex) ? 1 : 0;
    }
    const count = places.filter((place) => place !== undefined).length;
    if (empty === count || full === count) {
      grid.put(index, empty === count ? null : grid.fullTile(index));
      return;
    }
    const before = grid.tile(index);
    const tile = before && !before.shared ? before : makeTile(before?.data.slice());
    for (let quarter = 0; quarter < 4; quarter++) {
      const place = places[quarter];
      const left = (quarter & 1) * 128;
      const top = (quarter >> 1) * 128;
      const qx0 = Math.max(x0, left);
      const qy0 = Math.max(y0, top);
      const qx1 = Math.min(x1, left + 128);
      const qy1 = Math.min(y1, top + 128);
      if (place === undefined || qx0 >= qx1 || qy0 >= qy1) {
        continue;
      }
      const child = children[quarter] ?? null;
      if (child === null || child === FULL_TILE) {
        fillRows(tile.data, qx0, qy0, qx1, qy1, child === null ? 0 : 255);
      } else {
        halve(
          child.data,
          below.insideWidth(place),
          below.insideHeight(place),
          tile.data,
          left,
          top,
          qx0,
          qy0,
          qx1,
          qy1,
        );
      }
    }
    touchTile(tile);
    grid.put(index, tile);
  }

  /** Level 0 tiles come from the mask's own grid, whose full edge tiles are different objects from ours. */
  #full(level: number, index: number): Tile {
    return level === 0 ? this.#source.fullTile(index) : this.geometry(level).fullTile(index);
  }
}

function fillRows(data: Uint8Array, x0: number, y0: number, x1: number, y1: number, value: number): void {
  for (let y = y0; y < y1; y++) {
    data.fill(value, y * TILE + x0, y * TILE + x1);
  }
}

/**
 * Averages 2 × 2 px of a child into its quarter of the tile; a pixel beside the rectangle may be done again.
 * An odd last column or row counts twice. Two averages are made at once, in the halves of one 32-bit number.
 */
function halve(
  child: Uint8Array,
  childWidth: number,
  childHeight: number,
  to: Uint8Array,
  left: number,
  top: number,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): void {
  const from = new Int32Array(child.buffer, child.byteOffset, TILE_BYTES / 4);
  const first = left + ((x0 - left) & ~1);
  const whole = left + ((Math.min(x1, left + (childWidth >> 1)) - left) & ~1);
  for (let y = y0; y < y1; y++) {
    const sy = (y - top) * 2;
    if (sy >= childHeight) {
      return;
    }
    const upper = sy * (TILE / 4);
    const lower = Math.min(sy + 1, childHeight - 1) * (TILE / 4);
    let out = y * TILE + first;
    for (let x = first, word = (first - left) >> 1; x < whole; x += 2, word++) {
      const a = from[upper + word] ?? 0;
      const b = from[lower + word] ?? 0;
      const sum = (a & 0xff00ff) + ((a >>> 8) & 0xff00ff) + (b & 0xff00ff) + ((b >>> 8) & 0xff00ff);
      const mean = (sum + 0x20002) >> 2;
      to[out++] = mean & 255;
      to[out++] = (mean >> 16) & 255;
    }
    for (let x = whole; x < x1; x++) {
      const sx = (x - left) * 2;
      if (sx >= childWidth) {
        break;
      }
      const next = Math.min(sx + 1, childWidth - 1);
      const high = upper * 4;
      const low = lower * 4;
      to[y * TILE + x] =
        ((child[high + sx] ?? 0) +
          (child[high + next] ?? 0) +
          (child[low + sx] ?? 0) +
          (child[low + next] ?? 0) +
          2) >>
        2;
    }
  }
}
