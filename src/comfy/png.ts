import { reportingAs } from '../base/report';
import { isPng, latin1Text, readPngHeader } from './png-header';

export { PNG_SIGNATURE, type PngHeader, readPngHeader } from './png-header';

/** A PNG chunk: four-letter type and its data, without length and CRC. */
export interface PngChunk {
  type: string;
  data: Uint8Array;
}

const CRC_TABLE = new Uint32Array(256).map((_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) {
    c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  }
  return c >>> 0;
});

/** CRC-32 of PNG and zlib. `seed` continues a previous result. */
export function crc32(bytes: Uint8Array, seed = 0): number {
  let c = ~seed >>> 0;
  for (const byte of bytes) {
    c = (CRC_TABLE[(c ^ byte) & 0xff] ?? 0) ^ (c >>> 8);
  }
  return ~c >>> 0;
}

/** A whole chunk: length, type, data, CRC. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(latin1Bytes(type), 4);
  chunk.set(data, 8);
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  return chunk;
}

/**
 * The chunks of a PNG in file order. A file cut short, for example by a Range request, gives the chunks
 * that are whole. Not a PNG: an empty list.
 */
export function readPngChunks(bytes: Uint8Array): PngChunk[] {
  const chunks: PngChunk[] = [];
  if (!isPng(bytes)) {
    return chunks;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) {
      break;
    }
    chunks.push({
      type: latin1Text(bytes.subarray(at + 4, at + 8)),
      data: bytes.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return chunks;
}

/**
 * Text chunks by key (tEXt, zTXt, iTXt); the first chunk of each key wins. ComfyUI writes `prompt` and `workflow`
 * before the pixels (API reference 8), so the head of a file is enough.
 */
export async function readPngText(bytes: Uint8Array): Promise<Record<string, string>> {
  const texts = new Map<string, string>();
  for (const { type, data } of readPngChunks(bytes)) {
    const entry = await readTextChunk(type, data).catch(reportingAs('comfy.png-text', null));
    if (entry && !texts.has(entry[0])) {
      texts.set(entry[0], entry[1]);
    }
  }
  return Object.fromEntries(texts);
}

async function readTextChunk(type: string, data: Uint8Array): Promise<[string, string] | null> {
  const keyEnd = data.indexOf(0);
  if (keyEnd < 1) {
    return null;
  }
  const key = latin1Text(data.subarray(0, keyEnd));
  const rest = data.subarray(keyEnd + 1);
  if (type === 'tEXt') {
    return [key, latin1Text(rest)];
  }
  if (type === 'zTXt') {
    return [key, latin1Text(await inflate(rest.subarray(1)))];
  }
  if (type === 'iTXt') {
    // Compression flag and method, language, translated key, text.
    const languageEnd = rest.indexOf(0, 2);
    const keywordEnd = languageEnd < 0 ? -1 : rest.indexOf(0, languageEnd + 1);
    if (keywordEnd < 0) {
      return null;
    }
    const text = rest.subarray(keywordEnd + 1);
    return [key, new TextDecoder().decode(rest[0] === 1 ? await inflate(text) : text)];
  }
  return null;
}

/** Longer texts are cut off: a few kilobytes can inflate to gigabytes. */
const MOST_INFLATED = 32 * 1024 * 1024;

async function inflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream('deflate'));
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    length += part.value.length;
    if (length > MOST_INFLATED) {
      await reader.cancel();
      throw new RangeError('the text is too long');
    }
  }
  return concatBytes(parts);
}

/**
 * The PNG with text entries put before its pixels, where readers look first: tEXt when the text is
 * latin-1, as ComfyUI writes it, else iTXt in UTF-8. Keys are latin-1, 1 to 79 characters.
 * @throws RangeError when the bytes are not a PNG.
 */
export function insertPngText(png: Uint8Array, entries: readonly (readonly [string, string])[]): Uint8Array {
  if (!readPngHeader(png)) {
    throw new RangeError('not a PNG');
  }
  const afterHeader = 33;
  return concatBytes([
    png.subarray(0, afterHeader),
    ...entries.map(([key, text]) => textChunk(key, text)),
    png.subarray(afterHeader),
  ]);
}

function textChunk(key: string, text: string): Uint8Array {
  const keyBytes = latin1Bytes(key.slice(0, 79));
  if (isLatin1(text)) {
    return pngChunk('tEXt', concatBytes([keyBytes, Uint8Array.of(0), latin1Bytes(text)]));
  }
  return pngChunk('iTXt', concatBytes([keyBytes, new Uint8Array(5), new TextEncoder().encode(text)]));
}

function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 255) {
      return false;
    }
  }
  return true;
}

function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0) & 0xff);
}

/** Joins byte arrays into one. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
