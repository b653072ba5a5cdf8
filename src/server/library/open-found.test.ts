import { mkdirSync, renameSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { temporaryFolder } from './fixtures';
import type { FoundFile } from './library-messages';
import { openFound } from './open-found';

let folder: ReturnType<typeof temporaryFolder>;
let root: string;
let file: FoundFile;

beforeEach(() => {
  folder = temporaryFolder();
  root = join(folder.path, 'tree');
  mkdirSync(join(root, 'sub'), { recursive: true });
  const path = join(root, 'sub', 'a.png');
  writeFileSync(path, 'picture');
  utimesSync(path, 1_000, 1_000);
  file = { path, root, name: 'a.png', size: 7, modified: 1_000_000, format: 'png' };
});
afterEach(() => {
  folder.remove();
});

async function opens(found: FoundFile): Promise<boolean> {
  const opened = await openFound([found]);
  await opened?.handle.close();
  return opened !== null;
}

it('opens a file that is as the index says, by text or by bytes', async () => {
  expect(await opens(file)).toBe(true);
  expect(await opens({ ...file, path: new Uint8Array(Buffer.from(String(file.path))) as Buffer })).toBe(true);
});

it('opens none of another size or time', async () => {
  expect(await opens({ ...file, size: 8 })).toBe(false);
  expect(await opens({ ...file, modified: 1_000_001 })).toBe(false);
});

it.each([
  [
    'the file is a link',
    () => {
      renameSync(String(file.path), join(folder.path, 'a.png'));
      symlinkSync(join(folder.path, 'a.png'), String(file.path));
    },
  ],
  [
    'its folder is a link out of the tree',
    () => {
      renameSync(join(root, 'sub'), join(folder.path, 'sub'));
      symlinkSync(join(folder.path, 'sub'), join(root, 'sub'));
    },
  ],
  [
    'the tree beside it has a name that begins alike',
    () => {
      mkdirSync(join(folder.path, 'tree-2'));
      renameSync(String(file.path), join(folder.path, 'tree-2', 'a.png'));
      file.path = join(root, '..', 'tree-2', 'a.png');
    },
  ],
])('opens none when %s', async (_what, swap) => {
  swap();
  expect(statSync(file.path).size).toBe(7);
  expect(await opens(file)).toBe(false);
});

it('opens the first of several that is there', async () => {
  const opened = await openFound([{ ...file, path: `${String(file.path)}x` }, file]);
  expect(opened?.path).toBe(file.path);
  await opened?.handle.close();
});
