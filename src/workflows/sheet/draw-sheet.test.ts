import { describe, expect, it } from 'vitest';
import { layoutSheet } from './draw-sheet';

describe('the layout of a sheet', () => {
  it.each([
    [1, 1, false, 1, 1],
    [3, 2, true, 4, 16 / 9],
    [100, 1, false, 1, 3],
    [1, 100, true, 1, 1 / 3],
    [10, 10, true, 4, 2 / 3],
  ])('of %i × %i fits a canvas, every picture whole', (columns, rows, hasRowLabels, lines, aspect) => {
    const layout = layoutSheet(columns, rows, { hasRowLabels, lines, aspect });
    const { width, height, cell, left, top } = layout;
    expect(Math.max(width, height)).toBeLessThanOrEqual(8000);
    expect(Math.min(cell.width, cell.height)).toBeGreaterThanOrEqual(32);
    expect(Math.max(cell.width, cell.height)).toBeLessThanOrEqual(512);
    expect(left + columns * cell.width).toBeLessThanOrEqual(width);
    expect(top + rows * cell.height).toBeLessThanOrEqual(height);
  });

  it('has full-size pictures where there is room, in their own shape', () => {
    expect(layoutSheet(3, 2, { hasRowLabels: true }).cell).toEqual({ width: 512, height: 512 });
    expect(layoutSheet(3, 2, { hasRowLabels: true, aspect: 2 }).cell).toEqual({ width: 512, height: 256 });
    expect(layoutSheet(3, 2, { hasRowLabels: true, aspect: 1 / 2 }).cell).toEqual({
      width: 256,
      height: 512,
    });
  });

  it('leaves room for every line of the labels', () => {
    const [one, four] = [1, 4].map((lines) => layoutSheet(3, 2, { hasRowLabels: false, lines }).top);
    expect((four ?? 0) - (one ?? 0)).toBe(60);
  });
});
