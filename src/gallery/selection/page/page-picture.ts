import { browser } from '../../../base/browser';
import type { PictureSource } from '../../../comfy/picture-source';
import type { GalleryItem } from '../../../jobs/job-store.svelte';
import { videoFrame } from '../../../jobs/thumbs/video-frame';

/** Longest sides, px. */
export const SIDES = { thumb: 640, large: 1600 } as const;
const QUALITY = 0.82;

/** A picture drawn anew: without the prompt and workflow that its file holds. */
export interface DrawnPicture {
  width: number;
  height: number;
  /** `data:` addresses. */
  thumb: string;
  large: string | null;
}

/**
 * Draws a picture, or a frame of a video, in the sizes a page needs.
 * @throws when the file does not come or the browser cannot decode it.
 */
export async function drawPicture(
  item: GalleryItem,
  pictures: PictureSource,
  withLarge: boolean,
  signal: AbortSignal,
): Promise<DrawnPicture> {
  const { output } = item;
  const bitmap =
    output.media === 'video' && !output.poster
      ? await videoFrame(pictures.url(output.ref), signal)
      : await createImageBitmap(await pictures.read(output.poster ?? output.ref, { signal }));
  try {
    const { width, height } = bitmap;
    return {
      width,
      height,
      thumb: await drawn(bitmap, SIDES.thumb),
      large: withLarge ? await drawn(bitmap, SIDES.large) : null,
    };
  } finally {
    bitmap.close();
  }
}

/** A size that fits a side, never larger than the original. */
export function fitted(width: number, height: number, side: number): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

async function drawn(bitmap: ImageBitmap, side: number): Promise<string> {
  const { width, height } = fitted(bitmap.width, bitmap.height, side);
  const canvas = newCanvas(width, height);
  const context = canvas.getContext('2d') as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return dataAddress(await toBlob(canvas));
}

function newCanvas(width: number, height: number): OffscreenCanvas | HTMLCanvasElement {
  if (browser.offscreenCanvas) {
    return new OffscreenCanvas(width, height);
  }
  return Object.assign(document.createElement('canvas'), { width, height });
}

/** Where a browser cannot write WebP, it gives PNG by itself: larger, and as good. */
function toBlob(canvas: OffscreenCanvas | HTMLCanvasElement): Promise<Blob> {
  if ('convertToBlob' in canvas) {
    return canvas.convertToBlob({ type: 'image/webp', quality: QUALITY });
  }
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null): void =>
      blob ? resolve(blob) : reject(new Error('the canvas gave no picture'));
    canvas.toBlob(done, 'image/webp', QUALITY);
  });
}

function dataAddress(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error('the picture cannot be read'));
    reader.readAsDataURL(blob);
  });
}
