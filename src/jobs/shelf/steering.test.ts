import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ComfyError } from '../../comfy/errors';
import { FakeComfy } from '../fixtures/fake-comfy';
import { type ShelfDb, memoryShelf } from './shelf-db';
import { Tab } from './fixtures/tab';
import { UNDO_KEPT } from './shelf-recovery';
import { GRACE } from './unsent-jobs.svelte';

let server: FakeComfy;
let db: ShelfDb;
let tab: Tab;

const { order } = {
  order: (): string[] => server.pending.toSorted((a, b) => a[0] - b[0]).map(([, id]) => id),
};
const settle = (ms = 1000): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeComfy();
  db = memoryShelf();
  tab = await Tab.open(server, db);
});

afterEach(() => {
  tab.close();
  vi.useRealTimers();
});

describe('a move', () => {
  it('puts a job before another one under its own id, and leaves the others’ numbers', async () => {
    const [a, b, c] = await tab.submit(3);
    const numbers = new Map(server.pending.map(([number, id]) => [id, number]));
    await tab.steering.move([c], a);
    expect(order()).toEqual([c, a, b]);
    expect(server.pending.find(([, id]) => id === b)?.[0]).toBe(numbers.get(b));
    await settle();
    expect(tab.pending).toEqual([c, a, b]);
    expect(await db.all()).toEqual([]);
  });

  it('keeps what belongs to the job: its owner’s events, its outputs and who queued it', async () => {
    const [a, b] = await tab.submit(2);
    const before = server.pending.find(([, id]) => id === b);
    await settle();
    await tab.steering.move([b], a);
    const after = server.pending.find(([, id]) => id === b);
    expect(after?.slice(2)).toEqual(before?.slice(2));
    expect(JSON.parse(server.prompts.at(-1) ?? '')).toHaveProperty('partial_execution_targets', ['save']);
  });

  it('of a job that begins before it is taken out sends nothing', async () => {
    const [a, b, c] = await tab.submit(3);
    server.begin();
    server.before('POST /queue', () => {
      server.finish('a.png');
      server.begin();
    });
    await tab.steering.move([b], null);
    expect(server.runs).toEqual([a, b]);
    expect(server.prompts).toHaveLength(3);
    await settle();
    expect(tab.pending).toEqual([c]);
    expect(tab.running).toEqual([b]);
  });

  it('of a job that began and ended before it is taken out sends nothing', async () => {
    const [a, b] = await tab.submit(2);
    server.before('POST /queue', () => {
      server.begin();
      server.finish('a.png');
    });
    await tab.steering.move([a], null);
    await settle();
    expect(server.prompts).toHaveLength(2);
    expect(tab.store.job(a)?.state).toBe('completed');
    expect(tab.pending).toEqual([b]);
  });

  it('tells what the jobs are called afterwards, on a server that gives them other ids', async () => {
    tab.close();
    server = new FakeComfy({ clientIds: false, jobs: false });
    tab = await Tab.open(server, memoryShelf());
    const [a, b, c] = await tab.submit(3);
    const called = await tab.steering.move([c], a);
    expect(called).toEqual([order()[0]]);
    expect(called).not.toEqual([c]);
    expect(order().slice(1)).toEqual([a, b]);
  });

  it('tells of no job that had begun before it could be moved', async () => {
    const [a, b] = await tab.submit(2);
    server.before('POST /queue', () => server.begin());
    expect(await tab.steering.move([a], null)).toEqual([]);
    await settle();
    expect(tab.running).toEqual([a]);
    expect(tab.pending).toEqual([b]);
  });

  it('leaves jobs of others where they are', async () => {
    const foreign = server.enqueueForeign({ clientId: 'somebody' });
    const [a] = await tab.submit(1);
    await tab.steering.move([foreign], null);
    expect(order()).toEqual([foreign, a]);
    expect(server.requests.some((line) => line.startsWith('POST /queue'))).toBe(false);
  });

  it('leaves a job with a key of a paid service where it is', async () => {
    const [a] = await tab.submit(1);
    const mine = { client_id: 'me', api_key_comfy_org: 'secret' };
    server.enqueue([9, 'paid', {}, mine, ['save']]);
    await settle();
    await tab.steering.move(['paid'], a);
    expect(order()).toEqual([a, 'paid']);
    await tab.steering.hold(['paid']);
    expect(order()).toEqual([a, 'paid']);
    expect(JSON.stringify(await db.all())).not.toContain('secret');
  });

  it('moves jobs of this browser’s other tabs, whose events still go there', async () => {
    const other = await Tab.open(server, db, { clientId: 'other', storage: tab.storage });
    const [theirs] = await other.submit(1);
    const [mine] = await tab.submit(1);
    await settle();
    await tab.steering.move([theirs], null);
    expect(order()).toEqual([mine, theirs]);
    expect(server.pending.find(([, id]) => id === theirs)?.[3]['client_id']).toBe('other');
    other.close();
  });

  it('whose answer got lost is not sent again', async () => {
    const [a, b] = await tab.submit(2);
    server.loseAnswer('POST /prompt');
    await tab.steering.move([b], a);
    await settle(GRACE * 3);
    expect(order()).toEqual([b, a]);
    expect(server.prompts).toHaveLength(3);
    expect(await db.all()).toEqual([]);
  });

  it('that the server broke off is finished once it answers again', async () => {
    const [a, b] = await tab.submit(2);
    server.before('POST /prompt', () => (server.down = true));
    await expect(tab.steering.move([b], a)).rejects.toThrow();
    // Still to be seen, and not called lost.
    await settle();
    expect(tab.pending).toEqual([b, a]);
    server.down = false;
    await settle(GRACE * 3);
    expect(order()).toEqual([b, a]);
    expect(tab.pending).toEqual([b, a]);
    expect(await db.all()).toEqual([]);
  });

  it('that a crash broke off is finished by the next visit', async () => {
    const [a, b] = await tab.submit(2);
    server.before('POST /prompt', () => (server.down = true));
    const moving = tab.steering.move([b], a);
    tab.close();
    await moving.catch(() => undefined);
    server.down = false;
    const next = await Tab.open(server, db, { clientId: 'next', storage: tab.storage });
    await settle(GRACE * 3);
    expect(order()).toEqual([b, a]);
    next.close();
  });

  it('goes on undisturbed on a server that takes a minute to answer', async () => {
    const [a, b] = await tab.submit(2);
    const other = await Tab.open(server, db, { clientId: 'other', storage: tab.storage });
    await settle();
    const answer = server.holdAnswer('POST /queue');
    const moving = tab.steering.move([b], a);
    const next = other.steering.move([a], b);
    await settle(60_000);
    // Nobody else has begun to steer.
    expect(order()).toEqual([a]);
    answer();
    await Promise.all([moving, next, settle()]);
    expect(order()).toEqual([a, b]);
    expect(server.prompts).toHaveLength(4);
    other.close();
  });

  it('that is never answered does not keep other tabs from steering for ever', async () => {
    const [a, b] = await tab.submit(2);
    server.holdAnswer('GET /history/');
    void tab.steering.move([b], a);
    await settle(120_000 + 16_000);
    const other = await Tab.open(server, db, { clientId: 'other', storage: tab.storage });
    await settle(GRACE * 3);
    expect(order()).toEqual([b, a]);
    other.close();
  });

  it('of a tab that slept runs nothing again that another tab has finished', async () => {
    let asleep = false;
    // A tab that sleeps asks for nothing.
    const sleeper = await Tab.open(server, {
      ...db,
      renew: (owner, until) => (asleep ? Promise.resolve(true) : db.renew(owner, until)),
    });
    const [a, b] = await sleeper.submit(2);
    // The answer comes when the tab wakes up.
    const wake = server.holdAnswer('GET /history/');
    const moving = sleeper.steering.move([b], a).catch((error: unknown) => error);
    await settle(0);
    asleep = true;
    await settle(16_000);
    const other = await Tab.open(server, db, { clientId: 'other', storage: sleeper.storage });
    await settle(GRACE * 3);
    expect(order()).toEqual([b, a]);
    server.begin();
    server.finish('b.png');
    asleep = false;
    wake();
    await settle(GRACE * 3);
    expect(order()).toEqual([a]);
    expect(server.runs).toEqual([b]);
    expect(await moving).toBeInstanceOf(ComfyError);
    other.close();
    sleeper.close();
  });

  it('of two tabs at once doubles nothing', async () => {
    const other = await Tab.open(server, db, { clientId: 'other', storage: tab.storage });
    const [a, b, c] = await tab.submit(3);
    await settle();
    await Promise.all([tab.steering.move([c], a), other.steering.move([c], b), settle(5000)]);
    expect(order()).toHaveLength(3);
    expect(new Set(order())).toEqual(new Set([a, b, c]));
    other.close();
  });
});

