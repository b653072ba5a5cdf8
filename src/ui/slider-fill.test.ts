import { expect, it } from 'vitest';
import { sliderFill } from './slider-fill';

it('fills from the lower end', () => {
  expect(sliderFill(0.25, 0, 1)).toEqual({ from: 0, to: 25 });
  expect(sliderFill(60, 20, 100)).toEqual({ from: 0, to: 50 });
});

it('fills from zero, to either side, where zero lies in between', () => {
  expect(sliderFill(0, -64, 64)).toEqual({ from: 50, to: 50 });
  expect(sliderFill(32, -64, 64)).toEqual({ from: 50, to: 75 });
  expect(sliderFill(-64, -64, 64)).toEqual({ from: 0, to: 50 });
});

it('fills nothing beyond the track, and nothing without a range', () => {
  expect(sliderFill(9, 0, 1)).toEqual({ from: 0, to: 100 });
  expect(sliderFill(1, 1, 1)).toEqual({ from: 0, to: 0 });
});
