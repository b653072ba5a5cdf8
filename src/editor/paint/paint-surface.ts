import type { MaskDocument } from '../mask/mask-document';
import { makeTile, TILE, type Tile } from '../mask/mask-grid';
import { intersectRect, type PixelRect, unionRect } from '../mask/rect';
import { type DeviceView, deviceX, deviceY } from '../stage/device-view';
import type { PaintStroke } from './paint-stroke';
import { mergedPaint, paintAt, type PaintTile } from './planes';
import { averaged, type Planes, thinned } from './tile-samples';

/** Tiles are drawn from copies of at most half their size this many times over. */
const SMALLEST = 3;
/** Bytes of canvases kept; what is in view is always drawn. */
const BUDGET = 48 * 1024 * 1024;
/** Time per frame for changed tiles, ms: those of a whole large picture take longer. */
const FRAME = 8;
/** After this, tiles that were never shown wait, too, ms. */
const LONGEST = 20;

interface Drawn {
  canvas: HTMLCanvasElement;
  /** Its tile is drawn at 1/2^level of its size. */
  level: number;
  /** What it was made of. */
  key: string;
  /** Drawn from single pixels where it should be from all. */
  rough: boolean;
  /** px of the tile that changed since; null when none did. */
  stale: PixelRect | null;
}

const WHOLE: PixelRect = { x0: 0, y0: 0, x1: TILE, y1: TILE };

/** Draws the paint layer over the picture, tile by tile; of a tile only what changed is made anew. */
export class PaintSurface {
  readonly #document: MaskDocument;
  /** By place; the oldest used first. */
  readonly #drawn = new Map<number, Drawn>();

  constructor(document: MaskDocument) {
    this.#document = document;
  }

