import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { reports, resetReports } from '../../base/report';
import { ComfyError } from '../../comfy/errors';
import { newJob } from '../fixtures/records';
import { memoryShelf, type ShelfDb, type ShelfJob } from './shelf-db';
import { TabShelf } from './tab-shelf.svelte';

let db: ShelfDb;
let told: number;

function open(read: () => void = () => undefined): TabShelf {
  return new TabShelf({ db, now: () => Date.now(), announce: () => (told += 1), read });
}

function job(id: string): ShelfJob {
  return {
    ...{ id, kind: 'held', phase: 'out', since: 0, number: null, order: 1, paused: false, clientId: null },
    ...{ job: { graph: {}, pngInfo: {} }, outputNodes: [], extra: {}, record: newJob(id, 'held') },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  db = memoryShelf();
  told = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

it('shows what was written down, and has other tabs told', async () => {
  const shelf = open();
  await shelf.alone(() => shelf.put([job('a'), job('b')]));
  await shelf.alone(() => shelf.remove(['a']));
  expect([...shelf.jobs.keys()]).toEqual(['b']);
  expect(shelf.pick(['a', 'b']).map(({ id }) => id)).toEqual(['b']);
  expect((await db.all()).map(({ id }) => id)).toEqual(['b']);
  expect(told).toBe(2);
});

it('reads what another tab has changed before it works', async () => {
  const other = open();
  await other.alone(() => other.put([job('a')]));
  const seen: string[][] = [];
  const shelf: TabShelf = open(() => seen.push([...shelf.jobs.keys()]));
  await shelf.alone(() => Promise.resolve());
  expect(seen).toEqual([['a']]);
});

it('works while no other tab does, and one thing after the other', async () => {
  const [one, two] = [open(), open()];
  const steps: string[] = [];
  const work = (shelf: TabShelf, name: string): Promise<void> =>
    shelf.alone(async () => {
      steps.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      steps.push(`${name} ends`);
    });
  const all = Promise.all([work(one, 'a'), work(two, 'b'), work(one, 'c')]);
  await vi.advanceTimersByTimeAsync(10_000);
  await all;
  expect(steps).toHaveLength(6);
  for (let at = 0; at < steps.length; at += 2) {
    expect(steps[at + 1]).toBe(steps[at]?.replace('begins', 'ends'));
  }
});

it('goes on after work that failed', async () => {
  const shelf = open();
  await expect(shelf.alone(() => Promise.reject(new ComfyError('unreachable', 'off')))).rejects.toThrow(
    'off',
  );
  expect(await shelf.alone(() => Promise.resolve('done'))).toBe('done');
});

it('writes nothing down once another tab has taken over', async () => {
  const shelf = open();
  const late = shelf.alone(async () => {
    vi.spyOn(db, 'renew').mockResolvedValue(false);
    await shelf.put([job('a')]);
  });
  await expect(late).rejects.toMatchObject({ kind: 'unreachable' });
  expect(await db.all()).toEqual([]);
});

it('takes nothing away either, once another tab has taken over', async () => {
  const shelf = open();
  await shelf.alone(() => shelf.put([job('a')]));
  const late = shelf.alone(async () => {
    vi.spyOn(db, 'renew').mockResolvedValue(false);
    await shelf.remove(['a']);
  });
  await expect(late).rejects.toMatchObject({ kind: 'unreachable' });
  expect((await db.all()).map(({ id }) => id)).toEqual(['a']);
});

it('keeps others out while the server takes its time, but not for ever', async () => {
  const [one, two] = [open(), open()];
  let begun = 0;
  const never = one.alone(() => new Promise(() => (begun = Date.now())));
  await vi.advanceTimersByTimeAsync(100);
  const next = two.alone(() => Promise.resolve(Date.now() - begun));
  await vi.advanceTimersByTimeAsync(300_000);
  void never;
  const waited = await next;
  expect(waited).toBeGreaterThan(100_000);
  expect(waited).toBeLessThan(150_000);
});

it('lets others in as soon as it is done', async () => {
  const [one, two] = [open(), open()];
  await one.alone(() => Promise.resolve());
  const next = two.alone(() => Promise.resolve('in'));
  await vi.advanceTimersByTimeAsync(0);
  expect(await next).toBe('in');
});

it('notes a fault, but not that the server is away', async () => {
  const shelf = open();
  resetReports();
  await shelf.alone(() => Promise.reject(new ComfyError('unreachable', 'off'))).catch(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  expect(reports()).toEqual([]);
  await shelf.alone(() => Promise.reject(new TypeError('a fault'))).catch(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  expect(reports().map(({ context }) => context)).toEqual(['steering']);
});
