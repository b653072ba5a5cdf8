import type { MipChain } from '../mask/mips';
import { type PixelRect, unionRect } from '../mask/rect';
import type { DrawView, Float } from '../tools/tool';
import type { DeviceView } from './device-view';
import { CanvasMaskSurface } from './mask-surface';

/** Shows what a tool is about to put on the paint layer, as far as a mask or a stroke lets it. */
export class FloatSurface {
  /** What lets something through, as opaque as it does; kept while it floats. */
  readonly #limits = new Map<MipChain, CanvasMaskSurface>();
  /** A limit is put together on the first, what floats on the second. */
  readonly #sheets: (HTMLCanvasElement | null)[] = [null, null];

  /** What lets something through changed inside the rectangle, image px. */
  limitChanged(rect: PixelRect): void {
    for (const limit of this.#limits.values()) {
      limit.invalidate(rect);
    }
  }

  /** How far (device px) a changed image px may show beyond its own place. */
  reach(scale: number): number {
    return Math.max(2, ...[...this.#limits.values()].map((limit) => limit.reach(scale)));
  }

  /**
   * Draws in device px, as opaque as the context is set to.
   * @param seen draws what lies below.
   * @returns where a limit is still as it was, image px; null when everything is up to date.
   */
  draw(
    context: CanvasRenderingContext2D,
    view: DeviceView,
    floats: readonly Float[],
    seen: DrawView,
  ): PixelRect | null {
    const needed = new Set(floats.map(({ within }) => within));
    for (const [of, limit] of this.#limits) {
      if (!needed.has(of)) {
        limit.close();
        this.#limits.delete(of);
      }
    }
    if (this.#limits.size === 0 && floats.every(({ within }) => within === null)) {
      this.close();
    }
    let late: PixelRect | null = null;
    for (const float of floats) {
      if (float.within) {
        late = unionRect(late, this.#drawWithin(context, view, float, float.within, seen));
      } else {
        float.draw(context, view, seen);
      }
    }
    return late;
  }

  #drawWithin(
    context: CanvasRenderingContext2D,
    view: DeviceView,
    float: Float,
    within: MipChain,
    seen: DrawView,
  ): PixelRect | null {
    const limit = this.#limits.get(within) ?? new CanvasMaskSurface(within, { color: '#000000', opacity: 1 });
    this.#limits.set(within, limit);
    // Turned views begin left of or above their canvas: a sheet holds just what is drawn.
    const left = Math.floor(view.clip.x0);
    const top = Math.floor(view.clip.y0);
    const width = Math.ceil(view.clip.x1) - left;
    const height = Math.ceil(view.clip.y1) - top;
    let late: PixelRect | null = null;
    const sheet = this.#onSheet(0, { left, top, width, height }, (on) => {
      late = limit.draw(on, view);
    });
    const floating = this.#onSheet(1, { left, top, width, height }, (on) => {
      float.draw(on, view, seen);
    });
    if (!sheet || !floating) {
      return null;
    }
    sheet.save();
    sheet.beginPath();
    sheet.rect(0, 0, width, height);
    sheet.clip();
    // As one image: it keeps nothing of the limit beside what it draws.
    sheet.globalCompositeOperation = 'source-in';
    sheet.drawImage(floating.canvas, 0, 0, width, height, 0, 0, width, height);
    sheet.restore();
    context.drawImage(sheet.canvas, 0, 0, width, height, left, top, width, height);
    return late;
  }

  #onSheet(
    which: 0 | 1,
    { left, top, width, height }: { left: number; top: number; width: number; height: number },
    draw: (context: CanvasRenderingContext2D) => void,
  ): CanvasRenderingContext2D | null {
    const canvas = (this.#sheets[which] ??= document.createElement('canvas'));
    if (canvas.width < width || canvas.height < height) {
      canvas.width = Math.max(canvas.width, width);
      canvas.height = Math.max(canvas.height, height);
    }
    const context = canvas.getContext('2d');
    if (context) {
      context.save();
      context.beginPath();
      context.rect(0, 0, width, height);
      context.clip();
      context.clearRect(0, 0, width, height);
      context.translate(-left, -top);
      draw(context);
      context.restore();
    }
    return context;
  }

  bytes(): number {
    const limits = [...this.#limits.values()].reduce((sum, limit) => sum + limit.bytes(), 0);
    return this.#sheets.reduce((sum, sheet) => sum + (sheet ? sheet.width * sheet.height * 4 : 0), limits);
  }

  close(): void {
    for (const limit of this.#limits.values()) {
      limit.close();
    }
    this.#limits.clear();
    // Browsers free a canvas's memory late unless it is made small.
    this.#sheets.forEach((sheet, i) => {
      if (sheet) {
        sheet.width = 0;
        sheet.height = 0;
        this.#sheets[i] = null;
      }
    });
  }
}
