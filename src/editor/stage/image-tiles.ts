import { browser } from '../../base/browser';
import { mayHaveAlpha } from './image-format';

/** Side of a picture tile, px of its level. */
export const IMAGE_TILE = 1024;

/**
 * A piece of a picture at one level (level n is halved n times). The bitmap reaches 1 px beyond the tile
 * where the picture continues, so that smoothing finds its neighbours.
 */
export interface ImageTile {
  level: number;
  column: number;
  row: number;
  bitmap: ImageBitmap;
}

/** Size and properties of a decoded picture. */
export interface ImageFacts {
  width: number;
  height: number;
  opaque: boolean;
}

export type ImageProblem = 'fetch-failed' | 'decode-failed' | 'size-mismatch' | 'too-large';

export class ImageError extends Error {
  override readonly name = 'ImageError';

  constructor(
    readonly problem: ImageProblem,
    readonly facts: Record<string, string | number> = {},
  ) {
    super(problem);
  }
}

/** Levels of a picture: the last one fits into a single tile. */
export function imageLevels(width: number, height: number): number {
  let levels = 1;
  for (let side = Math.max(width, height); side > IMAGE_TILE; side = Math.ceil(side / 2)) {
    levels++;
  }
  return levels;
}

/** A side at a level, px. */
export function sideAt(side: number, level: number): number {
  return Math.max(1, Math.ceil(side / 2 ** level));
}

type Canvas2D = OffscreenCanvas | HTMLCanvasElement;

/** Chooses what to draw on: off screen in workers, an element where only that can draw. */
function makeCanvas(width: number, height: number): Canvas2D {
  if (browser.offscreenCanvas) {
    return new OffscreenCanvas(width, height);
  }
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/**
 * Decodes a picture and cuts it into tiles with all its halved levels, coarsest first. Works in a worker and
 * on the page.
 * @param expected size the picture must have, px.
 * @param onFacts called before the first tile.
 * @throws ImageError
 */
export async function cutImage(
  source: Blob | string,
  expected: { width: number; height: number },
  onFacts: (facts: ImageFacts) => void,
  onTile: (tile: ImageTile) => void,
): Promise<void> {
  const blob = typeof source === 'string' ? await load(source) : source;
  let whole: ImageBitmap;
  try {
    whole = await createImageBitmap(blob);
  } catch (error) {
    const large =
      expected.width * expected.height > 2 ** 28 || Math.max(expected.width, expected.height) > 16_384;
    throw new ImageError(large ? 'too-large' : 'decode-failed', {
      ...expected,
      reason: error instanceof Error ? error.message : String(error),
    });
  }
  const { width, height } = whole;
  if (width !== expected.width || height !== expected.height) {
    whole.close();
    throw new ImageError('size-mismatch', { ...expected, shownWidth: width, shownHeight: height });
  }
  const head = new Uint8Array(await blob.slice(0, 65_536).arrayBuffer());
  onFacts({ width, height, opaque: !mayHaveAlpha(head) });
  const levels: (Canvas2D | ImageBitmap)[] = [whole];
  for (let level = 1; level < imageLevels(width, height); level++) {
    levels.push(halve(levels[level - 1] ?? whole));
  }
  for (let level = levels.length - 1; level >= 0; level--) {
    await cutLevel(levels[level] ?? whole, level, onTile);
    levels.length = level;
  }
  whole.close();
}

async function load(url: string): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new ImageError('fetch-failed', { reason: error instanceof Error ? error.message : String(error) });
  }
  if (!response.ok) {
    throw new ImageError('fetch-failed', { status: response.status });
  }
  return response.blob();
}

function halve(source: Canvas2D | ImageBitmap): Canvas2D {
  const width = sideAt(source.width, 1);
  const height = sideAt(source.height, 1);
  const canvas = makeCanvas(width, height);
  // Each kind of canvas has a context type of its own.
  const context = 'transferToImageBitmap' in canvas ? canvas.getContext('2d') : canvas.getContext('2d');
  if (!context) {
    throw new ImageError('too-large', { width: source.width, height: source.height });
  }
  context.imageSmoothingEnabled = true;
  // At exactly half size, plain bilinear sampling is the average of 2 × 2 px.
  context.imageSmoothingQuality = 'low';
  context.drawImage(source, 0, 0, source.width / 2, source.height / 2);
  return canvas;
}

async function cutLevel(
  source: Canvas2D | ImageBitmap,
  level: number,
  onTile: (tile: ImageTile) => void,
): Promise<void> {
  for (let row = 0; row * IMAGE_TILE < source.height; row++) {
    for (let column = 0; column * IMAGE_TILE < source.width; column++) {
      const x0 = Math.max(0, column * IMAGE_TILE - 1);
      const y0 = Math.max(0, row * IMAGE_TILE - 1);
      const x1 = Math.min(source.width, (column + 1) * IMAGE_TILE + 1);
      const y1 = Math.min(source.height, (row + 1) * IMAGE_TILE + 1);
      const bitmap = await createImageBitmap(source, x0, y0, x1 - x0, y1 - y0);
      onTile({ level, column, row, bitmap });
    }
  }
}
