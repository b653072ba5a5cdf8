import { expect, it } from 'vitest';
import { edgeSpeed } from './edge-scroll';

it('scrolls near the edges, the faster the nearer, and not between them', () => {
  const speeds = [100, 110, 130, 148, 300, 452, 480, 500].map((at) => edgeSpeed(at, 100, 500));
  expect(speeds.slice(3, 6).map(Math.abs)).toEqual([0, 0, 0]);
  const [first = 0, second = 0, third = 0] = speeds;
  expect(first).toBe(-1000);
  expect(second).toBeGreaterThan(first);
  expect(third).toBeGreaterThan(second);
  expect(third).toBeLessThan(0);
  expect(speeds.at(-2)).toBeGreaterThan(0);
  expect(speeds.at(-1)).toBe(1000);
});

it('goes on beyond an edge, and leaves a low box a middle', () => {
  expect([edgeSpeed(-40, 100, 500), edgeSpeed(900, 100, 500)]).toEqual([-1000, 1000]);
  expect(Math.abs(edgeSpeed(115, 100, 130))).toBe(0);
  expect(edgeSpeed(100, 100, 100)).toBe(0);
});
