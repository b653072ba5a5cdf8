import type { MaskGrid } from '../mask/mask-grid';
import { TILE, TILE_BYTES } from '../mask/mask-grid';
import { encodePng } from '../mask/png-write';
import type { PixelRect } from '../mask/rect';
import { ALPHA, paintAt, type Plane } from './planes';

/** The paint layer as a file: what of it is painted, and where that lies. */
export interface PaintExport {
  /** A PNG with straight colours and alpha, of the box's size. */
  blob: Blob;
  /** px of the picture. */
  box: PixelRect;
}

/**
 * The painted part of the layer as a PNG, and where it lies; null when nothing is painted.
 * @param opacity of the layer, 0 to 1.
 */
export async function encodePaint(
  gridFor: (plane: Plane) => MaskGrid,
  opacity: number,
): Promise<{ png: Uint8Array<ArrayBuffer>; box: PixelRect } | null> {
  const box = gridFor(ALPHA).bounds();
  if (!box) {
    return null;
  }
  const size = { width: box.x1 - box.x0, height: box.y1 - box.y0 };
  return { png: await encodePng(size, 6, bands(gridFor, box, opacity)), box };
}

/** The rows of each row of tiles, unfiltered: filters cost more time here than they save in compression. */
function* bands(
  gridFor: (plane: Plane) => MaskGrid,
  box: PixelRect,
  opacity: number,
): Generator<Uint8Array<ArrayBuffer>> {
  const stride = 1 + (box.x1 - box.x0) * 4;
  const { columns } = gridFor(ALPHA);
  const nothing = new Uint8Array(TILE_BYTES);
  const faded = Uint8Array.from({ length: 256 }, (_, alpha) => Math.round(alpha * opacity));
  for (let row = Math.floor(box.y0 / TILE); row * TILE < box.y1; row++) {
    const top = Math.max(box.y0, row * TILE);
    const bottom = Math.min(box.y1, (row + 1) * TILE);
    const out = new Uint8Array((bottom - top) * stride);
    for (let column = Math.floor(box.x0 / TILE); column * TILE < box.x1; column++) {
      const left = Math.max(box.x0, column * TILE);
      const right = Math.min(box.x1, (column + 1) * TILE);
      const tiles = paintAt(gridFor, row * columns + column).map((tile) => tile?.data ?? nothing);
      const [red = nothing, green = nothing, blue = nothing, alpha = nothing] = tiles;
      if (alpha === nothing) {
        continue;
      }
      for (let y = top; y < bottom; y++) {
        let from = (y - row * TILE) * TILE + left - column * TILE;
        let to = (y - top) * stride + 1 + (left - box.x0) * 4;
        for (const end = from + right - left; from < end; from++, to += 4) {
          out[to] = red[from] ?? 0;
          out[to + 1] = green[from] ?? 0;
          out[to + 2] = blue[from] ?? 0;
          out[to + 3] = faded[alpha[from] ?? 0] ?? 0;
        }
      }
    }
    yield out;
  }
}
