import { PNG_SIGNATURE, pngChunk, readPngChunks } from '../../comfy/png';
import { webpChunks } from '../mask/containers';
import type { Orientation } from '../mask/exif';
import { encodePng } from '../mask/png-write';
import { breathe } from '../worker/breathe';

/** Longest side of what is read at once, px: every WebGL has textures of this size. */
const PIECE = 2048;
/** Rows read at once. */
const BAND = 64;
/** RGBA. */
const CHANNELS = 4;
/** PNG's filter by the three neighbours before: the smallest files for photographs. */
const PAETH = 4;

/** A bitmap as a file. Size in px. */
export interface StraightPng {
  png: Blob;
  width: number;
  height: number;
  /** Not every pixel is opaque. */
  clear: boolean;
}

/**
 * The picture file without its orientation, for `straightPng`: browsers that turn a picture make its clear
 * pixels black, and do not let themselves be kept from it. Other formats than PNG and WebP stay as they are.
 */
export function withoutOrientation(bytes: Uint8Array): Blob {
  const chunks = readPngChunks(bytes);
  if (chunks.length > 0) {
    const kept = chunks.filter(({ type }) => type !== 'eXIf');
    return new Blob([PNG_SIGNATURE.slice(), ...kept.map(({ type, data }) => pngChunk(type, data).slice())]);
  }
  const webp = bytes.slice();
  for (const { type, at } of webpChunks(webp)) {
    if (type === 'EXIF') {
      // A type nobody knows.
      webp.fill(0x78, at, at + 4);
    }
  }
  return new Blob([webp]);
}

/**
 * Writes a bitmap as RGBA PNG with the colours under its transparency. A 2D canvas would lose them: it
 * multiplies colours by alpha, so that below alpha 0 all turn black, and most others come back changed.
 * @param bitmap decoded with `premultiplyAlpha: 'none'`
 * @param orientation by which the picture is turned on the way, as EXIF counts
 * @returns null where the browser has no WebGL, which is what reads straight alpha.
 */
export async function straightPng(
  bitmap: ImageBitmap,
  orientation: Orientation,
): Promise<StraightPng | null> {
  const reader = pixelReader();
  if (!reader) {
    return null;
  }
  const turned = turn(bitmap, orientation);
  const { width, height } = turned;
  const found = { clear: false };
  async function* rows(read: PixelReader): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    let above: Uint8Array = new Uint8Array(width * CHANNELS);
    for (let top = 0; top < height; top += BAND) {
      const count = Math.min(BAND, height - top);
      const band = await readBand(read, bitmap, turned, { top, count });
      for (let at = 3; at < band.length && !found.clear; at += CHANNELS) {
        found.clear = band[at] !== 255;
      }
      yield filtered(band, above, width * CHANNELS);
      above = band.subarray((count - 1) * width * CHANNELS);
      await breathe();
    }
  }
  try {
    const png = await encodePng({ width, height }, 6, rows(reader.read));
    return { png: new Blob([png], { type: 'image/png' }), width, height, clear: found.clear };
  } finally {
    reader.free();
  }
}

/** RGBA of a piece of a bitmap. */
type PixelReader = (piece: ImageBitmap) => Uint8Array;

/** Where each pixel of a turned picture comes from: `[x, y, 1]` times a row is its x or y in the bitmap. */
interface Turn {
  width: number;
  height: number;
  x: readonly [number, number, number];
  y: readonly [number, number, number];
}

function turn({ width, height }: ImageBitmap, orientation: Orientation): Turn {
  const [right, bottom] = [width - 1, height - 1];
  const across = orientation >= 5;
  const fromLeft = [1, 4, 5, 6].includes(orientation);
  const fromTop = [1, 2, 5, 8].includes(orientation);
  const x: [number, number, number] = fromLeft ? [1, 0, 0] : [-1, 0, right];
  const y: [number, number, number] = fromTop ? [0, 1, 0] : [0, -1, bottom];
  const swap = ([a, b, c]: [number, number, number]): [number, number, number] => [b, a, c];
  return across ? { width: height, height: width, x: swap(x), y: swap(y) } : { width, height, x, y };
}

function placed([byX, byY, start]: Turn['x'], x: number, y: number): number {
  return byX * x + byY * y + start;
}

/** The rows from `top` on of the turned bitmap. */
async function readBand(
  read: PixelReader,
  bitmap: ImageBitmap,
  turned: Turn,
  { top, count }: { top: number; count: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, x: toX, y: toY } = turned;
  const band = new Uint8Array(count * width * CHANNELS);
  for (let left = 0; left < width; left += PIECE) {
    const columns = Math.min(PIECE, width - left);
    const [x0, x1] = [placed(toX, left, top), placed(toX, left + columns - 1, top + count - 1)];
    const [y0, y1] = [placed(toY, left, top), placed(toY, left + columns - 1, top + count - 1)];
    const [fromX, fromY] = [Math.min(x0, x1), Math.min(y0, y1)];
    const [wide, high] = [Math.abs(x1 - x0) + 1, Math.abs(y1 - y0) + 1];
    const piece = await createImageBitmap(bitmap, fromX, fromY, wide, high, { premultiplyAlpha: 'none' });
    const pixels = read(piece);
    piece.close();
    let to = left * CHANNELS;
    for (let y = top; y < top + count; y++, to += (width - columns) * CHANNELS) {
      for (let x = left; x < left + columns; x++, to += CHANNELS) {
        const from = ((placed(toY, x, y) - fromY) * wide + placed(toX, x, y) - fromX) * CHANNELS;
        band[to] = pixels[from] ?? 0;
        band[to + 1] = pixels[from + 1] ?? 0;
        band[to + 2] = pixels[from + 2] ?? 0;
        band[to + 3] = pixels[from + 3] ?? 0;
      }
    }
  }
  return band;
}

function pixelReader(): { read: PixelReader; free: () => void } | null {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl');
  if (!gl) {
    return null;
  }
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  const read: PixelReader = (piece) => {
    const { width, height } = piece;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, piece);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    const pixels = new Uint8Array(width * height * CHANNELS);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    if (gl.getError() !== gl.NO_ERROR) {
      throw new Error(`WebGL cannot read ${width}×${height} px`);
    }
    return pixels;
  };
  return { read, free: () => gl.getExtension('WEBGL_lose_context')?.loseContext() };
}

/** The rows of a band, each with its filter's byte (PNG specification 9.4). */
function filtered(band: Uint8Array, above: Uint8Array, stride: number): Uint8Array<ArrayBuffer> {
  const rows = band.length / stride;
  const out = new Uint8Array(rows * (stride + 1));
  for (let y = 0; y < rows; y++) {
    const row = band.subarray(y * stride, (y + 1) * stride);
    const up = y === 0 ? above : band.subarray((y - 1) * stride, y * stride);
    let to = y * (stride + 1);
    out[to++] = PAETH;
    for (let at = 0; at < stride; at++) {
      const a = at < CHANNELS ? 0 : (row[at - CHANNELS] ?? 0);
      const b = up[at] ?? 0;
      const c = at < CHANNELS ? 0 : (up[at - CHANNELS] ?? 0);
      const [byLeft, byUp, byBoth] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
      const guess = byLeft <= byUp && byLeft <= byBoth ? a : byUp <= byBoth ? b : c;
      out[to++] = (row[at] ?? 0) - guess;
    }
  }
  return out;
}
