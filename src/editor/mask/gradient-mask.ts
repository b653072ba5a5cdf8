import { MaskGrid, TILE, TILE_BYTES, makeTile } from './mask-grid';
import type { Point } from '../../ui/viewport';
import { ramp, type RampShape } from './ramp';

/** A gradient over the mask: full where it begins, nothing where it ends. Image px. */
export interface MaskGradient {
  shape: RampShape;
  from: Point;
  to: Point;
}

/**
 * A gradient as a selection of the picture's size: 255 where it begins, falling along a straight line to 0 where it
 * ends. Tiles that are full or empty all over cost nothing.
 */
export function gradientGrid({ shape, from, to }: MaskGradient, width: number, height: number): MaskGrid {
  const grid = new MaskGrid(width, height);
  const along = ramp(shape, from, to);
  const valueAt = (x: number, y: number): number => Math.round(255 * (1 - along(x + 0.5, y + 0.5)));
  for (let index = 0; index < grid.length; index++) {
    const left = (index % grid.columns) * TILE;
    const top = Math.floor(index / grid.columns) * TILE;
    const across = grid.insideWidth(index);
    const down = grid.insideHeight(index);
    const right = left + across - 1;
    const bottom = top + down - 1;
    // Lines of equal value are straight, so that corners tell; rings may lie inside a tile.
    const corners = [valueAt(left, top), valueAt(right, top), valueAt(left, bottom), valueAt(right, bottom)];
    if (shape === 'linear' && corners.every((value) => value === 255)) {
      grid.put(index, grid.fullTile(index));
      continue;
    }
    const nearX = Math.min(right, Math.max(left, Math.floor(from.x)));
    const nearY = Math.min(bottom, Math.max(top, Math.floor(from.y)));
    if (corners.every((value) => value === 0) && (shape === 'linear' || valueAt(nearX, nearY) === 0)) {
      continue;
    }
    const data = new Uint8Array(TILE_BYTES);
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < across; x++) {
        data[y * TILE + x] = valueAt(left + x, top + y);
      }
    }
    grid.put(index, grid.normal(index, makeTile(data)));
  }
  return grid;
}
