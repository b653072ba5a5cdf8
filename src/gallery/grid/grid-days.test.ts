import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GridDays } from './grid-days';
import { type GridLayout, type GridShape, layoutGrid } from '../../ui/pictures/layout';

const SHAPE: GridShape = { width: 900, target: 180, gap: 4, headingHeight: 44, mode: 'justified' };

/** Everything a layout says, row by row and item by item. */
function described(layout: GridLayout): unknown {
  const rows = Array.from({ length: layout.rows + 1 }, (_, row) => [
    layout.rowTop(row),
    layout.rowHeight(row),
    layout.rowFirst(row),
    layout.bandOf(row)?.days,
  ]);
  const items = Array.from({ length: layout.items }, (_, item) => [
    layout.itemRow(item),
    layout.itemLeft(item),
    layout.itemWidth(item),
  ]);
  return { rows, items, height: layout.height };
}

const anItem = fc.record({
  day: fc.integer({ min: 1, max: 6 }),
  aspect: fc.double({ min: 0.3, max: 4, noNaN: true }),
});
const aChange = fc.record({
  at: fc.nat(60),
  removed: fc.nat(20),
  added: fc.array(anItem, { maxLength: 12 }),
  reshaped: fc.nat(60),
});

describe('the days of a grid', () => {
  it('are laid out after any change as if they had been laid out at once', () => {
    fc.assert(
      fc.property(fc.array(aChange, { maxLength: 20 }), (changes) => {
        const days = new GridDays();
        const items: { day: number; aspect: number }[] = [];
        for (const { at, removed, added, reshaped } of changes) {
          const place = Math.min(at, items.length);
          const count = Math.min(removed, items.length - place);
          items.splice(place, count, ...added);
          days.splice(
            place,
            count,
            added.map(({ day }) => day),
            added.map(({ aspect }) => aspect),
          );
          const item = items[reshaped];
          if (item) {
            items[reshaped] = { ...item, aspect: 2 };
            days.setAspect(reshaped, 2);
          }
          expect(days.count).toBe(items.length);
          const whole = layoutGrid({
            ...SHAPE,
            aspects: items.map(({ aspect }) => aspect),
            groups: items.map(({ day }) => day),
          });
          expect(described(days.layout(SHAPE))).toEqual(described(whole));
        }
      }),
    );
  });

  it('are laid out alone: a new picture leaves the rows of other weeks as they are', () => {
    const days = new GridDays();
    days.splice(0, 0, [18, 18, 17, 11, 10], [1, 1, 1, 1, 1]);
    const before = days.layout(SHAPE);
    days.splice(0, 0, [18], [2]);
    const after = days.layout(SHAPE);
    expect(after.bands.at(-1)).toBe(before.bands.at(-1));
    expect(after.bands[0]).not.toBe(before.bands[0]);
    days.setAspect(5, 2);
    expect(days.layout(SHAPE).bands.at(-1)).not.toBe(after.bands.at(-1));
    expect(days.layout(SHAPE).bands[0]).toBe(after.bands[0]);
  });

  it('are laid out anew for another shape', () => {
    const days = new GridDays();
    days.splice(0, 0, [1, 1, 1], [1, 1, 1]);
    expect(days.layout(SHAPE).height).not.toBe(days.layout({ ...SHAPE, width: 300 }).height);
  });
});
