import type { Point } from '../../ui/viewport';
import { TILE, TILE_BYTES } from '../mask/mask-grid';
import type { PixelRect } from '../mask/rect';
import { ramp, type RampShape } from '../mask/ramp';
import { coveredPaint, limitedTo, type PaintData, type PaintLimit, type PaintWork, type Rgb } from './planes';

/** A gradient over the whole paint layer, from a colour to another, or to nothing. */
export interface PaintGradient {
  shape: RampShape;
  /** Image px. */
  from: Point;
  to: Point;
  color: Rgb;
  /** Null: it fades out. */
  second: Rgb | null;
  /** 0 to 1. */
  opacity: number;
}

/** The gradient inside a tile. @param box the tile's part of the picture, image px. */
export function gradientTile(gradient: PaintGradient, box: PixelRect): PaintData {
  const { shape, from, to, color, second, opacity } = gradient;
  const along = ramp(shape, from, to);
  const plane = (): Uint8Array => new Uint8Array(TILE_BYTES);
  const [red, green, blue, alpha] = [plane(), plane(), plane(), plane()] as const;
  const last = second ?? color;
  for (let y = box.y0; y < box.y1; y++) {
    for (let x = box.x0; x < box.x1; x++) {
      const share = along(x + 0.5, y + 0.5);
      const at = (y - box.y0) * TILE + x - box.x0;
      alpha[at] = Math.round(255 * opacity * (second ? 1 : 1 - share));
      if (alpha[at]) {
        red[at] = Math.round(color[0] + (last[0] - color[0]) * share);
        green[at] = Math.round(color[1] + (last[1] - color[1]) * share);
        blue[at] = Math.round(color[2] + (last[2] - color[2]) * share);
      }
    }
  }
  return [red, green, blue, alpha];
}

/** @param size of the picture, px. */
export function gradientWork(
  gradient: PaintGradient,
  size: { width: number; height: number },
  limit: PaintLimit | null,
): PaintWork {
  const columns = Math.ceil(size.width / TILE);
  return (index, below) => {
    const mask = limit ? (limit[index] ?? null) : null;
    if (limit && !mask) {
      return null;
    }
    const x0 = (index % columns) * TILE;
    const y0 = Math.floor(index / columns) * TILE;
    const box = { x0, y0, x1: Math.min(size.width, x0 + TILE), y1: Math.min(size.height, y0 + TILE) };
    const [red, green, blue, alpha] = gradientTile(gradient, box);
    return coveredPaint(below, [red, green, blue, limit ? limitedTo(alpha, mask) : alpha]);
  };
}
