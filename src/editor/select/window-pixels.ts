import type { PixelSource } from '../mask/pixel-source';
import { COARSE } from '../mask/pixel-source';
import type { PixelRect } from '../mask/rect';

/**
 * Part of a picture at 1/`factor` of its size, three bytes a pixel (sRGB), row by row. Each pixel is the mean
 * of `factor` × `factor` px, fewer at the picture's far edges.
 */
export interface WindowPixels {
  /** px of the small picture. */
  width: number;
  height: number;
  rgb: Uint8Array;
}

/**
 * Reads a part of a picture at a fraction of its size.
 * @param window px of the picture, inside it; its left and top are multiples of `factor`.
 * @param factor a power of two.
 */
export function readWindow(source: PixelSource, window: PixelRect, factor: number): WindowPixels {
  const small = factor >= COARSE ? source.coarse : source;
  const inner = factor >= COARSE ? factor / COARSE : factor;
  const scale = factor / inner;
  const left = window.x0 / scale;
  const top = window.y0 / scale;
  const right = Math.min(small.width, Math.ceil(window.x1 / scale));
  const bottom = Math.min(small.height, Math.ceil(window.y1 / scale));
  const width = Math.ceil((right - left) / inner);
  const height = Math.ceil((bottom - top) / inner);
  const rgb = new Uint8Array(width * height * 3);
  const sums = new Uint32Array(width * 3);
  for (let y = 0; y < height; y++) {
    const first = top + y * inner;
    const last = Math.min(bottom, first + inner);
    sums.fill(0);
    for (let row = first; row < last; row++) {
      addRow(small, row, left, right, inner, sums);
    }
    const across = right - left;
    for (let x = 0; x < width; x++) {
      const count = (last - first) * (Math.min(across, (x + 1) * inner) - x * inner);
      const at = (y * width + x) * 3;
      for (let channel = 0; channel < 3; channel++) {
        rgb[at + channel] = ((sums[x * 3 + channel] ?? 0) + (count >> 1)) / count;
      }
    }
  }
  return { width, height, rgb };
}

function addRow(
  source: PixelSource,
  row: number,
  left: number,
  right: number,
  inner: number,
  sums: Uint32Array,
): void {
  const band = source.band(row);
  let from = ((row & 255) * source.width + left) * 3;
  for (let x = left, to = 0, step = 0; x < right; x++, from += 3) {
    sums[to] = (sums[to] ?? 0) + (band[from] ?? 0);
    sums[to + 1] = (sums[to + 1] ?? 0) + (band[from + 1] ?? 0);
    sums[to + 2] = (sums[to + 2] ?? 0) + (band[from + 2] ?? 0);
    if (++step === inner) {
      step = 0;
      to += 3;
    }
  }
}
