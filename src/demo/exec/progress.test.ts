import { expect, test } from 'vitest';
import { ProgressGate } from './progress';

test('reports the first and last step, and others at most every 100 ms and 0.5 %', () => {
  const gate = new ProgressGate(true);
  const told = [
    [1, 0],
    [2, 50],
    [3, 99],
    [4, 100],
    [5, 300],
    [200, 350],
    [1000, 351],
  ].filter(([value = 0, now = 0]) => gate.lets(value, 1000, false, now));
  expect(told.map(([value]) => value)).toEqual([1, 200, 1000]);
});

test('reports steps that are far enough apart', () => {
  const gate = new ProgressGate(true);
  const told = [1, 2, 3, 4].filter((value) => gate.lets(value, 10, false, value * 150));
  expect(told).toEqual([1, 2, 3, 4]);
});

test('always reports a picture, and on older servers every step', () => {
  const gate = new ProgressGate(true);
  expect([1, 2, 3].map((value) => gate.lets(value, 1000, value === 2, 0))).toEqual([true, true, false]);
  const old = new ProgressGate(false);
  expect([1, 2, 3].map((value) => old.lets(value, 1000, false, 0))).toEqual([true, true, true]);
});
