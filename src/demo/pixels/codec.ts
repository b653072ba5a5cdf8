import sharp, { type Sharp } from 'sharp';
import { eachRow, type Pace } from './pace';
import { createImage, frame, fromByte, type ImageTensor } from './tensor';

/** How the file itself stores its colours. */
export type FileColors = 'grey' | 'palette' | 'rgb';

/** A decoded picture: 8-bit straight RGB or RGBA rows, nothing colour-managed, RGB under alpha 0 kept. */
export interface Pixels {
  width: number;
  height: number;
  channels: 3 | 4;
  data: Uint8Array;
}

const OPEN = { ignoreIcc: true, limitInputPixels: false, failOn: 'error' } as const;

/**
 * Decodes a picture (first frame only).
 * @param orient applies the EXIF orientation; uploads and /view do not (API notes §2.2), LoadImage does.
 * @throws Error when the bytes are not a picture sharp can read.
 */
export async function decodePixels(source: string | Buffer, orient = false): Promise<Pixels> {
  const image = sharp(source, OPEN);
  return rawPixels(orient ? image.autoOrient() : image);
}

/** Every frame of an animated picture, in order; one for a still. EXIF orientation applied. */
export async function decodeFrames(source: string): Promise<{ frames: Pixels[]; colors: FileColors }> {
  const { pages = 1, channels = 3, isPalette, format } = await sharp(source, OPEN).metadata();
  const colors = isPalette || format === 'gif' ? 'palette' : channels < 3 ? 'grey' : 'rgb';
  const frames: Pixels[] = [];
  for (let page = 0; page < pages; page++) {
    frames.push(await rawPixels(sharp(source, { ...OPEN, page, pages: 1 }).autoOrient()));
  }
  return { frames, colors };
}

async function rawPixels(image: Sharp): Promise<Pixels> {
  const { data, info } = await image
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const channels: number = info.channels;
  if (channels === 3 || channels === 4) {
    return { width, height, channels, data };
  }
  return { width, height, ...greyToRgb(data, channels) };
}

function greyToRgb(grey: Uint8Array, channels: number): { channels: 3 | 4; data: Uint8Array } {
  const out = channels === 2 ? 4 : 3;
  const data = new Uint8Array((grey.length / channels) * out);
  for (let from = 0, to = 0; from < grey.length; from += channels, to += out) {
    data.fill(grey[from] ?? 0, to, to + 3);
    if (out === 4) {
      data[to + 3] = grey[from + 1] ?? 255;
    }
  }
  return { channels: out, data };
}

/** Pillow's `convert('RGBA')`: alpha 255 where there was none. */
export function toRgba(pixels: Pixels): Uint8Array {
  if (pixels.channels === 4) {
    return pixels.data;
  }
  const rgba = new Uint8Array(pixels.width * pixels.height * 4).fill(255);
  for (let from = 0, to = 0; from < pixels.data.length; from += 3, to += 4) {
    rgba[to] = pixels.data[from] ?? 0;
    rgba[to + 1] = pixels.data[from + 1] ?? 0;
    rgba[to + 2] = pixels.data[from + 2] ?? 0;
  }
  return rgba;
}

/** RGB without blending: alpha is dropped, colours are unchanged. */
export function toRgb(pixels: Pixels): Uint8Array {
  if (pixels.channels === 3) {
    return pixels.data;
  }
  const rgb = new Uint8Array(pixels.width * pixels.height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = pixels.data[from] ?? 0;
    rgb[to + 1] = pixels.data[from + 1] ?? 0;
    rgb[to + 2] = pixels.data[from + 2] ?? 0;
  }
  return rgb;
}

/** A sharp pipeline over raw bytes, without any operation that could change the values. */
export function fromRaw(data: Uint8Array, width: number, height: number, channels: 1 | 2 | 3 | 4): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}

/** A PNG of raw bytes. `level`: zlib level, 4 for saved pictures, 1 for previews, as ComfyUI. */
export async function encodePng(
  data: Uint8Array,
  width: number,
  height: number,
  channels: 1 | 2 | 3 | 4,
  level = 4,
): Promise<Buffer> {
  return fromRaw(data, width, height, channels)
    .png({ compressionLevel: level, adaptiveFiltering: level > 1, palette: false })
    .toBuffer();
}

/** RGB of decoded frames as an IMAGE; frames of another size than the first are left out. */
export async function imageFromPixels(frames: readonly Pixels[], pace: Pace): Promise<ImageTensor> {
  const first = frames[0];
  if (!first) {
    throw new RangeError('no frames');
  }
  const { width, height } = first;
  const same = frames.filter((pixels) => pixels.width === width && pixels.height === height);
  const image = createImage(same.length, height, width, 3);
  for (const [index, { data, channels }] of same.entries()) {
    const values = frame(image, index);
    await eachRow(height, pace, (y) => {
      for (let x = y * width; x < (y + 1) * width; x++) {
        values[x * 3] = fromByte(data[x * channels] as number);
        values[x * 3 + 1] = fromByte(data[x * channels + 1] as number);
        values[x * 3 + 2] = fromByte(data[x * channels + 2] as number);
      }
    });
  }
  return image;
}
