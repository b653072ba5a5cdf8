import { readPngChunks, readPngText } from './png';

/** Files whose metadata can hold a graph. */
export type MediaKind = 'PNG' | 'WebP' | 'JPEG' | 'MP4' | 'WebM';

/** What kind of picture or video the bytes are; `null` for anything else. The first 16 bytes suffice. */
export function mediaKind(bytes: Uint8Array): MediaKind | null {
  if (ascii(bytes, 1, 4) === 'PNG' && bytes[0] === 0x89) {
    return 'PNG';
  }
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') {
    return 'WebP';
  }
  if (bytes[0] === 0xff && bytes[1] === 0xd8) {
    return 'JPEG';
  }
  if (ascii(bytes, 4, 8) === 'ftyp') {
    return 'MP4';
  }
  return bytes[0] === 0x1a && bytes[1] === 0x45 && bytes[2] === 0xdf && bytes[3] === 0xa3 ? 'WebM' : null;
}

/**
 * The texts a picture or video carries, by lower-case key: `prompt` and `workflow` where ComfyUI made it (API
 * reference 8). Damaged files give what can still be read.
 *
 * PNG: text chunks, and `comf` chunks of animations. WebP and JPEG: EXIF strings of the form `prompt:{…}`, in
 * any spelling of the key, behind an `Exif` header or without. MP4 and WebM: container tags, and comments
 * that are JSON, which the video helper suite writes.
 */
export async function readMediaText(bytes: Uint8Array): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const add = (key: string, text: string): void => {
    const name = key.toLowerCase();
    if (!texts.has(name)) {
      texts.set(name, text);
    }
  };
  switch (mediaKind(bytes)) {
    case 'PNG':
      Object.entries(await readPngText(bytes)).forEach(([key, text]) => {
        add(key, text);
      });
      addAnimationChunks(bytes, add);
      break;
    case 'WebP':
      addExif(webpChunk(bytes, 'EXIF'), add);
      break;
    case 'JPEG':
      jpegExif(bytes).forEach((data) => {
        addExif(data, add);
      });
      break;
    case 'MP4':
      addMp4Tags(bytes, add);
      break;
    case 'WebM':
      addWebmTags(bytes, add);
      break;
  }
  unpackComment(texts, add);
  return texts;
}

type Add = (key: string, text: string) => void;

/** Longer keys are none. */
const LONGEST_KEY = 80;

/** SaveAnimatedPNG keeps its texts behind the first picture: `key`, NUL, JSON. */
function addAnimationChunks(bytes: Uint8Array, add: Add): void {
  for (const { type, data } of readPngChunks(bytes)) {
    const end = type === 'comf' ? data.indexOf(0) : -1;
    if (end > 0 && end < LONGEST_KEY) {
      add(ascii(data, 0, end), utf8(data.subarray(end + 1)));
    }
  }
}

function webpChunk(bytes: Uint8Array, wanted: string): Uint8Array | null {
  const view = viewOf(bytes);
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    if (ascii(bytes, at, at + 4) === wanted) {
      return bytes.subarray(at + 8, at + 8 + length);
    }
    at += 8 + length + (length & 1);
  }
  return null;
}

function jpegExif(bytes: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1] ?? 0;
    const length = viewOf(bytes).getUint16(at + 2);
    // Behind the start of the scan there are only pixels.
    if (marker === 0xda || length < 2) {
      break;
    }
    if (marker === 0xe1) {
      found.push(bytes.subarray(at + 4, at + 2 + length));
    }
    at += 2 + length;
  }
  return found;
}

/** A directory of ten thousands of entries that all name the same megabytes would take minutes to read. */
const MOST_ENTRIES = 64;
const EXIF_HEADER = 'Exif\0\0';
const EXIF_DIRECTORY = 0x8769;
const USER_COMMENT = 0x9286;

/** Strings of the first directory and of the one below it, each `key:text`. */
function addExif(data: Uint8Array | null, add: Add): void {
  if (!data) {
    return;
  }
  const tiff = ascii(data, 0, 6) === EXIF_HEADER ? data.subarray(6) : data;
  const order = ascii(tiff, 0, 2);
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) {
    return;
  }
  const little = order === 'II';
  readDirectory(tiff, viewOf(tiff).getUint32(4, little), little, add, 0);
}

