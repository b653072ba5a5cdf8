import type { MaskDocument } from '../mask/mask-document';
import { makeTile, TILE } from '../mask/mask-grid';
import { type DeviceView, deviceX, deviceY } from '../stage/device-view';
import { mergedPaint, paintAt, type PaintTile } from './planes';

/** Tiles are drawn from copies of at most half their size this many times over. */
const SMALLEST = 3;
/** Bytes of canvases kept; what is in view is always drawn. */
const BUDGET = 48 * 1024 * 1024;

interface Drawn {
  canvas: HTMLCanvasElement;
  /** What it was made of. */
  key: string;
}

/** Draws the paint layer over the picture, tile by tile; a tile is made anew only when it changed. */
export class PaintSurface {
  readonly #document: MaskDocument;
  /** By place; the oldest used first. */
  readonly #drawn = new Map<number, Drawn>();
  #full: HTMLCanvasElement | null = null;

  constructor(document: MaskDocument) {
    this.#document = document;
  }

  bytes(): number {
    return [...this.#drawn.values()].reduce((sum, { canvas }) => sum + canvas.width * canvas.height * 4, 0);
  }

  draw(context: CanvasRenderingContext2D, view: DeviceView): void {
    const doc = this.#document;
    if (doc.paintEmpty && !doc.paintStroke) {
      return;
    }
    const { clip, scale, x, y } = view;
    const level = Math.min(SMALLEST, Math.max(0, Math.floor(Math.log2(1 / scale))));
    const columns = Math.ceil(doc.width / TILE);
    const first = (at: number, offset: number): number =>
      Math.max(0, Math.floor((at - offset) / scale / TILE));
    const last = (at: number, offset: number, side: number): number =>
      Math.min(Math.ceil(side / TILE) - 1, Math.floor((at - offset) / scale / TILE));
    context.save();
    context.imageSmoothingEnabled = scale < 1;
    for (let row = first(clip.y0, y); row <= last(clip.y1, y, doc.height); row++) {
      for (let column = first(clip.x0, x); column <= last(clip.x1, x, doc.width); column++) {
        const canvas = this.#tile(row * columns + column, level);
        if (canvas) {
          const left = deviceX(view, column * TILE);
          const top = deviceY(view, row * TILE);
          const width = deviceX(view, (column + 1) * TILE) - left;
          context.drawImage(canvas, left, top, width, deviceY(view, (row + 1) * TILE) - top);
        }
      }
    }
    context.restore();
    this.#forget();
  }

  #tile(index: number, level: number): HTMLCanvasElement | null {
    const doc = this.#document;
    const tile = paintAt((plane) => doc.paintGrid(plane), index);
    const stroke = doc.paintStroke;
    const over = stroke?.preview(index);
    if (!tile[3] && !over) {
      return null;
    }
    const key = [level, ...tile.map((plane) => plane?.rev ?? 0), over?.rev ?? 0, stroke?.mode ?? ''].join(
      ' ',
    );
    const known = this.#drawn.get(index);
    this.#drawn.delete(index);
    if (known?.key === key) {
      this.#drawn.set(index, known);
      return known.canvas;
    }
    const canvas = known?.canvas ?? document.createElement('canvas');
    const side = TILE >> level;
    if (stroke && over) {
      // While it is painted, a distant tile is looked at only as closely as it is shown.
      const [red, green, blue, alpha] = tile.map((plane) => plane && makeTile(thinned(plane.data, level)));
      const below: PaintTile = [red ?? null, green ?? null, blue ?? null, alpha ?? null];
      const merged = mergedPaint(below, thinned(over.data, level), stroke.color, stroke.mode);
      this.#paint(canvas, side, side, merged);
    } else {
      this.#paint(
        canvas,
        side,
        TILE,
        tile.map((plane) => plane?.data ?? null),
      );
    }
    this.#drawn.set(index, { canvas, key });
    return canvas;
  }

  #paint(
    canvas: HTMLCanvasElement,
    side: number,
    from: number,
    [r, g, b, a]: readonly (Uint8Array | null)[],
  ): void {
    const image = new ImageData(from, from);
    const pixels = image.data;
    for (let i = 0, at = 0; i < from * from; i++, at += 4) {
      pixels[at] = r?.[i] ?? 0;
      pixels[at + 1] = g?.[i] ?? 0;
      pixels[at + 2] = b?.[i] ?? 0;
      pixels[at + 3] = a?.[i] ?? 0;
    }
    canvas.width = side;
    canvas.height = side;
    const context = canvas.getContext('2d');
    if (side === from) {
      context?.putImageData(image, 0, 0);
      return;
    }
    this.#full ??= document.createElement('canvas');
    this.#full.width = TILE;
    this.#full.height = TILE;
    this.#full.getContext('2d')?.putImageData(image, 0, 0);
    if (context) {
      context.imageSmoothingQuality = 'medium';
      context.drawImage(this.#full, 0, 0, side, side);
    }
  }

  #forget(): void {
    let bytes = this.bytes();
    for (const [index, { canvas }] of this.#drawn) {
      if (bytes <= BUDGET) {
        return;
      }
      bytes -= canvas.width * canvas.height * 4;
      this.#drawn.delete(index);
    }
  }
}

/** A tile halved `level` times: one value of each square of 2^level px. */
function thinned(data: Uint8Array, level: number): Uint8Array {
  if (level === 0) {
    return data;
  }
  const step = 1 << level;
  const side = TILE >> level;
  const out = new Uint8Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      out[y * side + x] = data[(y * step + (step >> 1)) * TILE + x * step + (step >> 1)] ?? 0;
    }
  }
  return out;
}
