import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GridInput, type GridLayout, layoutGrid, MAX_ASPECT, MIN_ASPECT, tileAspect } from './layout';

const inputs = fc
  .record({
    sizes: fc.array(fc.oneof(fc.double({ min: 0.01, max: 20, noNaN: true }), fc.constantFrom(1, 1.5, 0.67)), {
      maxLength: 120,
    }),
    groupLength: fc.integer({ min: 1, max: 40 }),
    width: fc.integer({ min: 300, max: 4000 }),
    target: fc.integer({ min: 80, max: 420 }),
    gap: fc.integer({ min: 0, max: 16 }),
    headingHeight: fc.integer({ min: 1, max: 60 }),
    mode: fc.constantFrom('justified' as const, 'uniform' as const),
  })
  .map(({ sizes, groupLength, ...rest }): GridInput => ({
    ...rest,
    aspects: sizes,
    groups: sizes.map((_, i) => Math.floor(i / groupLength)),
  }));

function pictureRows(layout: GridLayout): { row: number; first: number; end: number }[] {
  return Array.from({ length: layout.rows }, (_, row) => ({
    row,
    first: layout.rowFirst(row),
    end: layout.rowFirst(row + 1),
  })).filter(({ first, end }) => end > first);
}

function each(layout: GridLayout, read: (item: number) => number): number[] {
  return Array.from({ length: layout.items }, (_, item) => read(item));
}

const right = (layout: GridLayout, i: number): number => layout.itemLeft(i) + layout.itemWidth(i);

