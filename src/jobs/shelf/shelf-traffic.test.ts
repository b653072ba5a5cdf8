import { beforeEach, expect, it } from 'vitest';
import { ComfyError } from '../../comfy/errors';
import { graph } from '../fixtures/fake-comfy';
import { ShelfStage, shelfJob } from './fixtures/shelf-stage';
import type { TakenOut } from './shelf-traffic';

const REFUSAL = {
  error: { type: 'invalid_prompt', message: 'no such node', details: '', extra_info: {} },
  node_errors: {},
};

let stage: ShelfStage;

const leave = (...ids: string[]): Promise<TakenOut> =>
  stage.shelf.alone(() => stage.traffic.leave(ids.map((id) => shelfJob(id))));
const sendBack = (...jobs: ReturnType<typeof shelfJob>[]): Promise<ReadonlyMap<string, string>> =>
  stage.shelf.alone(() => stage.traffic.sendBack(jobs));

beforeEach(() => {
  stage = new ShelfStage();
});

it('writes down what leaves the queue before it asks for that', async () => {
  stage.queue('a', 'b');
  const kept: Promise<object>[] = [];
  stage.server.before('POST /queue', () => {
    expect(stage.order).toEqual(['a', 'b']);
    kept.push(stage.kept());
  });
  expect(await leave('a')).toMatchObject({ ids: ['a'], started: [] });
  expect(await Promise.all(kept)).toEqual([{ a: 'held leaving' }]);
  expect(await stage.kept()).toEqual({ a: 'held out' });
  expect(stage.order).toEqual(['b']);
  expect(stage.table.record('a')?.state).toBe('held');
});

it('asks for nothing when nothing is to leave', async () => {
  expect(await leave()).toMatchObject({ ids: [], started: [] });
  expect(stage.server.requests).toEqual([]);
});

it.each(['runs', 'has ended'])('leaves a job alone that %s by then', async (where) => {
  stage.queue('a', 'b');
  stage.server.before('POST /queue', () => {
    stage.server.begin();
    if (where === 'has ended') {
      stage.server.finish('a.png');
    }
  });
  expect(await leave('a', 'b')).toMatchObject({ ids: ['b'], started: ['a'] });
  expect(await stage.kept()).toEqual({ b: 'held out' });
});

it('has nobody take a job for lost that is on its way out', async () => {
  stage.queue('a');
  stage.server.before('GET /api/jobs', () => stage.table.apply('a', { type: 'vanished', now: 1 }));
  await leave('a');
  expect(stage.table.record('a')?.state).toBe('held');
  stage.queue('b');
  stage.server.before('GET /api/jobs', () => stage.table.apply('b', { type: 'vanished', now: 1 }));
  stage.server.refuse('GET /api/jobs');
  await expect(leave('b')).rejects.toThrow();
  expect(stage.table.record('b')?.state).toBe('pending');
});

it('does not say that a job has left when nobody can tell', async () => {
  stage.queue('a');
  stage.server.refuse('GET /api/jobs');
  await expect(leave('a')).rejects.toThrow(ComfyError);
  expect(await stage.kept()).toEqual({ a: 'held leaving' });
  expect(stage.brokeOff).toHaveBeenCalledTimes(1);
  expect(stage.table.record('a')?.state).toBe('pending');
});

it('puts back only what is still there to be put back', async () => {
  stage.queue('a', 'b');
  const { putBack } = await leave('a', 'b');
  await stage.shelf.alone(() => stage.shelf.remove(['a']));
  await putBack();
  expect(stage.order).toEqual(['b']);
  expect(await stage.kept()).toEqual({});
});

it('says of each job whether it is under way, should the tab die', async () => {
  const kept: Promise<object>[] = [];
  for (let prompts = 0; prompts < 2; prompts++) {
    stage.server.before('POST /prompt', () => kept.push(stage.kept()));
  }
  await sendBack(shelfJob('a'), shelfJob('b'));
  expect(await Promise.all(kept)).toEqual([{ a: 'held returning', b: 'held out' }, { b: 'held returning' }]);
  expect(stage.order).toEqual(['a', 'b']);
  expect(await stage.kept()).toEqual({});
});

