import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changedBox,
  compareRows,
  type DifferenceMap,
  emptyMap,
  fitOf,
  heatOf,
  maskedShare,
  paintHeat,
  shareAbove,
} from './pixel-difference';

/** A picture of one colour, RGBA, with some pixels of others, by position. */
function picture(
  width: number,
  height: number,
  others: Record<number, readonly number[]> = {},
): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(100);
  Object.entries(others).forEach(([at, color]) => rgba.set(color, Number(at) * 4));
  return rgba;
}

function compare(a: Uint8ClampedArray, b: Uint8ClampedArray, width: number, height: number): DifferenceMap {
  const map = emptyMap(width, height);
  compareRows(map, 0, a, b);
  return map;
}

describe('the difference of two pictures', () => {
  it('is the largest of any channel, alpha included', () => {
    const map = compare(
      picture(2, 2),
      picture(2, 2, { 1: [101, 90, 100, 100], 2: [100, 100, 100, 0] }),
      2,
      2,
    );
    expect([...map.map]).toEqual([0, 10, 100, 0]);
    expect(map.histogram[0]).toBe(2);
    expect(map.histogram[10]).toBe(1);
  });

  it('is the same whether it is made at once or row by row', () => {
    const pixels = fc.uint8ClampedArray({ minLength: 3 * 5 * 4, maxLength: 3 * 5 * 4 });
    fc.assert(
      fc.property(pixels, pixels, (a, b) => {
        const whole = compare(a, b, 3, 5);
        const rows = emptyMap(3, 5);
        for (let y = 0; y < 5; y++) {
          compareRows(rows, y, a.subarray(y * 12, y * 12 + 12), b.subarray(y * 12, y * 12 + 12));
        }
        expect(rows).toEqual(whole);
        expect(compare(b, a, 3, 5)).toEqual(whole);
      }),
    );
  });

  it('counts pixels above the threshold, and all of them at most', () => {
    const map = compare(picture(2, 2), picture(2, 2, { 0: [101, 100, 100, 100], 3: [200, 0, 0, 100] }), 2, 2);
    expect(shareAbove(map.histogram, 0)).toBe(0.5);
    expect(shareAbove(map.histogram, 1)).toBe(0.25);
    expect(shareAbove(map.histogram, 100)).toBe(0);
    expect(shareAbove(new Uint32Array(256), 0)).toBe(0);
  });

  it('lies in the smallest box around what changed', () => {
    const map = compare(picture(4, 3), picture(4, 3, { 5: [0, 0, 0, 0], 10: [103, 100, 100, 100] }), 4, 3);
    expect(changedBox(map, 0)).toEqual({ x: 1, y: 1, width: 2, height: 2 });
    expect(changedBox(map, 3)).toEqual({ x: 1, y: 1, width: 1, height: 1 });
    expect(changedBox(map, 100)).toBeNull();
  });
});

describe('the heat map', () => {
  it('shows only what is above the threshold, row by row', () => {
    const map = compare(
      picture(1, 3),
      picture(1, 3, { 1: [110, 100, 100, 100], 2: [200, 100, 100, 100] }),
      1,
      3,
    );
    const rgba = new Uint8ClampedArray(8);
    paintHeat(map, 10, 1, rgba);
    expect([...rgba]).toEqual([0, 0, 0, 0, ...heatOf(100), 255]);
  });

  it('grows lighter with every step of the difference, but for rounding', () => {
    const lights = Array.from({ length: 256 }, (_, difference) => {
      const [r, g, b] = heatOf(difference);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
    lights.slice(1).forEach((light, i) => expect(light).toBeGreaterThan((lights[i] ?? 0) - 1));
    expect(heatOf(255)).toEqual([252, 255, 164]);
  });
});

describe('pictures of different sizes', () => {
  const size = (width: number, height: number): { width: number; height: number } => ({ width, height });

  it.each([
    [size(512, 768), size(512, 768), { kind: 'same', ...size(512, 768) }],
    [size(1024, 1536), size(512, 768), { kind: 'scaled', ...size(512, 768) }],
    [size(513, 768), size(1024, 1536), { kind: 'scaled', ...size(513, 768) }],
    [size(512, 768), size(768, 512), { kind: 'shapes' }],
    [size(512, 512), size(520, 512), { kind: 'shapes' }],
  ])('%o and %o', (a, b, fit) => expect(fitOf(a, b)).toEqual(fit));
});

describe('the masked share', () => {
  it('counts transparency, soft edges in part', () => {
    const rgba = Uint8ClampedArray.of(0, 0, 0, 255, 9, 9, 9, 0, 0, 0, 0, 51, 0, 0, 0, 255);
    expect(maskedShare(rgba)).toBeCloseTo((1 + 0.8) / 4);
    expect(maskedShare(new Uint8ClampedArray())).toBe(0);
  });
});
