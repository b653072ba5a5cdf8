import { describe, expect, it } from 'vitest';
import { contourTiles } from './contour';
import { rasterShape } from './coverage';
import { MaskGrid } from './mask-grid';

const size = { width: 700, height: 600 };

function applied(grid: MaskGrid, px: number): MaskGrid {
  const result = new MaskGrid(grid.width, grid.height);
  grid.snapshot().forEach((tile, index) => result.put(index, tile));
  for (const { index, tile } of contourTiles(grid, px)) {
    result.put(index, tile);
  }
  return result;
}

describe('the contour of a mask', () => {
  // Its edges cross several tiles, and the tile in its middle is full.
  const box = rasterShape({ kind: 'rect', x0: 100, y0: 100, x1: 640, y1: 580 }, size);

  it('is a border of so many px, half outside and half inside', () => {
    const ring = applied(box, 10);
    const across = (x: number): number => ring.valueAt(x, 300);
    expect([94, 95, 99, 100, 104, 105].map(across)).toEqual([0, 255, 255, 255, 255, 0]);
    expect([634, 635, 639, 640, 644, 645].map(across)).toEqual([0, 255, 255, 255, 255, 0]);
    expect(ring.valueAt(300, 300)).toBe(0);
    expect(ring.valueAt(300, 95)).toBe(255);
    expect(ring.valueAt(300, 94)).toBe(0);
    expect(ring.coverage() * size.width * size.height).toBeCloseTo(
      // The straight parts, the corners round outside and square inside.
      2 * 5 * (540 + 480) + Math.PI * 25 + (540 * 480 - 530 * 470),
      -2,
    );
  });

  it('counts odd widths to the half pixel', () => {
    const ring = applied(box, 3);
    let sum = 0;
    for (let x = 90; x < 110; x++) {
      sum += ring.valueAt(x, 300);
    }
    expect(Math.abs(sum / 255 - 3)).toBeLessThan(0.05);
  });

  it('is everything where the mask is narrower than the border', () => {
    const thin = rasterShape({ kind: 'rect', x0: 200, y0: 200, x1: 206, y1: 400 }, size);
    const ring = applied(thin, 16);
    expect(ring.valueAt(203, 300)).toBe(255);
    expect(ring.valueAt(193, 300)).toBe(255);
  });

  it('is nothing for an empty mask, and for one that covers everything', () => {
    const none = new MaskGrid(size.width, size.height);
    expect(contourTiles(none, 10)).toEqual([]);
    const all = new MaskGrid(size.width, size.height);
    for (let index = 0; index < all.length; index++) {
      all.put(index, all.fullTile(index));
    }
    expect(applied(all, 10).empty).toBe(true);
  });
});