function readDirectory(tiff: Uint8Array, at: number, little: boolean, add: Add, depth: number): void {
  const view = viewOf(tiff);
  if (at + 2 > tiff.length) {
    return;
  }
  const count = Math.min(view.getUint16(at, little), MOST_ENTRIES);
  for (let i = 0; i < count && at + 2 + (i + 1) * 12 <= tiff.length; i++) {
    const entry = at + 2 + i * 12;
    const tag = view.getUint16(entry, little);
    const type = view.getUint16(entry + 2, little);
    const length = view.getUint32(entry + 4, little);
    if (tag === EXIF_DIRECTORY && depth === 0) {
      readDirectory(tiff, view.getUint32(entry + 8, little), little, add, depth + 1);
    } else if (type === 2 || tag === USER_COMMENT) {
      const start = length <= 4 ? entry + 8 : view.getUint32(entry + 8, little);
      addPair(exifText(tiff.subarray(start, start + length), tag, little), add);
    }
  }
}

/** A user comment begins with the eight letters of its encoding. */
function exifText(data: Uint8Array, tag: number, little: boolean): string {
  if (tag !== USER_COMMENT) {
    return utf8(data).replace(/\0+$/, '');
  }
  const encoding = ascii(data, 0, 8);
  const text = data.subarray(8);
  return encoding.startsWith('UNICODE')
    ? new TextDecoder(little ? 'utf-16le' : 'utf-16be').decode(text)
    : utf8(text).replace(/\0+$/, '');
}

