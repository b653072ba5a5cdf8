import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TILE, TILE_BYTES } from '../mask/mask-grid';
import { averaged, thinned } from './tile-samples';

/** Left half opaque red, right half a faint blue. */
function halves(): [Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  const plane = (left: number, right: number): Uint8Array =>
    Uint8Array.from({ length: TILE_BYTES }, (_, i) => (i % TILE < 127 ? left : right));
  return [plane(240, 0), plane(0, 0), plane(0, 200), plane(255, 51)];
}

describe('a tile looked at from afar', () => {
  it('takes one value of each square, and the same in parts as in one', () => {
    const data = Uint8Array.from({ length: TILE_BYTES }, (_, i) => (i % TILE) ^ (i >> 8));
    expect(thinned(data, 0, { x0: 0, y0: 0, x1: TILE, y1: TILE })).toBe(data);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), fc.nat(31), fc.nat(31), (level, x, y) => {
        const [one] = thinned(data, level, { x0: x, y0: y, x1: x + 1, y1: y + 1 });
        const step = 1 << level;
        expect(one).toBe((x * step + (step >> 1)) ^ (y * step + (step >> 1)));
      }),
    );
  });

  it('is the mean of each square, in which what is more opaque counts for more', () => {
    const [red, green, blue, alpha] = averaged(halves(), 1, { x0: 62, y0: 5, x1: 65, y1: 6 });
    expect([...alpha]).toEqual([255, 153, 51]);
    expect([...red]).toEqual([240, 200, 0]);
    expect([...green]).toEqual([0, 0, 0]);
    expect([...blue]).toEqual([0, 33, 200]);
  });

  it('is nothing where nothing is painted', () => {
    const [red, , , alpha] = averaged([null, null, null, null], 2, { x0: 0, y0: 0, x1: 2, y1: 2 });
    expect([[...red], [...alpha]]).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });
});
