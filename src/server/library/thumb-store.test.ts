import { chmodSync, existsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { temporaryFolder } from './fixtures';
import { ThumbStore } from './thumb-store';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  folder.remove();
});

const keyOf = (number: number): string => `aaaaaaaaaaaa${String(number).padStart(4, '0')}`;

it('keeps thumbnails under their content, capitals apart from small letters', async () => {
  const store = new ThumbStore(join(folder.path, 'thumbs'), 1_000_000);
  await store.keep('abcdefghijklmnop', Buffer.from('small'));
  await store.keep('ABCDEFGHIJKLMNOP', Buffer.from('large'));
  await store.settled();
  expect(String(await store.find('abcdefghijklmnop'))).toBe('small');
  expect(String(await new ThumbStore(join(folder.path, 'thumbs'), 9).find('ABCDEFGHIJKLMNOP'))).toBe('large');
  expect(store.pathOf('abcdefghijklmnop').toLowerCase()).not.toBe(
    store.pathOf('ABCDEFGHIJKLMNOP').toLowerCase(),
  );
  expect(await store.find(keyOf(1))).toBeNull();
});

it('stays under its cap, without those not looked at for longest', async () => {
  const store = new ThumbStore(join(folder.path, 'thumbs'), 1_000);
  for (let number = 0; number < 10; number += 1) {
    await store.keep(keyOf(number), Buffer.alloc(100));
    await store.settled();
    utimesSync(store.pathOf(keyOf(number)), number + 1, number + 1);
  }
  // Looking at it makes it the newest.
  await store.find(keyOf(0));
  await store.keep(keyOf(10), Buffer.alloc(100));
  await store.settled();
  const kept = Array.from({ length: 11 }, (_, number) => existsSync(store.pathOf(keyOf(number))));
  expect(kept).toEqual([true, false, false, ...Array.from({ length: 8 }, () => true)]);
});

it('does without where nothing can be written', async () => {
  const store = new ThumbStore(join(folder.path, 'thumbs'), 1_000);
  // A file where its folder would be.
  writeFileSync(join(store.pathOf(keyOf(1)), '..'), 'in the way');
  await store.keep(keyOf(1), Buffer.alloc(10));
  expect(await store.find(keyOf(1))).toBeNull();
  chmodSync(join(folder.path, 'thumbs'), 0o700);
});
