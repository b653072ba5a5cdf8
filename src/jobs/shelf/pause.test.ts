import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ComfyError } from '../../comfy/errors';
import { FakeComfy } from '../fixtures/fake-comfy';
import type { JobRecord } from '../state/job';
import { Tab } from './fixtures/tab';
import { Pause } from './pause.svelte';
import { memoryShelf } from './shelf-db';

let server: FakeComfy;
let tab: Tab;
let pause: Pause;
const settle = (ms = 1000): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const waiting = (): string[] => server.pending.toSorted((a, b) => a[0] - b[0]).map(([, id]) => id);

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeComfy();
  tab = await Tab.open(server, memoryShelf());
  pause = new Pause({ jobs: tab.store, steering: tab.steering, storage: () => tab.storage });
});

afterEach(() => {
  pause.stop();
  tab.close();
  vi.useRealTimers();
});

it('lets the running job finish, and goes on in the old order', async () => {
  const [a, b, c] = await tab.submit(3);
  server.begin();
  await settle();
  expect((await pause.begin('finish')).ids).toEqual([b, c]);
  expect(pause.on).toBe(true);
  server.finish('a.png');
  expect(waiting()).toEqual([]);
  expect(await pause.end()).toBe(2);
  expect(pause.on).toBe(false);
  expect(waiting()).toEqual([b, c]);
  expect(server.runs).toEqual([a]);
});

it('leaves the jobs of others, and those that were held before', async () => {
  const [a, b] = await tab.submit(2);
  const foreign = server.enqueueForeign({ clientId: 'somebody' });
  await settle();
  await tab.steering.hold([a]);
  await pause.begin('finish');
  expect(waiting()).toEqual([foreign]);
  await pause.end();
  expect(waiting()).toEqual([foreign, b]);
  expect(tab.steering.held.map(({ id }) => id)).toEqual([a]);
});

it('interrupts the running job and runs it anew first', async () => {
  const [a, b] = await tab.submit(2);
  server.begin();
  await settle();
  const pausing = pause.begin('rerun');
  await settle();
  await pausing;
  expect(server.running).toBeNull();
  expect(tab.store.job(a)?.state).toBe('cancelled');
  await pause.end();
  const [again, next] = waiting();
  expect(next).toBe(b);
  expect(again).not.toBe(a);
  expect(server.pending.find(([, id]) => id === again)?.[2]).toEqual(
    (server.history.get(a) as { prompt: unknown[] }).prompt[2],
  );
});

it('does not run anew what finished before it could be interrupted', async () => {
  await tab.submit(1);
  server.begin();
  await settle();
  server.before('POST /api', () => server.finish('a.png'));
  const pausing = pause.begin('rerun');
  await settle();
  await pausing;
  expect(tab.steering.held).toEqual([]);
});

it('lets the running job of somebody else run on', async () => {
  const foreign = server.enqueueForeign({ clientId: 'somebody' });
  server.begin();
  await settle();
  const pausing = pause.begin('rerun');
  await settle();
  await pausing;
  expect(server.running?.[1]).toBe(foreign);
  expect(tab.steering.held).toEqual([]);
});

it('keeps one copy of a job it could not interrupt, until that is done', async () => {
  await tab.submit(1);
  server.begin();
  await settle();
  for (let tries = 0; tries < 2; tries++) {
    server.refuse('POST /api');
    const pausing = pause.begin('rerun').catch((error: unknown) => error);
    await settle();
    expect(await pausing).toBeInstanceOf(ComfyError);
    expect(tab.steering.held).toHaveLength(1);
  }
  server.finish('a.png');
  await settle();
  expect(tab.steering.held).toEqual([]);
});

it('goes on by itself at its time, also after a reload', async () => {
  const [a] = await tab.submit(1);
  await pause.begin('finish');
  pause.startAt(Date.now() + 3_600_000);
  pause.stop();
  pause = new Pause({ jobs: tab.store, steering: tab.steering, storage: () => tab.storage });
  expect(pause.startsAt).toBe(Date.now() + 3_600_000);
  await settle(3_500_000);
  expect(waiting()).toEqual([]);
  await settle(200_000);
  expect(waiting()).toEqual([a]);
  expect(pause.startsAt).toBeNull();
});

