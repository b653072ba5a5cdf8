import { TILE } from '../mask/mask-grid';
import type { PixelRect } from '../mask/rect';
import type { PaintData } from './planes';

/** The planes of a tile; null where one has nothing. */
export type Planes = readonly (Uint8Array | null)[];

/**
 * A part of a tile at 1/2^level of its size, one value of each square of 2^level px.
 * @param rect px of the smaller tile.
 */
export function thinned(data: Uint8Array, level: number, { x0, y0, x1, y1 }: PixelRect): Uint8Array {
  if (level === 0 && x1 - x0 === TILE && y1 - y0 === TILE) {
    return data;
  }
  const step = 1 << level;
  const out = new Uint8Array((x1 - x0) * (y1 - y0));
  let to = 0;
  for (let y = y0; y < y1; y++) {
    let from = (y * step + (step >> 1)) * TILE + x0 * step + (step >> 1);
    for (let x = x0; x < x1; x++, from += step) {
      out[to++] = data[from] ?? 0;
    }
  }
  return out;
}

/**
 * The same with the mean of each square: what is more opaque counts for more.
 * @param rect px of the smaller tile.
 */
export function averaged(
  [red, green, blue, alpha]: Planes,
  level: number,
  { x0, y0, x1, y1 }: PixelRect,
): PaintData {
  const plane = (): Uint8Array => new Uint8Array((x1 - x0) * (y1 - y0));
  const out: PaintData = [plane(), plane(), plane(), plane()];
  const step = 1 << level;
  let to = 0;
  for (let y = y0; alpha && y < y1; y++) {
    for (let x = x0; x < x1; x++, to++) {
      let [r, g, b, a] = [0, 0, 0, 0];
      for (let down = 0; down < step; down++) {
        let from = (y * step + down) * TILE + x * step;
        for (const end = from + step; from < end; from++) {
          const opaque = alpha[from] ?? 0;
          a += opaque;
          r += opaque * (red?.[from] ?? 0);
          g += opaque * (green?.[from] ?? 0);
          b += opaque * (blue?.[from] ?? 0);
        }
      }
      if (a > 0) {
        out[0][to] = Math.round(r / a);
        out[1][to] = Math.round(g / a);
        out[2][to] = Math.round(b / a);
        out[3][to] = Math.round(a / (step * step));
      }
    }
  }
  return out;
}
