import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import type { LibraryNews } from '../../ports/library-wire';
import { treesOf } from './library-tree';
import { ThreadClient } from './thread-client';

const FILES = 50_000;
/** In memory where that is to be had: on a disk, making and removing so many files takes longer than indexing them. */
const PLACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(PLACE, 'darkroom-large-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('takes in a folder of 50,000 files, and answers meanwhile', { timeout: 120_000 }, async () => {
  const output = join(folder, 'output');
  mkdirSync(output);
  for (let index = 0; index < FILES; index += 1) {
    writeFileSync(join(output, `${index}.txt`), String(index));
  }
  let news: LibraryNews | undefined;
  const notices: string[] = [];
  const thread = new ThreadClient(
    {
      index: join(folder, 'data', 'library.sqlite'),
      trees: treesOf([{ path: output, kind: 'output' }]),
      ...{ skip: [], canDelete: false },
    },
    {
      onNews: (next) => (news = next),
      onNotice: (text) => notices.push(text),
      onSidecars: () => undefined,
    },
  );
  let answers = 0;
  try {
    const isDone = (): boolean => news?.scan === null && news.trees[0]?.files === FILES;
    while (!isDone()) {
      // It rejects when there is no answer in time.
      await thread.call('find', 'aaaaaaaaaaaaaaaa');
      answers += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  } finally {
    await thread.stop();
  }
  expect(notices).toEqual([]);
  expect(answers).toBeGreaterThan(50);
});
