import { afterEach, expect, it, vi } from 'vitest';
import type { FileRef } from '../../comfy/file-ref';
import type { PictureSource } from '../../comfy/picture-source';
import { newJob } from '../../jobs/fixtures/records';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { PictureShelf } from './picture-shelf.svelte';

const [a, b, c] = ['a', 'b', 'c'].map((key): GalleryItem => ({
  key,
  job: newJob(key, 'completed'),
  output: {
    nodeId: '1',
    index: 0,
    ref: { filename: `${key}.png`, subfolder: '', type: 'output' },
    media: 'image',
  },
  repeats: [],
  replaced: false,
})) as [GalleryItem, GalleryItem, GalleryItem];

/** Which files were asked for, in order; they never come. */
const asked: string[] = [];
const source = {
  stat: ({ filename }: FileRef) => {
    asked.push(filename);
    return new Promise(() => undefined);
  },
} as unknown as PictureSource;

/** Lets a page be idle that had no time until then. */
let idle: () => void = () => undefined;

function busyPage(): PictureShelf {
  vi.stubGlobal('requestIdleCallback', (call: IdleRequestCallback) => {
    idle = () => call({ didTimeout: false, timeRemaining: () => 9 });
    return 1;
  });
  asked.length = 0;
  return new PictureShelf(source, () => undefined);
}

afterEach(() => {
  vi.unstubAllGlobals();
});

it('loads what may follow once there is time, and nothing twice', () => {
  const shelf = busyPage();
  shelf.show([a, b, c]);
  expect(asked).toEqual(['a.png']);
  shelf.show([a, b, c]);
  idle();
  // One at a time is loaded ahead.
  expect(asked).toEqual(['a.png', 'b.png']);
  shelf.close();
});

it('does not wait with a picture that is asked for meanwhile', () => {
  const shelf = busyPage();
  shelf.show([a, b, c]);
  shelf.show([b, c, a]);
  expect(asked).toEqual(['a.png', 'b.png']);
  idle();
  expect(asked).toEqual(['a.png', 'b.png', 'c.png']);
  shelf.close();
});

it('loads nothing ahead of a viewer that was closed', () => {
  const shelf = busyPage();
  shelf.show([a, b, c]);
  shelf.close();
  idle();
  expect(asked).toEqual(['a.png']);
});