describe('the grid layout', () => {
  it('shows every item once, in order', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const layout = layoutGrid(input);
        const shown = pictureRows(layout).flatMap(({ first, end }) =>
          Array.from({ length: end - first }, (_, i) => first + i),
        );
        expect(shown).toEqual(Array.from({ length: input.aspects.length }, (_, i) => i));
        pictureRows(layout).forEach(({ row, first, end }) => {
          for (let i = first; i < end; i++) {
            expect(layout.itemRow(i)).toBe(row);
          }
        });
      }),
    );
  });

  it('keeps items inside the width, apart by the gap, in whole px', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const layout = layoutGrid(input);
        for (const { first, end } of pictureRows(layout)) {
          for (let i = first; i < end; i++) {
            expect(Number.isInteger(layout.itemLeft(i)) && Number.isInteger(layout.itemWidth(i))).toBe(true);
            expect(layout.itemWidth(i)).toBeGreaterThanOrEqual(1);
            expect(right(layout, i)).toBeLessThanOrEqual(input.width);
            if (i > first) {
              const between = layout.itemLeft(i) - right(layout, i - 1);
              expect(between).toBeGreaterThanOrEqual(input.gap - 1);
              if (input.groups[i] === input.groups[i - 1]) {
                expect(between).toBeLessThanOrEqual(input.gap + 1);
              }
            }
          }
        }
      }),
    );
  });

  it('fills every row but the last of a group to the very edge', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const layout = layoutGrid(input);
        const rows = pictureRows(layout);
        rows.forEach(({ first, end }, i) => {
          const next = rows[i + 1];
          if (next && input.groups[next.first] === input.groups[first]) {
            expect(right(layout, end - 1)).toBe(input.width);
          }
        });
      }),
    );
  });

  it('heads each group once, and lets only whole short ones of one week share a row', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const layout = layoutGrid(input);
        const headed: number[] = [];
        for (const [index, band] of layout.bands.entries()) {
          const row = layout.rowAt(layout.bandTop(index));
          headed.push(...band.days.map(({ day }) => day));
          expect(band.rows.rowHeight[0]).toBe(input.headingHeight);
          expect(layout.isHeading(row)).toBe(true);
          if (band.days.length > 1) {
            expect(band.rows.rows).toBe(2);
            expect(new Set(band.days.map(({ day }) => Math.floor((day + 3) / 7))).size).toBe(1);
          }
        }
        expect(headed).toEqual([...new Set(Array.from(input.groups))]);
      }),
    );
  });

  it('puts the headings of a row side by side, each over its own items', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const layout = layoutGrid(input);
        let first = 0;
        for (const band of layout.bands) {
          let edge = 0;
          for (const { day, count, left, width } of band.days) {
            expect(left).toBeGreaterThanOrEqual(edge);
            expect(left + width).toBeLessThanOrEqual(input.width + 1);
            edge = left + width;
            for (let i = first; i < first + count; i++) {
              expect(input.groups[i]).toBe(day);
              expect(layout.itemLeft(i)).toBeGreaterThanOrEqual(left);
              expect(right(layout, i)).toBeLessThanOrEqual(edge + 1);
            }
            first += count;
          }
        }
        expect(first).toBe(layout.items);
      }),
    );
  });

  it('leaves no room for a short day that the one before it could have shared', () => {
    const narrow = { width: 1000, target: 200, gap: 4, headingHeight: 44, mode: 'justified' } as const;
    // A Tuesday to a Friday with one square each, and the Monday after.
    const days = [17, 16, 15, 14, 11];
    const layout = layoutGrid({ ...narrow, aspects: days.map(() => 1), groups: days });
    expect(layout.bands.map(({ days: shared }) => shared.map(({ day }) => day))).toEqual([
      [17, 16, 15, 14],
      [11],
    ]);
    expect(each(layout, (i) => layout.itemLeft(i))).toEqual([0, 248, 496, 744, 0]);
  });

  it('lets an arrival move no other week', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const days = Array.from(input.groups).reverse();
        const before = layoutGrid({ ...input, groups: days });
        const newest = days[0] ?? 0;
        const after = layoutGrid({
          ...input,
          aspects: [1].concat(Array.from(input.aspects)),
          groups: [newest].concat(days),
        });
        const week = (day: number): number => Math.floor((day + 3) / 7);
        days.forEach((day, i) => {
          if (week(day) !== week(newest)) {
            expect(after.itemLeft(i + 1)).toBe(before.itemLeft(i));
            expect(after.itemWidth(i + 1)).toBe(before.itemWidth(i));
            expect(after.height - after.rowTop(after.itemRow(i + 1))).toBe(
              before.height - before.rowTop(before.itemRow(i)),
            );
          }
        });
      }),
    );
  });

  it('gives each item of a list a line of its own', () => {
    const layout = layoutGrid({
      aspects: [0.1, 9, 1],
      groups: [1, 1, 2],
      width: 800,
      target: 48,
      gap: 2,
      headingHeight: 30,
      mode: 'list',
    });
    expect(each(layout, (i) => layout.itemWidth(i))).toEqual([800, 800, 800]);
    expect(each(layout, (i) => layout.rowTop(layout.itemRow(i)))).toEqual([30, 80, 160]);
  });

  it('has no headings where they have no height', () => {
    const bare = { width: 420, target: 200, gap: 4, headingHeight: 0, mode: 'uniform' } as const;
    const layout = layoutGrid({ ...bare, aspects: [1, 1, 1, 1], groups: [-1, -1, -1, -1] });
    expect([0, 1].map((row) => [layout.isHeading(row), layout.rowFirst(row)])).toEqual([
      [false, 0],
      [false, 2],
    ]);
    expect(layout.rowTop(0)).toBe(0);
  });

  it('never blows a strip up over more than two and a half times the height of its row', () => {
    const strip = { aspects: [8], groups: [1], width: 1040, target: 216, gap: 4, headingHeight: 44 };
    const layout = layoutGrid({ ...strip, mode: 'justified' });
    expect(layout.itemWidth(0)).toBe(540);
    expect(layout.rowHeight(1)).toBe(216);
  });

  it('puts rows below one another without a hole', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const layout = layoutGrid(input);
        let y = 0;
        for (let row = 0; row < layout.rows; row++) {
          expect(layout.rowTop(row)).toBe(y);
          y += layout.rowHeight(row) + (layout.isHeading(row) ? 0 : input.gap);
        }
        expect(layout.height).toBe(y);
      }),
    );
  });

  it('keeps row heights near the target', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const layout = layoutGrid(input);
        for (const { row, first, end } of pictureRows(layout)) {
          const height = layout.rowHeight(row);
          expect(height).toBeLessThanOrEqual(Math.max(input.target * 1.6, input.width) + 1);
          if (input.mode === 'justified') {
            expect(height).toBeLessThanOrEqual(input.target * 1.6 + 1);
            // The least is what the widest pictures leave when one more has to be squeezed in.
            const widest = input.width / input.target + MAX_ASPECT;
            const least = (input.width - input.gap * (end - first - 1)) / widest;
            expect(height).toBeGreaterThanOrEqual(Math.min(input.target, Math.floor(least)) - 1);
          }
        }
      }),
    );
  });

  it('keeps the shapes of pictures to within rounding', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const layout = layoutGrid({ ...input, mode: 'justified' });
        for (const { row, first, end } of pictureRows(layout)) {
          const height = layout.rowHeight(row);
          for (let i = first; i < end; i++) {
            const ideal = tileAspect(input.aspects[i] ?? NaN) * height;
            expect(Math.abs(layout.itemWidth(i) - ideal)).toBeLessThanOrEqual(3.5);
          }
        }
      }),
    );
  });

  it('makes squares in uniform mode, whatever the shapes', () => {
    const layout = layoutGrid({
      aspects: [0.1, 1, 9, 1],
      groups: [1, 1, 1, 1],
      width: 308,
      target: 100,
      gap: 4,
      headingHeight: 30,
      mode: 'uniform',
    });
    expect(each(layout, (i) => layout.itemWidth(i))).toEqual([100, 100, 100, 100]);
    expect(each(layout, (i) => layout.itemLeft(i))).toEqual([0, 104, 208, 0]);
    expect(Array.from({ length: layout.rows }, (_, row) => layout.rowTop(row))).toEqual([0, 30, 134]);
    expect(layout.height).toBe(238);
  });

  it('leaves a short last row at the target height', () => {
    const layout = layoutGrid({
      aspects: [1, 1],
      groups: [1, 1],
      width: 1000,
      target: 200,
      gap: 4,
      headingHeight: 30,
      mode: 'justified',
    });
    expect(layout.rowHeight(1)).toBe(200);
    expect(each(layout, (i) => layout.itemWidth(i))).toEqual([200, 200]);
  });

  it('has no rows without items', () => {
    const layout = layoutGrid({
      aspects: [],
      groups: [],
      width: 500,
      target: 100,
      gap: 4,
      headingHeight: 30,
      mode: 'justified',
    });
    expect([layout.rows, layout.height, layout.rowAt(0)]).toEqual([0, 0, 0]);
    expect(layout.rowsBetween(0, 900)).toEqual([0, 0]);
  });
});

describe('the shape of a tile', () => {
  it.each([
    [1.5, 1.5],
    [0.001, MIN_ASPECT],
    [512, MAX_ASPECT],
    [0, 1],
    [NaN, 1],
    [Infinity, 1],
    [-2, 1],
  ])('for a picture of %d is %d', (aspect, expected) => {
    expect(tileAspect(aspect)).toBe(expected);
  });
});

describe('the rows in view', () => {
  it('are those that touch the view, and no others', () => {
    fc.assert(
      fc.property(inputs, fc.nat(30_000), fc.integer({ min: 1, max: 3000 }), (input, top, height) => {
        const layout = layoutGrid(input);
        const [first, end] = layout.rowsBetween(top, top + height);
        const touching = Array.from({ length: layout.rows }, (_, row) => row).filter((row) => {
          const rowTop = layout.rowTop(row);
          return rowTop < top + height && rowTop + layout.rowHeight(row) > top;
        });
        expect(Array.from({ length: end - first }, (_, i) => first + i)).toEqual(touching);
      }),
    );
  });
});
