import {
  changedBox,
  compareRows,
  type DifferenceMap,
  emptyMap,
  type Fit,
  fitOf,
  maskedShare,
  paintHeat,
  type PixelBox,
} from './pixel-difference';

/** What came of comparing two pictures. Nothing can be counted where their shapes differ. */
export type Compared =
  | { fit: Extract<Fit, { kind: 'shapes' }> }
  | { fit: Exclude<Fit, { kind: 'shapes' }>; histogram: Uint32Array };

/** Rows that are read back at once: two pictures of 67 megapixels must not be in memory four times over. */
const ROWS = 256;
/** Longest side at which a mask is counted, px. */
const MASK_SIDE = 1024;

/** Nothing of a file's own profile: what is compared are the numbers in it. */
const AS_STORED: ImageBitmapOptions = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' };

type Context = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;

/** Compares pixels. Runs in a worker, or on the page where workers cannot draw. */
export class DifferenceEngine {
  #map: DifferenceMap | null = null;

  /** @throws DOMException when the browser cannot decode one of them. */
  async compare(a: Blob, b: Blob): Promise<Compared> {
    this.#map = null;
    const pictures = await Promise.all([createImageBitmap(a, AS_STORED), createImageBitmap(b, AS_STORED)]);
    try {
      const fit = fitOf(...pictures);
      if (fit.kind === 'shapes') {
        return { fit };
      }
      const map = emptyMap(fit.width, fit.height);
      const contexts = [contextOf(fit.width, ROWS), contextOf(fit.width, ROWS)] as const;
      for (let y = 0; y < fit.height; y += ROWS) {
        const rows = Math.min(ROWS, fit.height - y);
        const [one, two] = [
          rowsOf(contexts[0], pictures[0], fit, y, rows),
          rowsOf(contexts[1], pictures[1], fit, y, rows),
        ];
        compareRows(map, y, one, two);
      }
      this.#map = map;
      return { fit, histogram: map.histogram };
    } finally {
      pictures.forEach((picture) => picture.close());
    }
  }

  /** The heat map of the last comparison; `null` when there is none. */
  async paint(threshold: number): Promise<ImageBitmap | null> {
    const map = this.#map;
    if (!map) {
      return null;
    }
    const image = new ImageData(map.width, map.height);
    paintHeat(map, threshold, 0, image.data);
    return createImageBitmap(image);
  }

  /** Where the pictures of the last comparison differ. */
  box(threshold: number): PixelBox | null {
    return this.#map && changedBox(this.#map, threshold);
  }

  /** The share of a picture, 0–1, that its mask file covers. */
  async masked(mask: Blob): Promise<number> {
    const picture = await createImageBitmap(mask, AS_STORED);
    const scale = Math.min(1, MASK_SIDE / Math.max(picture.width, picture.height));
    const [width, height] = [picture.width, picture.height].map((side) =>
      Math.max(1, Math.round(side * scale)),
    );
    const context = contextOf(width ?? 1, height ?? 1);
    context.drawImage(picture, 0, 0, width ?? 1, height ?? 1);
    picture.close();
    return maskedShare(context.getImageData(0, 0, width ?? 1, height ?? 1).data);
  }
}

function rowsOf(
  context: Context,
  picture: ImageBitmap,
  { width, height }: { width: number; height: number },
  y: number,
  rows: number,
): Uint8ClampedArray {
  context.clearRect(0, 0, width, ROWS);
  context.drawImage(picture, 0, -y, width, height);
  return context.getImageData(0, 0, width, rows).data;
}

function contextOf(width: number, height: number): Context {
  const context =
    typeof OffscreenCanvas === 'undefined'
      ? pageContext(width, height)
      : new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) {
    throw new Error('the browser cannot draw');
  }
  context.imageSmoothingQuality = 'high';
  return context;
}

function pageContext(width: number, height: number): CanvasRenderingContext2D | null {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  return canvas.getContext('2d', { willReadFrequently: true });
}
