import { browser } from '../../base/browser';
import { report } from '../../base/report';

/** A thumbnail and what was learned while making it. */
export interface MadeThumb {
  bytes: ArrayBuffer;
  type: string;
  /** Natural size of the picture, px. */
  width: number;
  height: number;
  opaque: boolean;
  /** Average colour, 0xRRGGBB. */
  tone: number;
}

/** Thumbnails have this many px on their shorter side: rows of a grid share a height, not a width. */
const SHORT_SIDE = 320;
/** And no more than this on the longer one. */
const LONG_SIDE = 960;

/** The size of a thumbnail; never larger than the picture. */
export function thumbSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, SHORT_SIDE / Math.min(width, height), LONG_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Average colour and opacity of RGBA pixels; transparent pixels do not count for the colour. */
export function readPixels(pixels: Uint8ClampedArray): { tone: number; opaque: boolean } {
  let red = 0;
  let green = 0;
  let blue = 0;
  let weight = 0;
  let opaque = true;
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = pixels[at + 3] ?? 0;
    red += (pixels[at] ?? 0) * alpha;
    green += (pixels[at + 1] ?? 0) * alpha;
    blue += (pixels[at + 2] ?? 0) * alpha;
    weight += alpha;
    opaque &&= alpha === 255;
  }
  const mean = (sum: number): number => (weight > 0 ? Math.round(sum / weight) : 0);
  return { tone: (mean(red) << 16) | (mean(green) << 8) | mean(blue), opaque };
}

/**
 * Decodes a picture and makes its thumbnail; works in a worker and in a page. Closes a bitmap it was given.
 * @throws DOMException when the browser cannot decode the picture.
 */
export async function makeThumb(source: Blob | ImageBitmap): Promise<MadeThumb> {
  const picture = source instanceof ImageBitmap ? source : await createImageBitmap(source);
  const { width, height } = picture;
  const size = thumbSize(width, height);
  const small = await shrink(picture, size.width, size.height);
  const canvas = newCanvas(size.width, size.height);
  const context = canvas.getContext('2d', { willReadFrequently: true }) as
    OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;
  context.imageSmoothingQuality = 'high';
  context.drawImage(small, 0, 0, size.width, size.height);
  picture.close();
  small.close();
  const { tone, opaque } = readPixels(context.getImageData(0, 0, size.width, size.height).data);
  const blob = await encode(canvas, opaque);
  return { bytes: await blob.arrayBuffer(), type: blob.type, width, height, opaque, tone };
}

/** Smooth shrinking where the browser has it; drawing smaller alone leaves moiré in some. */
async function shrink(picture: ImageBitmap, resizeWidth: number, resizeHeight: number): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(picture, { resizeWidth, resizeHeight, resizeQuality: 'high' });
  } catch (error) {
    report(error, 'thumbs.shrink');
    return picture;
  }
}

type AnyCanvas = OffscreenCanvas | HTMLCanvasElement;

function newCanvas(width: number, height: number): AnyCanvas {
  if (browser.offscreenCanvas) {
    return new OffscreenCanvas(width, height);
  }
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** Browsers that cannot write WebP give a large PNG instead; JPEG then does for opaque pictures. */
async function encode(canvas: AnyCanvas, opaque: boolean): Promise<Blob> {
  const blob = await toBlob(canvas, 'image/webp', 0.8);
  return blob.type !== 'image/webp' && opaque ? toBlob(canvas, 'image/jpeg', 0.8) : blob;
}

function toBlob(canvas: AnyCanvas, type: string, quality: number): Promise<Blob> {
  if ('convertToBlob' in canvas) {
    return canvas.convertToBlob({ type, quality });
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('the canvas gave no picture'))),
      type,
      quality,
    );
  });
}
