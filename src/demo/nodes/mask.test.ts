import { describe, expect, test } from 'vitest';
import { createMask, type MaskTensor } from '../pixels/tensor';
import { combineMasks, featherMask } from './mask';

function row(...values: number[]): MaskTensor {
  const mask = createMask(1, 1, values.length);
  mask.data.set(values);
  return mask;
}

describe('combining masks', () => {
  const a = row(0, 0.25, 0.75, 1);
  const b = row(1, 0.5, 0.75, 1);

  test.each([
    ['multiply', [0, 0.125, 0.5625, 1]],
    ['add', [1, 0.75, 1, 1]],
    ['subtract', [0, 0, 0, 0]],
    ['and', [0, 0, 1, 1]],
    ['or', [1, 0, 1, 1]],
    ['xor', [1, 0, 0, 0]],
  ])('%s', (operation, values) => {
    expect([...combineMasks(a, b, 0, 0, operation).data]).toEqual(values);
  });

  test('at a position, clipped at the edge', () => {
    expect([...combineMasks(row(0, 0, 0, 0), row(1, 1, 1), 2, 0, 'add').data]).toEqual([0, 0, 1, 1]);
  });
});

describe('feathering', () => {
  const ones = row(1, 1, 1, 1, 1);
  const fade = (left: number, right: number, old = false): number[] => [
    ...featherMask(ones, { left, top: 0, right, bottom: 0 }, old).data,
  ];

  test('fades the borders of the picture', () => {
    expect(fade(2, 0)).toEqual([0.5, 1, 1, 1, 1]);
    expect(fade(0, 2)).toEqual([1, 1, 1, 1, 0.5]);
    expect(fade(4, 4)).toEqual([0.25, 0.5, 0.75, 0.5, 0.25].map((value, at) => (at === 2 ? 0.5625 : value)));
  });

  test('older servers start at the wrong pixel', () => {
    expect(fade(0, 2, true)).toEqual([0.5, 1, 1, 1, 1]);
  });
});
