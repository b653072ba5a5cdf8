import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { newJob } from '../../jobs/fixtures/records';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { JobGraph } from '../../jobs/state/job';
import type { Making, MakingState } from '../details/making.svelte';
import { OpenDetails } from './open-details.svelte';

const ran = (key: string): GalleryItem => ({
  key,
  job: newJob(key, 'completed'),
  output: { nodeId: '1', index: 0, ref: { filename: key, subfolder: '', type: 'output' }, media: 'image' },
  repeats: [],
  replaced: false,
});

let open = $state.raw<GalleryItem | undefined>();
let making: { state: MakingState; job: JobGraph | null; follow: (item?: GalleryItem) => void };
let details: OpenDetails;
let stop: () => void;
/** About which pictures it was read. */
const read: (string | undefined)[] = [];

function step(item: GalleryItem | undefined): void {
  open = item;
  flushSync();
}

/** Lets a number of frames be drawn. */
function frames(count: number): void {
  for (let frame = 0; frame < count; frame++) {
    vi.advanceTimersToNextFrame();
  }
  flushSync();
}

beforeEach(() => {
  vi.useFakeTimers();
  read.length = 0;
  open = ran('a');
  making = { state: 'reading', job: null, follow: (item) => void read.push(item?.key) };
  stop = $effect.root(() => {
    details = new OpenDetails(making as Making, () => open);
  });
  flushSync();
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

it('is about the picture that was opened, from the start', () => {
  expect(details.item?.key).toBe('a');
  expect(read).toEqual(['a']);
});

it('follows once the next picture is drawn', () => {
  step(ran('b'));
  frames(1);
  expect(details.item?.key).toBe('a');
  frames(1);
  expect(details.item?.key).toBe('b');
  expect(read).toEqual(['a', 'b']);
});

it('reads nothing about pictures that are passed by', () => {
  step(ran('b'));
  frames(1);
  step(ran('c'));
  frames(2);
  expect(details.item?.key).toBe('c');
  expect(read).toEqual(['a', 'c']);
});

it('stays with a picture that one comes back to at once', () => {
  step(ran('b'));
  step(ran('a'));
  frames(2);
  expect(details.item?.key).toBe('a');
  expect(read).toEqual(['a']);
});

it('takes a job made anew as it is, without reading again', () => {
  const later = ran('a');
  step(later);
  expect(details.item).toBe(later);
  expect(read).toEqual(['a']);
});

it('tells nothing of a picture from the file of another', () => {
  const job = { graph: {}, pngInfo: {} };
  Object.assign(making, { state: 'fromFile', job });
  expect(details.fromFile('a')).toBe(job);
  expect(details.fromFile('b')).toBeNull();
});
