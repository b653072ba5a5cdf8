import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growMask } from './distance';
import { featherMask } from './feather';
import { isPlain } from './mask-stack';
import { MaskGrid, sameTile } from './mask-grid';
import {
  type MaskModifiers,
  ModifierChain,
  NO_MODIFIERS,
  modifiedGrid,
  modifyTiles,
  normalModifiers,
  reach,
  reachedPlaces,
} from './modifiers';

const WIDTH = 900;
const HEIGHT = 700;

interface Dab {
  x: number;
  y: number;
  radius: number;
  soft: number;
  value: number;
}

const dab = fc.record({
  x: fc.nat(WIDTH),
  y: fc.nat(HEIGHT),
  radius: fc.integer({ min: 1, max: 150 }),
  soft: fc.constantFrom(1, 1, 9, 60),
  value: fc.constantFrom(255, 255, 150, 0),
});

function paint(grid: MaskGrid, { x, y, radius, soft, value }: Dab): number[] {
  const rect = { x0: x - radius, y0: y - radius, x1: x + radius, y1: y + radius };
  const values = grid.readRect(rect);
  values.forEach((before, i) => {
    const away = radius - Math.hypot((i % (2 * radius)) - radius, Math.floor(i / (2 * radius)) - radius);
    const amount = Math.min(1, Math.max(0, away / soft));
    values[i] = Math.round(before + (value - before) * amount);
  });
  const old = grid.snapshot();
  grid.writeRect(rect, values);
  return old.flatMap((tile, index) => (sameTile(tile, grid.tile(index)) ? [] : [index]));
}

const modifiers = fc.record({
  grow: fc.constantFrom(0, 1, 12, 40, -8, -33),
  feather: fc.constantFrom(0, 3, 25, 90),
  threshold: fc.constantFrom(null, 1, 128, 255),
});

describe('modifyTiles', () => {
  it('give the same result after every stroke as when computed entirely', () => {
    fc.assert(
      fc.property(fc.array(dab, { minLength: 1, maxLength: 4 }), modifiers, (dabs, wanted) => {
        const source = new MaskGrid(WIDTH, HEIGHT);
        const shown = new MaskGrid(WIDTH, HEIGHT);
        const chain = new ModifierChain(source, wanted);
        for (const one of dabs) {
          const changed = paint(source, one);
          const reached = chain.changed(changed);
          expect([...reached].sort((a, b) => a - b)).toEqual(reachedPlaces(source, changed, wanted));
          for (const index of reached) {
            shown.put(index, chain.tile(index));
          }
        }
        for (const { index, tile } of modifyTiles(source, wanted)) {
          if (!sameTile(tile, shown.tile(index))) {
            expect.fail(`tile ${index}`);
          }
        }
        for (const index of [5, 0, 11]) {
          expect(sameTile(modifyTiles(source, wanted, [index])[0]?.tile ?? null, shown.tile(index))).toBe(
            true,
          );
        }
      }),
      { numRuns: 25 },
    );
  });

  it('are applied in the order threshold, grow, feather, and leave the mask alone', () => {
    const source = new MaskGrid(WIDTH, HEIGHT);
    paint(source, { x: 400, y: 300, radius: 120, soft: 60, value: 255 });
    const before = source.snapshot();
    const hard = modifiedGrid(source, { ...NO_MODIFIERS, threshold: 100 });
    const step = featherMask(growMask(hard, 12), 9);
    const all = modifiedGrid(source, { threshold: 100, grow: 12, feather: 9 });
    expect(source.snapshot()).toEqual(before);
    for (let index = 0; index < all.length; index++) {
      expect(sameTile(all.tile(index), step.tile(index))).toBe(true);
    }
    expect(hard.valueAt(400, 300)).toBe(255);
    const values = new Set(hard.readRect({ x0: 0, y0: 0, x1: WIDTH, y1: HEIGHT }));
    expect([...values].sort((a, b) => a - b)).toEqual([0, 255]);
    expect(source.valueAt(300, 300)).toBeGreaterThan(0);
    expect(hard.valueAt(400 - 120 + 23, 300)).toBe(0);
    expect(hard.valueAt(400 - 120 + 25, 300)).toBe(255);
  });

  it('returns the mask itself when there is nothing to do', () => {
    const source = new MaskGrid(WIDTH, HEIGHT);
    paint(source, { x: 400, y: 300, radius: 120, soft: 60, value: 255 });
    expect(modifyTiles(source, NO_MODIFIERS).every(({ index, tile }) => tile === source.tile(index))).toBe(
      true,
    );
  });

  it('costs no memory where the mask is flat', () => {
    const source = new MaskGrid(8192, 8192);
    for (let index = 0; index < source.length; index++) {
      source.put(index, source.fullTile(index));
    }
    const all = modifiedGrid(source, { grow: -30, feather: 30, threshold: 4 });
    expect(all.coverage()).toBe(1);
    expect(all.bytes()).toBe(0);
  });
});

describe('modifiers', () => {
  it('are clamped to their ranges', () => {
    const odd: MaskModifiers = { grow: 1e9, feather: -4, threshold: 300 };
    expect(normalModifiers(odd)).toEqual({ grow: 256, feather: 0, threshold: 255 });
    expect(normalModifiers({ grow: NaN, feather: 2.6, threshold: 0 })).toEqual({
      grow: 0,
      feather: 3,
      threshold: 1,
    });
    expect(isPlain(NO_MODIFIERS)).toBe(true);
    expect(isPlain({ ...NO_MODIFIERS, threshold: 1 })).toBe(false);
    expect(isPlain({ ...NO_MODIFIERS, grow: -1 })).toBe(false);
    expect(reach(NO_MODIFIERS)).toBe(0);
    expect(reach({ ...NO_MODIFIERS, feather: 7 })).toBe(7);
    expect(reach({ ...NO_MODIFIERS, grow: -7, feather: 7 })).toBeGreaterThanOrEqual(14);
  });
});
