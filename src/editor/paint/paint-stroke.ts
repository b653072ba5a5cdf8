import { BrushProfile, type Dab } from '../mask/brush';
import { MaskGrid, type Tile, type TileChange } from '../mask/mask-grid';
import type { PixelRect } from '../mask/rect';
import { Stroke, StrokeScratch } from '../mask/stroke';
import type { PaintMode, Rgb } from './planes';

/** A brush of the paint layer as one stroke uses it. */
export interface PaintSettings {
  color: Rgb;
  mode: PaintMode;
  /** 0 to 1. */
  hardness: number;
  /** 0 to 1. */
  opacity: number;
}

/** One stroke over the paint layer: how strongly it covers what, until it ends. */
export class PaintStroke {
  readonly color: Rgb;
  readonly mode: PaintMode;
  readonly #stroke: Stroke;

  /** Sizes in px. */
  constructor(width: number, height: number, { color, mode, hardness, opacity }: PaintSettings) {
    this.color = color;
    this.mode = mode;
    const profile = new BrushProfile(hardness);
    const options = { mode: 'paint' as const, profile, opacity };
    this.#stroke = new Stroke(new MaskGrid(width, height), new StrokeScratch(width, height), options);
  }

  /** Image px reached so far; null when none. */
  get box(): PixelRect | null {
    return this.#stroke.box;
  }

  /** How it covers a tile so far; undefined where it has not been. */
  preview(index: number): Tile | undefined {
    return this.#stroke.preview(index);
  }

  add(sample: Dab): void {
    this.#stroke.add(sample);
  }

  flush(changed: (rect: PixelRect) => void): void {
    this.#stroke.flush(changed);
  }

  /** How it covers the picture in the end. */
  finish(changed: (rect: PixelRect) => void): TileChange[] {
    return this.#stroke.finish(changed);
  }
}
