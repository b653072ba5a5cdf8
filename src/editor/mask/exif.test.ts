import { describe, expect, it } from 'vitest';
import { PNG_SIGNATURE, concatBytes, pngChunk } from '../../comfy/png';
import { readOrientation } from './exif';

type Order = 'II' | 'MM';

/** A TIFF header whose first directory has a resolution tag and the orientation. */
function tiff(order: Order, orientation: number, type: 3 | 4 = 3): Uint8Array {
  const bytes = new Uint8Array(8 + 2 + 2 * 12 + 4);
  const view = new DataView(bytes.buffer);
  const little = order === 'II';
  bytes.set(new TextEncoder().encode(order));
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, 2, little);
  view.setUint16(10, 0x0100, little);
  view.setUint16(22, 0x0112, little);
  view.setUint16(24, type, little);
  view.setUint32(26, 1, little);
  if (type === 3) {
    view.setUint16(30, orientation, little);
  } else {
    view.setUint32(30, orientation, little);
  }
  return bytes;
}

const exifHeader = new TextEncoder().encode('Exif\0\0');

function segment(marker: number, data: Uint8Array): Uint8Array {
  return concatBytes([Uint8Array.of(0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255), data]);
}

function jpeg(exif: Uint8Array | null): Uint8Array {
  return concatBytes([
    Uint8Array.of(0xff, 0xd8),
    segment(0xe0, new TextEncoder().encode('JFIF\0........')),
    segment(0xe1, new TextEncoder().encode('http://ns.adobe.com/xap/1.0/\0<x/>')),
    ...(exif ? [segment(0xe1, concatBytes([exifHeader, exif]))] : []),
    segment(0xdb, new Uint8Array(65)),
    Uint8Array.of(0xff, 0xda, 0, 2, 1, 2, 3),
  ]);
}

function png(exif: Uint8Array): Uint8Array {
  return concatBytes([
    PNG_SIGNATURE,
    pngChunk('IHDR', new Uint8Array(13)),
    pngChunk('eXIf', exif),
    pngChunk('IDAT', new Uint8Array(3)),
  ]);
}

function webp(exif: Uint8Array): Uint8Array {
  const chunk = (name: string, data: Uint8Array): Uint8Array => {
    const size = new Uint8Array(4);
    new DataView(size.buffer).setUint32(0, data.length, true);
    return concatBytes([new TextEncoder().encode(name), size, data, new Uint8Array(data.length & 1)]);
  };
  const body = concatBytes([
    new TextEncoder().encode('WEBP'),
    chunk('VP8X', new Uint8Array(10)),
    chunk('VP8 ', new Uint8Array(7)),
    chunk('EXIF', exif),
  ]);
  return concatBytes([new TextEncoder().encode('RIFF'), new Uint8Array(4), body]);
}

describe('readOrientation', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('finds %i in JPEG, PNG and WebP, in both byte orders', (orientation) => {
    for (const order of ['II', 'MM'] as const) {
      expect(readOrientation(jpeg(tiff(order, orientation)))).toBe(orientation);
      expect(readOrientation(jpeg(tiff(order, orientation, 4)))).toBe(orientation);
      expect(readOrientation(png(tiff(order, orientation)))).toBe(orientation);
      expect(readOrientation(webp(tiff(order, orientation)))).toBe(orientation);
      expect(readOrientation(webp(concatBytes([exifHeader, tiff(order, orientation)])))).toBe(orientation);
    }
  });

  it('is 1 for files that say nothing or nonsense', () => {
    for (const bytes of [
      new Uint8Array(0),
      Uint8Array.of(0xff, 0xd8),
      new TextEncoder().encode('RIFF'),
      jpeg(null),
      jpeg(tiff('II', 0)),
      jpeg(tiff('MM', 9)),
      jpeg(new TextEncoder().encode('II*')),
      jpeg(new Uint8Array(30)),
      png(tiff('II', 6).slice(0, 24)),
      Uint8Array.of(0xff, 0xd8, 0xff, 0xe1, 0, 0),
    ]) {
      expect(readOrientation(bytes)).toBe(1);
    }
  });

  it('survives being cut anywhere', () => {
    const file = jpeg(tiff('II', 6));
    for (let length = 0; length < file.length; length++) {
      expect([1, 6]).toContain(readOrientation(file.slice(0, length)));
    }
  });

  it('stops at the pixels', () => {
    const late = concatBytes([jpeg(null), segment(0xe1, concatBytes([exifHeader, tiff('II', 6)]))]);
    expect(readOrientation(late)).toBe(1);
  });
});