  bytes(): number {
    return [...this.#drawn.values()].reduce((sum, { canvas }) => sum + canvas.width * canvas.height * 4, 0);
  }

  /** The layer looks different inside the rectangle, image px. */
  invalidate(rect: PixelRect): void {
    const columns = Math.ceil(this.#document.width / TILE);
    for (let row = Math.max(0, rect.y0 >> 8); row * TILE < rect.y1; row++) {
      for (let column = Math.max(0, rect.x0 >> 8); column * TILE < rect.x1; column++) {
        const drawn = this.#drawn.get(row * columns + column);
        if (drawn) {
          const [left, top] = [column * TILE, row * TILE];
          const part = { x0: rect.x0 - left, y0: rect.y0 - top, x1: rect.x1 - left, y1: rect.y1 - top };
          drawn.stale = unionRect(drawn.stale, intersectRect(WHOLE, part));
        }
      }
    }
  }

  /**
   * When a lot changed at once, some of it is drawn roughly, or as it was.
   * @returns what that is, image px; null when everything is up to date.
   */
  draw(context: CanvasRenderingContext2D, view: DeviceView): PixelRect | null {
    const doc = this.#document;
    if (doc.paintEmpty && !doc.paintStroke) {
      this.#drawn.clear();
      return null;
    }
    const { clip, scale, x, y } = view;
    const level = Math.min(SMALLEST, Math.max(0, Math.floor(Math.log2(1 / scale))));
    const columns = Math.ceil(doc.width / TILE);
    const first = (at: number, offset: number): number =>
      Math.max(0, Math.floor((at - offset) / scale / TILE));
    const last = (at: number, offset: number, side: number): number =>
      Math.min(Math.ceil(side / TILE) - 1, Math.floor((at - offset) / scale / TILE));
    const since = performance.now();
    let late: PixelRect | null = null;
    context.save();
    context.imageSmoothingEnabled = scale < 1;
    for (let row = first(clip.y0, y); row <= last(clip.y1, y, doc.height); row++) {
      for (let column = first(clip.x0, x); column <= last(clip.x1, x, doc.width); column++) {
        const index = row * columns + column;
        const [x0, y0] = [column * TILE, row * TILE];
        const spent = performance.now() - since;
        const waits = spent > LONGEST && this.#drawn.get(index)?.level !== level;
        const drawn = waits ? null : this.#tile(index, level, spent > FRAME);
        if (waits) {
          late = unionRect(late, { x0, y0, x1: x0 + TILE, y1: y0 + TILE });
        }
        if (drawn) {
          const left = deviceX(view, x0);
          const top = deviceY(view, y0);
          const width = deviceX(view, x0 + TILE) - left;
          context.drawImage(drawn.canvas, left, top, width, deviceY(view, y0 + TILE) - top);
          if (drawn.stale || (drawn.rough && !doc.paintStroke?.preview(index))) {
            late = unionRect(late, { x0, y0, x1: x0 + TILE, y1: y0 + TILE });
          }
        }
      }
    }
    context.restore();
    this.#forget();
    return late;
  }

  /** @param hurry there is no time for more than what cannot wait. */
  #tile(index: number, level: number, hurry: boolean): Drawn | null {
    const doc = this.#document;
    const tile = paintAt((plane) => doc.paintGrid(plane), index);
    const stroke = doc.paintStroke;
    const over = stroke?.preview(index);
    if (!tile[3] && !over) {
      this.#drawn.delete(index);
      return null;
    }
    const key = [...tile.map((plane) => plane?.rev ?? 0), over?.rev ?? 0, stroke?.mode ?? ''].join(' ');
    const drawn = this.#entry(index, level);
    const shown = drawn.key !== '';
    if (drawn.key === key && (!drawn.rough || over !== undefined || hurry)) {
      drawn.stale = null;
      return drawn;
    }
    if (shown && hurry && !over) {
      drawn.stale ??= WHOLE;
      return drawn;
    }
    // A stroke is followed at once: a distant tile is then looked at only as closely as it is shown.
    const rough = level > 0 && (over !== undefined || hurry);
    const whole = !shown || drawn.key === key || (drawn.rough && !rough);
    const part = scaledDown(whole ? WHOLE : (drawn.stale ?? WHOLE), level);
    const merged =
      rough || level === 0
        ? closeUp(tile, over ?? null, stroke, level, part)
        : averaged(
            tile.map((plane) => plane?.data ?? null),
            level,
            part,
          );
    paintPart(drawn.canvas, part, merged);
    Object.assign(drawn, { key, rough: rough || (drawn.rough && !whole), stale: null });
    return drawn;
  }

  /** What is known of a tile at this level; blank when nothing is. */
  #entry(index: number, level: number): Drawn {
    const known = this.#drawn.get(index);
    this.#drawn.delete(index);
    if (known?.level === level) {
      this.#drawn.set(index, known);
      return known;
    }
    const canvas = known?.canvas ?? document.createElement('canvas');
    canvas.width = TILE >> level;
    canvas.height = TILE >> level;
    const drawn = { canvas, level, key: '', rough: false, stale: null };
    this.#drawn.set(index, drawn);
    return drawn;
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

/** px of a tile at 1/2^level of its size that a part of the tile touches. */
function scaledDown({ x0, y0, x1, y1 }: PixelRect, level: number): PixelRect {
  const step = 1 << level;
  return {
    x0: x0 >> level,
    y0: y0 >> level,
    x1: Math.min(TILE >> level, Math.ceil(x1 / step)),
    y1: Math.min(TILE >> level, Math.ceil(y1 / step)),
  };
}

/** A part of a tile from single pixels, with the stroke over it. */
function closeUp(
  tile: PaintTile,
  over: Tile | null,
  stroke: PaintStroke | null,
  level: number,
  part: PixelRect,
): Planes {
  const planes = tile.map((plane) => plane && thinned(plane.data, level, part));
  const [red = null, green = null, blue = null, alpha = null] = planes;
  if (!over || !stroke) {
    return [red, green, blue, alpha];
  }
  const below: PaintTile = [asTile(red), asTile(green), asTile(blue), asTile(alpha)];
  return mergedPaint(below, thinned(over.data, level, part), stroke.color, stroke.mode);
}

function asTile(data: Uint8Array | null): Tile | null {
  return data && makeTile(data);
}

function paintPart(canvas: HTMLCanvasElement, part: PixelRect, [r, g, b, a]: Planes): void {
  if (part.x0 >= part.x1 || part.y0 >= part.y1) {
    return;
  }
  const image = new ImageData(part.x1 - part.x0, part.y1 - part.y0);
  const words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < words.length; i++) {
    words[i] = (r?.[i] ?? 0) | ((g?.[i] ?? 0) << 8) | ((b?.[i] ?? 0) << 16) | ((a?.[i] ?? 0) << 24);
  }
  canvas.getContext('2d')?.putImageData(image, part.x0, part.y0);
}
