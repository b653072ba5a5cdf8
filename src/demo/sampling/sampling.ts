import type { PreviewPixels } from '../exec/node-types';
import type { ImageTensor } from '../pixels/tensor';

/** A stand-in for sampling: works in steps, can be previewed, and results in pictures. */
export interface Sampling {
  /** Does step `index` of the agreed number. */
  step(index: number): Promise<void>;
  /** The current state of the first picture, at preview size. */
  preview(): PreviewPixels;
  /** Called once, after the last step. */
  result(): Promise<ImageTensor>;
}

const PREVIEW_SIDE = 512;

/** Size of a preview: at most 512 px on the longer side. */
export function previewSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, PREVIEW_SIDE / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/** First and last+1 of the `total` parts that belong to step `index` of `steps`. */
export function shareOf(total: number, index: number, steps: number): [from: number, to: number] {
  return [Math.floor((total * index) / steps), Math.floor((total * (index + 1)) / steps)];
}