describe('the hold shelf', () => {
  it('keeps a job across a reload, and puts it back', async () => {
    const [a, b] = await tab.submit(2);
    await tab.steering.hold([a]);
    expect(order()).toEqual([b]);
    await settle();
    expect(tab.store.job(a)?.state).toBe('held');
    tab.close();
    const next = await Tab.open(server, db, { clientId: 'next', storage: tab.storage });
    expect(next.steering.held.map(({ id }) => id)).toEqual([a]);
    expect(next.store.job(a)?.state).toBe('held');
    await next.steering.resume([a], b);
    expect(order()).toEqual([a, b]);
    // Its events now go to the tab that put it back.
    expect(server.pending.find(([, id]) => id === a)?.[3]['client_id']).toBe('next');
    await settle();
    expect(next.pending).toEqual([a, b]);
    next.close();
  });

  it('keeps a job that the server refuses when it is put back', async () => {
    const [a] = await tab.submit(1);
    await tab.steering.hold([a]);
    server.answer('POST /prompt', 400, {
      error: { type: 'invalid_prompt', message: 'no such node', details: '', extra_info: {} },
      node_errors: {},
    });
    await expect(tab.steering.resume([a])).rejects.toThrow('no such node');
    expect(tab.steering.held.map(({ id }) => id)).toEqual([a]);
    expect(tab.store.job(a)?.state).toBe('held');
  });

  it('shows in all tabs', async () => {
    const other = await Tab.open(server, db, { clientId: 'other', storage: tab.storage });
    const [a] = await tab.submit(1);
    await settle();
    await tab.steering.hold([a]);
    await other.steering.reload();
    expect(other.steering.held.map(({ id }) => id)).toEqual([a]);
    expect(other.store.job(a)?.state).toBe('held');
    await other.steering.resume([a]);
    await tab.steering.reload();
    await settle();
    expect(tab.steering.held).toEqual([]);
    expect(tab.pending).toEqual([a]);
    other.close();
  });

  it('is put in another order, and goes back in it', async () => {
    const [a, b, c] = await tab.submit(3);
    await tab.steering.hold([a, b, c]);
    await tab.steering.arrange([c], a);
    expect(tab.steering.held.map(({ id }) => id)).toEqual([c, a, b]);
    await tab.steering.resume([a, b, c]);
    expect(order()).toEqual([c, a, b]);
  });

  it('sends a job once that was put back twice because the answer got lost', async () => {
    const [a] = await tab.submit(1);
    const { putBack } = await tab.steering.hold([a]);
    server.loseAnswer('POST /prompt');
    server.before('POST /prompt', () => queueMicrotask(() => (server.down = true)));
    await expect(putBack()).rejects.toThrow();
    server.down = false;
    server.begin();
    server.finish('a.png');
    await tab.steering.resume([a]);
    await putBack();
    await settle(GRACE * 3);
    expect(order()).toEqual([]);
    expect(server.runs).toEqual([a]);
    expect(await db.all()).toEqual([]);
  });

  it('gives up a job, with the way back', async () => {
    const [a] = await tab.submit(1);
    await tab.steering.hold([a]);
    const undo = await tab.steering.discard([a]);
    expect(tab.steering.held).toEqual([]);
    expect(tab.store.job(a)?.state).toBe('cancelled');
    await undo();
    expect(tab.steering.held.map(({ id }) => id)).toEqual([a]);
    expect(tab.store.job(a)?.state).toBe('held');
  });
});