it('sends a job to its place, for the socket that is to hear of it', async () => {
  stage.queue('x');
  await sendBack(shelfJob('a', { number: -2.5, clientId: 'other' }), shelfJob('b', { front: true }));
  const places = new Map(stage.server.pending.map((entry) => [entry[1], entry]));
  expect(places.get('a')?.[0]).toBe(-2.5);
  expect(places.get('a')?.[3]['client_id']).toBe('other');
  expect(places.get('b')?.[0]).toBeLessThan(0);
});

it('sends the others although the server refuses one, which is on hold then', async () => {
  stage.server.answer('POST /prompt', 400, REFUSAL);
  await expect(sendBack(shelfJob('a', { kind: 'moving' }), shelfJob('b'))).rejects.toThrow('no such node');
  expect(stage.order).toEqual(['b']);
  expect(await stage.kept()).toEqual({ a: 'held out' });
  expect(stage.table.record('a')?.state).toBe('held');
  expect(stage.brokeOff).not.toHaveBeenCalled();
});

it('sends nothing more once the connection broke, and keeps what was not sent', async () => {
  const jobs = ['a', 'b', 'c'].map((id) => shelfJob(id, { kind: 'moving' }));
  let sent = 0;
  stage.server.watch = () => {
    if (stage.server.requests.at(-1) === 'POST /prompt' && ++sent === 2) {
      stage.server.refuse('POST /prompt');
    }
  };
  await expect(sendBack(...jobs)).rejects.toMatchObject({ kind: 'unreachable' });
  expect(sent).toBe(2);
  expect(stage.order).toEqual(['a']);
  expect(await stage.kept()).toEqual({ b: 'moving returning', c: 'moving out' });
  expect(stage.brokeOff).toHaveBeenCalledTimes(1);
  // Still waiting, as far as anybody knows.
  expect(stage.table.record('b')?.state).toBe('pending');
});

it('tells what an early server calls the jobs it was sent', async () => {
  stage = new ShelfStage({ clientIds: false, jobs: false });
  const called = await sendBack(shelfJob('a'));
  expect([...called]).toEqual([['a', stage.order[0]]]);
  expect(stage.order).not.toEqual(['a']);
});

it('takes a job out once that somebody else put back as well', async () => {
  stage.server.before('GET /api/jobs', () =>
    stage.server.enqueue([7, 'a', graph(), { client_id: 'me' }, ['save']]),
  );
  await sendBack(shelfJob('a'), shelfJob('b'));
  expect(stage.order.toSorted()).toEqual(['a', 'b']);
});

it('takes out the second of two although the first runs by then', async () => {
  stage.server.before('GET /api/jobs', () => {
    stage.server.enqueue([7, 'a', graph(), { client_id: 'me' }, ['save']]);
    stage.server.begin();
  });
  await sendBack(shelfJob('a'));
  expect(stage.server.running?.[1]).toBe('a');
  expect(stage.order).toEqual([]);
});

it('has what a pause keeps wait behind what is on hold', async () => {
  await stage.shelf.alone(async () => {
    await stage.traffic.keep([shelfJob('a', { order: 4 })]);
    await stage.traffic.keepPaused([shelfJob('b', { kind: 'sending' }), shelfJob('c', { kind: 'sending' })]);
  });
  const all = await stage.db.all();
  expect(all.map(({ id, kind, order, paused }) => [id, kind, order, paused])).toEqual([
    ['a', 'held', 4, false],
    ['b', 'held', 5, true],
    ['c', 'held', 6, true],
  ]);
  expect(stage.table.record('b')?.state).toBe('held');
  expect(stage.server.requests).toEqual([]);
});
