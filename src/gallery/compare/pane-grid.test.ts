import { expect, it } from 'vitest';
import { paneGrid, within } from './pane-grid';

it.each([
  ['two squares on a wide screen', 2, 1600, 800, 1, { columns: 2, rows: 1 }],
  ['two squares on a phone', 2, 390, 600, 1, { columns: 1, rows: 2 }],
  ['two tall pictures on a nearly square view', 2, 1000, 900, 0.5, { columns: 2, rows: 1 }],
  ['two wide pictures on the same', 2, 1000, 900, 2, { columns: 1, rows: 2 }],
  ['three squares on a wide screen', 3, 2400, 800, 1, { columns: 3, rows: 1 }],
  ['four squares on a laptop', 4, 1400, 800, 1, { columns: 2, rows: 2 }],
  ['four tall pictures on a laptop', 4, 1400, 800, 0.5, { columns: 4, rows: 1 }],
  ['a view without a size', 2, 0, 0, 1, { columns: 2, rows: 1 }],
])('%s', (_, count, width, height, aspect, grid) => {
  expect(paneGrid(count, width, height, aspect)).toEqual(grid);
});

it.each([
  ['of the same shape', { width: 512, height: 256 }, { left: 10, top: 20, width: 200, height: 100 }],
  ['that is taller', { width: 300, height: 300 }, { left: 60, top: 20, width: 100, height: 100 }],
  ['that is wider', { width: 400, height: 100 }, { left: 10, top: 45, width: 200, height: 50 }],
])('a picture %s lies in the middle of its box', (_, size, place) => {
  expect(within({ left: 10, top: 20, width: 200, height: 100 }, size)).toEqual(place);
});
