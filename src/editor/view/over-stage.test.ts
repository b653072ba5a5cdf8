import { expect, it } from 'vitest';
import { toView } from '../../ui/viewport';
import { alongPicture, placed } from './over-stage.svelte';

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

it('places a box in px of the picture', () => {
  expect(placed({ scale: 2, x: 5, y: 5 }, { x: -3, y: 4, width: 10, height: 20 })).toBe(
    'left:-6px;top:8px;width:20px;height:40px',
  );
});
