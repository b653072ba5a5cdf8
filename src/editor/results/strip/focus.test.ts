import { expect, it } from 'vitest';
import { focusOf, focusStyle } from './focus';

const picture = { width: 1000, height: 800 };
const area = { sampled: null, apart: false, extend: null };

it('is a square around the mask with a margin', () => {
  const focus = focusOf({ ...area, mask: { x: 400, y: 300, width: 200, height: 100 } }, picture);
  expect(focus).toEqual({ x: 0.35, y: 0.25, width: 0.3, height: 0.375 });
});

it('is no smaller than a thumbnail has pixels for, and stays in the picture', () => {
  const focus = focusOf({ ...area, mask: { x: 990, y: 790, width: 4, height: 4 } }, picture);
  expect(focus).toEqual({ x: 0.8, y: 0.75, width: 0.2, height: 0.25 });
});

it('takes the sampled part where the mask is unknown, and counts what was added to the picture', () => {
  const extend = { left: 1000, top: 0, right: 0, bottom: 0, overlap: 0 };
  const sampled = { x: 400, y: 300, width: 200, height: 200 };
  expect(focusOf({ ...area, sampled, mask: null, extend }, picture)).toEqual({
    x: 0.675,
    y: 0.3125,
    width: 0.15,
    height: 0.375,
  });
});

it('is nothing when there is nothing to go by, or the mask is nearly everything', () => {
  expect(focusOf({ ...area, mask: null }, picture)).toBeNull();
  expect(focusOf({ ...area, mask: { x: 0, y: 0, width: 900, height: 700 } }, picture)).toBeNull();
});

it('places the whole picture so that the part fills the element', () => {
  expect(focusStyle({ x: 0.25, y: 0.5, width: 0.5, height: 0.25 })).toBe(
    'width:200%;height:400%;left:-50%;top:-200%',
  );
});
