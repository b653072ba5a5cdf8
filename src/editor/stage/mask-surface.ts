import { TILE } from '../mask/mask-grid';
import { findOwners } from '../mask/mask-colors';
import type { MaskGrid } from '../mask/mask-grid';
import type { MipChain } from '../mask/mips';
import { type PixelRect, intersectRect, unionRect } from '../mask/rect';
import { type DeviceView, deviceX, deviceY, setSmoothing } from './device-view';
import { type MaskTint, tintPalette } from './palette';

/**
 * What shows a mask. Another renderer (WebGL with the tiles in one texture) can replace the canvas one
 * without the tools noticing.
 */
export interface MaskSurface {
  /** The mask changed inside the rectangle, image px. */
  invalidate: (rect: PixelRect) => void;
  setTint: (tint: MaskTint) => void;
  /**
   * Draws what lies in the view's clip. The context works in device px. When a lot changed at once (undo of a
   * whole mask), some of it is shown as it was.
   * @returns what is still shown as it was, image px; null when everything is up to date.
   */
  draw: (context: CanvasRenderingContext2D, view: DeviceView) => PixelRect | null;
  /** How far (device px) a changed image px may show beyond its own place. */
  reach: (scale: number) => number;
  bytes: () => number;
  close: () => void;
}

/** Tile canvases kept even when the view needs fewer. 256 kB each. */
const KEEP_TILES = 160;
/** Time per frame for changed tiles, ms: halving and colouring a whole large mask takes longer. */
const BUDGET = 8;

interface TileCanvas {
  canvas: HTMLCanvasElement;
  context: CanvasRenderingContext2D;
}

/** A tile as it was last shown. */
interface ShownTile {
  /** A canvas of its own; `full` is a canvas shared by all fully painted tiles; null shows nothing. */
  own: TileCanvas | null;
  full: boolean;
  /** Px of the tile that have changed since; null when up to date. */
  stale: PixelRect | null;
}

const WHOLE: PixelRect = { x0: 0, y0: 0, x1: TILE, y1: TILE };

/**
 * Draws the visible tiles of the level that fits the zoom, each from a small canvas that is filled through
 * the palette when its tile changed, and only where it changed.
 */
export class CanvasMaskSurface implements MaskSurface {
  readonly #mips: MipChain;
  readonly #shown = new Map<number, ShownTile>();
  #canvases = 0;
  readonly #pixels = new ImageData(TILE, TILE);
  readonly #words = new Uint32Array(this.#pixels.data.buffer);
  readonly #gridOf: (mask: string) => MaskGrid | null;
  #palette: Uint32Array;
  /** Masks that are shown in colours of their own, bottom first. */
  #layers: { id: string; palette: Uint32Array }[] = [];
  readonly #owners = new Uint8Array(TILE * TILE);
  /** A fully painted tile, filled through the same palette, so that it joins the others without a seam. */
  #full: TileCanvas | null = null;

  /** @param gridOf a mask that is shown in a colour of its own. */
  constructor(mips: MipChain, tint: MaskTint, gridOf: (mask: string) => MaskGrid | null = () => null) {
    this.#mips = mips;
    this.#gridOf = gridOf;
    this.#palette = tintPalette(tint);
    this.#layers = layersOf(tint);
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
          const entry = this.#shown.get(keyOf(level, row * columns + column));
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
    this.#layers = layersOf(tint);
    this.#full = null;
    for (const entry of this.#shown.values()) {
      entry.stale = entry.own || entry.full ? WHOLE : entry.stale;
    }
  };

