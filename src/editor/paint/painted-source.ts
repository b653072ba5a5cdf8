import type { MaskGrid } from '../mask/mask-grid';
import { TILE, TILE_BYTES } from '../mask/mask-grid';
import { type ColorSource, meanAround } from '../mask/pixel-source';
import { paintAt, type Plane } from './planes';

/** A picture's colours with the paint layer over them: what is seen. Put together tile by tile, when asked. */
export class PaintedSource implements ColorSource {
  readonly width: number;
  readonly height: number;
  readonly #picture: ColorSource;
  readonly #gridOf: (plane: Plane) => MaskGrid | null;
  readonly #opacity: number;

  /** @param opacity of the layer, 0 to 1. */
  constructor(picture: ColorSource, gridOf: (plane: Plane) => MaskGrid | null, opacity: number) {
    this.width = picture.width;
    this.height = picture.height;
    this.#picture = picture;
    this.#gridOf = gridOf;
    this.#opacity = opacity;
  }

  tileColors(left: number, top: number): { colors: Uint8Array; from: number; stride: number } {
    const below = this.#picture.tileColors(left, top);
    const columns = Math.ceil(this.width / TILE);
    const [red, green, blue, alpha] = paintAt(this.#gridOf, (top >> 8) * columns + (left >> 8));
    if (!alpha) {
      return below;
    }
    const colors = new Uint8Array(TILE_BYTES * 3);
    const across = Math.min(TILE, this.width - left);
    const down = Math.min(TILE, this.height - top);
    for (let y = 0; y < down; y++) {
      let from = (below.from + y * below.stride) * 3;
      for (let at = y * TILE; at < y * TILE + across; at++, from += 3) {
        const share = ((alpha.data[at] ?? 0) / 255) * this.#opacity;
        const over = (i: 0 | 1 | 2, paint: number): void => {
          colors[at * 3 + i] = Math.round((below.colors[from + i] ?? 0) * (1 - share) + paint * share);
        };
        over(0, red?.data[at] ?? 0);
        over(1, green?.data[at] ?? 0);
        over(2, blue?.data[at] ?? 0);
      }
    }
    return { colors, from: 0, stride: TILE };
  }

  meanColor(x: number, y: number): [number, number, number] {
    return meanAround(this, x, y, (column, row) => this.#colorAt(column, row));
  }

  #colorAt(x: number, y: number): [number, number, number] {
    const { colors, from, stride } = this.#picture.tileColors(x & ~255, y & ~255);
    const at = (from + (y & 255) * stride + (x & 255)) * 3;
    const valueOf = (plane: Plane): number => this.#gridOf(plane)?.valueAt(x, y) ?? 0;
    const share = (valueOf('paint:alpha') / 255) * this.#opacity;
    const over = (i: number, plane: Plane): number =>
      (colors[at + i] ?? 0) * (1 - share) + valueOf(plane) * share;
    return [over(0, 'paint:red'), over(1, 'paint:green'), over(2, 'paint:blue')];
  }
}
