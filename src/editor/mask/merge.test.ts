import { describe, expect, it } from 'vitest';
import { alphaFromMask, maskFromAlpha } from './alpha';
import { TILE, TILE_BYTES } from './mask-grid';
import { type MergeMode, amountTable, div255, mergeRect, mergeValue } from './merge';

const MODES: MergeMode[] = ['paint', 'erase', 'max'];

describe('alpha', () => {
  it('maps all 256 levels one to one and back', () => {
    const seen = new Set<number>();
    for (let mask = 0; mask < 256; mask++) {
      const alpha = alphaFromMask(mask);
      seen.add(alpha);
      expect(alpha + mask).toBe(255);
      expect(maskFromAlpha(alpha)).toBe(mask);
    }
    expect(seen.size).toBe(256);
    expect(alphaFromMask(255)).toBe(0);
    expect(alphaFromMask(0)).toBe(255);
  });
});

describe('merge law', () => {
  it('divides by 255 exactly', () => {
    for (let x = 0; x <= 65_025; x++) {
      if (div255(x) !== Math.round(x / 255)) {
        expect.fail(`div255(${x}) = ${div255(x)}`);
      }
    }
  });

  it('follows the law of real numbers to the nearest level', () => {
    for (let mask = 0; mask < 256; mask++) {
      for (let amount = 0; amount < 256; amount++) {
        const paint = mask + ((255 - mask) * amount) / 255;
        const erase = mask * (1 - amount / 255);
        if (
          Math.abs(mergeValue('paint', mask, amount) - paint) > 0.5 + 1e-9 ||
          Math.abs(mergeValue('erase', mask, amount) - erase) > 0.5 + 1e-9 ||
          mergeValue('max', mask, amount) !== Math.max(mask, amount)
        ) {
          expect.fail(`mask ${mask}, amount ${amount}`);
        }
      }
    }
  });

  it('leaves everything as it is at amount 0 and reaches the end at 255', () => {
    for (let mask = 0; mask < 256; mask++) {
      for (const mode of MODES) {
        expect(mergeValue(mode, mask, 0)).toBe(mask);
      }
      expect(mergeValue('paint', mask, 255)).toBe(255);
      expect(mergeValue('erase', mask, 255)).toBe(0);
    }
  });

  it('scales coverage by opacity', () => {
    expect([...amountTable(1)]).toEqual(Array.from({ length: 256 }, (_, i) => i));
    expect(amountTable(0).every((amount) => amount === 0)).toBe(true);
    expect(amountTable(0.5)[255]).toBe(128);
  });
});

describe('mergeRect', () => {
  const base = Uint8Array.from({ length: TILE_BYTES }, (_, i) => i & 255);
  const coverage = Uint8Array.from({ length: TILE_BYTES }, (_, i) => i >> 8);
  const tip = Uint8Array.from({ length: TILE_BYTES }, (_, i) => (i % 7 === 0 ? 255 : 0));
  const amounts = amountTable(0.7);

  it.each(MODES)('follows the law at every pixel: %s', (mode) => {
    for (const [below, cover, end] of [
      [base, coverage, tip],
      [null, coverage, null],
      [base, null, tip],
      [null, null, null],
    ] as const) {
      const out = new Uint8Array(TILE_BYTES).fill(9);
      mergeRect({ mode, amounts, base: below, coverage: cover, tip: end, out }, 0, 0, TILE, TILE);
      const wrong = out.findIndex((value, i) => {
        const most = Math.max(cover?.[i] ?? 0, end?.[i] ?? 0);
        return value !== mergeValue(mode, below?.[i] ?? 0, amounts[most] ?? 0);
      });
      expect(wrong).toBe(-1);
    }
  });

  it('changes nothing outside the rectangle of a tile merged earlier', () => {
    for (const [x0, x1] of [
      [10, 30],
      [12, 13],
      [0, 256],
      [253, 255],
    ] as const) {
      const out = new Uint8Array(TILE_BYTES);
      mergeRect({ mode: 'paint', amounts, base, coverage, tip: null, out }, 0, 0, TILE, TILE);
      const before = out.slice();
      const grown = coverage.slice();
      for (let y = 20; y < 25; y++) {
        grown.fill(255, y * TILE + x0, y * TILE + x1);
      }
      mergeRect({ mode: 'paint', amounts, base, coverage: grown, tip: null, out }, x0, 20, x1, 25);
      out.forEach((value, i) => {
        const inside = i % TILE >= x0 && i % TILE < x1 && i >> 8 >= 20 && i >> 8 < 25;
        const wanted = inside ? mergeValue('paint', base[i] ?? 0, amounts[255] ?? 0) : before[i];
        if (value !== wanted) {
          expect.fail(`pixel ${i}`);
        }
      });
    }
  });

  it.each(MODES)('takes the short way for whole words to the same result: %s', (mode) => {
    for (const opacity of [1, 0.5]) {
      const table = amountTable(opacity);
      const levels = [0, 255, 128];
      const flat = (shift: number): Uint8Array =>
        Uint8Array.from({ length: TILE_BYTES }, (_, i) => levels[(i >> (2 + shift)) % 3] ?? 0);
      const [low, middle, high] = [flat(0), flat(2), flat(4)];
      const out = new Uint8Array(TILE_BYTES);
      mergeRect({ mode, amounts: table, base: low, coverage: middle, tip: high, out }, 0, 0, TILE, TILE);
      const wrong = out.findIndex((value, i) => {
        const most = Math.max(middle[i] ?? 0, high[i] ?? 0);
        return value !== mergeValue(mode, low[i] ?? 0, table[most] ?? 0);
      });
      expect(wrong).toBe(-1);
    }
  });
});
