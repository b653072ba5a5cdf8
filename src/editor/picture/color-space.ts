import { browser } from '../../base/browser';
import { concatBytes, type PngChunk, pngChunk, readPngChunks } from '../../comfy/png';
import { ascii, jpegSegments, webpChunks } from '../mask/containers';
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
 * how the profile is made or named, nor which kinds of it the browser takes notice of.
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
  return concatBytes([Uint8Array.of(0x70, 0, 0), data]);
}

const ICC_MARK = 'ICC_PROFILE\0';

/**
 * The profile of a JPEG, put together from its APP2 segments (ICC.1, annex B.4); null when there is none or a
 * part is missing.
 */
function jpegProfile(bytes: Uint8Array): Uint8Array | null {
  const parts: Uint8Array[] = [];
  let wanted = 0;
  for (const { marker, data } of jpegSegments(bytes)) {
    if (marker === 0xe2 && ascii(data, 0, ICC_MARK.length) === ICC_MARK) {
      const [number = 0, count = 0] = data.subarray(ICC_MARK.length);
      wanted = count;
      parts[number - 1] = data.subarray(ICC_MARK.length + 2);
    }
  }
  const whole = Array.from({ length: wanted }, (_, index) => parts[index]);
  return wanted > 0 && whole.every((part) => part !== undefined) ? concatBytes(whole) : null;
}

function webpProfile(bytes: Uint8Array): Uint8Array | null {
  return [...webpChunks(bytes)].find(({ type }) => type === 'ICCP')?.data ?? null;
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
