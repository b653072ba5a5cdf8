import type { MaskPoint } from '../mask/coverage';
import { BINS, type ColorBins } from './color-bins';
import type { Superpixels } from './superpixels';

/** What one stroke has covered so far: grows with the stroke, at a cost that depends only on what is new. */
export class Ink {
  /** Pixels covered, by patch. */
  readonly covered: Int32Array;
  /** Patches the middle of the stroke went through. */
  readonly middle: Uint8Array;
  /** Colours covered, by box. */
  readonly colors = new Float32Array(BINS);
  readonly #painted: Uint8Array;
  readonly #patches: Superpixels;
  readonly #bins: ColorBins;
  #last: MaskPoint | null = null;

  constructor(patches: Superpixels, bins: ColorBins) {
    this.#patches = patches;
    this.#bins = bins;
    this.covered = new Int32Array(patches.count);
    this.middle = new Uint8Array(patches.count);
    this.#painted = new Uint8Array(patches.width * patches.height);
  }

  /** Goes on to a point, px of the patches' picture, with a brush of this radius. */
  to(point: MaskPoint, radius: number): void {
    const from = this.#last ?? point;
    const far = Math.hypot(point.x - from.x, point.y - from.y);
    const steps = Math.max(1, Math.ceil(far / Math.max(0.5, radius / 3)));
    for (let step = this.#last ? 1 : steps; step <= steps; step++) {
      const part = step / steps;
      this.#stamp(from.x + (point.x - from.x) * part, from.y + (point.y - from.y) * part, radius);
    }
    this.#last = point;
  }

  #stamp(cx: number, cy: number, radius: number): void {
    const { width, height, labels } = this.#patches;
    const middle = Math.floor(cy) * width + Math.floor(cx);
    if (cx >= 0 && cy >= 0 && cx < width && cy < height) {
      this.middle[labels[middle] ?? 0] = 1;
      this.#cover(middle);
    }
    const y1 = Math.min(height - 1, Math.floor(cy + radius));
    for (let y = Math.max(0, Math.ceil(cy - radius)); y <= y1; y++) {
      const half = Math.sqrt(Math.max(0, radius * radius - (y + 0.5 - cy) ** 2));
      const x1 = Math.min(width - 1, Math.floor(cx + half - 0.5));
      for (let x = Math.max(0, Math.ceil(cx - half - 0.5)); x <= x1; x++) {
        this.#cover(y * width + x);
      }
    }
  }

  #cover(at: number): void {
    if (this.#painted[at]) {
      return;
    }
    this.#painted[at] = 1;
    const patch = this.#patches.labels[at] ?? 0;
    this.covered[patch] = (this.covered[patch] ?? 0) + 1;
    const bin = this.#bins.ofPixel[at] ?? 0;
    this.colors[bin] = (this.colors[bin] ?? 0) + 1;
  }
}