function addPair(text: string, add: Add): void {
  const match = /^\s*(\w+)\s*:\s*([{[][^]*)$/.exec(text);
  if (match) {
    add(match[1] ?? '', match[2] ?? '');
  } else if (text.trimStart().startsWith('{')) {
    add('comment', text);
  }
}

/** How deep boxes and elements nest in files that mean well. */
const DEEPEST = 8;

/** Boxes of an MP4: `type` and the range of their contents. */
function* boxes(bytes: Uint8Array, from: number, to: number): Generator<[string, number, number]> {
  const view = viewOf(bytes);
  for (let at = from; at + 8 <= to;) {
    let size = view.getUint32(at);
    let header = 8;
    if (size === 1 && at + 16 <= to) {
      size = Number(view.getBigUint64(at + 8));
      header = 16;
    } else if (size === 0) {
      size = to - at;
    }
    if (size < header) {
      return;
    }
    yield [ascii(bytes, at + 4, at + 8), at + header, Math.min(at + size, to)];
    at += size;
  }
}

const CONTAINERS: ReadonlySet<string> = new Set(['moov', 'udta', 'trak']);

/** `moov/udta/meta` or `moov/meta`, with names in `keys` (QuickTime) or as box types (iTunes). */
function addMp4Tags(bytes: Uint8Array, add: Add, from = 0, to = bytes.length, depth = 0): void {
  for (const [type, start, end] of boxes(bytes, from, to)) {
    if (CONTAINERS.has(type) && depth < DEEPEST) {
      addMp4Tags(bytes, add, start, end, depth + 1);
    } else if (type === 'meta') {
      // A full box has four bytes of version before its contents, QuickTime's has none.
      const isFull = start + 8 <= end && ascii(bytes, start + 4, start + 8) !== 'hdlr';
      addMp4Meta(bytes, isFull ? start + 4 : start, end, add);
    }
  }
}

function addMp4Meta(bytes: Uint8Array, from: number, to: number, add: Add): void {
  const view = viewOf(bytes);
  const keys: string[] = [];
  for (const [type, start, end] of boxes(bytes, from, to)) {
    if (type === 'keys') {
      for (const [, keyStart, keyEnd] of boxes(bytes, start + 8, end)) {
        keys.push(utf8(bytes.subarray(keyStart, keyEnd)));
      }
    } else if (type === 'ilst') {
      for (const [name, itemStart, itemEnd] of boxes(bytes, start, end)) {
        const key = keys[view.getUint32(itemStart - 4) - 1] ?? name;
        for (const [part, partStart, partEnd] of boxes(bytes, itemStart, itemEnd)) {
          if (part === 'data') {
            add(key === '©cmt' ? 'comment' : key, utf8(bytes.subarray(partStart + 8, partEnd)));
          }
        }
      }
    }
  }
}

const SEGMENT = 0x18538067;
const TAGS = 0x1254c367;
const TAG = 0x7373;
const SIMPLE_TAG = 0x67c8;
const TAG_NAME = 0x45a3;
const TAG_STRING = 0x4487;
const NESTED: ReadonlySet<number> = new Set([SEGMENT, TAGS, TAG]);

/** Elements of EBML, on which WebM and Matroska are built: id and the range of their contents. */
function* elements(bytes: Uint8Array, from: number, to: number): Generator<[number, number, number]> {
  for (let at = from; at < to;) {
    const id = readVint(bytes, at, true);
    const size = id && readVint(bytes, at + id.length, false);
    if (!id || !size) {
      return;
    }
    const start = at + id.length + size.length;
    // All ones: up to the end of what is around.
    const end = size.value === null ? to : Math.min(start + size.value, to);
    yield [id.value ?? 0, start, end];
    at = end;
  }
}

function readVint(
  bytes: Uint8Array,
  at: number,
  keepMarker: boolean,
): { value: number | null; length: number } | null {
  const first = bytes[at] ?? 0;
  const length = Math.clz32(first) - 23;
  if (length > 8 || at + length > bytes.length) {
    return null;
  }
  let value = keepMarker ? first : first & (0xff >> length);
  let allOnes = (first & (0xff >> length)) === 0xff >> length;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    allOnes &&= byte === 0xff;
    value = value * 256 + byte;
  }
  return { value: allOnes && !keepMarker ? null : value, length };
}

function addWebmTags(bytes: Uint8Array, add: Add, from = 0, to = bytes.length, depth = 0): void {
  for (const [id, start, end] of elements(bytes, from, to)) {
    if (NESTED.has(id) && depth < DEEPEST) {
      addWebmTags(bytes, add, start, end, depth + 1);
    } else if (id === SIMPLE_TAG) {
      let name = '';
      for (const [part, partStart, partEnd] of elements(bytes, start, end)) {
        const text = utf8(bytes.subarray(partStart, partEnd)).replace(/\0+$/, '');
        if (part === TAG_NAME) {
          name = text;
        } else if (part === TAG_STRING) {
          add(name, text);
        }
      }
    }
  }
}

/** The video helper suite puts `{"prompt": …, "workflow": …}` into a comment, with the parts as text or as JSON. */
function unpackComment(texts: ReadonlyMap<string, string>, add: Add): void {
  const comment = texts.get('comment')?.trimStart() ?? '';
  if (!comment.startsWith('{')) {
    return;
  }
  for (const key of ['prompt', 'workflow']) {
    const part = memberText(comment, key);
    if (part !== null) {
      add(key, part);
    }
  }
}

/** The text of an object's member, uninterpreted: parsing it here would round its seeds. */
function memberText(json: string, key: string): string | null {
  let depth = 0;
  let start = -1;
  for (const match of json.matchAll(/"(?:[^"\\]|\\[^])*"|[{}[\],]/g)) {
    const [token] = match;
    const end = match.index + token.length;
    if (depth === 1 && start >= 0 && (token === ',' || token === '}')) {
      return unquoted(json.slice(start, match.index).trim());
    }
    if (token === '{' || token === '[') {
      depth++;
    } else if (token === '}' || token === ']') {
      depth--;
    } else if (depth === 1 && start < 0 && token === `"${key}"`) {
      const colon = /^\s*:/.exec(json.slice(end, end + 20));
      start = colon ? end + colon[0].length : -1;
    }
  }
  return null;
}

function unquoted(text: string): string | null {
  if (!text.startsWith('"')) {
    return text;
  }
  try {
    return JSON.parse(text) as string;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return null;
    }
    throw error;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Latin-1, of which these formats mostly use the letters. */
function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

const decoder = new TextDecoder();

function utf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
