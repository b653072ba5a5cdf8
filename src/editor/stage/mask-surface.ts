import { TILE, type Tile } from '../mask/mask-grid';
import type { MipChain } from '../mask/mips';
import { type PixelRect, intersectRect, unionRect } from '../mask/rect';
import { type DeviceView, deviceX, deviceY, setSmoothing } from './device-view';
import { type MaskTint, tintPalette } from './palette';

/**
 * What shows a mask. Another renderer (WebGL with the tiles in one texture) can stand in for the
 * canvas one without the tools noticing.
 */
export interface MaskSurface {
  /** The mask changed inside the rectangle, image px. */
  invalidate: (rect: PixelRect) => void;
  setTint: (tint: MaskTint) => void;
  /** Draws what lies in the view's clip. The context works in device px. */
  draw: (context: CanvasRenderingContext2D, view: DeviceView) => void;
  /** How far (device px) a changed image px may show beyond its own place. */
  reach: (scale: number) => number;
  bytes: () => number;
  close: () => void;
}

/** Tile canvases kept even when the view needs fewer. 256 kB each. */
const KEEP_TILES = 160;

interface TileCanvas {
  canvas: HTMLCanvasElement;
  context: CanvasRenderingContext2D;
  /** Px of the tile that are newer than the canvas; null when up to date. */
  stale: PixelRect | null;
}

const WHOLE: PixelRect = { x0: 0, y0: 0, x1: TILE, y1: TILE };

/**
 * Draws the visible tiles of the level that fits the zoom, each from a small canvas that is filled through
 * the palette when its tile changed, and only where it changed.
 */
export class CanvasMaskSurface implements MaskSurface {
  readonly #mips: MipChain;
  readonly #canvases = new Map<number, TileCanvas>();
  readonly #pixels = new ImageData(TILE, TILE);
  readonly #words = new Uint32Array(this.#pixels.data.buffer);
  #palette: Uint32Array;
  /** A wholly painted tile, filled through the same palette, so that it meets the others without a seam. */
  #full: TileCanvas | null = null;

  constructor(mips: MipChain, tint: MaskTint) {
    this.#mips = mips;
    this.#palette = tintPalette(tint);
  }

  readonly invalidate = (rect: PixelRect): void => {
    for (let level = 0; level <= this.#mips.top; level++) {
      const { columns, width, height } = this.#mips.geometry(level);
      const size = 2 ** level;
      const x0 = Math.max(0, Math.floor(rect.x0 / size));
      const y0 = Math.max(0, Math.floor(rect.y0 / size));
      const x1 = Math.min(width, Math.ceil(rect.x1 / size));
      const y1 = Math.min(height, Math.ceil(rect.y1 / size));
      for (let row = y0 >> 8; row * TILE < y1; row++) {
        for (let column = x0 >> 8; column * TILE < x1; column++) {
          const entry = this.#canvases.get(keyOf(level, row * columns + column));
          if (entry) {
            const left = column * TILE;
            const top = row * TILE;
            const changed = { x0: x0 - left, y0: y0 - top, x1: x1 - left, y1: y1 - top };
            entry.stale = unionRect(entry.stale, intersectRect(WHOLE, changed));
          }
        }
      }
    }
  };

  readonly setTint = (tint: MaskTint): void => {
    this.#palette = tintPalette(tint);
    this.#full = null;
    for (const entry of this.#canvases.values()) {
      entry.stale = WHOLE;
    }
  };

