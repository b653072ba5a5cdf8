import { readPngChunks } from '../../comfy/png';
import { ascii, jpegSegments, webpChunks } from './containers';

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
    const segments = [...jpegSegments(bytes)];
    const exif = segments.find(({ marker, data }) => marker === 0xe1 && startsWithExif(data));
    return exif?.data.subarray(EXIF_MARK.length) ?? null;
  }
  for (const { type, data } of webpChunks(bytes)) {
    if (type === 'EXIF') {
      return startsWithExif(data) ? data.subarray(EXIF_MARK.length) : data;
    }
  }
  return readPngChunks(bytes).find((chunk) => chunk.type === 'eXIf')?.data ?? null;
}

const EXIF_MARK = 'Exif\0\0';

function startsWithExif(data: Uint8Array): boolean {
  return ascii(data, 0, EXIF_MARK.length) === EXIF_MARK;
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
