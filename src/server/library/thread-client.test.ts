import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { temporaryFolder } from './fixtures';
import { LibraryBusy, ThreadClient } from './thread-client';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  folder.remove();
});

it('answers at once where its thread has ended, and can be stopped', async () => {
  const file = join(folder.path, 'file');
  writeFileSync(file, '');
  const onNotice = vi.fn();
  const thread = new ThreadClient(
    // A file in place of the folder: the index can never be opened.
    { index: join(file, 'library.sqlite'), trees: [], skip: [], canDelete: false },
    { onNews: () => undefined, onSidecars: () => undefined, onNotice },
  );
  // Whoever asked before it ended hears of it, too.
  await expect(thread.call('folders')).rejects.toThrow(LibraryBusy);
  await expect(thread.call('folders')).rejects.toThrow('has stopped');
  expect(onNotice).toHaveBeenCalled();
  await thread.stop();
});
