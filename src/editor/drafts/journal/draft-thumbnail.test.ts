import { describe, expect, it } from 'vitest';
import { MaskGrid, type TileChange } from '../../mask/mask-grid';
import { newMask } from '../../mask/mask-stack';
import type { PixelRect } from '../../mask/rect';
import { draftThumbnail } from './draft-thumbnail';

const SIZE = { width: 600, height: 300 };

function painted(box: PixelRect, value = 255): TileChange[] {
  const grid = new MaskGrid(SIZE.width, SIZE.height);
  const count = (box.x1 - box.x0) * (box.y1 - box.y0);
  grid.writeRect(box, new Uint8Array(count).fill(value));
  return grid.snapshot().flatMap((tile, index) => (tile ? [{ index, tile }] : []));
}

const left = { id: 'left', changes: painted({ x0: 0, y0: 0, x1: 300, y1: 300 }) };
const top = { id: 'top', changes: painted({ x0: 0, y0: 0, x1: 600, y1: 150 }, 100) };

/** The four quarters of the thumbnail: upper left, upper right, lower left, lower right. */
function quarters(meta: unknown): number[] {
  const { width, height, values } = draftThumbnail({ masks: [left, top], meta }, SIZE, 60);
  expect([width, height]).toEqual([60, 30]);
  return [
    [15, 7],
    [45, 7],
    [15, 22],
    [45, 22],
  ].map(([x = 0, y = 0]) => values[y * width + x] ?? -1);
}

const stackOf = (upper: Partial<ReturnType<typeof newMask>>): unknown => ({
  masks: [newMask('left'), { ...newMask('top'), ...upper }],
  active: 'top',
});

describe('the thumbnail of a draft', () => {
  it('combines all visible masks', () => {
    expect(quarters(stackOf({}))).toEqual([255, 100, 255, 0]);
    expect(quarters(stackOf({ mode: 'subtract' }))).toEqual([155, 0, 255, 0]);
    expect(quarters(stackOf({ mode: 'intersect' }))).toEqual([100, 0, 0, 0]);
    expect(quarters(stackOf({ visible: false }))).toEqual([255, 0, 255, 0]);
  });

  it('unites the masks of a draft without a valid stack', () => {
    expect(quarters(null)).toEqual([255, 100, 255, 0]);
  });

  it('shows a stroke much thinner than its pixels', () => {
    const thin = { id: 'thin', changes: painted({ x0: 100, y0: 0, x1: 104, y1: 300 }) };
    const { values } = draftThumbnail({ masks: [thin], meta: null }, SIZE, 60);
    expect(values.some((value) => value > 0)).toBe(true);
  });

  it('is never larger than the picture', () => {
    const { width, height } = draftThumbnail({ masks: [], meta: null }, { width: 3, height: 1 }, 60);
    expect([width, height]).toEqual([3, 1]);
  });
});
