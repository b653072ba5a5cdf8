import type { GridLayout } from './layout';

/** Where the keyboard can go from an item. */
export type Move = 'left' | 'right' | 'up' | 'down' | 'home' | 'end' | 'pageUp' | 'pageDown';

const KEYS: Record<string, Move> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'home',
  End: 'end',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
};

/** The move a key stands for; `null` for every other key. */
export function moveOf(key: string): Move | null {
  return KEYS[key] ?? null;
}

/** The middle of an item, px from the left: up and down keep to it, however ragged the rows between. */
export function middleOf(layout: GridLayout, index: number): number {
  return layout.itemLeft(index) + layout.itemWidth(index) / 2;
}

/**
 * The item a move leads to, the same item at the edges. `column` is the px from the left that up and down
 * keep to, `page` the height of the view.
 */
export function neighbour(
  layout: GridLayout,
  index: number,
  move: Move,
  column = middleOf(layout, index),
  page = 0,
): number {
  const last = layout.items - 1;
  switch (move) {
    case 'left':
      return Math.max(0, index - 1);
    case 'right':
      return Math.min(last, index + 1);
    case 'home':
      return Math.min(0, last);
    case 'end':
      return last;
    case 'up':
    case 'down':
      return inRow(layout, nextRow(layout, index, move === 'up' ? -1 : 1), column, index);
    case 'pageUp':
    case 'pageDown':
      return inRow(layout, pageRow(layout, index, move === 'pageUp' ? -page : page), column, index);
  }
}

function nextRow(layout: GridLayout, index: number, step: 1 | -1): number {
  let row = layout.itemRow(index) + step;
  while (row >= 0 && row < layout.rows && layout.isHeading(row)) {
    row += step;
  }
  return row;
}

/** The row a page away, at least one row away where there is one. */
function pageRow(layout: GridLayout, index: number, distance: number): number {
  const from = layout.itemRow(index);
  const step = distance < 0 ? -1 : 1;
  const goal = layout.rowTop(from) + distance;
  let row = nextRow(layout, index, step);
  const [landing] = layout.rowsBetween(Math.max(0, goal), Math.max(0, goal) + 1);
  const far = Math.min(landing, layout.rows - 1);
  if (step * (far - row) > 0) {
    row = layout.isHeading(far) ? far + 1 : far;
  }
  return row;
}

function inRow(layout: GridLayout, row: number, column: number, otherwise: number): number {
  if (row < 0 || row >= layout.rows || layout.isHeading(row)) {
    return otherwise;
  }
  let best = otherwise;
  let distance = Infinity;
  for (let i = layout.rowFirst(row); i < layout.rowFirst(row + 1); i++) {
    const away = Math.abs(middleOf(layout, i) - column);
    if (away < distance) {
      best = i;
      distance = away;
    }
  }
  return best;
}
