import type { Size } from '../../ui/viewport';
import type { MaskGrid } from '../mask/mask-grid';
import type { DeviceView } from '../stage/device-view';

/** Red, green, blue of what would be selected, and its highest alpha. */
const TINT = [64, 156, 255, 150] as const;

/** A coarse selection drawn over the picture, stretched to its size. */
export class SelectionPreview {
  #grid: MaskGrid | null = null;
  #size: Size | null = null;
  #canvas: HTMLCanvasElement | null = null;
  /** Where the canvas lies, px of the coarse grid. */
  #left = 0;
  #top = 0;

  get shown(): boolean {
    return this.#grid !== null;
  }

  /** @param size of the picture, image px. */
  show(grid: MaskGrid | null, size: Size | null): void {
    this.#grid = grid;
    this.#size = size;
    this.#canvas = null;
  }

  draw(context: CanvasRenderingContext2D, view: DeviceView): void {
    const grid = this.#grid;
    const size = this.#size;
    if (!grid || !size) {
      return;
    }
    this.#canvas ??= this.#paint(grid);
    if (!this.#canvas) {
      return;
    }
    const sx = (view.scale * size.width) / grid.width;
    const sy = (view.scale * size.height) / grid.height;
    context.save();
    context.transform(sx, 0, 0, sy, view.x, view.y);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#canvas, this.#left, this.#top);
    context.restore();
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
    const [red, green, blue, alpha] = TINT;
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
