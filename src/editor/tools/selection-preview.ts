import type { MaskGrid } from '../mask/mask-grid';
import { TILE } from '../mask/mask-grid';
import type { PixelRect } from '../mask/rect';
import { tileOutline } from '../stage/contour';
import type { DeviceView } from '../stage/device-view';
import { strokeOutline } from './outline';

/** Red, green, blue of what would be selected, and its highest alpha. */
export const SELECTION_TINT = [64, 156, 255, 150] as const;

/** Longest outline that is drawn: numbers of `tileOutline`, four for each straight piece. */
const MOST_OUTLINE = 40_000;

/** A coarse selection drawn over the picture, stretched over its place. */
export class SelectionPreview {
  #grid: MaskGrid | null = null;
  /** px of the picture. */
  #place: PixelRect | null = null;
  readonly #outlined: boolean;
  /** Straight pieces of the outline, px of the coarse grid: x0, y0, x1, y1. */
  #outline: readonly number[] = [];
  #canvas: HTMLCanvasElement | null = null;
  /** Where the canvas lies, px of the coarse grid. */
  #left = 0;
  #top = 0;

  /** @param outlined draws a line around it, too. */
  constructor(outlined = false) {
    this.#outlined = outlined;
  }

  get shown(): boolean {
    return this.#grid !== null;
  }

  /** @param place what the grid covers, image px. */
  show(grid: MaskGrid | null, place: PixelRect): void {
    this.#grid = grid;
    this.#place = place;
    this.#canvas = null;
    this.#outline = grid && this.#outlined ? outlineOf(grid) : [];
  }

  clear(): void {
    this.#grid = null;
    this.#canvas = null;
    this.#outline = [];
  }

  /**
   * @param ratio device px per CSS px.
   * @param filled false: a dashed outline alone.
   */
  draw(context: CanvasRenderingContext2D, view: DeviceView, ratio: number, filled = true): void {
    const grid = this.#grid;
    const place = this.#place;
    if (!grid || !place) {
      return;
    }
    this.#canvas ??= this.#paint(grid);
    if (!this.#canvas) {
      return;
    }
    const sx = (view.scale * (place.x1 - place.x0)) / grid.width;
    const sy = (view.scale * (place.y1 - place.y0)) / grid.height;
    const left = view.x + view.scale * place.x0;
    const top = view.y + view.scale * place.y0;
    if (filled) {
      context.save();
      context.transform(sx, 0, 0, sy, left, top);
      context.imageSmoothingEnabled = false;
      context.drawImage(this.#canvas, this.#left, this.#top);
      context.restore();
    }
    const line = this.#outline;
    if (line.length > 0) {
      context.beginPath();
      for (let i = 0; i < line.length; i += 4) {
        context.moveTo(left + sx * (line[i] ?? 0), top + sy * (line[i + 1] ?? 0));
        context.lineTo(left + sx * (line[i + 2] ?? 0), top + sy * (line[i + 3] ?? 0));
      }
      strokeOutline(context, ratio, !filled);
    }
  }

  #paint(grid: MaskGrid): HTMLCanvasElement | null {
    const box = grid.bounds();
    const canvas = document.createElement('canvas');
    const context = box && canvas.getContext('2d');
    if (!context) {
      return null;
    }
    canvas.width = box.x1 - box.x0;
    canvas.height = box.y1 - box.y0;
    const values = grid.readRect(box);
    const image = context.createImageData(canvas.width, canvas.height);
    const pixels = new Uint32Array(image.data.buffer);
    const [red, green, blue, alpha] = SELECTION_TINT;
    const table = Uint32Array.from(
      { length: 256 },
      (_, value) => ((Math.round((value * alpha) / 255) << 24) | (blue << 16) | (green << 8) | red) >>> 0,
    );
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = table[values[i] ?? 0] ?? 0;
    }
    context.putImageData(image, 0, 0);
    this.#left = box.x0;
    this.#top = box.y0;
    return canvas;
  }
}

/** The straight pieces of a grid's outline; none when there are too many to be of use. */
function outlineOf(grid: MaskGrid): number[] {
  const all: number[] = [];
  const data = (index: number): Uint8Array | null => grid.tile(index)?.data ?? null;
  for (let index = 0; index < grid.length; index++) {
    const column = index % grid.columns;
    const row = Math.floor(index / grid.columns);
    const pieces: number[] = [];
    const sides = {
      above: row > 0 ? data(index - grid.columns) : null,
      left: column > 0 ? data(index - 1) : null,
      lastColumn: column === grid.columns - 1,
      lastRow: row === grid.rows - 1,
    };
    if (!tileOutline(data(index), sides, pieces, MOST_OUTLINE - all.length)) {
      return [];
    }
    pieces.forEach((value, i) => {
      all.push(value + TILE * (i % 2 === 0 ? column : row));
    });
  }
  return all;
}
