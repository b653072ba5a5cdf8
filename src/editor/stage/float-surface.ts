import type { MipChain } from '../mask/mips';
import type { PixelRect } from '../mask/rect';
import type { Float } from '../tools/tool';
import type { DeviceView } from './device-view';
import { CanvasMaskSurface } from './mask-surface';

/** Shows what a tool is about to put on the paint layer, where the mask lets it. */
export class FloatSurface {
  /** What is masked, as opaque as it is masked; kept while something floats inside the mask. */
  #mask: CanvasMaskSurface | null = null;
  #maskOf: MipChain | null = null;
  #sheet: HTMLCanvasElement | null = null;

  /** The mask changed inside the rectangle, image px. */
  maskChanged(rect: PixelRect): void {
    this.#mask?.invalidate(rect);
  }

  /**
   * Draws in device px, as opaque as the context is set to.
   * @returns where the mask is still as it was, image px; null when everything is up to date.
   */
  draw(
    context: CanvasRenderingContext2D,
    view: DeviceView,
    mips: MipChain,
    float: Float | null,
  ): PixelRect | null {
    if (!float?.inMask) {
      this.close();
      float?.draw(context, view);
      return null;
    }
    if (this.#maskOf !== mips) {
      this.close();
    }
    this.#mask ??= new CanvasMaskSurface(mips, { color: '#000000', opacity: 1 });
    this.#maskOf = mips;
    // Turned views begin left of or above their canvas: the sheet holds just what is drawn.
    const left = Math.floor(view.clip.x0);
    const top = Math.floor(view.clip.y0);
    const width = Math.ceil(view.clip.x1) - left;
    const height = Math.ceil(view.clip.y1) - top;
    const sheet = this.#sheetOf(width, height);
    if (!sheet) {
      return null;
    }
    sheet.save();
    sheet.beginPath();
    sheet.rect(0, 0, width, height);
    sheet.clip();
    sheet.clearRect(0, 0, width, height);
    sheet.translate(-left, -top);
    const late = this.#mask.draw(sheet, view);
    sheet.globalCompositeOperation = 'source-in';
    float.draw(sheet, view);
    sheet.restore();
    context.drawImage(sheet.canvas, 0, 0, width, height, left, top, width, height);
    return late;
  }

  /** At least this large, px. */
  #sheetOf(width: number, height: number): CanvasRenderingContext2D | null {
    this.#sheet ??= document.createElement('canvas');
    if (this.#sheet.width < width || this.#sheet.height < height) {
      this.#sheet.width = Math.max(this.#sheet.width, width);
      this.#sheet.height = Math.max(this.#sheet.height, height);
    }
    return this.#sheet.getContext('2d');
  }

  bytes(): number {
    const { width = 0, height = 0 } = this.#sheet ?? {};
    return (this.#mask?.bytes() ?? 0) + width * height * 4;
  }

  close(): void {
    this.#mask?.close();
    this.#mask = null;
    this.#maskOf = null;
    // Browsers free a canvas's memory late unless it is made small.
    if (this.#sheet) {
      this.#sheet.width = 0;
      this.#sheet.height = 0;
      this.#sheet = null;
    }
  }
}
