import { readPngChunks, readPngHeader } from '../../comfy/png';
import { type Orientation, readOrientation } from '../mask/exif';

/** Formats recognised by their first bytes. All browsers show the first four, some the others. */
export type PictureFormat =
  'png' | 'jpeg' | 'webp' | 'gif' | 'bmp' | 'avif' | 'heic' | 'tiff' | 'psd' | 'svg';

/** What a picture's bytes say about it, without decoding it. */
export interface PictureFacts {
  /** `null`: not a picture, as far as is known here. */
  format: PictureFormat | null;
  /** Stored size in px, before any rotation; `null` for formats that are not parsed. */
  size: { width: number; height: number } | null;
  orientation: Orientation;
  /** More than one frame. */
  animated: boolean;
  /** Has an alpha channel or transparent colours. Unknown for GIF: many encoders declare one for nothing. */
  alpha: boolean;
  /** Bits per channel. */
  depth: number;
  /** One channel instead of three. */
  grey: boolean;
  /** Four printing colours. */
  cmyk: boolean;
  /** The file is complete; `false`: it was cut short. */
  complete: boolean;
}

const PLAIN: PictureFacts = {
  format: null,
  size: null,
  orientation: 1,
  animated: false,
  alpha: false,
  depth: 8,
  grey: false,
  cmyk: false,
  complete: true,
};

/** Reads the facts from a whole file. Never throws, whatever the bytes are. */
export function readPictureFacts(bytes: Uint8Array): PictureFacts {
  const format = formatOf(bytes);
  const facts = { ...PLAIN, format };
  switch (format) {
    case 'png':
      return { ...facts, ...pngFacts(bytes), orientation: readOrientation(bytes) };
    case 'jpeg':
      return { ...facts, ...jpegFacts(bytes), orientation: readOrientation(bytes) };
    case 'webp':
      return { ...facts, ...webpFacts(bytes), orientation: readOrientation(bytes) };
    case 'gif':
      return { ...facts, ...gifFacts(bytes) };
    default:
      return facts;
  }
}

function formatOf(bytes: Uint8Array): PictureFormat | null {
  const text = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (text(1, 4) === 'PNG') {
    return 'png';
  }
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) {
    return 'jpeg';
  }
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') {
    return 'webp';
  }
  if (text(4, 8) === 'ftyp') {
    return text(8, 11) === 'avi' ? 'avif' : /^(hei|hev|mif)/.test(text(8, 11)) ? 'heic' : null;
  }
  const start = text(0, 4);
  if (start === 'GIF8') {
    return 'gif';
  }
  if (start === 'II*\0' || start === 'MM\0*') {
    return 'tiff';
  }
  if (start === '8BPS') {
    return 'psd';
  }
  if (start.startsWith('BM')) {
    return 'bmp';
  }
  return /<svg[\s>]/.test(text(0, 1024)) ? 'svg' : null;
}

function pngFacts(bytes: Uint8Array): Partial<PictureFacts> {
  const header = readPngHeader(bytes);
  if (!header) {
    return { complete: false };
  }
  const types = new Set(readPngChunks(bytes).map(({ type }) => type));
  const { width, height, bitDepth, colorType } = header;
  return {
    size: { width, height },
    animated: types.has('acTL'),
    alpha: colorType === 4 || colorType === 6 || types.has('tRNS'),
    depth: bitDepth,
    grey: colorType === 0 || colorType === 4,
    complete: types.has('IEND') && types.has('IDAT'),
  };
}

function jpegFacts(bytes: Uint8Array): Partial<PictureFacts> {
  const facts: Partial<PictureFacts> = { complete: false };
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = u16(bytes, at + 2);
    // Start of frame: every marker of that range but the tables and the reserved one.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      facts.depth = bytes[at + 4] ?? 8;
      facts.size = { width: u16(bytes, at + 7), height: u16(bytes, at + 5) };
      facts.grey = bytes[at + 9] === 1;
      facts.cmyk = bytes[at + 9] === 4;
    }
    if (marker === 0xda) {
      facts.complete = endsAfter(bytes, at);
      break;
    }
    at += 2 + Math.max(2, length);
  }
  return facts;
}

/** Whether an end-of-image marker follows: thumbnails in the header have theirs earlier. */
function endsAfter(bytes: Uint8Array, start: number): boolean {
  for (let at = bytes.length - 2; at > start; at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) {
      return true;
    }
  }
  return false;
}

function webpFacts(bytes: Uint8Array): Partial<PictureFacts> {
  const kind = String.fromCharCode(...bytes.subarray(12, 16));
  const complete = bytes.length >= u32(bytes, 4) + 8;
  if (kind === 'VP8X') {
    const flags = bytes[20] ?? 0;
    const size = { width: u24(bytes, 24) + 1, height: u24(bytes, 27) + 1 };
    return { size, animated: (flags & 0x02) !== 0, alpha: (flags & 0x10) !== 0, complete };
  }
  if (kind === 'VP8L') {
    const bits = u32(bytes, 21);
    const size = { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    return { size, alpha: ((bits >>> 28) & 1) === 1, complete };
  }
  const side = (at: number): number => ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)) & 0x3fff;
  return kind === 'VP8 ' ? { size: { width: side(26), height: side(28) }, complete } : { complete: false };
}

function gifFacts(bytes: Uint8Array): Partial<PictureFacts> {
  const side = (at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  const tableSize = (flags: number): number => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  const facts = { size: { width: side(6), height: side(8) }, animated: false, complete: false };
  let frames = 0;
  const skipBlocks = (from: number): number => {
    let at = from;
    while (at < bytes.length && bytes[at] !== 0) {
      at += (bytes[at] ?? 0) + 1;
    }
    return at + 1;
  };
  for (let at = 13 + tableSize(bytes[10] ?? 0); at < bytes.length;) {
    if (bytes[at] === 0x21) {
      at = skipBlocks(at + 2);
    } else if (bytes[at] === 0x2c) {
      frames++;
      at = skipBlocks(at + 11 + tableSize(bytes[at + 9] ?? 0));
    } else {
      facts.complete = bytes[at] === 0x3b && frames > 0;
      break;
    }
  }
  return { ...facts, animated: frames > 1 };
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Little-endian, as in RIFF. */
function u24(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
}

function u32(bytes: Uint8Array, at: number): number {
  return (u24(bytes, at) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}
