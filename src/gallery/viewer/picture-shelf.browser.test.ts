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

/** What waits for the next frame, and for an idle page. */
let frames: FrameRequestCallback[] = [];
let waiting: IdleRequestCallback[] = [];

/** Lets the page draw two frames, and be idle if `time` is left. */
function idle(time = true): void {
  for (let frame = 0; frame < 2; frame++) {
    frames.splice(0).forEach((call) => call(performance.now()));
  }
  if (time) {
    waiting.splice(0).forEach((call) => call({ didTimeout: false, timeRemaining: () => 9 }));
  }
}

function busyPage(): PictureShelf {
  frames = [];
  waiting = [];
  vi.stubGlobal('requestAnimationFrame', (call: FrameRequestCallback) => frames.push(call));
  vi.stubGlobal('requestIdleCallback', (call: IdleRequestCallback) => waiting.push(call));
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
  // Not before the picture is drawn, however much time there is.
  waiting.splice(0).forEach((call) => call({ didTimeout: false, timeRemaining: () => 9 }));
  idle(false);
  expect(asked).toEqual(['a.png']);
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
