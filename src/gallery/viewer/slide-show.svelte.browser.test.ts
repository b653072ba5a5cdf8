import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { newJob } from '../../jobs/fixtures/records';
import { type Shown, SlideShow } from './slide-show.svelte';

/** Three pictures, the first shown, none of them still loading. */
class Three implements Shown {
  #at = $state(0);
  isWaiting = $state(false);
  readonly #items = ['a', 'b', 'c'].map((key): GalleryItem => ({
    key,
    job: newJob(key, 'completed'),
    output: { nodeId: '1', index: 0, ref: { filename: key, subfolder: '', type: 'output' }, media: 'image' },
    repeats: [],
    replaced: false,
  }));

  get item(): GalleryItem | undefined {
    return this.#items[this.#at];
  }

  get next(): GalleryItem | undefined {
    return this.#items[this.#at + 1];
  }

  go(step: 1 | -1): void {
    this.#at += step;
  }

  toFirst(): void {
    this.#at = 0;
  }
}

let three: Three;
let show: SlideShow;
let stop: () => void;

/** Lets time pass, s, and tells which picture is shown then. */
function after(seconds: number): string | undefined {
  vi.advanceTimersByTime(seconds * 1000);
  flushSync();
  return three.item?.key;
}

beforeEach(() => {
  vi.useFakeTimers();
  three = new Three();
  show = new SlideShow(three);
  stop = $effect.root(() => show.follow());
  flushSync();
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

it('turns the page at its interval, and begins again after the last', () => {
  expect(after(60)).toBe('a');
  show.start();
  flushSync();
  expect(after(4.9)).toBe('a');
  expect(after(0.2)).toBe('b');
  expect(after(5)).toBe('c');
  expect(after(5)).toBe('a');
  show.end();
  flushSync();
  expect(after(60)).toBe('a');
});

it('rests while it is paused, and while a picture is coming', () => {
  show.start();
  show.setSeconds(3);
  flushSync();
  expect(after(3.1)).toBe('b');
  show.setPaused(true);
  flushSync();
  expect(after(60)).toBe('b');
  show.setPaused(false);
  three.isWaiting = true;
  flushSync();
  expect(after(60)).toBe('b');
  three.isWaiting = false;
  flushSync();
  expect(after(2.9)).toBe('b');
  expect(after(0.2)).toBe('c');
});

it('counts anew for a picture that somebody went to', () => {
  show.start();
  flushSync();
  expect(after(4)).toBe('a');
  three.go(1);
  flushSync();
  expect(after(4)).toBe('b');
  expect(after(1.1)).toBe('c');
});
