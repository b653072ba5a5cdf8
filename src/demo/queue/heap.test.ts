import { expect, test } from 'vitest';
import { heapify, heapPop, heapPush } from './heap';

const before = (a: number, b: number): boolean => a < b;

// Expected arrays are those of Python's heapq.
test('pushing gives the array of heapq.heappush', () => {
  const heap: number[] = [];
  [4, 1, 3, 2.5, 2, -5, -6, -7].forEach((item) => heapPush(heap, item, before));
  expect(heap).toEqual([-7, -6, -5, 2, 2.5, 3, 1, 4]);
  heapPop(heap, before);
  expect(heap).toEqual([-6, 2, -5, 4, 2.5, 3, 1]);
});

test('popping returns everything in order', () => {
  const heap: number[] = [];
  const items = [5, 3, 8, 1, 9, 2, 7, 3, 0, 6];
  items.forEach((item) => heapPush(heap, item, before));
  const out = items.map(() => heapPop(heap, before));
  expect(out).toEqual([...items].sort((a, b) => a - b));
  expect(heapPop(heap, before)).toBeUndefined();
});

test('heapify gives the array of heapq.heapify', () => {
  const heap = [9, 8, 7, 6, 5, 4, 3, 2, 1];
  heapify(heap, before);
  expect(heap).toEqual([1, 2, 3, 6, 5, 4, 7, 8, 9]);
});
