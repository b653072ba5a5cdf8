import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MASK_FITS, MaskShapeError, laidOn, placeMask, sameShape } from './mask-fit';
import { MaskRows, gridFromTiles } from './mask-tiles';

const side = fc.integer({ min: 1, max: 700 });
const size = fc.record({ width: side, height: side });

describe('the shape of a mask file', () => {
  it('equals the picture’s when it is the picture scaled to whole pixels', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 64, max: 8192 }),
        fc.integer({ min: 64, max: 8192 }),
        fc.constantFrom(0.125, 0.25, 1 / 3, 0.5, 1, 1.5, 2),
        (width, height, scale) => {
          fc.pre(Math.min(width, height) * scale >= 64);
          const scaled = { width: Math.round(width * scale), height: Math.round(height * scale) };
          expect(sameShape(scaled, { width, height })).toBe(true);
        },
      ),
    );
    expect(sameShape({ width: 400, height: 300 }, { width: 600, height: 400 })).toBe(false);
    expect(sameShape({ width: 1, height: 1 }, { width: 600, height: 400 })).toBe(false);
    expect(sameShape({ width: 400, height: 600 }, { width: 600, height: 400 })).toBe(false);
  });

  it('needs a fit when it differs', () => {
    const wanted = { width: 600, height: 400, fit: null };
    expect(() => placeMask({ width: 100, height: 100 }, wanted)).toThrow(MaskShapeError);
    expect(placeMask({ width: 300, height: 200 }, wanted)).toEqual({ x: 0, y: 0, width: 600, height: 400 });
  });
});

describe('placeMask', () => {
  const picture = { width: 600, height: 400 };
  it.each([
    ['stretch', { width: 100, height: 100 }, { x: 0, y: 0, width: 600, height: 400 }],
    ['contain', { width: 100, height: 100 }, { x: 100, y: 0, width: 400, height: 400 }],
    ['contain', { width: 1200, height: 300 }, { x: 0, y: 125, width: 600, height: 150 }],
    ['center', { width: 100, height: 100 }, { x: 250, y: 150, width: 100, height: 100 }],
    ['center', { width: 700, height: 401 }, { x: -50, y: -1, width: 700, height: 401 }],
    ['corner', { width: 700, height: 100 }, { x: 0, y: 0, width: 700, height: 100 }],
    // Pixel for pixel, one of the same shape is not scaled either.
    ['center', { width: 300, height: 200 }, { x: 150, y: 100, width: 300, height: 200 }],
  ] as const)('%s', (fit, source, expected) => {
    expect(placeMask(source, { ...picture, fit })).toEqual(expected);
  });

  it('never puts a mask that should be seen whole outside the picture', () => {
    fc.assert(
      fc.property(size, size, (source, wanted) => {
        const { x, y, width, height } = placeMask(source, { ...wanted, fit: 'contain' });
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        expect(x + width).toBeLessThanOrEqual(wanted.width);
        expect(y + height).toBeLessThanOrEqual(wanted.height);
      }),
    );
  });
});

describe('laidOn', () => {
  it('moves every pixel to its place and keeps the rest', () => {
    fc.assert(
      fc.property(size, size, fc.constantFrom(...MASK_FITS), (source, wanted, fit) => {
        const at = placeMask(source, { ...wanted, fit });
        const value = (x: number, y: number): number => ((x * 31 + y * 17) % 255) + 1;
        const rows = new MaskRows(at.width, at.height);
        for (let y = 0; y < at.height; y++) {
          rows.add(
            y,
            Uint8Array.from({ length: at.width }, (_, x) => value(x, y)),
          );
        }
        const laid = laidOn(gridFromTiles(rows.finish()), at, wanted);
        const got = laid.readRect({ x0: 0, y0: 0, x1: wanted.width, y1: wanted.height });
        let wrong = 0;
        for (let y = 0; y < wanted.height; y++) {
          for (let x = 0; x < wanted.width; x++) {
            const [sx, sy] = [x - at.x, y - at.y];
            const inside = sx >= 0 && sy >= 0 && sx < at.width && sy < at.height;
            wrong += got[y * wanted.width + x] === (inside ? value(sx, sy) : 0) ? 0 : 1;
          }
        }
        expect(wrong).toBe(0);
      }),
      { numRuns: 30 },
    );
  });
});
