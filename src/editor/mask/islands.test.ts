import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellOf, islandsOf } from './islands';
import { MaskGrid } from './mask-grid';
import { type PixelRect, intersectRect } from './rect';

function gridWith(width: number, height: number, rects: readonly PixelRect[], value = 255): MaskGrid {
  const grid = new MaskGrid(width, height);
  for (const rect of rects) {
    grid.writeRect(rect, new Uint8Array((rect.x1 - rect.x0) * (rect.y1 - rect.y0)).fill(value));
  }
  for (let index = 0; index < grid.length; index++) {
    grid.normalise(index);
  }
  return grid;
}

describe('the islands of a mask', () => {
  it('are two for dots in opposite corners of a large picture', () => {
    const grid = gridWith(4096, 4096, [
      { x0: 10, y0: 20, x1: 50, y1: 60 },
      { x0: 4040, y0: 4050, x1: 4080, y1: 4090 },
    ]);
    expect(islandsOf(grid)).toEqual([
      { x0: 0, y0: 16, x1: 64, y1: 64 },
      { x0: 4032, y0: 4048, x1: 4080, y1: 4096 },
    ]);
  });

  it('are found in larger steps in a huge picture', () => {
    const grid = gridWith(8192, 8192, [
      { x0: 40, y0: 40, x1: 50, y1: 60 },
      { x0: 8100, y0: 8100, x1: 8180, y1: 8192 },
    ]);
    expect(islandsOf(grid)).toEqual([
      { x0: 32, y0: 32, x1: 64, y1: 64 },
      { x0: 8096, y0: 8096, x1: 8192, y1: 8192 },
    ]);
  });

  it('are one across tiles, fully painted ones too, and none for an empty mask', () => {
    expect(islandsOf(new MaskGrid(700, 600))).toEqual([]);
    expect(islandsOf(gridWith(700, 600, [{ x0: 0, y0: 0, x1: 700, y1: 600 }]))).toEqual([
      { x0: 0, y0: 0, x1: 700, y1: 600 },
    ]);
    const faint = gridWith(700, 600, [{ x0: 250, y0: 300, x1: 262, y1: 301 }], 1);
    expect(islandsOf(faint)).toEqual([{ x0: 240, y0: 288, x1: 272, y1: 304 }]);
  });

  it('hold everything painted, and each no more than it may', () => {
    const rect = fc
      .tuple(fc.nat(880), fc.nat(580), fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 120 }))
      .map(([x0, y0, width, height]): PixelRect => ({
        x0,
        y0,
        x1: Math.min(900, x0 + width),
        y1: Math.min(600, y0 + height),
      }));
    fc.assert(
      fc.property(fc.array(rect, { maxLength: 6 }), (rects) => {
        const islands = islandsOf(gridWith(900, 600, rects));
        for (const one of rects) {
          expect(
            islands.some(
              (island) =>
                intersectRect(island, one)?.x1 === one.x1 && intersectRect(island, one)?.x0 === one.x0,
            ),
          ).toBe(true);
        }
        expect(islands.length).toBeLessThanOrEqual(rects.length);
        const cell = cellOf({ width: 900, height: 600 });
        for (const island of islands) {
          const grown = {
            x0: island.x0 + cell,
            y0: island.y0 + cell,
            x1: island.x1 - cell,
            y1: island.y1 - cell,
          };
          const sides = [rects.some(({ x0 }) => x0 < grown.x0), rects.some(({ x1 }) => x1 > grown.x1)];
          expect(sides).toEqual([true, true]);
        }
      }),
    );
  });
});
