import { browser } from '../../base/browser';
import { type PngChunk, pngChunk, readPngChunks } from '../../comfy/png';
import { encodePng } from '../mask/png-write';
import type { PictureFacts } from './picture-facts';

/** What a PNG can say about its colours, in the order in which the chunks may stand. */
const COLOR_CHUNKS = ['cICP', 'iCCP', 'sRGB', 'gAMA', 'cHRM'];
/** 8-bit levels by which profiles that all mean sRGB differ, because their makers round them differently. */
const TOLERANCE = 2;
/** Levels of each channel that are compared, close together where curves differ most. */
const LEVELS = [0, 8, 20, 48, 96, 160, 208, 255];

/**
 * Whether this browser shows a file in other colours than the numbers in it would give as sRGB: it has a
 * profile, such as Adobe RGB or Display P3, or says something else about its colours. ComfyUI reads the
 * numbers and writes them without a profile, so that results would change colour everywhere.
 *
 * What the file says about its colours is put on a few colours, and those are decoded: so it does not matter
 * how a profile is made or named, nor which kinds of it the browser takes notice of.
 */
export async function hasOtherColors(bytes: Uint8Array, facts: PictureFacts): Promise<boolean> {
  const chunks = await colorChunks(bytes, facts);
  if (!browser.offscreenCanvas || chunks.every(({ type }) => type === 'sRGB')) {
    return false;
  }
  const sample = sampleColors(facts.grey);
  const plain = await decoded(sample, facts.grey, []);
  // A browser that disguises what canvases hold cannot tell.
  if (!plain || distance(plain, sample) > 0) {
    return false;
  }
  const shown = await decoded(sample, facts.grey, chunks);
  return shown !== null && distance(shown, sample) > TOLERANCE;
}

/** What a file says about its colours, as PNG chunks; empty when it says nothing. */
async function colorChunks(bytes: Uint8Array, { format }: PictureFacts): Promise<PngChunk[]> {
  if (format === 'png') {
    return readPngChunks(bytes)
      .filter(({ type }) => COLOR_CHUNKS.includes(type))
      .sort((a, b) => COLOR_CHUNKS.indexOf(a.type) - COLOR_CHUNKS.indexOf(b.type));
  }
  const profile = format === 'jpeg' ? jpegProfile(bytes) : format === 'webp' ? webpProfile(bytes) : null;
  return profile ? [{ type: 'iCCP', data: await iccpOf(profile) }] : [];
}

/** A profile as the data of an iCCP chunk: a name, the method 0, and zlib. */
async function iccpOf(profile: Uint8Array): Promise<Uint8Array> {
  const packed = new Blob([profile.slice()]).stream().pipeThrough(new CompressionStream('deflate'));
  const data = new Uint8Array(await new Response(packed).arrayBuffer());
  return Uint8Array.of(0x70, 0, 0, ...data);
}

const ICC_MARK = 'ICC_PROFILE\0';

/**
 * The profile of a JPEG, put together from its APP2 segments (ICC.1, annex B.4); null when there is none or a
 * part is missing.
 */
export function jpegProfile(bytes: Uint8Array): Uint8Array | null {
  const parts: Uint8Array[] = [];
  let wanted = 0;
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xda) {
      break;
    }
    const end = at + 2 + Math.max(2, ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
    const start = at + 4 + ICC_MARK.length;
    if (marker === 0xe2 && String.fromCharCode(...bytes.subarray(at + 4, start)) === ICC_MARK) {
      wanted = bytes[start + 1] ?? 0;
      parts[(bytes[start] ?? 0) - 1] = bytes.subarray(start + 2, end);
    }
    at = end;
  }
  const whole = Array.from({ length: wanted }, (_, index) => parts[index]);
  return wanted > 0 && whole.every((part) => part !== undefined) ? joined(whole) : null;
}

/** The ICCP chunk of a WebP. */
export function webpProfile(bytes: Uint8Array): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    if (String.fromCharCode(...bytes.subarray(at, at + 4)) === 'ICCP') {
      return bytes.subarray(at + 8, at + 8 + length);
    }
    at += 8 + length + (length % 2);
  }
  return null;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Colours to try, one byte a channel. */
function sampleColors(grey: boolean): Uint8Array<ArrayBuffer> {
  return grey
    ? Uint8Array.from(LEVELS)
    : Uint8Array.from(LEVELS.flatMap((r) => LEVELS.flatMap((g) => LEVELS.flatMap((b) => [r, g, b]))));
}

/** A row of colours as this browser shows it in a file with these chunks; null when it cannot. */
async function decoded(
  sample: Uint8Array,
  grey: boolean,
  chunks: readonly PngChunk[],
): Promise<Uint8Array | null> {
  const channels = grey ? 1 : 3;
  const width = sample.length / channels;
  const more = chunks.map(({ type, data }) => pngChunk(type, data));
  const row = Uint8Array.of(0, ...sample);
  const png = await encodePng({ width, height: 1 }, grey ? 0 : 2, [row], more);
  // eslint-disable-next-line local/no-silent-catch -- broken colour chunks: then nothing is known of them
  const bitmap = await createImageBitmap(new Blob([png], { type: 'image/png' })).catch(() => null);
  if (!bitmap) {
    return null;
  }
  const context = new OffscreenCanvas(width, 1).getContext('2d', { willReadFrequently: true });
  context?.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = context?.getImageData(0, 0, width, 1).data;
  return rgba
    ? Uint8Array.from(sample, (_, at) => rgba[Math.floor(at / channels) * 4 + (at % channels)] ?? 0)
    : null;
}

function distance(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? 0))), 0);
}
