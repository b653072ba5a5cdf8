import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FakeComfyOptions } from '../fixtures/fake-comfy';
import { newJob } from '../fixtures/records';
import { SENDER_KEY } from '../state/records';
import { ShelfStage, shelfJob } from './fixtures/shelf-stage';
import { GRACE, UnsentJobs } from './unsent-jobs.svelte';

let stage: ShelfStage;
let unsent: UnsentJobs;
let paused: boolean;

function open(options?: FakeComfyOptions): void {
  stage = new ShelfStage(options);
  const { client, shelf, view, traffic, brokeOff } = stage;
  unsent = new UnsentJobs({
    ...{ client, clientId: 'now', shelf, view, traffic, brokeOff },
    ...{ now: () => Date.now(), paused: () => paused },
  });
}

/** As it is when the sending of a job has just broken off. */
async function breakOff(id: string, more: { front?: true } = {}): Promise<void> {
  const record = newJob(id, 'submitting');
  stage.table.apply(id, { type: 'sent', record });
  const extra = { [SENDER_KEY]: { browser: 'b', job: id } };
  await unsent.keep(record, shelfJob(id).job, { clientId: 'then', extra, ...more }, Date.now());
}

const finish = (): Promise<void> => stage.shelf.alone(() => unsent.finish());
const wait = (ms: number): void => void vi.setSystemTime(Date.now() + ms);
const stateOf = (id: string): string | undefined => stage.table.record(id)?.state;

/** The request arrives at the server after all. */
function arrive(id: string): void {
  stage.queue(id);
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(5_000_000);
  paused = false;
  open();
});

afterEach(() => {
  vi.useRealTimers();
});

it('keeps a job, and has it finished later', async () => {
  await breakOff('a');
  expect(unsent.count).toBe(1);
  expect(await stage.kept()).toEqual({ a: 'sending returning' });
  expect(stage.brokeOff).toHaveBeenCalled();
  expect(stage.server.requests).toEqual([]);
});

it('sends what did not arrive, each once, in the order it was asked for', async () => {
  for (const id of ['c', 'a', 'b']) {
    await breakOff(id);
  }
  wait(GRACE);
  await finish();
  expect(stage.server.prompts).toEqual([]);
  wait(1);
  await finish();
  await finish();
  expect(stage.order).toEqual(['c', 'a', 'b']);
  expect(stage.server.prompts).toHaveLength(3);
  // Its events go to the tab that has sent it.
  expect(stage.server.pending[0]?.[3]['client_id']).toBe('now');
  expect(unsent.count).toBe(0);
  expect(await stage.kept()).toEqual({});
});

it('does not send what arrives as late as nobody can tell yet', async () => {
  await breakOff('a');
  await finish();
  wait(GRACE / 2);
  arrive('a');
  await finish();
  wait(GRACE);
  await finish();
  expect(stage.server.prompts).toEqual([]);
  expect(stage.order).toEqual(['a']);
  expect(stateOf('a')).toBe('pending');
  expect(await stage.kept()).toEqual({});
});

it.each(['runs', 'has ended'])('does not send what arrived and %s', async (where) => {
  await breakOff('a');
  arrive('a');
  stage.server.begin();
  if (where === 'has ended') {
    stage.server.finish('a.png');
  }
  wait(2 * GRACE);
  await finish();
  expect(stage.server.prompts).toEqual([]);
  expect(await stage.kept()).toEqual({});
});

it('does not send what arrived at a server that calls it otherwise', async () => {
  open({ clientIds: false, jobs: false });
  await breakOff('a');
  const extra = { [SENDER_KEY]: { browser: 'b', job: 'a' } };
  await stage.client.queuePrompt({ ...shelfJob('a').job, promptId: 'a', clientId: 'then', extra });
  const [called = ''] = stage.order;
  expect(called).not.toBe('a');
  wait(2 * GRACE);
  await finish();
  expect(stage.server.prompts).toHaveLength(1);
  expect(stateOf('a')).toBeUndefined();
  expect(stateOf(called)).toBe('pending');
});