it('frees graphics memory once the running job has ended', async () => {
  await tab.submit(2);
  server.begin();
  await settle();
  expect(await pause.freeAfterRunning()).toBe(true);
  await settle();
  expect(server.requests).not.toContain('POST /free');
  server.finish('a.png');
  await settle();
  expect(server.requests).toContain('POST /free');
  expect(waiting()).toEqual([]);
});

it('frees nothing when that was called off, or nothing runs', async () => {
  await tab.submit(1);
  expect(await pause.freeAfterRunning()).toBe(false);
  server.begin();
  await settle();
  await pause.freeAfterRunning();
  pause.keepMemory();
  server.finish('a.png');
  await settle();
  expect(server.requests).not.toContain('POST /free');
});

it('keeps what is queued while it is paused, and puts it back behind the rest', async () => {
  const [a] = await tab.submit(1);
  await pause.begin('finish');
  const [b] = await tab.submit(1);
  expect(waiting()).toEqual([]);
  expect(tab.steering.held.map(({ id }) => id)).toEqual([a, b]);
  expect(tab.store.job(b)?.state).toBe('held');
  expect(await pause.end()).toBe(2);
  expect(waiting()).toEqual([a, b]);
  const [c] = await tab.submit(1);
  expect(waiting()).toEqual([a, b, c]);
});

it('is on although nothing waits, also after a reload', async () => {
  await pause.begin('finish');
  expect(pause.on).toBe(true);
  tab.close();
  tab = await Tab.open(server, memoryShelf(), { storage: tab.storage });
  const [a] = await tab.submit(1);
  expect(waiting()).toEqual([]);
  const again = await tab.store.pausing();
  expect(again.kept).toBe(1);
  await again.end();
  expect(waiting()).toEqual([a]);
});

it('lets through what is to run before all others', async () => {
  await pause.begin('finish');
  const id = await tab.store.submit({ graph: {}, pngInfo: {} }, { front: true });
  expect(waiting()).toEqual([id]);
  await pause.end();
});

it('takes in lost jobs that are queued again, and puts them back with the rest', async () => {
  const [a, b] = await tab.submit(2);
  await settle();
  server.restart();
  await settle(3000);
  await pause.begin('finish');
  const { steering, store } = tab;
  await steering.restore([a, b].flatMap((id) => steering.pack(store.job(id) as JobRecord) ?? []));
  await settle();
  expect(server.prompts).toHaveLength(2);
  expect(steering.held.map(({ id, paused }) => [id, paused])).toEqual([
    [a, true],
    [b, true],
  ]);
  expect([a, b].map((id) => store.job(id)?.state)).toEqual(['held', 'held']);
  await pause.end();
  await settle();
  expect(waiting()).toEqual([a, b]);
});

it('starts once the server is back when it was off at the time', async () => {
  const [a] = await tab.submit(1);
  await pause.begin('finish');
  pause.startAt(Date.now() + 60_000);
  server.down = true;
  await settle(90_000);
  expect(pause.on).toBe(true);
  expect(waiting()).toEqual([]);
  server.down = false;
  await settle(60_000);
  expect(waiting()).toEqual([a]);
  expect(pause.on).toBe(false);
  expect(pause.startsAt).toBeNull();
});

it('does not stay on over a job that the server refuses', async () => {
  await tab.submit(1);
  await pause.begin('finish');
  server.answer('POST /prompt', 400, { error: { type: 'x', message: 'no', details: '', extra_info: {} } });
  const ending = pause.end().catch((error: unknown) => error);
  await settle();
  expect(await ending).toBeInstanceOf(ComfyError);
  expect(pause.on).toBe(false);
  expect(tab.steering.held).toHaveLength(1);
});

it('goes on at the time that another tab has set, changed or taken back', async () => {
  const page = new EventTarget();
  vi.stubGlobal('window', page);
  const other = new Pause({ jobs: tab.store, steering: tab.steering, storage: () => tab.storage });
  vi.unstubAllGlobals();
  const say = (): boolean =>
    page.dispatchEvent(Object.assign(new Event('storage'), { key: 'darkroom.queue-start' }));
  const [a] = await tab.submit(1);
  await pause.begin('finish');
  pause.startAt(Date.now() + 60_000);
  say();
  expect(other.startsAt).toBe(pause.startsAt);
  pause.startAt(null);
  say();
  expect(other.startsAt).toBeNull();
  pause.startAt(Date.now() + 30_000);
  say();
  // The tab that set it is closed before the time has come.
  pause.stop();
  await settle(31_000);
  expect(waiting()).toEqual([a]);
  other.stop();
});
