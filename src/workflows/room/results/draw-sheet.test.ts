import { describe, expect, it } from 'vitest';
import { layoutSheet } from './draw-sheet';

describe('the layout of a sheet', () => {
  it.each([
    [1, 1, false],
    [3, 2, true],
    [100, 1, false],
    [1, 100, true],
    [10, 10, true],
  ])('of %i × %i fits a canvas, every picture whole', (columns, rows, labels) => {
    const { width, height, cell, left, top } = layoutSheet(columns, rows, labels);
    expect(Math.max(width, height)).toBeLessThanOrEqual(8000);
    expect(cell).toBeGreaterThanOrEqual(32);
    expect(cell).toBeLessThanOrEqual(512);
    expect(left + columns * cell).toBeLessThanOrEqual(width);
    expect(top + rows * cell).toBeLessThanOrEqual(height);
  });

  it('has full-size pictures where there is room', () => {
    expect(layoutSheet(3, 2, true).cell).toBe(512);
  });
});
