import { mediaKind } from './media-text';
import { concatBytes, PNG_SIGNATURE, pngChunk, readPngChunks } from './png';

/**
 * A picture without what was written into it besides its pixels: prompts, graphs, EXIF, XMP, comments, and
 * whatever follows its end. Nothing is decoded or encoded anew, so that every pixel stays what it was. Colour
 * profiles stay, since the colours depend on them, and so does the orientation of EXIF, alone.
 * @returns null for anything but a whole PNG, JPEG or WebP file.
 */
export function stripMetadata(bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  switch (mediaKind(bytes)) {
    case 'PNG':
      return stripPng(bytes);
    case 'JPEG':
      return stripJpeg(bytes);
    case 'WebP':
      return stripWebp(bytes);
    default:
      return null;
  }
}

/** Ancillary chunks by which pixels look as they do; all critical ones, with an upper-case letter first, stay too. */
const PNG_LOOKS = /^(tRNS|gAMA|cHRM|sRGB|iCCP|sBIT|cICP|mDCV|cLLI|pHYs|bKGD|acTL|fcTL|fdAT)$/;

function stripPng(bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const chunks = readPngChunks(bytes);
  const end = chunks.findIndex(({ type }) => type === 'IEND');
  if (end < 0) {
    return null;
  }
  const kept = chunks
    .slice(0, end + 1)
    .flatMap(({ type, data }) =>
      type === 'eXIf'
        ? orientationOf(data, (tiff) => pngChunk(type, tiff))
        : isPngLook(type)
          ? [pngChunk(type, data)]
          : [],
    );
  return concatBytes([PNG_SIGNATURE, ...kept]);
}

function isPngLook(type: string): boolean {
  return /^[A-Z]/.test(type) || PNG_LOOKS.test(type);
}

const SOS = 0xda;
const EOI = 0xd9;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const COM = 0xfe;
const EXIF = 'Exif\0\0';

function stripJpeg(bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const parts: Uint8Array[] = [bytes.subarray(0, 2)];
  let at = 2;
  while (at + 2 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      // Markers may be filled up.
      at += 1;
      continue;
    }
    if (marker === EOI) {
      return concatBytes([...parts, bytes.subarray(at, at + 2)]);
    }
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const next = at + 2 + length;
    if (length < 2 || next > bytes.length) {
      return null;
    }
    parts.push(...jpegSegment(marker, bytes.subarray(at, next)));
    at = next;
    if (marker === SOS) {
      const end = endOfScan(bytes, at);
      parts.push(bytes.subarray(at, end));
      at = end;
    }
  }
  return null;
}

function jpegSegment(marker: number, segment: Uint8Array): Uint8Array[] {
  const data = segment.subarray(4);
  if (marker === APP1 && startsWith(data, EXIF)) {
    return orientationOf(data.subarray(EXIF.length), (tiff) => {
      const inside = concatBytes([latin1(EXIF), tiff]);
      const length = inside.length + 2;
      return concatBytes([Uint8Array.of(0xff, APP1, length >> 8, length & 0xff), inside]);
    });
  }
  const isApp = marker >= APP0 && marker <= 0xef;
  const looks = marker === APP0 || marker === APP14 || (marker === APP2 && startsWith(data, 'ICC_PROFILE\0'));
  return (isApp && !looks) || marker === COM ? [] : [segment];
}

/** Where the next marker is that does not belong to the compressed pixels. */
function endOfScan(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at + 1 < bytes.length) {
    const next = bytes[at + 1] ?? 0;
    const isData = bytes[at] !== 0xff || next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
    if (!isData) {
      return at;
    }
    at += 1;
  }
  return bytes.length;
}

/** What makes the picture; anything else is about it. */
const WEBP_LOOKS = /^(VP8X|VP8 |VP8L|ALPH|ANIM|ANMF|ICCP)$/;
const WEBP_EXIF = 0x08;
const WEBP_XMP = 0x04;

function stripWebp(bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 8 + (bytes.length >= 12 ? view.getUint32(4, true) : Infinity);
  if (end > bytes.length + 1) {
    return null;
  }
  const chunks: { type: string; data: Uint8Array }[] = [];
  for (let at = 12; at + 8 <= Math.min(end, bytes.length);) {
    const length = view.getUint32(at + 4, true);
    if (at + 8 + length > bytes.length) {
      return null;
    }
    chunks.push({ type: text(bytes, at, at + 4), data: bytes.subarray(at + 8, at + 8 + length) });
    at += 8 + length + (length & 1);
  }
  if (!chunks.some(({ type }) => /^(VP8 |VP8L|ANMF)$/.test(type))) {
    return null;
  }
  const kept = chunks.flatMap(({ type, data }) =>
    type === 'EXIF'
      ? orientationOf(startsWith(data, EXIF) ? data.subarray(EXIF.length) : data, (tiff) =>
          webpChunk(type, tiff),
        )
      : WEBP_LOOKS.test(type)
        ? [webpChunk(type, type === 'VP8X' ? withoutFlags(data, chunks) : data)]
        : [],
  );
  const body = concatBytes([latin1('WEBP'), ...kept]);
  return webpChunk('RIFF', body);
}

/** The header's flags must tell what chunks there are. */
function withoutFlags(header: Uint8Array, chunks: readonly { type: string; data: Uint8Array }[]): Uint8Array {
  const copy = header.slice();
  const turned = chunks.some(
    ({ type, data }) => type === 'EXIF' && orientationOf(data, (tiff) => tiff).length > 0,
  );
  copy[0] = (copy[0] ?? 0) & ~(turned ? WEBP_XMP : WEBP_XMP | WEBP_EXIF);
  return copy;
}

function webpChunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(8);
  head.set(latin1(type));
  new DataView(head.buffer).setUint32(4, data.length, true);
  return concatBytes([head, data, new Uint8Array(data.length & 1)]);
}

const ORIENTATION = 0x0112;

/** The part of an EXIF block that turns the picture, where it does, as `wrap` makes it. */
function orientationOf(exif: Uint8Array, wrap: (tiff: Uint8Array) => Uint8Array): Uint8Array[] {
  const tiff = startsWith(exif, EXIF) ? exif.subarray(EXIF.length) : exif;
  const order = text(tiff, 0, 2);
  if (tiff.length < 14 || (order !== 'II' && order !== 'MM')) {
    return [];
  }
  const little = order === 'II';
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const directory = view.getUint32(4, little);
  const count = directory + 2 <= tiff.length ? view.getUint16(directory, little) : 0;
  for (let i = 0; i < count && directory + 2 + (i + 1) * 12 <= tiff.length; i++) {
    const entry = directory + 2 + i * 12;
    const value = view.getUint16(entry + 8, little);
    if (view.getUint16(entry, little) === ORIENTATION) {
      return value > 1 && value <= 8 ? [wrap(orientationAlone(value))] : [];
    }
  }
  return [];
}

/** A TIFF block with one entry: how the picture is turned. */
function orientationAlone(value: number): Uint8Array {
  const tiff = new Uint8Array(26);
  const view = new DataView(tiff.buffer);
  tiff.set(latin1('MM'));
  view.setUint16(2, 42);
  view.setUint32(4, 8);
  view.setUint16(8, 1);
  view.setUint16(10, ORIENTATION);
  view.setUint16(12, 3);
  view.setUint32(14, 1);
  view.setUint16(18, value);
  return tiff;
}

function startsWith(bytes: Uint8Array, start: string): boolean {
  return text(bytes, 0, start.length) === start;
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

function latin1(letters: string): Uint8Array {
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}
