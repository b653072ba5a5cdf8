import { expect, it } from 'vitest';
import { type FamilyMember, rowsOf } from '../../jobs/library/family';
import { treeMove } from './tree-keys';

const member = (key: string, ...children: FamilyMember[]): FamilyMember => ({
  key,
  ref: { filename: key, subfolder: '', type: 'output' },
  depth: 0,
  children,
});
const tree = member('a', member('b', member('c')), member('d'));
const rows = rowsOf(tree);

it.each([
  ['a', 'ArrowDown', 'b'],
  ['c', 'ArrowDown', 'd'],
  ['d', 'ArrowDown', null],
  ['d', 'ArrowUp', 'c'],
  ['a', 'ArrowUp', null],
  ['d', 'ArrowLeft', 'a'],
  ['c', 'ArrowLeft', 'b'],
  ['a', 'ArrowLeft', null],
  ['b', 'ArrowRight', 'c'],
  ['d', 'ArrowRight', null],
  ['c', 'Home', 'a'],
  ['a', 'End', 'd'],
  ['a', 'Enter', null],
])('from %s, %s leads to %s', (from, key, to) => {
  const at = rows.find((row) => row.key === from);
  expect(at && treeMove(rows, at, key)?.key).toBe(to ?? undefined);
});
