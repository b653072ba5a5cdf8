import { expect, it } from 'vitest';

import { RateLimit } from './rate-limit';

it('grants a burst, then a steady rate, to each client by itself', () => {
  let now = 0;
  const limit = new RateLimit(3, 2, () => now);
  expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([0, 0, 0]);
  expect(limit.take('a')).toBe(1);
  expect(limit.take('b')).toBe(0);
  now += 500;
  expect(limit.take('a')).toBe(0);
  expect(limit.take('a')).toBe(1);
  now += 3_600_000;
  expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([0, 0, 0]);
  expect(limit.take('a')).toBe(1);
});

it('says how long to wait, and is not prolonged by asking', () => {
  let now = 0;
  const limit = new RateLimit(1, 0.1, () => now);
  limit.take('a');
  expect(limit.take('a')).toBe(10);
  now += 4_000;
  expect(limit.take('a')).toBe(6);
  now += 6_000;
  expect(limit.take('a')).toBe(0);
});

it('survives a clock that is set back', () => {
  let now = 1_000_000;
  const limit = new RateLimit(1, 1, () => now);
  limit.take('a');
  now = 0;
  expect(limit.take('a')).toBe(1);
});

it('remembers a bounded number of clients', () => {
  const limit = new RateLimit(1, 0.001, () => 0);
  for (let client = 0; client < 10_001; client += 1) {
    limit.take(String(client));
  }
  expect(limit.take('0')).toBe(0);
  expect(limit.take('10000')).toBeGreaterThan(0);
});
