import fc from 'fast-check';
import { expect, it } from 'vitest';
import { linesBelow } from './tree-lines';

it('goes on to the last child of each level and ends there', () => {
  // root, a, b (child of a), c (child of b), d (child of a), e (child of the root)
  expect(linesBelow([0, 1, 2, 3, 2, 1])).toEqual([
    [],
    [true],
    [true, true],
    [true, true, false],
    [true, false],
    [false],
  ]);
});

it('has no lines for a picture without a family', () => {
  expect(linesBelow([0])).toEqual([[]]);
  expect(linesBelow([])).toEqual([]);
});

it('says for any tree whether another child follows', () => {
  const steps = fc.array(fc.integer({ min: -4, max: 1 }), { maxLength: 40 });
  fc.assert(
    fc.property(steps, (each) => {
      const depths = each.reduce<number[]>(
        (rows, step) => [...rows, Math.max(1, (rows.at(-1) ?? 0) + step)],
        [0],
      );
      const isBelow = (row: number, level: number): boolean => {
        const rest = depths.slice(row + 1);
        const end = rest.findIndex((depth) => depth <= level);
        return rest.slice(0, end < 0 ? rest.length : end).includes(level + 1);
      };
      expect(linesBelow(depths)).toEqual(
        depths.map((depth, row) => Array.from({ length: depth }, (_, level) => isBelow(row, level))),
      );
    }),
  );
});
