import { expect, it } from 'vitest';
import { reach } from './row-window.svelte';

it('reaches from above what is seen to below it', () => {
  const { from, end } = reach(-50_000, 900, 50);
  expect(from * 50).toBeLessThanOrEqual(50_000 - 600);
  expect(from * 50).toBeGreaterThan(50_000 - 600 - 8 * 50);
  expect(end * 50).toBeGreaterThanOrEqual(50_900 + 600);
  expect(end * 50).toBeLessThan(50_900 + 600 + 8 * 50);
});

it('does not move with every row', () => {
  expect(reach(-50_010, 900, 50)).toEqual(reach(-50_060, 900, 50));
});

it('has rows for a list that is not seen yet', () => {
  expect(reach(5000, 900, 50)).toEqual({ from: 0, end: 24 });
});
