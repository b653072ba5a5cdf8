import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MaskPoint, type MaskShape, rasterShape, shapeBox } from './coverage';
import { type MaskGrid, TILE } from './mask-grid';

function area(grid: MaskGrid): number {
  return grid.coverage() * grid.width * grid.height;
}

function polygonArea(points: readonly MaskPoint[]): number {
  return Math.abs(
    points.reduce((sum, a, i) => {
      const b = points[(i + 1) % points.length] ?? a;
      return sum + (a.x * b.y - b.x * a.y) / 2;
    }, 0),
  );
}

/** Whether a point is inside, by the textbook: the sum of turns of the edges to its right. */
function windingAt(points: readonly MaskPoint[], x: number, y: number): number {
  return points.reduce((winding, a, i) => {
    const b = points[(i + 1) % points.length] ?? a;
    const right = a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x) > x;
    if (a.y <= y && b.y > y && right) {
      return winding + 1;
    }
    return b.y <= y && a.y > y && right ? winding - 1 : winding;
  }, 0);
}

const size = { width: 700, height: 600 };

describe('rasterShape', () => {
  it('covers pixels by the share of them inside a rectangle', () => {
    const grid = rasterShape({ kind: 'rect', x0: 12.25, y0: 20.5, x1: 9, y1: 18 }, size);
    expect(grid.bounds()).toEqual({ x0: 9, y0: 18, x1: 13, y1: 21 });
    expect([9, 11, 12, 13].map((x) => grid.valueAt(x, 18))).toEqual([255, 255, 64, 0]);
    expect([9, 12].map((x) => grid.valueAt(x, 20))).toEqual([128, 32]);
  });

  it('fills inner tiles with the one full tile and outer tiles with none', () => {
    const grid = rasterShape(
      { kind: 'rect', x0: 100.5, y0: 100.5, x1: 1400.5, y1: 1300 },
      { width: 1500, height: 1400 },
    );
    expect(grid.isFull(1 * grid.columns + 1)).toBe(true);
    expect(grid.isFull(4 * grid.columns + 4)).toBe(true);
    expect(grid.bytes()).toBe(20 * TILE * TILE);
    // Half covered pixels are 128, a little more than half.
    expect(Math.abs(area(grid) - 1300 * 1199.5)).toBeLessThan(10);
    const all = rasterShape(
      { kind: 'rect', x0: -50, y0: -50, x1: 5000, y1: 5000 },
      { width: 1500, height: 1400 },
    );
    expect(all.coverage()).toBe(1);
    expect(all.bytes()).toBe(0);
  });

  it('draws ellipses of the right area, symmetric, whole or cut off by the picture', () => {
    const grid = rasterShape({ kind: 'ellipse', x0: 50, y0: 60, x1: 650, y1: 540 }, size);
    expect(Math.abs(area(grid) - Math.PI * 300 * 240)).toBeLessThan(5);
    for (let y = 0; y < 600; y += 7) {
      for (let x = 0; x < 700; x += 5) {
        const value = grid.valueAt(x, y);
        if (value !== grid.valueAt(699 - x, y) || value !== grid.valueAt(x, 599 - y)) {
          expect.fail(`${x},${y}`);
        }
      }
    }
    const cut = rasterShape({ kind: 'ellipse', x0: -300, y0: -240, x1: 300, y1: 240 }, size);
    expect(Math.abs(area(cut) - (Math.PI * 300 * 240) / 4)).toBeLessThan(5);
    const inner = rasterShape({ kind: 'ellipse', x0: -2000, y0: -2000, x1: 3000, y1: 3000 }, size);
    expect(inner.coverage()).toBe(1);
  });

  it('gives convex polygons their area and soft edges of one pixel', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 6.28, noNaN: true }), { minLength: 3, maxLength: 9 }),
        fc.double({ min: 5, max: 290, noNaN: true }),
        (angles, radius) => {
          const points = angles
            .sort((a, b) => a - b)
            .map((angle) => ({ x: 350 + radius * Math.cos(angle), y: 300 + radius * Math.sin(angle) }));
          const grid = rasterShape({ kind: 'polygon', points }, size);
          // A 16th of a line's height, a 256th of a pixel's width, half a level on each edge pixel.
          expect(Math.abs(area(grid) - polygonArea(points))).toBeLessThan(0.5 + radius * 0.05);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each(['nonzero', 'evenodd'] as const)(
    'agrees with the textbook for any polygon, cut off or not: %s',
    (rule) => {
      const point = fc.record({
        x: fc.double({ min: -200, max: 900, noNaN: true }),
        y: fc.double({ min: -200, max: 800, noNaN: true }),
      });
      fc.assert(
        fc.property(fc.array(point, { minLength: 3, maxLength: 12 }), (points) => {
          const shape: MaskShape = { kind: 'polygon', points, rule };
          const hard = rasterShape(shape, size, true);
          const soft = rasterShape(shape, size);
          for (let y = 1; y < 600; y += 13) {
            for (let x = 0; x < 700; x += 11) {
              const winding = windingAt(points, x + 0.5, y + 0.5);
              const inside = rule === 'nonzero' ? winding !== 0 : winding % 2 !== 0;
              if (hard.valueAt(x, y) !== (inside ? 255 : 0)) {
                expect.fail(`hard ${x},${y}`);
              }
              const near = [0, 0.5, 1].flatMap((dx) =>
                [0, 0.5, 1].map((dy) => windingAt(points, x + dx, y + dy)),
              );
              if (new Set(near).size === 1 && Math.abs(soft.valueAt(x, y) - hard.valueAt(x, y)) > 128) {
                expect.fail(`soft ${x},${y}`);
              }
            }
          }
        }),
        { numRuns: 40 },
      );
    },
  );

  it('gives 0 and 255 only when binary', () => {
    for (const kind of ['rect', 'ellipse'] as const) {
      const grid = rasterShape({ kind, x0: 3.3, y0: 4.6, x1: 300.2, y1: 200.9 }, size, true);
      const values = new Set(grid.readRect({ x0: 0, y0: 0, x1: 700, y1: 600 }));
      expect([...values].sort((a, b) => a - b)).toEqual([0, 255]);
    }
  });

  it('accepts shapes that cover nothing', () => {
    const nothing: MaskShape[] = [
      { kind: 'rect', x0: 5, y0: 5, x1: 5, y1: 50 },
      { kind: 'ellipse', x0: 800, y0: 5, x1: 900, y1: 50 },
      { kind: 'rect', x0: -90, y0: -90, x1: -1, y1: -1 },
      { kind: 'rect', x0: NaN, y0: 0, x1: 10, y1: 10 },
      { kind: 'polygon', points: [] },
      { kind: 'polygon', points: [{ x: 3, y: 3 }] },
      {
        kind: 'polygon',
        points: [
          { x: 3, y: 3 },
          { x: 30, y: 30 },
        ],
      },
      {
        kind: 'polygon',
        points: [
          { x: 3, y: 700 },
          { x: 30, y: 800 },
          { x: 300, y: 900 },
        ],
      },
    ];
    for (const shape of nothing) {
      expect(rasterShape(shape, size).empty).toBe(true);
    }
  });

  it('returns the whole pixels a shape may touch', () => {
    expect(shapeBox({ kind: 'rect', x0: 9.5, y0: 2, x1: 1.2, y1: 3.1 })).toEqual({
      x0: 1,
      y0: 2,
      x1: 10,
      y1: 4,
    });
    expect(shapeBox({ kind: 'polygon', points: [] })).toEqual({ x0: 0, y0: 0, x1: 0, y1: 0 });
  });
});
