import { readPngHeader } from './png-header';

/** Natural size of a picture, px. */
export interface PictureSize {
  width: number;
  height: number;
}

/** How many bytes of a file tell its size, by its name; `null` for what is not read here. */
export function headBytes(filename: string): number | null {
  const extension = /\.(\w+)$/.exec(filename)?.[1]?.toLowerCase();
  switch (extension) {
    case 'png':
      return 33;
    case 'gif':
      return 10;
    case 'webp':
      return 30;
    case 'jpg':
    case 'jpeg':
      // A colour profile or a thumbnail may come before the frame header.
      return 64 * 1024;
    default:
      return null;
  }
}

/** The size of a PNG, GIF, WebP or JPEG from its first bytes; `null` when they do not tell. */
export function readPictureSize(bytes: Uint8Array): PictureSize | null {
  const png = readPngHeader(bytes);
  const size = png ?? gifSize(bytes) ?? webpSize(bytes) ?? jpegSize(bytes);
  return size && size.width > 0 && size.height > 0 ? { width: size.width, height: size.height } : null;
}

function gifSize(bytes: Uint8Array): PictureSize | null {
  if (bytes.length < 10 || text(bytes, 0, 3) !== 'GIF') {
    return null;
  }
  const view = viewOf(bytes);
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

function webpSize(bytes: Uint8Array): PictureSize | null {
  if (bytes.length < 30 || text(bytes, 0, 4) !== 'RIFF' || text(bytes, 8, 4) !== 'WEBP') {
    return null;
  }
  const view = viewOf(bytes);
  switch (text(bytes, 12, 4)) {
    case 'VP8X':
      return { width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
    }
    case 'VP8 ':
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    default:
      return null;
  }
}

/** Walks the segments up to the frame header. One with EXIF data may be turned, so it tells nothing here. */
function jpegSize(bytes: Uint8Array): PictureSize | null {
  const view = viewOf(bytes);
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) {
    return null;
  }
  for (let at = 2; at + 9 <= bytes.length;) {
    const marker = view.getUint16(at);
    if (marker < 0xff01 || (marker === 0xffe1 && text(bytes, at + 4, 4) === 'Exif')) {
      return null;
    }
    if (isFrame(marker)) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/** SOF0 to SOF15; three numbers among them are no frames: DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
