import { BrushProfile, type TipShape, type Dab } from '../mask/brush';
import { MaskGrid, makeTile, type Tile, type TileChange } from '../mask/mask-grid';
import type { PixelRect } from '../mask/rect';
import { Stroke, StrokeScratch } from '../mask/stroke';
import { limitedTo, type PaintLimit, type PaintMode, type Rgb } from './planes';

/** A brush of the paint layer as one stroke uses it. */
export interface PaintSettings {
  color: Rgb;
  mode: PaintMode;
  /** 0 to 1. */
  hardness: number;
  /** Round when not given. */
  tip?: TipShape;
  /** 0 to 1. */
  opacity: number;
  /** Absent: everywhere. */
  limit?: PaintLimit | null;
}

/** One stroke over the paint layer: how strongly it covers what, until it ends. */
export class PaintStroke {
  readonly color: Rgb;
  readonly mode: PaintMode;
  readonly #stroke: Stroke;
  readonly #limit: PaintLimit | null;
  /** Tiles of the stroke as far as the mask lets them, by place. */
  readonly #limited = new Map<number, { rev: number; tile: Tile }>();

  /** Sizes in px. */
  constructor(width: number, height: number, { color, mode, hardness, tip, opacity, limit }: PaintSettings) {
    this.color = color;
    this.mode = mode;
    this.#limit = limit ?? null;
    const profile = new BrushProfile(hardness, tip);
    const options = { mode: 'paint' as const, profile, opacity };
    this.#stroke = new Stroke(new MaskGrid(width, height), new StrokeScratch(width, height), options);
  }

  /** Image px reached so far; null when none. */
  get box(): PixelRect | null {
    return this.#stroke.box;
  }

  /** How it covers a tile so far; undefined where it has not been. */
  preview(index: number): Tile | undefined {
    const tile = this.#stroke.preview(index);
    return tile && this.#within(index, tile);
  }

  add(sample: Dab): void {
    this.#stroke.add(sample);
  }

  flush(changed: (rect: PixelRect) => void): void {
    this.#stroke.flush(changed);
  }

  /** How it covers the picture in the end. */
  finish(changed: (rect: PixelRect) => void): TileChange[] {
    const changes = this.#stroke.finish(changed);
    return changes.map(({ index, tile }) => ({ index, tile: tile && this.#within(index, tile) }));
  }

  #within(index: number, tile: Tile): Tile {
    const limit = this.#limit;
    if (!limit) {
      return tile;
    }
    const known = this.#limited.get(index);
    if (known?.rev === tile.rev) {
      return known.tile;
    }
    const within = makeTile(limitedTo(tile.data, limit[index] ?? null));
    this.#limited.set(index, { rev: tile.rev, tile: within });
    return within;
  }
}
