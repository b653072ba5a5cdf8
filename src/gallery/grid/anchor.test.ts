import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anchorsAt, scrollForAnchors, scrollIntoView } from './anchor';
import { type GridLayout, layoutGrid } from '../../ui/pictures/layout';

const VIEW = 700;

function gridOf(aspects: readonly number[], width = 900): GridLayout {
  return layoutGrid({
    aspects,
    groups: aspects.map((_, i) => Math.floor(i / 17)),
    width,
    target: 180,
    gap: 4,
    headingHeight: 44,
    mode: 'justified',
  });
}

const shapes = fc.array(fc.double({ min: 0.2, max: 4, noNaN: true }), { minLength: 40, maxLength: 150 });

/** Where an item's row stands below the top of the view. */
function placeOf(layout: GridLayout, index: number, scrollTop: number): number {
  return (layout.rowTop(layout.itemRow(index)) ?? NaN) - scrollTop;
}

describe('what is looked at', () => {
  it('stays where it is when items come in before it, go, or change shape', () => {
    fc.assert(
      fc.property(
        shapes,
        shapes,
        fc.integer({ min: 0, max: 30 }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (before, after, inserted, share) => {
          const layout = gridOf(before);
          const scrollTop = Math.round(Math.max(0, layout.height - VIEW) * share);
          const anchors = anchorsAt(layout, (i) => `item ${i}`, scrollTop, VIEW);
          fc.pre(anchors.length > 0);
          const changed = gridOf([
            ...Array<number>(inserted).fill(1),
            ...before.map((a, i) => after[i] ?? a),
          ]);
          const indexOf = (key: string): number => Number(key.slice(5)) + inserted;
          const next = scrollForAnchors(changed, indexOf, anchors) ?? NaN;
          const anchor = Number(anchors[0]?.key.slice(5));
          const moved = placeOf(changed, anchor + inserted, next) - placeOf(layout, anchor, scrollTop);
          expect(next === 0 || Math.abs(moved) < 1e-6).toBe(true);
        },
      ),
    );
  });

  it('is held by the next item when the first is removed', () => {
    const layout = gridOf(Array<number>(100).fill(1));
    const anchors = anchorsAt(layout, String, 1000, VIEW);
    const gone = anchors[0]?.key;
    const indexOf = (key: string): number | undefined => (key === gone ? undefined : Number(key));
    expect(scrollForAnchors(layout, indexOf, anchors)).toBe(1000);
    expect(scrollForAnchors(layout, () => undefined, anchors)).toBeNull();
  });

  it('names every item in view, from the top', () => {
    const layout = gridOf(Array<number>(100).fill(1));
    const keys = anchorsAt(layout, String, 600, VIEW).map(({ key }) => Number(key));
    expect(keys).toEqual(keys.toSorted((a, b) => a - b));
    const visible = Array.from({ length: 100 }, (_, i) => i).filter((i) => {
      const top = placeOf(layout, i, 600);
      return top < VIEW && top + (layout.rowHeight(layout.itemRow(i)) ?? 0) > 0;
    });
    expect(keys).toEqual(visible);
  });
});

describe('bringing a row into view', () => {
  it('scrolls no further than needed, and never out of bounds', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (aspects, pick, share) => {
        const layout = gridOf(aspects);
        const lowest = Math.max(0, layout.height - VIEW);
        const scrollTop = Math.round(lowest * share);
        const row = layout.itemRow(pick % aspects.length);
        const next = scrollIntoView(layout, row, scrollTop, VIEW, 8);
        const top = layout.rowTop(row);
        const bottom = top + layout.rowHeight(row);
        expect(next).toBeGreaterThanOrEqual(0);
        expect(next).toBeLessThanOrEqual(lowest);
        expect(top).toBeGreaterThanOrEqual(next);
        expect(bottom).toBeLessThanOrEqual(next + VIEW);
        expect(scrollIntoView(layout, row, next, VIEW, 8)).toBe(next);
      }),
    );
  });

  it('shows the heading together with the first row', () => {
    const layout = gridOf(Array<number>(100).fill(1));
    const row =
      Array.from({ length: layout.rows }, (_, i) => i).findLast((i) => layout.isHeading(i - 1)) ?? 0;
    expect(scrollIntoView(layout, row, layout.height - 100, VIEW, 8)).toBe(
      Math.min(layout.height - VIEW, layout.rowTop(row - 1)),
    );
  });
});
