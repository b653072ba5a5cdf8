import { TILE, TILE_BYTES } from '../mask/mask-grid';
import { type Copy, Healing } from './healing';
import { coveredPaint, type PaintData, type PaintWork } from './planes';

/**
 * Paints what is seen elsewhere, where a stroke covers the picture. Nothing is painted where that would lie outside
 * the picture.
 * @param heal tone and colour become those of the place; only the texture is copied.
 */
export function copyWork(copy: Copy, heal: boolean): PaintWork {
  const { cover, seen, dx, dy } = copy;
  const healing = heal ? new Healing(copy) : null;
  return (index, below) => {
    const tile = cover.tile(index);
    if (!tile) {
      return null;
    }
    const left = (index % cover.columns) * TILE;
    const top = Math.floor(index / cover.columns) * TILE;
    const width = cover.insideWidth(index);
    const height = cover.insideHeight(index);
    const rect = { x0: left, y0: top, x1: left + width, y1: top + height };
    const from = { x0: left - dx, y0: top - dy, x1: rect.x1 - dx, y1: rect.y1 - dy };
    const colors = seen.read(from);
    const more = healing?.correction(rect);
    const { x1, y1 } = seen.bounds;
    const plane = (): Uint8Array => new Uint8Array(TILE_BYTES);
    const over: PaintData = [plane(), plane(), plane(), plane()];
    for (let y = 0; y < height; y++) {
      if (from.y0 + y < 0 || from.y0 + y >= y1) {
        continue;
      }
      for (let x = Math.max(0, -from.x0); x < Math.min(width, x1 - from.x0); x++) {
        const to = y * TILE + x;
        const covered = tile.data[to] ?? 0;
        if (covered) {
          const at = (y * width + x) * 3;
          over[0][to] = toByte((colors[at] ?? 0) + (more?.[at] ?? 0));
          over[1][to] = toByte((colors[at + 1] ?? 0) + (more?.[at + 1] ?? 0));
          over[2][to] = toByte((colors[at + 2] ?? 0) + (more?.[at + 2] ?? 0));
          over[3][to] = covered;
        }
      }
    }
    return coveredPaint(below, over);
  };
}

function toByte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
