import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FolderRow, folderStep, FolderTree } from './folder-tree';

function treeOf(...paths: string[]): FolderTree {
  const tree = new FolderTree();
  paths.forEach((path) => tree.add(path, 1));
  return tree;
}

const all = (): boolean => true;
const names = (rows: readonly FolderRow[]): string[] =>
  rows.map(
    ({ node, at, of }) => `${' '.repeat(node.depth)}${node.name} ${node.own}/${node.total} ${at}:${of}`,
  );

describe('the folders of pictures', () => {
  const tree = treeOf('a/b', 'a', '', 'a/b', 'day 10', 'day 9');

  it('are counted alone and with all below them, in the order people count in', () => {
    expect(names(tree.rows(all))).toEqual([
      ' 1/6 1:1',
      ' a 1/3 1:3',
      '  b 2/2 1:1',
      ' day 9 1/1 2:3',
      ' day 10 1/1 3:3',
    ]);
    expect(tree.rows(() => false).map(({ node }) => node.name)).toEqual(['', 'a', 'day 9', 'day 10']);
  });

  it('of other folders of the library have roots of their own; inputs count by themselves', () => {
    const mixed = treeOf('', 'a', 'library:Old/a', 'library:Old', 'input:', 'input:/a', 'input:Xy');
    mixed.keep(['library:New/b'], ['library:New', 'library:Old', 'input:']);
    const rows = mixed.rows(all);
    expect(
      rows.map(({ node: { path, own, total, depth }, at, of }) => [path, own, total, depth, at, of]),
    ).toEqual([
      ['', 1, 4, 0, 1, 5],
      ['a', 1, 1, 1, 1, 1],
      ['library:New', 0, 0, 0, 2, 5],
      ['library:New/b', 0, 0, 1, 1, 1],
      ['library:Old', 1, 2, 0, 3, 5],
      ['library:Old/a', 1, 1, 1, 1, 1],
      ['input:', 1, 2, 0, 4, 5],
      ['input:/a', 1, 1, 1, 1, 1],
      ['input:Xy', 1, 1, 0, 5, 5],
    ]);
    expect(folderStep(rows, 4, 'ArrowLeft')).toEqual({ open: false });
    mixed.clear();
    expect(mixed.rows(all).map(({ node }) => node.path)).toEqual([
      ...['', 'library:New', 'library:New/b', 'library:Old', 'input:'],
    ]);
  });

  it('are the same however their pictures came and went', () => {
    const path = fc.constantFrom('', 'a', 'a/b', 'a/b/c', 'b', 'b/a');
    fc.assert(
      fc.property(fc.array(fc.tuple(path, fc.boolean()), { maxLength: 40 }), (steps) => {
        const followed = new FolderTree();
        const there: string[] = [];
        for (const [at, comes] of steps) {
          if (comes) {
            there.push(at);
            followed.add(at, 1);
          } else if (there.includes(at)) {
            there.splice(there.indexOf(at), 1);
            followed.add(at, -1);
          }
        }
        expect(names(followed.rows(all))).toEqual(names(treeOf(...there).rows(all)));
      }),
    );
  });
});

describe('a key in the tree', () => {
  const open = treeOf('', 'a', 'a/b', 'c').rows(all);
  const closed = treeOf('', 'a', 'a/b', 'c').rows(() => false);

  it.each([
    ['ArrowDown', 0, { to: 1 }],
    ['ArrowDown', 3, null],
    ['ArrowUp', 1, { to: 0 }],
    ['ArrowUp', 0, null],
    ['Home', 3, { to: 0 }],
    ['End', 0, { to: 3 }],
    ['ArrowRight', 1, { to: 2 }],
    ['ArrowRight', 2, null],
    ['ArrowLeft', 1, { open: false }],
    ['ArrowLeft', 2, { to: 1 }],
    ['ArrowLeft', 0, null],
    ['c', 0, { to: 3 }],
    ['A', 3, { to: 1 }],
    ['z', 0, null],
    ['Tab', 0, null],
  ])('%s at line %i', (key, at, step) => {
    expect(folderStep(open, at, key)).toEqual(step);
  });

  it('opens what is closed', () => {
    expect(folderStep(closed, 1, 'ArrowRight')).toEqual({ open: true });
    expect(folderStep(closed, 1, 'ArrowLeft')).toEqual({ to: 0 });
  });
});
