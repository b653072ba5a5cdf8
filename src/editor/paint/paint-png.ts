import type { MaskDocument } from '../mask/mask-document';
import { TILE } from '../mask/mask-grid';
import { encodePng } from '../mask/png-write';
import type { PixelRect } from '../mask/rect';
import { ALPHA, paintAt } from './planes';

/** The paint layer as a file: what of it is painted, and where that lies. */
export interface PaintExport {
  /** A PNG with straight colours and alpha, of the box's size. */
  blob: Blob;
  /** px of the picture. */
  box: PixelRect;
}

/**
 * The painted part of the layer as a PNG; null when nothing is painted. The page breathes between its bands.
 * @param opacity of the layer, 0 to 1.
 */
export async function exportPaint(doc: MaskDocument, opacity = 1): Promise<PaintExport | null> {
  const box = doc.paintGrid(ALPHA)?.bounds() ?? null;
  if (!box) {
    return null;
  }
  const size = { width: box.x1 - box.x0, height: box.y1 - box.y0 };
  // The file is that of this moment: tiles that are painted over from now on are copied first.
  const first = Math.floor(box.y0 / TILE);
  const columns = Math.ceil(doc.width / TILE);
  const rows = Array.from({ length: Math.ceil(box.y1 / TILE) - first }, (_, row) =>
    Array.from({ length: columns }, (__, column) => {
      const tiles = paintAt((plane) => doc.paintGrid(plane), (first + row) * columns + column);
      tiles.forEach((tile) => {
        if (tile) {
          tile.shared = true;
        }
      });
      return tiles.map((tile) => tile?.data ?? null);
    }),
  );
  const png = await encodePng(size, 6, bands(rows, first, box, opacity));
  return { blob: new Blob([png], { type: 'image/png' }), box };
}

async function* bands(
  rows: readonly (readonly (readonly (Uint8Array | null)[])[])[],
  first: number,
  box: PixelRect,
  opacity: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const stride = 1 + (box.x1 - box.x0) * 4;
  for (const [row, tiles] of rows.entries()) {
    const top = Math.max(box.y0, (first + row) * TILE);
    const bottom = Math.min(box.y1, (first + row + 1) * TILE);
    const out = new Uint8Array((bottom - top) * stride);
    tiles.forEach((planes, column) => {
      const left = Math.max(box.x0, column * TILE);
      const right = Math.min(box.x1, (column + 1) * TILE);
      planes.forEach((data, channel) => {
        const share = channel === 3 ? opacity : 1;
        for (let y = top; data && y < bottom; y++) {
          const from = (y % TILE) * TILE - column * TILE;
          const to = (y - top) * stride + 1 + channel - box.x0 * 4;
          for (let x = left; x < right; x++) {
            out[to + x * 4] = Math.round((data[from + x] ?? 0) * share);
          }
        }
      });
    });
    await new Promise((resolve) => setTimeout(resolve));
    yield out;
  }
}
