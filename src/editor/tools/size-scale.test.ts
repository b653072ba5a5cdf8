import { expect, it } from 'vitest';
import { shareToSize, sizeToShare } from './size-scale';

it('reaches both ends, and multiplies by the same factor along the way', () => {
  expect([shareToSize(0, 80), shareToSize(1, 80)]).toEqual([1, 2000]);
  const sizes = [0.2, 0.4, 0.6, 0.8].map((share) => shareToSize(share, 0));
  expect(sizes).toEqual([5, 21, 96, 437]);
});

it('finds every size again where it put it', () => {
  for (const size of [1, 2, 3, 17, 80, 333, 1999, 2000]) {
    expect(shareToSize(sizeToShare(size), 0)).toBe(size);
  }
});

it('never stands still when the keyboard moves it', () => {
  let size = 1;
  const up = [];
  for (let press = 0; press < 6; press++) {
    size = shareToSize(sizeToShare(size) + 0.01, size);
    up.push(size);
  }
  expect(up).toEqual([2, 3, 4, 5, 6, 7]);
  expect(shareToSize(sizeToShare(3) - 0.01, 3)).toBe(2);
  expect(shareToSize(0, 1)).toBe(1);
});
