import { describe, expect, it } from 'vitest';
import { coveringPart } from './cover-with';

describe('the part of a picture that covers a tile', () => {
  it.each([
    [200, 100, { x: 50, y: 0, width: 100, height: 100 }],
    [100, 300, { x: 0, y: 100, width: 100, height: 100 }],
    [50, 50, { x: 0, y: 0, width: 50, height: 50 }],
  ])('of %i × %i px is its middle', (width, height, part) => {
    expect(coveringPart({ width, height }, { width: 72, height: 72 })).toEqual(part);
  });
});
