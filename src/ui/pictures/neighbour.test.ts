import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GridLayout, layoutGrid } from './layout';
import { type Move, middleOf, moveOf, neighbour } from './neighbour';

function gridOf(aspects: readonly number[], perGroup = 1000): GridLayout {
  return layoutGrid({
    aspects,
    groups: aspects.map((_, i) => Math.floor(i / perGroup)),
    width: 1000,
    target: 100,
    gap: 0,
    headingHeight: 40,
    mode: 'justified',
  });
}

/** Two days: ten and five squares, then eight: rows of 10, 5 and 8. */
const squares = layoutGrid({
  aspects: Array<number>(23).fill(1),
  groups: Array.from({ length: 23 }, (_, i) => (i < 15 ? 1 : 2)),
  width: 1000,
  target: 100,
  gap: 0,
  headingHeight: 40,
  mode: 'uniform',
});

describe('moving in the grid with the keyboard', () => {
  it.each<[Move, number, number]>([
    ['left', 0, 0],
    ['left', 10, 9],
    ['right', 9, 10],
    ['right', 22, 22],
    ['down', 3, 13],
    ['down', 9, 14],
    ['down', 13, 18],
    ['down', 18, 18],
    ['up', 18, 13],
    ['up', 13, 3],
    ['up', 4, 4],
    ['home', 17, 0],
    ['end', 2, 22],
  ])('%s from item %i leads to item %i', (move, from, to) => {
    expect(neighbour(squares, from, move)).toBe(to);
  });

  it('keeps to the column across a short row', () => {
    const column = middleOf(squares, 9);
    const below = neighbour(squares, 9, 'down', column);
    expect(below).toBe(14);
    expect(neighbour(squares, below, 'up', column)).toBe(9);
    expect(neighbour(squares, below, 'down', column)).toBe(22);
  });

  it('turns pages, at least a row at a time, and stops at the ends', () => {
    const grid = gridOf(Array<number>(300).fill(1), 55);
    const rows: number[] = [];
    let index = 0;
    for (let i = 0; i < 40; i++) {
      index = neighbour(grid, index, 'pageDown', undefined, 350);
      rows.push(grid.itemRow(index));
    }
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    expect(grid.itemRow(index)).toBe(grid.rows - 1);
    expect(neighbour(grid, 0, 'pageDown', undefined, 1)).toBe(10);
    for (let i = 0; i < 40; i++) {
      index = neighbour(grid, index, 'pageUp', undefined, 350);
    }
    expect(grid.itemRow(index)).toBe(1);
  });

  it('always leads to an item, and moves up and down by whole rows', () => {
    const moves = fc.constantFrom<Move>('left', 'right', 'up', 'down', 'home', 'end', 'pageUp', 'pageDown');
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.2, max: 5, noNaN: true }), { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(),
        moves,
        (aspects, perGroup, pick, move) => {
          const grid = gridOf(aspects, perGroup);
          const from = pick % aspects.length;
          const to = neighbour(grid, from, move, undefined, 300);
          expect(Number.isInteger(to) && to >= 0 && to < aspects.length).toBe(true);
          if (move === 'down' || move === 'pageDown') {
            expect(to >= from).toBe(true);
          }
          if (move === 'up' || move === 'pageUp') {
            expect(to <= from).toBe(true);
          }
        },
      ),
    );
  });

  it('reaches every item from every other by going down and right', () => {
    const grid = gridOf([1, 2, 0.5, 3, 1, 1, 0.7, 2, 2, 1, 1, 0.4, 3], 5);
    const seen = new Set([0]);
    for (const index of seen) {
      (['down', 'right'] as const).forEach((move) => seen.add(neighbour(grid, index, move)));
    }
    expect(seen.size).toBe(13);
  });
});

describe('the keys', () => {
  it('stand for moves', () => {
    expect([moveOf('ArrowDown'), moveOf('PageUp'), moveOf('Home'), moveOf('x')]).toEqual([
      'down',
      'pageUp',
      'home',
      null,
    ]);
  });
});
