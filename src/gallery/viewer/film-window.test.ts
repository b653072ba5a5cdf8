import fc from 'fast-check';
import { expect, it } from 'vitest';
import { filmWindow, scrollFor } from './film-window';

it.each([
  [100, 60, 0, 600, { from: 0, to: 14 }],
  [100, 60, 3000, 600, { from: 46, to: 64 }],
  [100, 60, 5400, 600, { from: 86, to: 100 }],
  [3, 60, 0, 600, { from: 0, to: 3 }],
  [0, 60, 0, 600, { from: 0, to: 0 }],
])('%i pictures of %i px, seen from %i px for %i px', (count, cell, left, width, seen) => {
  expect(filmWindow(count, cell, left, width)).toEqual(seen);
});

it('holds a bounded number of pictures, and the one it is scrolled to', () => {
  const numbers = fc.record({
    count: fc.integer({ min: 1, max: 1_000_000 }),
    pick: fc.nat(),
    width: fc.integer({ min: 60, max: 4000 }),
  });
  fc.assert(
    fc.property(numbers, ({ count, pick, width }) => {
      const index = pick % count;
      const { from, to } = filmWindow(count, 60, scrollFor(index, 60, width), width);
      expect(from).toBeLessThanOrEqual(index);
      expect(to).toBeGreaterThan(index);
      expect(to - from).toBeLessThanOrEqual(Math.ceil(width / 60) + 10);
    }),
  );
});
