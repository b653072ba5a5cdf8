import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf } from './days';
import { type GridLayout, layoutGrid } from '../../ui/pictures/layout';
import { percentKey, scrubKey, scrubMarks } from './scrub-marks';

/** The same number of pictures on each of several days, the newest first. */
function gallery(days: readonly number[], each = 12): GridLayout {
  const groups = days.flatMap((day) => Array<number>(each).fill(day));
  return layoutGrid({
    aspects: groups.map(() => 1),
    groups,
    width: 800,
    target: 200,
    gap: 4,
    headingHeight: 44,
    mode: 'justified',
  });
}

const day = (year: number, month: number, date: number): number =>
  dayOf(new Date(year, month - 1, date, 12).getTime());

describe('the marks of the scrubber', () => {
  it('stand where months begin, and tell the year where it changes', () => {
    const layout = gallery([day(2026, 2, 9), day(2026, 2, 2), day(2026, 1, 5), day(2025, 12, 1)]);
    const marks = scrubMarks(layout, 400);
    expect(marks.map(({ top }) => Math.round(top))).toEqual([0, 200, 300]);
    expect(marks.map(({ words }) => words)).toEqual(['year', 'month', 'year']);
    expect(new Date(marks[1]?.at ?? 0).getMonth()).toBe(0);
  });

  it('leave words out where there is no room, the years last', () => {
    const layout = gallery([day(2026, 2, 2), day(2026, 1, 5), day(2025, 12, 1)]);
    expect(scrubMarks(layout, 66).map(({ words }) => words)).toEqual(['year', 'month', 'year']);
    expect(scrubMarks(layout, 45).map(({ words }) => words)).toEqual(['year', 'none', 'year']);
  });

  it('never overlap in words, and stay on the rail', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 10_000, max: 20_500 }), { maxLength: 80 }),
        fc.integer({ min: 50, max: 1200 }),
        (days, height) => {
          const marks = scrubMarks(gallery(days.toSorted((a, b) => b - a)), height);
          const written = marks.filter(({ words }) => words !== 'none').map(({ top }) => top);
          written.slice(1).forEach((top, i) => expect(top - (written[i] ?? 0)).toBeGreaterThanOrEqual(22));
          marks.forEach(({ top }) => {
            expect(top).toBeGreaterThanOrEqual(0);
            expect(top).toBeLessThan(height);
          });
        },
      ),
    );
  });
});

describe('the keys of the scrubber', () => {
  const layout = gallery([day(2026, 2, 9), day(2026, 2, 2), day(2026, 1, 5), day(2025, 12, 1)]);
  it.each([
    [1, 'ArrowUp', 0],
    [1, 'ArrowDown', 2],
    [0, 'ArrowUp', 0],
    [0, 'PageDown', 2],
    [3, 'PageUp', 2],
    [2, 'Home', 0],
    [0, 'End', 3],
    [3, 'ArrowDown', 3],
    [0, 'a', null],
  ])('from %d, %s leads to %s', (from, key, to) => {
    expect(scrubKey(layout, from, key)).toBe(to);
  });
});

describe('the keys of the scrubber without days', () => {
  it.each([
    [50, 'ArrowDown', 51],
    [50, 'ArrowUp', 49],
    [95, 'PageDown', 100],
    [5, 'PageUp', 0],
    [50, 'Home', 0],
    [50, 'End', 100],
    [50, 'a', null],
  ])('from %d %%, %s leads to %s', (from, key, to) => {
    expect(percentKey(from, key)).toBe(to);
  });
});
