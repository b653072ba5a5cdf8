import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskHash, xxh32 } from './hash';
import { MaskGrid } from './mask-grid';
import { gridFromTiles, maskTiles } from './mask-tiles';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('xxh32', () => {
  it('gives the published values', () => {
    expect(xxh32(text(''))).toBe(0x02cc5d05);
    expect(xxh32(text(''), 0x9e3779b1)).toBe(0x36b78ae7);
    expect(xxh32(text('a'))).toBe(0x550d7456);
    expect(xxh32(text('abc'))).toBe(0x32d153ff);
    expect(xxh32(text('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f);
  });

  it('reads the bytes of a view, not of its buffer', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
    expect(xxh32(bytes.subarray(7, 71))).toBe(xxh32(bytes.slice(7, 71)));
  });
});

describe('maskHash', () => {
  const paint = (changes: readonly (readonly [number, number, number])[]): MaskGrid => {
    const grid = new MaskGrid(400, 300);
    for (const [x, y, value] of changes) {
      grid.writeRect({ x0: x, y0: y, x1: x + 1, y1: y + 1 }, Uint8Array.of(value));
    }
    return grid;
  };
  const pixels = fc.array(fc.tuple(fc.nat(399), fc.nat(299), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 8,
  });

  it('is 16 hex digits, equal for equal masks however they came about', () => {
    fc.assert(
      fc.property(pixels, (changes) => {
        const once = paint(changes);
        const twice = paint([...changes.map(([x, y]) => [x, y, 77] as const), ...changes]);
        const hash = maskHash(maskTiles(once));
        expect(hash).toMatch(/^[0-9a-f]{16}$/);
        expect(maskHash(maskTiles(twice))).toBe(hash);
        expect(maskHash(maskTiles(gridFromTiles(maskTiles(once))))).toBe(hash);
      }),
      { numRuns: 30 },
    );
  });

  it('differs for one level in one pixel, a shift by one pixel, or another size', () => {
    fc.assert(
      fc.property(pixels, fc.nat(399), fc.nat(299), (changes, x, y) => {
        const grid = paint(changes);
        const before = maskHash(maskTiles(grid));
        const value = grid.valueAt(x, y);
        grid.writeRect(
          { x0: x, y0: y, x1: x + 1, y1: y + 1 },
          Uint8Array.of(value === 255 ? 254 : value + 1),
        );
        expect(maskHash(maskTiles(grid))).not.toBe(before);
      }),
      { numRuns: 30 },
    );
    expect(maskHash(maskTiles(new MaskGrid(256, 512)))).not.toBe(maskHash(maskTiles(new MaskGrid(512, 256))));
    expect(maskHash(maskTiles(paint([[5, 5, 9]])))).not.toBe(maskHash(maskTiles(paint([[261, 5, 9]]))));
  });
});
