import { join } from 'node:path';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { compareFolder, loseFolders } from './compare-folder';
import { temporaryFolder } from './fixtures';
import { IndexStore, type Seen } from './index-store';

let folder: ReturnType<typeof temporaryFolder>;
let index: IndexStore;
let id: number;
const breathe = vi.fn(() => Promise.resolve());
const pace = { breathe, isOutdated: () => false };
const seen = (count: number, size = 1): Seen[] =>
  Array.from({ length: count }, (_, i) => ({ name: `${i}.png`, raw: null, size, modified: i }));

beforeEach(() => {
  folder = temporaryFolder();
  index = new IndexStore(join(folder.path, 'library.sqlite'));
  id = index.folder('out', 'large', null, 1);
  breathe.mockClear();
});
afterEach(() => {
  index.close();
  folder.remove();
});

it('takes in a large folder, what changed in it and what went, and lets others in between', async () => {
  const compare = vi.spyOn(index, 'compare');
  const expectSmallSteps = (): void => {
    expect(
      Math.max(
        ...compare.mock.calls.map(([, files, only]) => Math.max(files.length, only?.length ?? Infinity)),
      ),
    ).toBe(1000);
    expect(breathe.mock.calls.length).toBeGreaterThanOrEqual(4);
    compare.mockClear();
    breathe.mockClear();
  };
  expect(await compareFolder(index, id, seen(3500), pace)).toBe(true);
  expect(index.counts.toRead).toBe(3500);
  expectSmallSteps();
  expect(await compareFolder(index, id, seen(3500), pace)).toBe(false);
  expectSmallSteps();
  expect(await compareFolder(index, id, seen(3500, 2).slice(0, 20), pace)).toBe(true);
  expect(index.counts.toRead).toBe(20);
  expect(await compareFolder(index, id, seen(3500, 2), pace)).toBe(true);
  expect(await loseFolders(index, { tree: 'out', path: 'large', exceptWalk: 2 }, pace)).toBe(true);
  expect(index.counts.toRead).toBe(0);
  expect(index.foldersThere('out')).toEqual([]);
});

it('ends where what was seen counts no longer, and takes nothing for gone', async () => {
  await compareFolder(index, id, seen(1500), pace);
  let steps = 0;
  const short = { breathe, isOutdated: () => (steps += 1) > 1 };
  expect(await compareFolder(index, id, [], short)).toBe('outdated');
  expect(index.counts.toRead).toBe(500);
  steps = 0;
  await compareFolder(index, id, seen(1500), pace);
  expect(await loseFolders(index, { tree: 'out', path: 'large', exceptWalk: 2 }, short)).toBe(false);
  expect(index.counts.toRead).toBe(500);
  expect(index.foldersThere('out')).toEqual(['large']);
});
