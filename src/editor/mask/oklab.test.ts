import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ColorMatcher, oklab } from './oklab';

const level = fc.nat(255);
const color = fc.tuple(level, level, level);

function distance(a: readonly [number, number, number], b: readonly [number, number, number]): number {
  const x = oklab(...a);
  const y = oklab(...b);
  return 100 * Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

describe('oklab', () => {
  it('has the published values of white, black and the primaries', () => {
    const close = (rgb: [number, number, number], wanted: number[]): void => {
      oklab(...rgb).forEach((value, i) => {
        expect(value).toBeCloseTo(wanted[i] ?? NaN, 3);
      });
    };
    close([255, 255, 255], [1, 0, 0]);
    close([0, 0, 0], [0, 0, 0]);
    close([255, 0, 0], [0.628, 0.225, 0.126]);
    close([0, 255, 0], [0.866, -0.234, 0.179]);
    close([0, 0, 255], [0.452, -0.032, -0.312]);
  });
});

describe('ColorMatcher', () => {
  it('decides by the OKLab distance, exact to a fifth of a unit', () => {
    fc.assert(
      fc.property(color, color, fc.double({ min: 0, max: 100, noNaN: true }), (wanted, other, tolerance) => {
        const away = distance(wanted, other);
        fc.pre(Math.abs(away - tolerance) > 0.25);
        const out = new Uint8Array(3).fill(9);
        new ColorMatcher(wanted, tolerance).match(Uint8Array.of(7, 7, 7, ...other), 1, 1, out, 1);
        expect([...out]).toEqual([9, away <= tolerance ? 1 : 0, 9]);
      }),
      { numRuns: 500 },
    );
  });

  it('takes equal colours at tolerance 0 and hardly anything else', () => {
    const out = new Uint8Array(256);
    const greys = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
    for (let grey = 0; grey < 256; grey++) {
      new ColorMatcher([grey, grey, grey], 0).match(greys, 0, 256, out, 0);
      expect(out.reduce((sum, value) => sum + value)).toBe(1);
      expect(out[grey]).toBe(1);
    }
  });
});
