import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GridDays } from '../grid/grid-days';
import { type Area, isIn, runsIn, scrollSpeed } from './marquee';

type GridShape = Parameters<GridDays['layout']>[0];
type GridMode = GridShape['mode'];

function laidOut(aspects: readonly number[], perDay: number, mode: GridMode): ReturnType<GridDays['layout']> {
  const days = new GridDays();
  days.splice(
    0,
    0,
    aspects.map((_, at) => 20_000 - Math.floor(at / perDay)),
    aspects,
  );
  return days.layout({ width: 700, target: 120, gap: 4, headingHeight: 44, mode });
}

describe('an area drawn over the grid', () => {
  it('holds exactly the items that lie in it, in every layout', () => {
    const area = fc
      .tuple(fc.integer({ min: -50, max: 800 }), fc.nat(3000), fc.nat(900), fc.nat(1500))
      .map(([left, top, width, height]) => ({ left, top, right: left + width, bottom: top + height }));
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.3, max: 4, noNaN: true }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 25 }),
        fc.constantFrom<GridMode[]>('justified', 'uniform', 'list'),
        area,
        (aspects, perDay, mode, drawn) => {
          const layout = laidOut(aspects, perDay, mode);
          const expected = aspects.flatMap((_, at) => {
            const row = layout.itemRow(at);
            const place = {
              left: layout.itemLeft(at),
              width: layout.itemWidth(at),
              top: layout.rowTop(row),
              height: layout.rowHeight(row),
            };
            return isIn(place, drawn) ? [at] : [];
          });
          const runs = runsIn(layout, drawn);
          const found = runs.flatMap(([first, end]) =>
            Array.from({ length: end - first }, (_, i) => first + i),
          );
          expect(found).toEqual(expected);
          runs.slice(1).forEach(([first], i) => expect(first).toBeGreaterThan(runs[i]?.[1] ?? 0));
        },
      ),
    );
  });
});

describe('an item', () => {
  const place = { left: 100, width: 50, top: 200, height: 40 };
  const area = (left: number, top: number, right: number, bottom: number): Area => ({
    left,
    top,
    right,
    bottom,
  });

  it.each([
    ['in part', area(0, 0, 101, 201), true],
    ['as a whole', area(0, 0, 500, 500), true],
    ['around it', area(110, 210, 120, 220), true],
    ['not by its edge alone', area(0, 0, 100, 500), false],
    ['not beside it', area(150, 0, 500, 500), false],
    ['not below it', area(0, 240, 500, 500), false],
  ])('lies in an area %s', (_, drawn, is) => expect(isIn(place, drawn)).toBe(is));
});

describe('scrolling at the edge', () => {
  it.each([
    [300, 0],
    [60, 0],
    [0, -2400],
    [-400, -2400],
    [600, 2400],
    [28, -600],
    [572, 600],
  ])('at %i px of 600 it is %i px a second', (y, speed) => {
    expect(scrollSpeed(y, 600)).toBeCloseTo(speed);
  });
});