it('does not send what the server has told of, although it forgot it since', async () => {
  await breakOff('a');
  await breakOff('b');
  // It began under our eyes.
  stage.table.apply('a', { type: 'alive', startedAt: null, now: Date.now() });
  wait(2 * GRACE);
  await finish();
  expect(stage.order).toEqual(['b']);
  expect(stage.server.prompts).toHaveLength(1);
  expect(stateOf('a')).toBe('running');
  expect(await stage.kept()).toEqual({});
  // It is lost like any other, and may be queued again.
  stage.table.apply('a', { type: 'vanished', now: Date.now() });
  expect(stateOf('a')).toBe('lost');
});

it('keeps everything while the server does not answer', async () => {
  await breakOff('a');
  wait(2 * GRACE);
  stage.server.down = true;
  await expect(finish()).rejects.toMatchObject({ kind: 'unreachable' });
  expect(await stage.kept()).toEqual({ a: 'sending returning' });
});

it('says since when a sending is under way that breaks off again', async () => {
  await breakOff('a');
  wait(2 * GRACE);
  stage.server.refuse('POST /prompt');
  await expect(finish()).rejects.toMatchObject({ kind: 'unreachable' });
  // It may be there any moment.
  await finish();
  wait(GRACE);
  await finish();
  expect(stage.server.prompts).toEqual([]);
  wait(1);
  await finish();
  expect(stage.order).toEqual(['a']);
});

it('does not send what was called off', async () => {
  await breakOff('a');
  await stage.shelf.alone(() => unsent.callOff(stage.shelf.pick(['a'])));
  expect(stateOf('a')).toBe('cancelled');
  expect(unsent.count).toBe(0);
  await finish();
  expect(await stage.kept()).toEqual({ a: 'sending leaving' });
  wait(2 * GRACE);
  await finish();
  expect(stage.server.prompts).toEqual([]);
  expect(await stage.kept()).toEqual({});
});

it('takes out what was called off and arrives after that', async () => {
  await breakOff('a');
  await breakOff('b');
  await stage.shelf.alone(() => unsent.callOff(stage.shelf.pick(['a'])));
  await finish();
  arrive('a');
  arrive('b');
  await finish();
  expect(stage.order).toEqual(['b']);
  expect(stateOf('a')).toBe('cancelled');
  expect(await stage.kept()).toEqual({});
});

it('sends what was called off when that is undone', async () => {
  await breakOff('a');
  const jobs = stage.shelf.pick(['a']);
  await stage.shelf.alone(() => unsent.callOff(jobs));
  stage.brokeOff.mockClear();
  await stage.shelf.alone(() => unsent.sendAfterAll(jobs));
  expect(stage.brokeOff).toHaveBeenCalledTimes(1);
  expect(unsent.count).toBe(1);
  wait(2 * GRACE);
  await finish();
  expect(stage.order).toEqual(['a']);
});

it('joins what a pause keeps, unless it was to go before all others', async () => {
  await breakOff('a');
  await breakOff('b', { front: true });
  paused = true;
  wait(2 * GRACE);
  await finish();
  expect(stage.order).toEqual(['b']);
  expect(stage.server.pending[0]?.[0]).toBeLessThan(0.5);
  expect(await stage.kept()).toEqual({ a: 'held out' });
  expect(stage.shelf.pick(['a'])[0]?.paused).toBe(true);
  expect(stateOf('a')).toBe('held');
});

it('tells why the server refused one, and sends the others', async () => {
  await breakOff('a');
  await breakOff('b');
  wait(2 * GRACE);
  stage.server.answer('POST /prompt', 400, {
    error: { type: 'prompt_no_outputs', message: 'no', details: '', extra_info: {} },
    node_errors: {},
  });
  expect(unsent.refusal).toBeNull();
  await finish();
  expect(unsent.refusal).toMatchObject({ kind: 'rejected' });
  expect(stage.order).toEqual(['b']);
  expect(await stage.kept()).toEqual({ a: 'held out' });
});
