import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPixels, thumbSize } from './make-thumb';

const side = fc.integer({ min: 1, max: 16_384 });

describe('the size of a thumbnail', () => {
  it('is never larger than the picture, never empty, and keeps its shape', () => {
    fc.assert(
      fc.property(side, side, (width, height) => {
        const thumb = thumbSize(width, height);
        expect(thumb.width).toBeGreaterThanOrEqual(1);
        expect(thumb.height).toBeGreaterThanOrEqual(1);
        expect(thumb.width).toBeLessThanOrEqual(width);
        expect(thumb.height).toBeLessThanOrEqual(height);
        expect(Math.min(thumb.width, thumb.height)).toBeLessThanOrEqual(320);
        expect(Math.max(thumb.width, thumb.height)).toBeLessThanOrEqual(960);
        const scale = Math.max(thumb.width, thumb.height) / Math.max(width, height);
        const short = Math.max(1, Math.min(width, height) * scale);
        expect(Math.abs(Math.min(thumb.width, thumb.height) - short)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it.each([
    [1024, 1024, 320, 320],
    [832, 1216, 320, 468],
    [4096, 512, 960, 120],
    [200, 100, 200, 100],
    [2, 600, 2, 600],
    [2, 6000, 1, 960],
  ])('of %i × %i is %i × %i', (width, height, thumbWidth, thumbHeight) => {
    expect(thumbSize(width, height)).toEqual({ width: thumbWidth, height: thumbHeight });
  });
});

describe('the tone of a picture', () => {
  it('is its average colour', () => {
    const pixels = Uint8ClampedArray.of(255, 0, 0, 255, 0, 0, 255, 255);
    expect(readPixels(pixels)).toEqual({ tone: 0x800080, opaque: true });
  });

  it('does not count what is transparent', () => {
    const pixels = Uint8ClampedArray.of(10, 20, 30, 255, 255, 255, 255, 0);
    expect(readPixels(pixels)).toEqual({ tone: 0x0a141e, opaque: false });
    expect(readPixels(new Uint8ClampedArray(8))).toEqual({ tone: 0, opaque: false });
  });
});
