import type { MipChain } from './mips';
import { type MaskGrid, TILE } from './mask-grid';
import type { PixelRect } from './rect';

/** A small grey picture of part of the mask: 0 keep, 255 repaint, row by row. */
export interface MaskThumbnail {
  /** px. */
  width: number;
  height: number;
  values: Uint8Array;
}

/**
 * The mask inside a box of image px, neither side longer than `most` px. Made from the halved copies: costs
 * the same for every picture size.
 */
export function maskThumbnail(mips: MipChain, box: PixelRect, most: number): MaskThumbnail {
  const wide = Math.max(1, box.x1 - box.x0);
  const high = Math.max(1, box.y1 - box.y0);
  const scale = Math.min(1, most / Math.max(wide, high));
  const width = Math.max(1, Math.round(wide * scale));
  const height = Math.max(1, Math.round(high * scale));
  const level = Math.min(mips.top, Math.max(0, Math.floor(Math.log2(1 / scale))));
  const { columns } = mips.geometry(level);
  const values = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(box.y0 + ((y + 0.5) * high) / height) >> level;
    for (let x = 0; x < width; x++) {
      const column = Math.floor(box.x0 + ((x + 0.5) * wide) / width) >> level;
      const tile = mips.tile(level, (row >> 8) * columns + (column >> 8));
      values[y * width + x] = tile?.data[(row % TILE) * TILE + (column % TILE)] ?? 0;
    }
  }
  return { width, height, values };
}

/** A whole mask, neither side longer than `most` px, from one px of it for each of its own. */
export function gridThumbnail(grid: MaskGrid, most: number): MaskThumbnail {
  const scale = Math.min(1, most / Math.max(grid.width, grid.height));
  const width = Math.max(1, Math.round(grid.width * scale));
  const height = Math.max(1, Math.round(grid.height * scale));
  const place = (i: number, from: number, to: number): number => Math.floor(((i + 0.5) * from) / to);
  const values = Uint8Array.from({ length: width * height }, (_, at) =>
    grid.valueAt(place(at % width, grid.width, width), place(Math.floor(at / width), grid.height, height)),
  );
  return { width, height, values };
}
