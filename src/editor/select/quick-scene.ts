import type { MaskPoint } from '../mask/coverage';
import type { MaskGrid } from '../mask/mask-grid';
import { labPlanes } from '../mask/oklab';
import type { PixelSource } from '../mask/pixel-source';
import type { PixelRect } from '../mask/rect';
import { ColorBins } from './color-bins';
import { Ink } from './ink';
import { PatchGraph } from './patch-graph';
import type { QuickWindow } from './quick-window';
import { Segmenter } from './segment';
import { smoothPlanes } from './smooth';
import { type Superpixels, superpixels } from './superpixels';
import { readWindow } from './window-pixels';

/** Side of a patch, px of the small picture. */
const STEP = 10;

/**
 * A part of a picture, ready to be told apart. Everything in px of the small picture unless it says
 * otherwise.
 */
export class QuickScene {
  readonly window: QuickWindow;
  readonly patches: Superpixels;
  readonly #bins: ColorBins;
  readonly #segmenter: Segmenter;

  constructor(source: PixelSource, window: QuickWindow) {
    this.window = window;
    const { width, height, rgb } = readWindow(source, window.rect, window.factor);
    const planes = smoothPlanes(labPlanes(rgb, width * height), width, height);
    this.patches = superpixels(planes, width, height, STEP);
    this.#bins = new ColorBins(planes, this.patches);
    this.#segmenter = new Segmenter(new PatchGraph(this.patches), this.#bins);
    this.#rehearse();
  }

  /** The first times are slow in every engine; better now than during a stroke. */
  #rehearse(): void {
    const { width, height } = this.patches;
    for (const part of [1 / 3, 2 / 3]) {
      const ink = this.newInk();
      ink.to({ x: width * part, y: height / 2 }, STEP);
      this.pixelsOf(this.fromInk(ink, 0.5, null, false));
    }
  }

  /** A stroke that has not begun yet. */
  newInk(): Ink {
    return new Ink(this.patches, this.#bins);
  }

  /** A point of the picture in the small one. */
  place({ x, y }: MaskPoint): MaskPoint {
    const { rect, factor } = this.window;
    return { x: (x - rect.x0) / factor, y: (y - rect.y0) / factor };
  }

  /**
   * The object a stroke went over.
   * @param masked share of each patch that is masked already, 0 to 1; see `masked`.
   * @param within the stroke takes away: only what is masked is told apart. Otherwise what is masked says
   *   nothing about the surroundings.
   */
  fromInk(ink: Ink, sensitivity: number, masked: Float32Array | null, within: boolean): Uint8Array {
    const { area, count } = this.patches;
    const known = new Uint8Array(count);
    for (let patch = 0; patch < count; patch++) {
      const share = (ink.covered[patch] ?? 0) / (area[patch] ?? 1);
      known[patch] = share >= 0.85 || (share >= 0.4 && ink.middle[patch]) ? 1 : 0;
    }
    if (!known.includes(1)) {
      known.set(ink.middle);
    }
    const silent = masked && Uint8Array.from(masked, (share) => (share >= 0.5 === within ? 0 : 1));
    return this.#segmenter.grow({ known, ink: ink.colors, silent, sensitivity });
  }

  /** The object at some points, without what is at others. A later one decides where they meet in a patch. */
  fromPoints(inside: readonly MaskPoint[], outside: readonly MaskPoint[], sensitivity: number): Uint8Array {
    const { labels, count, width, height } = this.patches;
    const known = new Uint8Array(count);
    const mark = (points: readonly MaskPoint[], value: number): void => {
      for (const { x, y } of points) {
        if (x >= 0 && y >= 0 && x < width && y < height) {
          known[labels[Math.floor(y) * width + Math.floor(x)] ?? 0] = value;
        }
      }
    };
    mark(inside, 1);
    mark(outside, 2);
    return this.#segmenter.grow({ known, ink: null, silent: null, sensitivity });
  }

  /** The object inside a box. */
  fromBox(box: PixelRect, sensitivity: number): Uint8Array {
    const { x, y, count } = this.patches;
    const outside = new Uint8Array(count);
    for (let patch = 0; patch < count; patch++) {
      const [px, py] = [x[patch] ?? 0, y[patch] ?? 0];
      outside[patch] = px >= box.x0 && px < box.x1 && py >= box.y0 && py < box.y1 ? 0 : 1;
    }
    return this.#segmenter.enclosed(outside, sensitivity);
  }

  /** Share of each patch that is masked by half or more. */
  masked(grid: MaskGrid): Float32Array | null {
    if (grid.empty) {
      return null;
    }
    const { labels, area, width, height } = this.patches;
    const { rect, factor } = this.window;
    const share = new Float32Array(this.patches.count);
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        const middle = factor >> 1;
        if (grid.valueAt(rect.x0 + x * factor + middle, rect.y0 + y * factor + middle) >= 128) {
          const patch = labels[at] ?? 0;
          share[patch] = (share[patch] ?? 0) + 1 / (area[patch] ?? 1);
        }
      }
    }
    return share;
  }

  /** Which pixels belong to these patches: 255 or 0, row by row. */
  pixelsOf(chosen: Uint8Array): Uint8Array {
    const { labels } = this.patches;
    const pixels = new Uint8Array(labels.length);
    for (let at = 0; at < pixels.length; at++) {
      pixels[at] = -(chosen[labels[at] ?? 0] ?? 0);
    }
    return pixels;
  }
}
