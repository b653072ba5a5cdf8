import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeComfy } from '../fixtures/fake-comfy';
import { Tab } from '../shelf/fixtures/tab';
import { memoryShelf } from '../shelf/shelf-db';

let server: FakeComfy;
let tab: Tab;
const settle = (ms = 1000): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const fullReads = (): number => server.requests.filter((line) => line === 'GET /queue').length;

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeComfy();
  tab = await Tab.open(server, memoryShelf());
  for (let job = 0; job < 40; job++) {
    await tab.submit(3);
  }
  await settle(30_000);
});

afterEach(() => {
  tab.close();
  vi.useRealTimers();
});

it('follows a long queue by its places alone', async () => {
  const before = fullReads();
  const [first = '', second = ''] = tab.pending;
  server.begin();
  await settle();
  expect(tab.running).toEqual([first]);
  server.finish('a.png');
  server.begin();
  await settle();
  expect(tab.running).toEqual([second]);
  expect(tab.store.job(first)?.state).toBe('completed');
  expect(tab.pending).toHaveLength(118);
  expect(tab.store.queueRemaining).toBe(119);
  expect(fullReads()).toBe(before);
});

it('counts what others add at once, and shows it after the next full read', async () => {
  const before = fullReads();
  const ids = Array.from({ length: 5 }, () => server.enqueueForeign({ clientId: 'somebody' }));
  await settle();
  expect(tab.store.queueRemaining).toBe(125);
  await settle(60_000);
  expect(tab.pending).toEqual(expect.arrayContaining(ids));
  expect(fullReads() - before).toBeLessThanOrEqual(3);
});

it('keeps what is needed to queue a job again', async () => {
  const [first = ''] = tab.pending;
  const entry = server.pending.find(([, id]) => id === first);
  await settle(5000);
  await tab.steering.move([first], null);
  const moved = server.pending.find(([, id]) => id === first);
  expect(moved?.slice(2)).toEqual(entry?.slice(2));
  await settle();
  expect(tab.pending.at(-1)).toBe(first);
});