  readonly reach = (scale: number): number => Math.ceil(2 * 2 ** this.#level(scale) * scale) + 1;

  readonly draw = (context: CanvasRenderingContext2D, view: DeviceView): void => {
    const level = this.#level(view.scale);
    const { columns, rows, width, height } = this.#mips.geometry(level);
    const size = 2 ** level;
    const step = TILE * size * view.scale;
    const c0 = Math.max(0, Math.floor((view.clip.x0 - view.x) / step));
    const c1 = Math.min(columns, Math.ceil((view.clip.x1 - view.x) / step));
    const r0 = Math.max(0, Math.floor((view.clip.y0 - view.y) / step));
    const r1 = Math.min(rows, Math.ceil((view.clip.y1 - view.y) / step));
    const imageWidth = this.#mips.geometry(0).width;
    const imageHeight = this.#mips.geometry(0).height;
    setSmoothing(context, view);
    let drawn = 0;
    for (let row = r0; row < r1; row++) {
      for (let column = c0; column < c1; column++) {
        const index = row * columns + column;
        const tile = this.#mips.tile(level, index);
        if (!tile) {
          continue;
        }
        const entry = this.#mips.isFull(level, index) ? this.#fullCanvas() : this.#canvas(level, index, tile);
        drawn++;
        // The last px of a halved level may reach beyond the picture: only its inner part counts.
        const toX = Math.min(imageWidth, Math.min(width, (column + 1) * TILE) * size);
        const toY = Math.min(imageHeight, Math.min(height, (row + 1) * TILE) * size);
        const left = deviceX(view, column * TILE * size);
        const top = deviceY(view, row * TILE * size);
        context.drawImage(
          entry.canvas,
          0,
          0,
          toX / size - column * TILE,
          toY / size - row * TILE,
          left,
          top,
          deviceX(view, toX) - left,
          deviceY(view, toY) - top,
        );
      }
    }
    this.#forget(Math.max(KEEP_TILES, drawn + (drawn >> 2)));
  };

  readonly bytes = (): number => (this.#canvases.size + 1) * TILE * TILE * 4;

  readonly close = (): void => {
    // Browsers free a canvas's memory late unless it is made small.
    for (const { canvas } of this.#canvases.values()) {
      canvas.width = 0;
      canvas.height = 0;
    }
    this.#canvases.clear();
    this.#full = null;
  };

  #level(scale: number): number {
    return Math.max(0, Math.min(this.#mips.top, Math.floor(Math.log2(1 / scale) + 1e-6)));
  }

  /** The tile's canvas, up to date, moved to the end of the queue of those to be forgotten. */
  #canvas(level: number, index: number, tile: Tile): TileCanvas {
    const key = keyOf(level, index);
    const entry = this.#canvases.get(key) ?? newCanvas();
    this.#canvases.delete(key);
    this.#canvases.set(key, entry);
    if (entry.stale) {
      this.#upload(entry, tile.data, entry.stale);
      entry.stale = null;
    }
    return entry;
  }

  #fullCanvas(): TileCanvas {
    if (!this.#full) {
      this.#full = newCanvas();
      this.#words.fill(this.#palette[255] ?? 0);
      this.#full.context.putImageData(this.#pixels, 0, 0);
      this.#full.stale = null;
    }
    return this.#full;
  }

  #upload(entry: TileCanvas, data: Uint8Array, { x0, y0, x1, y1 }: PixelRect): void {
    const words = this.#words;
    const palette = this.#palette;
    for (let y = y0; y < y1; y++) {
      const end = y * TILE + x1;
      for (let i = y * TILE + x0; i < end; i++) {
        words[i] = palette[data[i] ?? 0] ?? 0;
      }
    }
    entry.context.putImageData(this.#pixels, 0, 0, x0, y0, x1 - x0, y1 - y0);
  }

  #forget(limit: number): void {
    for (const [key, { canvas }] of this.#canvases) {
      if (this.#canvases.size <= limit) {
        return;
      }
      canvas.width = 0;
      canvas.height = 0;
      this.#canvases.delete(key);
    }
  }
}

function newCanvas(): TileCanvas {
  const canvas = document.createElement('canvas');
  canvas.width = TILE;
  canvas.height = TILE;
  const context = canvas.getContext('2d');
  if (!context) {
    throw new Error('no 2D canvas');
  }
  return { canvas, context, stale: WHOLE };
}

/** One number for level and place: a mask has at most 2^16 tiles a level. */
function keyOf(level: number, index: number): number {
  return level * 65_536 + index;
}