describe('a cancelled job', () => {
  it('goes back to its place', async () => {
    const [a, b, c] = await tab.submit(3);
    const { ids, putBack } = await tab.steering.cancel([b]);
    expect(ids).toEqual([b]);
    expect(order()).toEqual([a, c]);
    await settle();
    expect(tab.store.job(b)?.state).toBe('cancelled');
    await putBack();
    expect(order()).toEqual([a, b, c]);
    await settle();
    expect(tab.pending).toEqual([a, b, c]);
  });

  it('is dropped when nobody wants it back', async () => {
    const [a] = await tab.submit(1);
    const { ids, putBack } = await tab.steering.cancel([a]);
    await tab.steering.forget(ids);
    await putBack();
    expect(order()).toEqual([]);
    expect(await db.all()).toEqual([]);
  });

  it('is dropped at the next visit when its tab was closed before that', async () => {
    const [a] = await tab.submit(1);
    await tab.steering.cancel([a]);
    tab.close();
    await settle(UNDO_KEPT + 1000);
    tab = await Tab.open(server, db, { storage: tab.storage });
    expect(await db.all()).toEqual([]);
    expect(order()).toEqual([]);
  });

  it('may fail to be dropped', async () => {
    const [a] = await tab.submit(1);
    const { ids } = await tab.steering.cancel([a]);
    vi.spyOn(db, 'remove').mockRejectedValueOnce(new Error('no room'));
    await expect(tab.steering.forget(ids)).resolves.toBeUndefined();
    await tab.steering.forget(ids);
    expect(await db.all()).toEqual([]);
  });
});

it('sends lost jobs again, and only those', async () => {
  const [a, b] = await tab.submit(2);
  await settle();
  server.restart();
  await settle(20_000);
  expect([a, b].map((id) => tab.store.job(id)?.state)).toEqual(['lost', 'lost']);
  const packed = [a, b].flatMap((id) => {
    const record = tab.store.job(id);
    return record ? (tab.steering.pack(record) ?? []) : [];
  });
  await tab.steering.restore(packed);
  await tab.steering.restore(packed);
  expect(order()).toEqual([a, b]);
  await settle();
  expect(tab.pending).toEqual([a, b]);
});

it('reorders on servers without a light list of jobs too', async () => {
  tab.close();
  server = new FakeComfy({ jobs: false });
  tab = await Tab.open(server, memoryShelf());
  const [a, b] = await tab.submit(2);
  await tab.steering.move([b], a);
  expect(order()).toEqual([b, a]);
});
