import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeComfy, graph } from '../fixtures/fake-comfy';
import { Tab } from '../shelf/fixtures/tab';
import { memoryShelf } from '../shelf/shelf-db';
// Fake timers do not wait for what is loaded on demand.
import './read-words';

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

it('shows at once what others add, and what it is after the next full read', async () => {
  // The first one is read in full at once: it has been long since the last time.
  server.enqueueForeign({ clientId: 'somebody' });
  await settle();
  const before = fullReads();
  const ids = Array.from({ length: 5 }, () => server.enqueueForeign({ clientId: 'somebody' }));
  await settle();
  expect(tab.store.queueRemaining).toBe(126);
  expect(tab.pending.slice(-5)).toEqual(ids);
  expect(tab.store.job(ids[0] ?? '')).toMatchObject({ placeOnly: true, summary: null, mine: false });
  expect(fullReads()).toBe(before);
  await settle(60_000);
  const read = tab.store.job(ids[0] ?? '');
  expect(read).toMatchObject({ state: 'pending', sender: { clientId: 'somebody' } });
  expect(read?.placeOnly).toBeUndefined();
  expect(read?.summary).not.toBeNull();
  expect(fullReads() - before).toBeLessThanOrEqual(3);
});

it('learns how a job ended that was never more than a place', async () => {
  const id = server.enqueueForeign({ clientId: 'somebody', number: -1 });
  await settle();
  server.begin();
  await settle();
  expect(tab.running).toEqual([id]);
  server.fail();
  await settle();
  expect(tab.store.job(id)).toMatchObject({ state: 'failed', sender: { clientId: 'somebody' } });
  expect(tab.store.job(id)?.placeOnly).toBeUndefined();
});

it('still knows what a job is when only its place was read anew', async () => {
  const id = server.enqueueForeign({ clientId: 'somebody', number: -1 });
  await settle(60_000);
  const { summary } = tab.store.job(id) ?? {};
  expect(summary).toBeTruthy();
  server.holdAnswer('GET /queue');
  server.begin();
  await settle();
  expect(tab.store.job(id)).toMatchObject({ state: 'running', summary, sender: { clientId: 'somebody' } });
});

it('asks for one list, not job by job, when somebody empties the queue', async () => {
  const before = server.requests.length;
  server.clear();
  await settle();
  expect(tab.pending).toEqual([]);
  expect(tab.store.finished().every(({ state }) => state === 'lost')).toBe(true);
  expect(server.requests.length - before).toBeLessThan(12);
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

it('is shown to somebody who comes to it before it is read in full', async () => {
  tab.close();
  const answer = server.holdAnswer('GET /queue');
  const late = await Tab.open(server, memoryShelf());
  await settle();
  expect(late.pending).toHaveLength(120);
  expect(late.store.job(late.pending[0] ?? '')?.placeOnly).toBe(true);
  answer();
  await settle();
  expect(late.store.pending.every(({ placeOnly, summary }) => !placeOnly && summary !== null)).toBe(true);
  late.close();
});

it('moves a job that was read in a full read with all that belongs to it, every number exact', async () => {
  const workflow = { nodes: [{ id: 1, widgets_values: [2n ** 64n - 1n, '片'] }] };
  const extra = { extra_pnginfo: { workflow }, client_id: 'me', darkroom: { browser: '', name: '' } };
  extra.darkroom.browser = tab.store.sender.browser;
  server.enqueue([500, 'a0000000-0000-4000-8000-000000000001', graph(2n ** 63n), extra, ['save']]);
  await settle(60_000);
  const id = tab.pending.at(-1) ?? '';
  expect(tab.store.job(id)?.mine).toBe(true);
  const before = server.pending.find((entry) => entry[1] === id);
  await tab.steering.move([id], tab.pending[0] ?? null);
  const moved = server.pending.find((entry) => entry[1] === id);
  expect(moved?.[0]).toBeLessThan(500);
  expect(moved?.slice(2)).toEqual(before?.slice(2));
});

it('shows what happens to the queue before the rest of a full read', async () => {
  tab.close();
  const late = await Tab.open(server, memoryShelf());
  const known = (): number => late.store.pending.filter(({ placeOnly }) => !placeOnly).length;
  while (known() === 0) {
    await settle(1);
  }
  const [first = ''] = late.pending;
  server.begin();
  await vi.advanceTimersByTimeAsync(0);
  expect(late.running).toEqual([first]);
  expect(known()).toBeLessThan(119);
  await settle();
  expect(known()).toBe(119);
  late.close();
});