  readonly reach = (scale: number): number => Math.ceil(2 * 2 ** this.#level(scale) * scale) + 1;

  readonly draw = (context: CanvasRenderingContext2D, view: DeviceView): PixelRect | null => {
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
    const end = performance.now() + BUDGET;
    let drawn = 0;
    let refreshed = 0;
    let late: PixelRect | null = null;
    for (let row = r0; row < r1; row++) {
      for (let column = c0; column < c1; column++) {
        const index = row * columns + column;
        const key = keyOf(level, index);
        const before = this.#shown.get(key);
        // A tile that was never shown cannot be shown as it was.
        const wait = before?.stale && refreshed > 0 && performance.now() > end;
        const fresh = before && !before.stale;
        const entry = before && (fresh || wait) ? before : this.#refresh(key, level, index, before);
        refreshed += fresh || wait ? 0 : 1;
        if (wait) {
          late = unionRect(late, {
            x0: column * TILE * size,
            y0: row * TILE * size,
            x1: Math.min(imageWidth, (column + 1) * TILE * size),
            y1: Math.min(imageHeight, (row + 1) * TILE * size),
          });
        }
        const canvas = entry.full ? this.#fullCanvas() : entry.own;
        if (!canvas) {
          continue;
        }
        drawn++;
        if (entry.own) {
          // To the end of the queue for eviction.
          this.#shown.delete(key);
          this.#shown.set(key, entry);
        }
        // The last px of a halved level may reach beyond the picture: only its inner part counts.
        const toX = Math.min(imageWidth, Math.min(width, (column + 1) * TILE) * size);
        const toY = Math.min(imageHeight, Math.min(height, (row + 1) * TILE) * size);
        const left = deviceX(view, column * TILE * size);
        const top = deviceY(view, row * TILE * size);
        context.drawImage(
          canvas.canvas,
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
    return late;
  };

  readonly bytes = (): number => (this.#canvases + 1) * TILE * TILE * 4;

  readonly close = (): void => {
    for (const entry of this.#shown.values()) {
      this.#drop(entry);
    }
    this.#shown.clear();
    this.#full = null;
  };

  #level(scale: number): number {
    return Math.max(0, Math.min(this.#mips.top, Math.floor(Math.log2(1 / scale) + 1e-6)));
  }

  /** Brings a tile up to date. */
  #refresh(key: number, level: number, index: number, before: ShownTile | undefined): ShownTile {
    const entry = before ?? { own: null, full: false, stale: null };
    const tile = this.#mips.tile(level, index);
    entry.full = tile !== null && this.#layers.length === 0 && this.#mips.isFull(level, index);
    if (!tile || entry.full) {
      this.#drop(entry);
    } else {
      const stale = entry.own ? (entry.stale ?? WHOLE) : WHOLE;
      if (!entry.own) {
        entry.own = newCanvas();
        this.#canvases++;
      }
      const { columns } = this.#mips.geometry(level);
      const at = { x: (index % columns) * TILE, y: Math.floor(index / columns) * TILE };
      this.#upload(entry.own, tile.data, stale, level, at);
    }
    entry.stale = null;
    this.#shown.set(key, entry);
    return entry;
  }

  /** Browsers free a canvas's memory late unless it is made small. */
  #drop(entry: ShownTile): void {
    if (entry.own) {
      entry.own.canvas.width = 0;
      entry.own.canvas.height = 0;
      entry.own = null;
      this.#canvases--;
    }
  }

  #fullCanvas(): TileCanvas {
    if (!this.#full) {
      this.#full = newCanvas();
      this.#words.fill(this.#palette[255] ?? 0);
      this.#full.context.putImageData(this.#pixels, 0, 0);
    }
    return this.#full;
  }

  #upload(
    entry: TileCanvas,
    data: Uint8Array,
    part: PixelRect,
    level: number,
    at: { x: number; y: number },
  ): void {
    const { x0, y0, x1, y1 } = part;
    const words = this.#words;
    const palette = this.#palette;
    if (this.#layers.length > 0) {
      const owners = this.#owners;
      const palettes = [palette, ...this.#layers.map((layer) => layer.palette)];
      const grids = this.#layers.map(({ id }) => this.#gridOf(id));
      findOwners(grids, level, at, part, owners);
      for (let y = y0; y < y1; y++) {
        for (let i = y * TILE + x0; i < y * TILE + x1; i++) {
          words[i] = palettes[owners[i] ?? 0]?.[data[i] ?? 0] ?? 0;
        }
      }
      entry.context.putImageData(this.#pixels, 0, 0, x0, y0, x1 - x0, y1 - y0);
      return;
    }
    for (let y = y0; y < y1; y++) {
      const end = y * TILE + x1;
      for (let i = y * TILE + x0; i < end; i++) {
        words[i] = palette[data[i] ?? 0] ?? 0;
      }
    }
    entry.context.putImageData(this.#pixels, 0, 0, x0, y0, x1 - x0, y1 - y0);
  }

  /** Evicts what was brought up to date longest ago; an empty tile costs nothing and may stay. */
  #forget(limit: number): void {
    for (const [key, entry] of this.#shown) {
      if (this.#canvases <= limit) {
        return;
      }
      if (entry.own) {
        this.#drop(entry);
        this.#shown.delete(key);
      }
    }
  }
}

function layersOf({ layers, opacity }: MaskTint): { id: string; palette: Uint32Array }[] {
  return (layers ?? []).map(({ id, color }) => ({ id, palette: tintPalette({ color, opacity }) }));
}

function newCanvas(): TileCanvas {
  const canvas = document.createElement('canvas');
  canvas.width = TILE;
  canvas.height = TILE;
  const context = canvas.getContext('2d');
  if (!context) {
    throw new Error('no 2D canvas');
  }
  return { canvas, context };
}

/** One number for level and place: a mask has at most 2^16 tiles a level. */
function keyOf(level: number, index: number): number {
  return level * 65_536 + index;
}
