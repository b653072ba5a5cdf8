import { TILE } from '../mask/mask-grid';
import type { ColorSource } from '../mask/pixel-source';
import { intersectRect, type PixelRect } from '../mask/rect';

/** Tiles kept: putting picture and paint together again for every part of a stroke would cost more than the stroke. */
const KEEP = 24;

type TileColors = ReturnType<ColorSource['tileColors']>;

/** Reads any part of a picture's colours, three bytes a pixel. */
export class SeenPixels {
  readonly #source: ColorSource;
  /** By place; the oldest used first. */
  readonly #tiles = new Map<number, TileColors>();

  constructor(source: ColorSource) {
    this.#source = source;
  }

  /** Everything there is, px. */
  get bounds(): PixelRect {
    return { x0: 0, y0: 0, x1: this.#source.width, y1: this.#source.height };
  }

  /** Row by row; black where nothing is. */
  read(rect: PixelRect): Uint8Array {
    const width = rect.x1 - rect.x0;
    const out = new Uint8Array(width * (rect.y1 - rect.y0) * 3);
    const inside = intersectRect(rect, this.bounds);
    if (!inside) {
      return out;
    }
    for (let top = inside.y0 & -TILE; top < inside.y1; top += TILE) {
      for (let left = inside.x0 & -TILE; left < inside.x1; left += TILE) {
        const { colors, from, stride } = this.#tile(left, top);
        const x0 = Math.max(inside.x0, left);
        const x1 = Math.min(inside.x1, left + TILE);
        for (let y = Math.max(inside.y0, top); y < Math.min(inside.y1, top + TILE); y++) {
          const first = (from + (y - top) * stride + x0 - left) * 3;
          const to = ((y - rect.y0) * width + x0 - rect.x0) * 3;
          out.set(colors.subarray(first, first + (x1 - x0) * 3), to);
        }
      }
    }
    return out;
  }

  #tile(left: number, top: number): TileColors {
    const key = top * this.#source.width + left;
    const tile = this.#tiles.get(key) ?? this.#source.tileColors(left, top);
    this.#tiles.delete(key);
    this.#tiles.set(key, tile);
    for (const oldest of this.#tiles.keys()) {
      if (this.#tiles.size <= KEEP) {
        break;
      }
      this.#tiles.delete(oldest);
    }
    return tile;
  }
}
