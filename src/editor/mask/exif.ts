import { readPngChunks } from '../../comfy/png';

/**
 * EXIF orientation: 1 as stored, 2 mirrored, 3 rotated by 180°, 4 flipped, 5 transposed, 6 to be rotated
 * clockwise, 7 transversed, 8 to be rotated counter-clockwise.
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/**
 * The orientation a JPEG, PNG or WebP asks for; 1 when it says nothing, or nothing valid. For a JPEG or PNG
 * the first 64 KB usually suffice; WebP may hold it at its end.
 */
export function readOrientation(bytes: Uint8Array): Orientation {
  const tiff = findExif(bytes);
  return tiff ? orientationOf(tiff) : 1;
}

function findExif(bytes: Uint8Array): Uint8Array | null {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) {
    return findInJpeg(bytes);
  }
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') {
    return findInWebp(bytes);
  }
  return readPngChunks(bytes).find((chunk) => chunk.type === 'eXIf')?.data ?? null;
}

function findInJpeg(bytes: Uint8Array): Uint8Array | null {
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    // Start of scan or end of image: no more headers.
    if (marker === 0xda || marker === 0xd9) {
      return null;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2;
      continue;
    }
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (length < 2) {
      return null;
    }
    if (marker === 0xe1 && ascii(bytes, at + 4, at + 10) === 'Exif\0\0') {
      return bytes.subarray(at + 10, at + 2 + length);
    }
    at += 2 + length;
  }
  return null;
}

function findInWebp(bytes: Uint8Array): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    if (ascii(bytes, at, at + 4) === 'EXIF') {
      const data = bytes.subarray(at + 8, at + 8 + length);
      return ascii(data, 0, 6) === 'Exif\0\0' ? data.subarray(6) : data;
    }
    at += 8 + length + (length & 1);
  }
  return null;
}

/** Reads tag 0x0112 of the first directory of a TIFF header. */
function orientationOf(tiff: Uint8Array): Orientation {
  const order = ascii(tiff, 0, 2);
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) {
    return 1;
  }
  const little = order === 'II';
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const directory = view.getUint32(4, little);
  if (view.getUint16(2, little) !== 42 || directory + 2 > tiff.length) {
    return 1;
  }
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const at = directory + 2 + i * 12;
    if (at + 12 > tiff.length) {
      return 1;
    }
    if (view.getUint16(at, little) === 0x0112) {
      // SHORT by the standard; some writers use LONG.
      const value =
        view.getUint16(at + 2, little) === 4
          ? view.getUint32(at + 8, little)
          : view.getUint16(at + 8, little);
      return isOrientation(value) ? value : 1;
    }
  }
  return 1;
}

function isOrientation(value: number): value is Orientation {
  return Number.isInteger(value) && value >= 1 && value <= 8;
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
