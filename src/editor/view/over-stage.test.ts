import { expect, it } from 'vitest';
import { toView } from '../../ui/viewport';
import { alongPicture, placed, resizeCursor } from './over-stage.svelte';

it('turns a distance on the page into one on the picture, however the picture is rotated or mirrored', () => {
  for (const [angle, mirrored] of [
    ...[0, 0.3, Math.PI / 2, -2].map((one) => [one, false] as const),
    ...[0, 0.3, Math.PI / 2, -2].map((one) => [one, true] as const),
  ]) {
    const at = { scale: 1.7, x: 31, y: -8, angle, mirrored };
    const from = toView(at, { x: 100, y: 60 });
    const to = toView(at, { x: 112, y: 35 });
    const way = alongPicture(at, to.x - from.x, to.y - from.y);
    expect(way.x).toBeCloseTo(12, 9);
    expect(way.y).toBeCloseTo(-25, 9);
  }
});

it('has a cursor along the way that is seen', () => {
  // Right, lower right, down, lower left of the picture.
  const ways = [
    [1, 0],
    [1, 1],
    [0, 1],
    [-1, 1],
  ] as const;
  const seen = (degrees: number, mirrored = false): string[] =>
    ways.map(
      ([x, y]) => resizeCursor({ angle: (degrees * Math.PI) / 180, mirrored }, x, y).split('-')[0] ?? '',
    );
  const [across, falling, down, rising] = ['ew', 'nwse', 'ns', 'nesw'];
  expect(seen(0)).toEqual([across, falling, down, rising]);
  expect(seen(0, true)).toEqual([across, rising, down, falling]);
  for (const quarter of [90, -90]) {
    expect(seen(quarter)).toEqual([down, rising, across, falling]);
  }
  expect(seen(180)).toEqual(seen(0));
  expect(seen(45)).toEqual([falling, down, rising, across]);
  expect(seen(45, true)).toEqual([falling, across, rising, down]);
  expect(seen(-20)).toEqual(seen(0));
  expect(seen(-25)).toEqual([rising, across, falling, down]);
  // Opposite handles share a cursor.
  expect(resizeCursor({ angle: 1, mirrored: true }, -1, -1)).toBe(
    resizeCursor({ angle: 1, mirrored: true }, 1, 1),
  );
});

it('places a box in px of the picture', () => {
  expect(placed({ scale: 2, x: 5, y: 5 }, { x: -3, y: 4, width: 10, height: 20 })).toBe(
    'left:-6px;top:8px;width:20px;height:40px',
  );
});
