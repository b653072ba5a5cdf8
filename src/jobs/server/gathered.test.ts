import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { MirrorEntry } from '../library/job-mirror';
import { newJob } from '../fixtures/records';
import { Gathered } from './gathered';

const SOON = 1000;

const some = (from: number, count: number): MirrorEntry[] =>
  Array.from({ length: count }, (_, i) => ({ record: newJob(`j${from + i}`, 'completed'), graph: null }));

/** An entry whose graph weighs so much. */
function heavy(id: string, bytes: number): MirrorEntry {
  const pack = { ids: [id], spans: [], bytes: new Uint8Array(bytes), deflated: false };
  return { record: newJob(id, 'completed'), graph: null, pack };
}

/** Takes jobs in as a store does, each time until it is told that they are written. */
class Store {
  readonly taken: string[][] = [];
  readonly #written: (() => void)[] = [];
  readonly gathered = new Gathered((entries) => {
    this.taken.push(entries.map(({ record }) => record.id));
    return new Promise((resolve) => this.#written.push(resolve));
  });

  get counts(): number[] {
    return this.taken.map((ids) => ids.length);
  }

  written(): void {
    this.#written.shift()?.();
  }
}

let store: Store;
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  store = new Store();
});
afterEach(() => vi.useRealTimers());

it('takes the first in at once, and those that follow in a moment together', async () => {
  await store.gathered.add(some(0, 100));
  await settle();
  expect(store.counts).toEqual([100]);
  store.written();
  await store.gathered.add(some(100, 100));
  await store.gathered.add(some(200, 100));
  await settle();
  expect(store.counts).toEqual([100]);
  expect(store.gathered.has('j150')).toBe(true);
  await vi.advanceTimersByTimeAsync(SOON);
  expect(store.counts).toEqual([100, 200]);
  expect(store.gathered.has('j150')).toBe(false);
});

it('takes in what comes late without a wait', async () => {
  await store.gathered.add(some(0, 10));
  store.written();
  await vi.advanceTimersByTimeAsync(SOON);
  await store.gathered.add(some(10, 10));
  await settle();
  expect(store.counts).toEqual([10, 10]);
});

it('lets only so many wait, and lets the next ones wait for the writing of those before', async () => {
  await store.gathered.add(some(0, 10));
  let hasRoom = false;
  const adding = store.gathered.add(some(10, 600)).then(() => (hasRoom = true));
  await settle();
  expect(store.counts).toEqual([10]);
  expect(hasRoom).toBe(false);
  store.written();
  await adding;
  await settle();
  expect(store.counts).toEqual([10, 600]);
});

it('lets only so much wait', async () => {
  await store.gathered.add(some(0, 1));
  store.written();
  await store.gathered.add([heavy('a', 2_000_000)]);
  await settle();
  expect(store.counts).toEqual([1]);
  await store.gathered.add([heavy('b', 2_000_000)]);
  await settle();
  expect(store.taken.at(-1)).toEqual(['a', 'b']);
});

it('takes a job that came twice in once', async () => {
  await store.gathered.add(some(0, 1));
  store.written();
  await store.gathered.add(some(1, 5));
  await store.gathered.add(some(3, 5));
  void store.gathered.finish();
  await settle();
  expect(store.taken.at(-1)).toEqual(['j1', 'j2', 'j3', 'j4', 'j5', 'j6', 'j7']);
});

it('finishes when all is written, without a wait', async () => {
  await store.gathered.add(some(0, 10));
  store.written();
  await store.gathered.add(some(10, 10));
  let isOver = false;
  const finishing = store.gathered.finish().then(() => (isOver = true));
  await settle();
  expect(store.counts).toEqual([10, 10]);
  expect(isOver).toBe(false);
  store.written();
  await finishing;
  expect(vi.getTimerCount()).toBe(0);
});

it('tells whoever adds more that the writing failed', async () => {
  const failing = new Gathered(() => Promise.reject(new Error('full')));
  await failing.add(some(0, 1));
  await vi.advanceTimersByTimeAsync(SOON);
  await expect(failing.add(some(1, 1))).rejects.toThrow('full');
  await expect(failing.finish()).rejects.toThrow('full');
});
