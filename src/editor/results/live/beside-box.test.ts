import { expect, it } from 'vitest';
import { besideBox, boxOnStage } from './beside-box';

const stage = { width: 800, height: 600 };
const chip = { width: 200, height: 40 };

it('goes below a box, centred', () => {
  expect(besideBox({ x: 300, y: 100, width: 100, height: 100 }, chip, stage)).toEqual({ x: 250, y: 208 });
});

it('goes above a box that reaches down to the edge of the stage', () => {
  expect(besideBox({ x: 300, y: 300, width: 100, height: 290 }, chip, stage)).toEqual({ x: 250, y: 252 });
});

it('lies over a box that fills the stage', () => {
  expect(besideBox({ x: 0, y: 0, width: 800, height: 600 }, chip, stage)).toEqual({ x: 300, y: 552 });
});

it('stays within the stage for a box that is out of sight', () => {
  const corners = [
    { x: -900, y: -900, width: 50, height: 50 },
    { x: 2000, y: 2000, width: 50, height: 50 },
  ];
  for (const box of corners) {
    const { x, y } = besideBox(box, chip, stage);
    expect([x >= 8, y >= 8, x + 200 <= 792, y + 40 <= 592]).toEqual([true, true, true, true]);
  }
});

it('follows a view that is turned a quarter', () => {
  const box = boxOnStage(
    { scale: 2, x: 100, y: 50, angle: Math.PI / 2 },
    { x: 10, y: 20, width: 30, height: 5 },
  );
  expect(box.x).toBeCloseTo(50, 9);
  expect(box.y).toBeCloseTo(70, 9);
  expect(box.width).toBeCloseTo(10, 9);
  expect(box.height).toBeCloseTo(60, 9);
});
