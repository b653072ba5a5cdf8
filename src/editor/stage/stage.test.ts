import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PNG_SIGNATURE, concatBytes, pngChunk } from '../../comfy/png';
import { type DeviceView, deviceRect, deviceX, deviceY } from './device-view';
import { mayHaveAlpha } from './image-format';
import { imageLevels, sideAt } from './image-tiles';
import { rgbOf, tintPalette } from './palette';

describe('device px', () => {
  const view = (scale: number, x: number): DeviceView => ({
    scale,
    ratio: 1,
    x,
    y: x,
    clip: { x0: 0, y0: 0, x1: 1, y1: 1 },
  });

  it('let neighbouring tiles share their edge at any zoom: no gap, no overlap, no part lost', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 40, noNaN: true }),
        fc.integer({ min: -9000, max: 9000 }),
        fc.integer({ min: 1, max: 9000 }),
        (scale, x, width) => {
          let at = deviceX(view(scale, x), 0);
          let sum = 0;
          for (let tile = 0; tile * 256 < width; tile++) {
            const left = deviceX(view(scale, x), tile * 256);
            const right = deviceX(view(scale, x), Math.min(width, tile * 256 + 256));
            expect(left).toBe(at);
            expect(Number.isInteger(right)).toBe(true);
            sum += right - left;
            at = right;
          }
          expect(sum).toBe(Math.round(width * scale));
        },
      ),
    );
  });

  it('cover a rectangle with its margin', () => {
    expect(deviceRect(view(0.5, 10), { x0: 3, y0: 4, x1: 9, y1: 8 }, 2)).toEqual({
      x0: 10,
      y0: 10,
      x1: 17,
      y1: 16,
    });
    expect(deviceY(view(2, 1), 3)).toBe(7);
  });
});

describe('tint', () => {
  it('keeps the colour and scales alpha with mask and opacity', () => {
    const palette = tintPalette({ color: '#ff8001', opacity: 0.5 });
    expect(palette).toHaveLength(256);
    expect(palette[0]).toBe(0x000180ff);
    expect(palette[255]).toBe((128 * 2 ** 24 + 0x0180ff) >>> 0);
    expect(new Set([...tintPalette({ color: '#000000', opacity: 1 })].map((word) => word >>> 24)).size).toBe(
      256,
    );
    expect(rgbOf('#12aBcd')).toEqual([0x12, 0xab, 0xcd]);
    expect(rgbOf('red')).toEqual([0, 0, 0]);
  });
});

describe('levels of a picture', () => {
  it('end with one tile', () => {
    expect([
      imageLevels(1, 1),
      imageLevels(1024, 1024),
      imageLevels(1025, 3),
      imageLevels(8192, 8192),
    ]).toEqual([1, 1, 2, 4]);
    expect(sideAt(8193, 3)).toBe(1025);
    expect(sideAt(1, 5)).toBe(1);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40_000 }),
        fc.integer({ min: 1, max: 40_000 }),
        (width, height) => {
          const last = imageLevels(width, height) - 1;
          expect(Math.max(sideAt(width, last), sideAt(height, last))).toBeLessThanOrEqual(1024);
        },
      ),
    );
  });
});

describe('mayHaveAlpha', () => {
  const png = (colorType: number, ...extra: Uint8Array[]): Uint8Array => {
    const header = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, colorType, 0, 0, 0);
    return concatBytes([
      PNG_SIGNATURE,
      pngChunk('IHDR', header),
      ...extra,
      pngChunk('IDAT', new Uint8Array(deflateSync(new Uint8Array(5)))),
    ]);
  };
  const webp = (kind: string): Uint8Array => new TextEncoder().encode(`RIFF....WEBP${kind}........`);

  it('knows the kinds of files that cannot', () => {
    expect(mayHaveAlpha(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))).toBe(false);
    expect([0, 2, 3].map((type) => mayHaveAlpha(png(type)))).toEqual([false, false, false]);
    expect([4, 6].map((type) => mayHaveAlpha(png(type)))).toEqual([true, true]);
    expect(mayHaveAlpha(png(3, pngChunk('tRNS', new Uint8Array(2))))).toBe(true);
    expect([webp('VP8 '), webp('VP8L'), webp('VP8X')].map(mayHaveAlpha)).toEqual([false, true, true]);
  });

  it('assumes so when in doubt', () => {
    expect(mayHaveAlpha(new Uint8Array(0))).toBe(true);
    expect(mayHaveAlpha(new TextEncoder().encode('GIF89a..................'))).toBe(true);
  });
});
