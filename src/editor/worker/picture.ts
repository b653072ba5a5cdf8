import { browser } from '../../base/browser';
import type { MaskSize } from '../mask/coverage';
import type { ImportTarget } from '../mask/mask-fit';
import { type ImportedMask, type MaskChannel, MaskImport, importMaskPng } from '../mask/mask-import';
import { LOSSY_NOISE } from '../mask/mask-evidence';
import { PixelSource } from '../mask/pixel-source';
import { PngError } from '../mask/png-read';
import { breathe } from './breathe';

/** Why a picture's pixels are unavailable: none was set, or the browser cannot decode it. */
export type PictureProblem = 'no-picture' | 'decode-failed';

export class PictureError extends Error {
  override readonly name = 'PictureError';

  constructor(
    readonly problem: PictureProblem,
    detail: string,
    cause?: unknown,
  ) {
    super(`${problem}: ${detail}`, { cause });
  }
}

/** Rows decoded at once. */
const BAND = 256;

type Canvas2D = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;

/**
 * Decodes a picture and hands out its pixels from the top, rotated as its EXIF tag says.
 * @param begin gets the size (px) and returns what takes the rows: RGBA, alpha not premultiplied.
 * @throws PictureError `decode-failed`
 */
async function readRows(
  file: Blob,
  begin: (size: MaskSize) => (y: number, rgba: Uint8ClampedArray) => void,
): Promise<void> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch (cause) {
    throw new PictureError('decode-failed', String(cause), cause);
  }
  try {
    const { width, height } = bitmap;
    const take = begin({ width, height });
    const context = newContext(width, Math.min(BAND, height));
    for (let y = 0; y < height; y += BAND) {
      const rows = Math.min(BAND, height - y);
      context.clearRect(0, 0, width, rows);
      context.drawImage(bitmap, 0, y, width, rows, 0, 0, width, rows);
      take(y, context.getImageData(0, 0, width, rows).data);
      await breathe();
    }
  } finally {
    bitmap.close();
  }
}

function newContext(width: number, height: number): Canvas2D {
  const context = !browser.offscreenCanvas
    ? pageCanvas(width, height).getContext('2d', { willReadFrequently: true })
    : new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) {
    throw new PictureError('decode-failed', `no canvas of ${width}×${height} px`);
  }
  return context;
}

function pageCanvas(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** A picture's colours for the wand. @throws PictureError */
export async function decodeColors(file: Blob): Promise<PixelSource> {
  const made: { source: PixelSource | null } = { source: null };
  await readRows(file, ({ width, height }) => {
    const source = new PixelSource(width, height);
    made.source = source;
    return (y, rgba) => {
      source.setRows(y, rgba);
    };
  });
  if (!made.source) {
    throw new PictureError('decode-failed', 'no pixels');
  }
  return made.source;
}

/**
 * The mask in a picture file. PNGs are read without a canvas, so every level is exact; other files as the
 * browser decodes them, with nearly black and nearly white cleaned up, since most are lossy.
 * @throws PngError when a PNG is damaged, PictureError when the browser cannot decode the file, RangeError
 *   when it is larger than masks can be, MaskShapeError when it has another shape and no fit is given.
 */
export async function importMaskFile(
  file: Blob,
  wanted: ImportTarget | null,
  channel: MaskChannel | 'auto',
): Promise<ImportedMask> {
  try {
    return await importMaskPng(new Uint8Array(await file.arrayBuffer()), wanted, channel);
  } catch (error) {
    if (!(error instanceof PngError) || error.problem === 'damaged') {
      throw error;
    }
  }
  const made: { mask: MaskImport | null } = { mask: null };
  await readRows(file, ({ width, height }) => {
    const mask = new MaskImport(width, height, wanted, channel);
    made.mask = mask;
    return (_, rgba) => {
      mask.addRgba(rgba, LOSSY_NOISE);
    };
  });
  if (!made.mask) {
    throw new PictureError('decode-failed', 'no pixels');
  }
  return made.mask.finish();
}
