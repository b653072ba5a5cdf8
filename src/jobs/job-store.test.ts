import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ComfyClient } from '../comfy/client';
import { HOSTILE_HISTORY } from '../comfy/fixtures/hostile-history';
import type { ApiGraph } from '../comfy/graph';
import { ComfySocket } from '../comfy/socket';
import { FakeComfy, type FakeComfyOptions, graph } from './fixtures/fake-comfy';
import { everything, newJob } from './fixtures/records';
import { type JobGraph, SELECTION } from './state/job';
import { onEnded } from './on-ended';
import { JobStore, type JobStoreOptions } from './job-store.svelte';
import { memoryMirror } from './library/memory-mirror';
import type { JobMirror } from './library/job-mirror';
// Fake timers do not wait for what is loaded on demand.
import './server/forget-gone';
import './server/older-history';
import './server/queue-verbs';
import { memoryShelf } from './shelf/shelf-db';
import './shelf/pause.svelte';
import { GRACE } from './shelf/unsent-jobs.svelte';

let server: FakeComfy;
let stops: (() => void)[];

interface Tab {
  store: JobStore;
  socket: ComfySocket;
  stop: () => void;
}

function openTab(
  options: { clientId?: string; mirror?: JobMirror } & Pick<
    JobStoreOptions,
    'forgetUnknown' | 'host' | 'openShelf' | 'storage'
  > = {},
): Tab {
  const { clientId = 'me', mirror = memoryMirror(), ...more } = options;
  const client = new ComfyClient({ baseUrl: 'http://server', fetch: server.fetch });
  const socket = new ComfySocket({
    clientId,
    url: (id) => client.socketUrl(id),
    open: server.openSocket,
    random: () => 0,
  });
  const store = new JobStore({ client, socket, mirror, ...more });
  const stop = store.start();
  stops.push(stop);
  return { store, socket, stop };
}

/** Lets time pass: long enough for a hint to be followed up, short enough for no poll. */
async function soon(ms = 400): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

async function startServer(options?: FakeComfyOptions): Promise<Tab> {
  server = new FakeComfy(options);
  const tab = openTab();
  await soon();
  return tab;
}

function job(seed: number | bigint = 1): JobGraph {
  return { graph: graph(seed) as ApiGraph, pngInfo: { note: 'kept' } };
}

function states(store: JobStore): string[] {
  return [...store.running, ...store.pending, ...store.finished()].map(({ state }) => state);
}

/** What the tabs of a browser share. */
function memoryStorage(): () => Storage {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  } as unknown as Storage;
  return () => storage;
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no failure',
    (reason: unknown) => reason,
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(5_000_000);
  stops = [];
});

afterEach(() => {
  stops.forEach((stop) => stop());
  vi.useRealTimers();
});

describe('a job of ours', () => {
  it('goes its way: sent, waiting, running with progress, done with its file on top', async () => {
    const { store } = await startServer();
    const sending = store.submit(job());
    expect(store.pending.map(({ state, mine }) => [state, mine])).toEqual([['submitting', true]]);
    const id = await sending;
    expect(store.job(id)).toMatchObject({ state: 'pending', number: 0, mine: true, createdAt: 5_000_400 });
    await soon();
    expect(store.queueRemaining).toBe(1);
    server.begin();
    expect(store.job(id)).toMatchObject({ state: 'running', startedAt: 1_001_000 });
    server.tell('executing', { node: 'sampler', display_node: 'sampler' });
    server.tell('progress', { value: 5, max: 10, node: 'sampler' });
    expect(store.progress(id)).toMatchObject({ nodeId: 'sampler', value: 5, max: 10 });
    expect(store.progress(id).fraction).toBeCloseTo(5 / 11);
    server.finish('a.png');
    await soon();
    expect(store.job(id)).toMatchObject({ state: 'completed', startedAt: 1_001_000, endedAt: 1_002_000 });
    expect(store.items.slice(0).map(({ key, output }) => [key, output.ref.filename])).toEqual([
      [`${id}/0`, 'a.png'],
    ]);
    expect(states(store)).toEqual(['completed']);
    expect(store.queueRemaining).toBe(0);
    expect(store.progress(id).fraction).toBe(0);
  });

  it('shows its fresh outputs while it runs, before those of finished jobs', async () => {
    const { store } = await startServer();
    server.fillHistory(2);
    await store.refresh();
    const id = await store.submit(job());
    server.begin();
    server.tell('executed', {
      node: 'save',
      output: { images: [{ filename: 'early.png', subfolder: '', type: 'output' }] },
    });
    expect(store.items.slice(0).map(({ output }) => output.ref.filename)).toEqual([
      'early.png',
      'h1.png',
      'h0.png',
    ]);
    expect(store.job(id)?.state).toBe('running');
  });

  it('shows its fresh text while it runs, and still has it when it is listed as running', async () => {
    const { store } = await startServer();
    const id = await store.submit(job());
    server.begin();
    server.tell('executed', { node: 'a', output: { text: ['a red fox'] } });
    server.tell('executed', { node: 'b', output: { text: ['in snow'] } });
    await store.refresh();
    await soon();
    expect(store.job(id)?.texts?.map(({ text }) => text)).toEqual(['a red fox', 'in snow']);
  });

  it('keeps a preview while it runs', async () => {
    const { store } = await startServer();
    const id = await store.submit(job());
    await soon();
    server.begin();
    const legacy = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0xff, 0xd8, 0xff);
    server.sockets[0]?.onmessage?.({ data: legacy.buffer });
    expect(store.preview(id)?.size).toBe(3);
    server.finish('a.png');
    await soon();
    expect(store.preview(id)).toBeNull();
  });

  it('is running although its events came before the answer that names it', async () => {
    const { store } = await startServer();
    const release = server.holdAnswer('POST /prompt');
    const sending = store.submit(job());
    await soon(0);
    const id = server.begin();
    server.tell('progress', { value: 3, max: 10, node: 'sampler' });
    expect(store.job(id)?.state).toBe('running');
    release();
    await sending;
    expect(store.job(id)).toMatchObject({ state: 'running', number: 0 });
    expect(store.progress(id).value).toBe(3);
  });

  it('is done although it was over before the answer that names it', async () => {
    const mirror = memoryMirror();
    server = new FakeComfy();
    const { store } = openTab({ mirror });
    await soon();
    const release = server.holdAnswer('POST /prompt');
    const sending = store.submit(job());
    await soon(0);
    server.begin();
    server.finish('a.png');
    await soon();
    release();
    const id = await sending;
    expect(store.job(id)).toMatchObject({ state: 'completed', number: 0, mine: true });
    await soon(5000);
    expect(states(store)).toEqual(['completed']);
    expect(await everything(mirror)).toMatchObject([{ id, state: 'completed', mine: true }]);
  });

  it('takes the id an old server gives, and replays the events that came under it', async () => {
    const { store } = await startServer({ clientIds: false, jobs: false, times: false });
    const release = server.holdAnswer('POST /prompt');
    const sending = store.submit(job());
    await soon(0);
    const given = server.begin();
    server.tell('progress', { value: 4, max: 10, node: 'sampler' });
    release();
    expect(await sending).toBe(given);
    expect(states(store)).toEqual(['running']);
    expect(store.progress(given).value).toBe(4);
    expect(store.job(given)).toMatchObject({ mine: true, createdAt: 5_000_400 });
    server.finish('a.png');
    await soon();
    expect(store.finished().map(({ id, state }) => [id, state])).toEqual([[given, 'completed']]);
  });

  it("is not there twice when the queue tells an old server's id before the answer does", async () => {
    const { store } = await startServer({ clientIds: false });
    const release = server.holdAnswer('POST /prompt');
    const sending = store.submit(job());
    await soon();
    release();
    await sending;
    expect(states(store)).toEqual(['pending']);
    expect(store.pending[0]?.mine).toBe(true);
  });

  it('is gone again when the server refuses it', async () => {
    const { store } = await startServer();
    server.answer('POST /prompt', 400, {
      error: { type: 'prompt_no_outputs', message: 'Prompt has no outputs', details: '', extra_info: {} },
      node_errors: {},
    });
    expect(await failureOf(store.submit(job()))).toMatchObject({
      kind: 'rejected',
      problems: [{ type: 'prompt_no_outputs' }],
    });
    expect(states(store)).toEqual([]);
  });

  it('keeps the problems of outputs that were left out', async () => {
    const { store } = await startServer();
    server.answer('POST /prompt', 200, {
      prompt_id: 'other',
      number: 3,
      node_errors: {
        save: { errors: [{ type: 'required_input_missing', message: 'm', details: '', extra_info: {} }] },
      },
    });
    const id = await store.submit(job());
    expect(store.job(id)?.problems).toMatchObject([{ type: 'required_input_missing', nodeId: 'save' }]);
  });

  it('fails with the words of the node', async () => {
    const { store } = await startServer();
    const id = await store.submit(job());
    server.begin();
    server.fail();
    expect(store.job(id)).toMatchObject({ state: 'running', error: { message: 'out of memory' } });
    await soon();
    expect(store.job(id)).toMatchObject({
      state: 'failed',
      error: { nodeId: 'sampler', nodeTitle: 'KSampler', type: 'OutOfMemoryError', message: 'out of memory' },
    });
  });

  it('does not fail for an output that is blocked', async () => {
    const { store } = await startServer();
    const id = await store.submit(job());
    server.begin();
    server.tell('execution_error', {
      node_id: 'save',
      exception_type: 'ExecutionBlocked',
      exception_message: 'Execution Blocked: no',
      traceback: [],
    });
    expect(store.job(id)).toMatchObject({ state: 'running', error: null });
    server.finish();
    await soon();
    expect(store.job(id)).toMatchObject({ state: 'completed', error: null, outputs: [] });
  });

  it('goes before all others when it should', async () => {
    const { store } = await startServer();
    await store.submit(job());
    const second = await store.submit(job());
    const first = await store.submit(job(), { front: true });
    expect(store.pending.map(({ id }) => id).indexOf(first)).toBe(0);
    expect(store.pending.map(({ id }) => id).indexOf(second)).toBe(2);
    expect(server.prompts[2]).toContain('"front":true');
  });
});

describe('sending into trouble', () => {
  it('counts as sent when only the answer was lost', async () => {
    const { store } = await startServer();
    server.loseAnswer('POST /prompt');
    const id = await store.submit(job());
    expect(store.job(id)).toMatchObject({ state: 'pending', mine: true });
    expect(server.pending).toHaveLength(1);
  });

  it('counts as sent when the job was over before anybody could look', async () => {
    const { store } = await startServer();
    const release = server.holdAnswer('POST /prompt', { lost: true });
    const sending = store.submit(job());
    await soon(0);
    server.begin();
    server.finish('b.png');
    release();
    expect(store.job(await sending)?.state).toBe('completed');
  });

  it('is shown as being sent while nobody can say whether it arrived, until the server tells', async () => {
    const { store } = await startServer();
    server.loseAnswer('POST /prompt');
    server.refuse('GET /queue');
    server.deaf = true;
    const id = await store.submit(job());
    expect(states(store)).toEqual(['submitting']);
    server.begin();
    server.finish('a.png');
    await soon(2 * GRACE);
    expect(store.finished().map((one) => [one.id, one.state, one.mine])).toEqual([[id, 'completed', true]]);
    expect(server.prompts).toHaveLength(1);
  });

  it('is sent by itself, once, when the server answers again', async () => {
    const { store } = await startServer();
    server.down = true;
    server.dropSockets();
    const ids: string[] = [];
    for (const seed of [1, 2, 3]) {
      ids.push(await store.submit(job(seed)));
      await soon(1);
    }
    expect(store.pending.map(({ id, state }) => [id, state])).toEqual(ids.map((id) => [id, 'submitting']));
    expect(store.connection).toEqual({ state: 'off', missing: 'comfyui', address: null });
    await soon(60_000);
    server.down = false;
    await soon(2000);
    expect(server.pending.toSorted((a, b) => a[0] - b[0]).map((entry) => entry[1])).toEqual(ids);
    expect(store.pending.map(({ id, state }) => [id, state])).toEqual(ids.map((id) => [id, 'pending']));
    await soon(60_000);
    expect(server.prompts).toHaveLength(ids.length);
  });

  it('is not sent again while the server may still be checking what it was sent', async () => {
    const { store } = await startServer();
    server.refuse('POST /prompt');
    const id = await store.submit(job());
    await soon(GRACE - 1000);
    expect(server.prompts).toEqual([]);
    await soon(5000);
    expect(server.pending.map((entry) => entry[1])).toEqual([id]);
    expect(states(store)).toEqual(['pending']);
  });

  it('is not sent again by itself when it was seen to run, and the server has forgotten it since', async () => {
    const { store } = await startServer();
    server.loseAnswer('POST /prompt');
    server.refuse('GET /queue');
    const id = await store.submit(job());
    server.begin();
    await soon();
    server.finish('a.png');
    server.restart();
    await soon(3 * GRACE);
    expect(server.prompts).toHaveLength(1);
    expect(server.runs).toEqual([id]);
    expect(store.job(id)?.state).not.toBe('submitting');
    expect((await store.steering()).unsent).toBe(0);
  });

  it('goes before all others later, too, when it should', async () => {
    const { store } = await startServer();
    await store.submit(job(2));
    server.refuse('POST /prompt');
    const id = await store.submit(job(), { front: true });
    await soon(2 * GRACE);
    expect(store.pending[0]?.id).toBe(id);
  });

  it('is not sent twice when the same is asked for meanwhile', async () => {
    const { store } = await startServer();
    server.down = true;
    server.dropSockets();
    const id = await store.submit(job());
    expect(await store.submit(job())).toBe(id);
    expect(await store.submit(job(), { again: true })).not.toBe(id);
    server.down = false;
    await soon(2 * GRACE);
    expect(server.pending).toHaveLength(2);
    // It has been answered for: who asks once more wants another one.
    expect(await store.submit(job())).not.toBe(id);
  });

  it('is not sent twice when it had arrived and the same is asked for', async () => {
    const { store } = await startServer();
    server.loseAnswer('POST /prompt');
    server.refuse('GET /queue');
    server.deaf = true;
    const id = await store.submit(job());
    await soon(6000);
    expect(states(store)).toEqual(['pending']);
    expect(await store.submit(job())).toBe(id);
    expect(server.pending.map((entry) => entry[1])).toEqual([id]);
    expect(await store.submit(job())).not.toBe(id);
    await soon(2 * GRACE);
    expect(server.pending).toHaveLength(2);
    expect(server.prompts).toHaveLength(2);
  });

  it('is not sent when it is cancelled meanwhile, and taken out when it had arrived', async () => {
    const { store } = await startServer();
    server.down = true;
    server.dropSockets();
    const first = await store.submit(job());
    server.down = false;
    server.loseAnswer('POST /prompt');
    server.refuse('GET /queue');
    server.deaf = true;
    const second = await store.submit(job(2));
    server.down = true;
    await Promise.all([first, second].map((id) => store.queue.cancel(id)));
    expect([first, second].map((id) => store.job(id)?.state)).toEqual(['cancelled', 'cancelled']);
    expect(server.pending.map((entry) => entry[1])).toEqual([second]);
    server.down = false;
    await soon(3 * GRACE);
    expect(server.pending).toEqual([]);
    expect(server.prompts).toHaveLength(1);
    expect([first, second].map((id) => store.job(id)?.state)).toEqual(['cancelled', 'cancelled']);
  });

  it('is sent after all when its cancelling is undone', async () => {
    const { store } = await startServer();
    server.down = true;
    server.dropSockets();
    const id = await store.submit(job());
    const { ids, putBack } = await (await store.steering()).cancel([id]);
    expect(ids).toEqual([id]);
    server.down = false;
    await soon(3 * GRACE);
    expect(server.prompts).toEqual([]);
    await putBack();
    await soon(GRACE);
    expect(server.pending.map((entry) => entry[1])).toEqual([id]);
    expect(states(store)).toEqual(['pending']);
  });

  it('is kept by a pause that has begun meanwhile', async () => {
    server = new FakeComfy();
    const { store } = openTab({ storage: memoryStorage() });
    await soon();
    server.down = true;
    server.dropSockets();
    const id = await store.submit(job());
    const pause = await store.pausing();
    server.down = false;
    await soon(2000);
    await pause.begin('finish');
    await soon(2 * GRACE);
    expect(server.prompts).toEqual([]);
    expect(store.job(id)?.state).toBe('held');
    await pause.end();
    expect(server.pending.map((entry) => entry[1])).toEqual([id]);
  });

  it('is on hold when the server refuses it later, and that is told', async () => {
    const { store } = await startServer();
    server.refuse('POST /prompt');
    const id = await store.submit(job());
    server.answer('POST /prompt', 400, {
      error: { type: 'prompt_no_outputs', message: 'no', details: '', extra_info: {} },
      node_errors: {},
    });
    await soon(2 * GRACE);
    const steering = await store.steering();
    expect(steering.refusal).toMatchObject({ kind: 'rejected' });
    expect(store.job(id)?.state).toBe('held');
    expect(steering.held.map((one) => one.id)).toEqual([id]);
  });

  it('is sent by the next visit when the page is closed meanwhile', async () => {
    const shelf = memoryShelf();
    server = new FakeComfy();
    const { store, stop } = openTab({ openShelf: () => Promise.resolve(shelf) });
    await soon();
    server.down = true;
    server.dropSockets();
    const id = await store.submit(job());
    (await store.steering()).stop();
    stop();
    server.down = false;
    await soon(GRACE);
    const { store: next } = openTab({ openShelf: () => Promise.resolve(shelf) });
    await next.steering();
    await soon(5000);
    expect(server.pending.map((entry) => entry[1])).toEqual([id]);
    expect(next.pending.map((one) => one.id)).toEqual([id]);
    await soon(60_000);
    expect(server.prompts).toHaveLength(1);
  });

  it.each(['pending', 'running', 'ended'])(
    'is not sent twice to a server that gave it another id and has it %s',
    async (where) => {
      const { store } = await startServer({ clientIds: false, jobs: false });
      server.loseAnswer('POST /prompt');
      server.refuse('GET /queue');
      server.deaf = true;
      const asked = await store.submit(job());
      if (where !== 'pending') {
        server.begin();
      }
      if (where === 'ended') {
        server.finish('a.png');
      }
      await soon(3 * GRACE);
      expect(server.prompts).toHaveLength(1);
      expect(store.job(asked)).toBeUndefined();
      expect(states(store)).toEqual([where === 'ended' ? 'completed' : where]);
    },
  );

  it('is called off when it only looked for something to select', async () => {
    const { store } = await startServer();
    server.down = true;
    server.dropSockets();
    const looking = { ...job(), pngInfo: { darkroom: { recipe: SELECTION } } };
    expect(await failureOf(store.submit(looking))).toMatchObject({ kind: 'unreachable' });
    expect(states(store)).toEqual([]);
    server.down = false;
    await soon(3 * GRACE);
    expect(server.prompts).toEqual([]);
  });
});

describe('answers that are late', () => {
  it('an old look at the queue does not lose a job accepted meanwhile', async () => {
    const { store } = await startServer();
    const release = server.holdAnswer('GET /queue');
    const looking = store.refresh();
    await soon(0);
    const id = await store.submit(job());
    release();
    await soon(0);
    expect(store.job(id)?.state).toBe('pending');
    await looking;
    await soon();
    expect(states(store)).toEqual(['pending']);
  });

  it('an old look at the queue does not set a running job back', async () => {
    const { store } = await startServer();
    const id = await store.submit(job());
    await soon();
    const release = server.holdAnswer('GET /queue');
    const looking = store.refresh();
    await soon(0);
    server.begin();
    release();
    await looking;
    expect(store.job(id)?.state).toBe('running');
  });

  it.each([
    ['completed', () => server.finish('a.png')],
    ['failed', () => server.fail()],
    ['cancelled', () => server.interrupt()],
  ] as const)('an old look at the queue does not wake a job that is %s', async (state, end) => {
    const { store } = await startServer();
    const id = await store.submit(job());
    server.begin();
    await soon();
    const release = server.holdAnswer('GET /queue');
    const looking = store.refresh();
    await soon(0);
    end();
    await soon(0);
    expect(store.job(id)?.state).toBe(state);
    const seen = new Set<string | undefined>();
    server.watch = () => seen.add(store.job(id)?.state);
    release();
    await looking;
    await soon(20_000);
    expect([...seen]).toEqual([state]);
    expect(states(store)).toEqual([state]);
  });

  it('an old look at the queue does not bring a cancelled job back, nor call it lost', async () => {
    const { store } = await startServer();
    const id = await store.submit(job());
    await soon();
    const release = server.holdAnswer('GET /queue');
    const looking = store.refresh();
    await soon(0);
    const cancelling = store.queue.cancel(id);
    await soon(0);
    expect(store.job(id)?.state).toBe('cancelled');
    release();
    await Promise.all([looking, cancelling]);
    expect(store.job(id)?.state).toBe('cancelled');
    await soon(20_000);
    expect(states(store)).toEqual(['cancelled']);
  });

  it('a job that has left the queue waits no longer, and nothing more is said of it before the history was asked', async () => {
    const { store } = await startServer();
    const [first = '', second = ''] = [server.enqueueForeign(), server.enqueueForeign()];
    await soon();
    const answer = server.holdAnswer('GET /history/');
    server.begin();
    server.finish('a.png');
    await soon();
    expect(store.pending.map(({ id }) => id)).toEqual([second]);
    expect(store.left.map(({ id }) => id)).toEqual([first]);
    expect(store.job(first)?.state).toBe('pending');
    expect(store.finished()).toEqual([]);
    answer();
    await soon();
    expect(store.left).toEqual([]);
    expect(store.job(first)?.state).toBe('completed');
  });

  it('a job that has left the queue and is there again waits where it was', async () => {
    const { store } = await startServer();
    const [first = '', second = ''] = [server.enqueueForeign(), server.enqueueForeign()];
    await soon();
    const taken = server.pending.filter(([, id]) => id === first);
    server.refuse('GET /history/');
    server.pending = server.pending.filter(([, id]) => id === second);
    await store.refresh();
    expect(store.pending.map(({ id }) => id)).toEqual([second]);
    expect(store.left.map(({ id }) => id)).toEqual([first]);
    server.pending.push(...taken);
    await store.refresh();
    expect(store.left).toEqual([]);
    expect(store.pending.map(({ id, state, left }) => [id, state, left])).toEqual([
      [first, 'pending', undefined],
      [second, 'pending', undefined],
    ]);
  });

  it('a job taken out by our own wish is not lost while the answer to it travels', async () => {
    const { store } = await startServer();
    const id = await store.submit(job());
    await soon();
    const release = server.holdAnswer('POST /api/jobs');
    const cancelling = store.queue.cancel(id);
    await soon();
    expect(store.job(id)?.state).toBe('cancelled');
    release();
    await cancelling;
    expect(store.job(id)?.state).toBe('cancelled');
  });

  it('an event that was long under way does not wake a job that ended', async () => {
    const { store } = await startServer();
    const id = await store.submit(job());
    server.begin();
    server.finish('a.png');
    await soon();
    for (const type of ['execution_start', 'progress', 'executing', 'executed', 'execution_error']) {
      server.broadcast(type, {
        prompt_id: id,
        node: 'sampler',
        value: 1,
        max: 2,
        output: {},
        exception_message: 'x',
      });
    }
    expect(store.job(id)).toMatchObject({ state: 'completed', error: null });
    expect(store.items.slice(0)).toHaveLength(1);
    expect(store.progress(id).fraction).toBe(0);
  });

  it('an old count of the queue does not overwrite a newer one', async () => {
    const { store } = await startServer();
    const release = server.holdAnswer('GET /queue');
    const looking = store.refresh();
    await soon(0);
    server.enqueueForeign();
    expect(store.queueRemaining).toBe(1);
    release();
    await looking;
    expect(store.queueRemaining).toBe(1);
  });

  it('a history asked for before a job was forgotten does not bring it back', async () => {
    const mirror = memoryMirror();
    server = new FakeComfy();
    server.fillHistory(1);
    const { store } = openTab({ mirror });
    await soon();
    server.fillHistory(2);
    const release = server.holdAnswer('GET /history');
    const looking = store.refresh();
    await soon(0);
    await store.forget(['h0']).commit();
    release();
    await looking;
    expect(store.finished().map(({ id }) => id)).toEqual(['h1']);
    expect((await everything(mirror)).map(({ id }) => id)).toEqual(['h1']);
  });
});

describe('what this page knows of a job besides', () => {
  it('is whether it saw it at work: also when it was over before the answer, and not out of the history', async () => {
    const { store } = await startServer();
    server.fillHistory(1);
    await store.refresh();
    expect(store.witnessed('h0')).toBe(false);
    const release = server.holdAnswer('POST /prompt');
    const sending = store.submit(job());
    await soon(0);
    server.begin();
    server.finish('a.png');
    release();
    const id = await sending;
    await soon();
    expect(store.job(id)?.state).toBe('completed');
    expect(store.witnessed(id)).toBe(true);
  });

  it('is whether it was stopped from here, or by someone else', async () => {
    const { store } = await startServer();
    const [first, second] = [await store.submit(job()), await store.submit(job())];
    server.begin();
    await soon();
    server.interrupt();
    await soon();
    server.begin();
    await soon();
    await store.queue.cancel(second);
    await soon();
    expect([first, second].map((id) => store.job(id)?.state)).toEqual(['cancelled', 'cancelled']);
    expect([first, second].map((id) => store.cancelledHere(id))).toEqual([false, true]);
  });

  it('is that another tab of this browser stopped it, also when it ends after a reload', async () => {
    const storage = memoryStorage();
    server = new FakeComfy();
    const { store: other } = openTab({ clientId: 'other', storage });
    const { store, stop } = openTab({ storage });
    await soon();
    const [mine, theirs] = [await store.submit(job()), await store.submit(job())];
    server.begin();
    await soon();
    const release = server.holdAnswer('POST /api/jobs', { lost: true });
    const asking = failureOf(store.queue.cancel(mine));
    await soon(0);
    stop();
    const { store: reloaded } = openTab({ storage });
    await soon();
    server.begin();
    server.interrupt();
    await soon();
    for (const page of [other, reloaded]) {
      expect([mine, theirs].map((id) => page.job(id)?.stop?.here)).toEqual([true, false]);
      expect([mine, theirs].map((id) => page.cancelledHere(id))).toEqual([true, false]);
    }
    release();
    await asking;
  });

  it('is nothing of a wish that did not reach the server, nor of one that was taken back', async () => {
    const { store } = await startServer();
    const id = await store.submit(job());
    await soon();
    server.refuse('POST /api/jobs');
    await failureOf(store.queue.cancel(id));
    expect(store.cancelledHere(id)).toBe(false);
    const { putBack } = await (await store.steering()).cancel([id]);
    expect(store.cancelledHere(id)).toBe(true);
    await putBack();
    expect(store.job(id)?.state).toBe('pending');
    expect(store.cancelledHere(id)).toBe(false);
  });
});

describe('cancelling', () => {
  describe.each([
    ['with the jobs API', true],
    ['on an old server', false],
  ])('%s', (_name, jobs) => {
    it('takes a waiting job out, and only that', async () => {
      const { store } = await startServer({ jobs });
      const first = await store.submit(job());
      server.begin();
      const second = await store.submit(job());
      const third = await store.submit(job());
      await soon();
      await store.queue.cancel(second);
      expect([first, second, third].map((id) => store.job(id)?.state)).toEqual([
        'running',
        'cancelled',
        'pending',
      ]);
      expect(server.pending.map(([, id]) => id)).toEqual([third]);
      expect(server.requests.some((line) => line.startsWith('POST /interrupt'))).toBe(false);
    });

    it('stops the running job and nothing else', async () => {
      const { store } = await startServer({ jobs });
      const first = await store.submit(job());
      server.begin();
      const second = await store.submit(job());
      await soon();
      await store.queue.cancel(first);
      await soon();
      expect(store.job(first)).toMatchObject({ state: 'cancelled', endedAt: 1_002_000 });
      expect(store.job(second)?.state).toBe('pending');
    });

    it('does not touch a stranger that began meanwhile', async () => {
      const { store } = await startServer({ jobs });
      const id = await store.submit(job());
      await soon();
      server.deaf = true;
      server.begin();
      server.finish('a.png');
      const stranger = server.enqueueForeign();
      server.begin();
      const seen = new Set<string | undefined>();
      server.watch = () => seen.add(store.job(id)?.state);
      await store.queue.cancel(id);
      expect(seen.has('cancelled')).toBe(false);
      expect(store.job(id)?.state).toBe('completed');
      expect(server.running?.[1]).toBe(stranger);
    });
  });

  it('uses the classic routes when something else owns the path', async () => {
    const { store } = await startServer();
    const id = await store.submit(job());
    server.answer('POST /api/jobs', 500, 'no');
    await store.queue.cancel(id);
    expect(store.job(id)?.state).toBe('cancelled');
    expect(server.pending).toEqual([]);
  });

  it('waits for a job that is still on its way', async () => {
    const { store } = await startServer();
    const release = server.holdAnswer('POST /prompt');
    const sending = store.submit(job());
    const id = store.pending[0]?.id ?? '';
    const cancelling = store.queue.cancel(id);
    await soon(0);
    release();
    await Promise.all([sending, cancelling]);
    expect(store.job(id)?.state).toBe('cancelled');
    expect(server.pending).toEqual([]);
  });

  it('has nothing to do for a job that never arrived', async () => {
    const { store } = await startServer();
    server.refuse('POST /prompt');
    const sending = failureOf(store.submit(job()));
    const cancelling = store.queue.cancel(store.pending[0]?.id ?? '');
    await Promise.all([sending, cancelling]);
    expect(server.requests.some((line) => line.startsWith('POST /api'))).toBe(false);
  });

  it('says when the server does not answer, and changes nothing', async () => {
    const { store } = await startServer();
    const id = await store.submit(job());
    server.refuse('POST /api/jobs');
    expect(await failureOf(store.queue.cancel(id))).toMatchObject({ kind: 'unreachable' });
    expect(store.job(id)?.state).toBe('pending');
  });
});

describe('jobs of others', () => {
  it('appear, run and end although their events go to somebody else', async () => {
    const { store } = await startServer();
    const id = server.enqueueForeign({ clientId: 'somebody' });
    await soon();
    expect(store.job(id)).toMatchObject({ state: 'pending', mine: false });
    server.begin();
    await soon();
    expect(store.job(id)?.state).toBe('running');
    server.finish('theirs.png');
    await soon();
    expect(store.job(id)).toMatchObject({ state: 'completed', mine: false });
    expect(store.items.slice(0)).toHaveLength(1);
  });

  it('appear even when they are over at once', async () => {
    const { store } = await startServer();
    const id = server.enqueueForeign({ clientId: 'somebody' });
    server.begin();
    server.finish('quick.png');
    await soon();
    expect(store.job(id)?.state).toBe('completed');
  });

  it('are read although hints never stop', async () => {
    const { store } = await startServer();
    const id = server.enqueueForeign();
    for (let i = 0; i < 20; i++) {
      await soon(60);
      server.broadcast('status', { status: { exec_info: { queue_remaining: 1 } } });
    }
    expect(store.job(id)?.state).toBe('pending');
  });

  it('show the progress that came before they were known', async () => {
    const { store } = await startServer();
    const id = server.enqueueForeign();
    server.begin();
    server.broadcast('progress', { value: 2, max: 10, prompt_id: id, node: 'sampler' });
    expect(store.job(id)).toBeUndefined();
    await soon();
    expect(store.job(id)?.state).toBe('running');
    expect(store.progress(id)).toMatchObject({ value: 2, nodeId: 'sampler' });
  });

  it('are the same in two tabs, each knowing its own', async () => {
    server = new FakeComfy();
    const mirror = memoryMirror();
    const one = openTab({ clientId: 'one', mirror });
    const two = openTab({ clientId: 'two', mirror });
    await soon();
    const first = await one.store.submit(job());
    const second = await two.store.submit(job());
    server.begin();
    await soon();
    for (const { store } of [one, two]) {
      expect(states(store)).toEqual(['running', 'pending']);
    }
    expect([one.store.job(first)?.mine, one.store.job(second)?.mine]).toEqual([true, false]);
    expect([two.store.job(first)?.mine, two.store.job(second)?.mine]).toEqual([false, true]);
    server.finish('a.png');
    await one.store.queue.cancel(second);
    await soon();
    expect(one.store.job(second)?.state).toBe('cancelled');
    // The other tab only sees it leave without a trace.
    expect(two.store.job(second)?.state).toBe('lost');
    expect(two.store.items.slice(0).map(({ output }) => output.ref.filename)).toEqual(['a.png']);
  });
});

describe('jobs that are gone', () => {
  it('are looked up before anything is said of them', async () => {
    const { store } = await startServer();
    const id = await store.submit(job());
    await soon();
    server.deaf = true;
    server.begin();
    server.finish('a.png');
    server.deaf = false;
    await store.refresh();
    expect(store.job(id)?.state).toBe('completed');
  });

  it('are lost when the server forgot them, and can be run again', async () => {
    const { store } = await startServer();
    const running = await store.submit(job(9007199254740993n));
    const waiting = await store.submit(job());
    server.begin();
    await soon();
    server.restart();
    await soon(1000);
    expect([running, waiting].map((id) => store.job(id)?.state)).toEqual(['lost', 'lost']);
    expect(store.running).toEqual([]);
    const again = await store.runAgain(running);
    expect(store.job(again)?.state).toBe('pending');
    expect(server.prompts.at(-1)).toContain('"seed":9007199254740993,');
  });

  it('come back to life when they turn up', async () => {
    const { store } = await startServer();
    const id = await store.submit(job());
    await soon();
    const entry = server.pending[0];
    server.pending = [];
    await store.refresh();
    expect(store.job(id)?.state).toBe('lost');
    if (entry) {
      server.enqueue(entry);
    }
    await soon();
    expect(store.job(id)).toMatchObject({ state: 'pending', endedAt: null });
  });

  it('stay known after a reload, with what they need to run again', async () => {
    const mirror = memoryMirror();
    server = new FakeComfy();
    const first = openTab({ mirror });
    await soon();
    const id = await first.store.submit(job(18446744073709551615n));
    await soon();
    server.restart();
    await soon(1000);
    first.stop();
    const { store } = openTab({ mirror, clientId: 'reloaded' });
    await soon();
    expect(store.job(id)?.state).toBe('lost');
    expect((await store.graph(id))?.graph).toEqual(graph(18446744073709551615n));
  });
});

describe('history', () => {
  function asked(): string[] {
    return server.requests.filter((line) => line.startsWith('GET /history'));
  }

  it('is shown newest first', async () => {
    server = new FakeComfy();
    server.fillHistory(3);
    const { store } = openTab();
    expect(store.loaded).toBe(false);
    await soon();
    expect(store.loaded).toBe(true);
    expect(store.finished().map(({ id }) => id)).toEqual(['h2', 'h1', 'h0']);
    expect(store.items.slice(0).map(({ key }) => key)).toEqual(['h2/0', 'h1/0', 'h0/0']);
  });

  it('is listed at once where the server has a list, and then read job by job', async () => {
    server = new FakeComfy();
    server.fillHistory(300);
    const mirror = memoryMirror();
    const { store } = openTab({ mirror });
    const releases = [server.holdAnswer('GET /history/'), server.holdAnswer('GET /history/')];
    await soon(1000);
    expect(store.finished()).toHaveLength(300);
    expect(store.items.length).toBe(300);
    expect(store.job('h0')).toMatchObject({ state: 'completed', sketch: true, summary: null });
    expect(await mirror.isComplete()).toBe(true);
    releases.forEach((release) => release());
    await soon(30_000);
    expect(store.finished().filter(({ sketch }) => sketch)).toEqual([]);
    expect(store.job('h0')?.summary).toMatchObject({ seed: 1 });
    expect((await everything(mirror)).every(({ sketch, summary }) => !sketch && summary)).toBe(true);
    expect(server.requests.filter((line) => line.startsWith('GET /api/jobs'))).toHaveLength(1);
    // Nothing but the newest page, and every other job once.
    expect(asked()).toHaveLength(1 + 300 - 64);
    expect(new Set(asked()).size).toBe(asked().length);
  });

  it('is read job by job two at a time, those on screen first and what somebody asks for before them', async () => {
    server = new FakeComfy();
    server.fillHistory(100);
    const releases = ['h35', 'h34'].map((id) => server.holdAnswer(`GET /history/${id}`));
    const { store } = openTab();
    await soon(1000);
    const single = (): string[] => asked().filter((line) => /h\d+$/.test(line));
    expect(single()).toEqual(['GET /history/h35', 'GET /history/h34']);
    store.setVisible(() => ['h99', 'h3', 'h4']);
    const graphOf = store.graph('h20');
    releases.forEach((release) => release());
    await soon(2000);
    expect((await graphOf)?.graph).toEqual(graph());
    expect(single().slice(2, 6)).toEqual(['h20', 'h3', 'h4', 'h33'].map((id) => `GET /history/${id}`));
  });

  it('is not read job by job while the server is at work, but for what is looked at', async () => {
    server = new FakeComfy();
    server.fillHistory(100);
    server.enqueueForeign();
    server.begin();
    const { store } = openTab();
    store.setVisible(() => ['h3']);
    await soon(4000);
    const single = (): string[] => asked().filter((line) => /h\d+$/.test(line));
    expect(single()).toEqual(['GET /history/h3']);
    server.finish('a.png');
    await soon(4000);
    expect(single().length).toBeGreaterThan(10);
  });

  it('is not read job by job while something is scrolled, but for what somebody waits for', async () => {
    server = new FakeComfy();
    server.fillHistory(100);
    let isCalm = false;
    const { store } = openTab();
    store.setVisible(
      () => ['h3'],
      () => isCalm,
    );
    const single = (): string[] => asked().filter((line) => /h\d+$/.test(line));
    await soon(4000);
    expect(single()).toEqual([]);
    const release = server.holdAnswer('GET /history/h20');
    const graphOf = store.graph('h20');
    await soon(1000);
    release();
    await soon(100);
    expect((await graphOf)?.graph).toEqual(graph());
    expect(single()).toEqual(['GET /history/h20']);
    isCalm = true;
    await soon(1000);
    expect(single()[1]).toBe('GET /history/h3');
  });

  it('is not asked on and on for jobs that the server forgot meanwhile', async () => {
    const mirror = memoryMirror();
    server = new FakeComfy();
    server.fillHistory(300);
    const release = server.holdAnswer('GET /history/');
    const first = openTab({ mirror });
    await soon(1000);
    first.stop();
    server.history.clear();
    release();
    server.requests.length = 0;
    const { store } = openTab({ mirror });
    await soon(10_000);
    expect(store.finished()).toHaveLength(300);
    expect(asked().filter((line) => /h\d+$/.test(line)).length).toBeLessThan(50);
  });

  it('is read to its end page by page where the server has no list', async () => {
    server = new FakeComfy({ jobs: false });
    server.fillHistory(800);
    const mirror = memoryMirror();
    const { store } = openTab({ mirror });
    await soon(2000);
    expect(store.finished()).toHaveLength(800);
    expect(store.finished()[0]?.id).toBe('h799');
    expect(await mirror.isComplete()).toBe(true);
    expect(asked().filter((line) => /offset/.test(line) && !line.includes('max_items=1&'))).toEqual(
      [
        '/history?max_items=64&offset=680',
        // These jobs are small, so more of them make a page.
        '/history?max_items=256&offset=424',
        '/history?max_items=256&offset=168',
        '/history?max_items=168&offset=0',
      ].map((path) => `GET ${path}`),
    );
  });

  it('is read to its end although one odd job makes the jobs route fail', async () => {
    server = new FakeComfy();
    server.fillHistory(100);
    server.answer('GET /api/jobs', 500, '500 Internal Server Error');
    const { store } = openTab();
    await soon(1000);
    expect(store.finished()).toHaveLength(100);
    expect(store.connection.state).toBe('connected');
  });

  it('does not hold up the queue while it is long', async () => {
    server = new FakeComfy();
    server.fillHistory(200);
    const release = server.holdAnswer('GET /api/jobs');
    const { store } = openTab();
    await soon();
    const id = await store.submit(job());
    server.begin();
    server.finish('new.png');
    await soon();
    expect(store.job(id)?.state).toBe('completed');
    release();
    await soon();
    expect(store.finished()).toHaveLength(201);
  });

  it('is read only as far as it is new, once everything is mirrored', async () => {
    const mirror = memoryMirror();
    server = new FakeComfy();
    server.fillHistory(200);
    openTab({ mirror }).stop();
    const first = openTab({ mirror });
    await soon(1000);
    expect(first.store.finished()).toHaveLength(200);
    first.stop();
    server.requests.length = 0;
    const { store } = openTab({ mirror });
    await soon(1000);
    expect(store.finished()).toHaveLength(200);
    expect(asked().length).toBeGreaterThan(0);
    expect(asked().filter((line) => line.includes('offset'))).toEqual([]);
  });

  it('is read again from the start when a walk was cut short', async () => {
    const mirror = memoryMirror();
    server = new FakeComfy({ jobs: false });
    server.fillHistory(600);
    const release = server.holdAnswer('GET /history?max_items=256&offset=224');
    const first = openTab({ mirror });
    await soon();
    first.stop();
    release();
    await soon();
    expect(await mirror.isComplete()).toBe(false);
    const { store } = openTab({ mirror });
    await soon(1000);
    expect(store.finished()).toHaveLength(600);
    expect(await mirror.isComplete()).toBe(true);
  });

  it('fills the gap after a long absence', async () => {
    const mirror = memoryMirror();
    server = new FakeComfy();
    server.fillHistory(20);
    const first = openTab({ mirror });
    await soon();
    first.stop();
    // Ids are counted anew, so the first twenty are the old ones.
    server.fillHistory(250);
    const { store } = openTab({ mirror });
    await soon(1000);
    expect(store.finished()).toHaveLength(250);
  });

  it('is asked for news in small pieces, and only after something ended', async () => {
    const { store } = await startServer();
    await soon(1000);
    server.requests.length = 0;
    await store.submit(job());
    await soon();
    expect(asked()).toEqual([]);
    server.begin();
    await soon();
    expect(asked()).toEqual([]);
    server.finish('a.png');
    await soon();
    expect(asked()).toHaveLength(2);
    expect(asked()[0]).toMatch(/^GET \/history\/[0-9a-f-]{36}$/);
    expect(asked()[1]).toBe('GET /history?max_items=8');
  });

  it('is read although some of its entries are malformed or hostile, which say what is wrong', async () => {
    server = new FakeComfy({ jobs: false });
    server.fillHistory(3);
    Object.entries(HOSTILE_HISTORY).forEach(([id, entry]) => server.history.set(id, entry as never));
    server.fillHistory(1);
    const mirror = memoryMirror();
    const { store } = openTab({ mirror });
    await soon(2000);
    expect(store.connection.state).toBe('connected');
    const ids = store.finished().map(({ id }) => id);
    expect(new Set(ids)).toEqual(new Set(['h0', 'h1', 'h2', ...Object.keys(HOSTILE_HISTORY)]));
    expect(store.job('h2')?.damage).toBeUndefined();
    expect(store.job('bad-null')?.damage).toEqual(['entry']);
    expect(store.job('bad-status')).toMatchObject({ damage: ['status'], outputs: [{ index: 0 }] });
    expect(store.job('bad-times')).toMatchObject({ startedAt: null, endedAt: null });
    expect(store.job('bad-long')?.summary?.prompt).toHaveLength(20_001);
    expect((await everything(mirror)).length).toBe(ids.length);
    for (const id of Object.keys(HOSTILE_HISTORY)) {
      expect(await store.facts(id).then(() => 'read')).toBe('read');
    }
  });

  it('is tried again when it could not be read', async () => {
    server = new FakeComfy();
    server.fillHistory(3);
    for (let i = 0; i < 3; i++) {
      server.answer('GET /history', 500, 'no');
    }
    const { store } = openTab();
    await soon();
    expect(store.connection.state).toBe('connected');
    expect(store.finished()).toEqual([]);
    await soon(6000);
    expect(store.finished()).toHaveLength(3);
  });

  it('without times is sorted by number, and what ends under our eyes is the newest', async () => {
    server = new FakeComfy({ times: false, jobs: false });
    server.fillHistory(12);
    const { store } = openTab();
    await soon();
    expect(
      store
        .finished()
        .map(({ id }) => id)
        .slice(0, 3),
    ).toEqual(['h11', 'h10', 'h9']);
    expect(store.finished()[0]?.endedAt).toBeNull();
    const seen = await store.submit(job());
    server.begin();
    await soon();
    server.finish('a.png');
    await soon();
    const missed = server.enqueueForeign({ clientId: 'somebody', number: 500 });
    server.begin();
    server.finish('b.png');
    await soon();
    expect(
      store
        .finished()
        .map(({ id }) => id)
        .slice(0, 3),
    ).toEqual([missed, seen, 'h11']);
  });
});

describe('the mirror', () => {
  it('is shown while the server is away', async () => {
    const mirror = memoryMirror();
    server = new FakeComfy();
    server.fillHistory(3);
    const first = openTab({ mirror });
    await soon();
    first.stop();
    server.down = true;
    const { store } = openTab({ mirror });
    await soon();
    expect(store.connection).toEqual({ state: 'off', missing: 'comfyui', address: null });
    expect(store.loaded).toBe(true);
    expect(store.items.slice(0)).toHaveLength(3);
    expect((await store.graph('h1'))?.graph).toEqual(graph());
  });

  it('keeps what the server forgot at its restart', async () => {
    const { store } = await startServer();
    server.fillHistory(3);
    await store.refresh();
    server.restart();
    await soon(1000);
    server.enqueueForeign();
    server.begin();
    server.finish('new.png');
    await soon();
    expect(store.items.slice(0)).toHaveLength(4);
  });

  it('forgets it for an engine whose files are gone too, but not a job lost under our eyes', async () => {
    const mirror = memoryMirror();
    server = new FakeComfy();
    const { store } = openTab({ mirror, forgetUnknown: () => true });
    server.fillHistory(3);
    await soon();
    expect(store.items.slice(0)).toHaveLength(3);
    const file = newJob('file-a', 'completed', { found: true, endedAt: 1 });
    await mirror.put([{ record: file, graph: null }]);
    const id = await store.submit(job());
    await soon();
    server.restart();
    await soon(1000);
    expect(store.items.slice(0)).toEqual([]);
    expect(store.finished().map((each) => [each.id, each.state])).toEqual([[id, 'lost']]);
    expect((await everything(mirror)).map((each) => each.id)).toEqual([id, 'file-a']);
    await soon(60_000);
    const later = openTab({ mirror, forgetUnknown: () => true });
    await soon();
    expect(later.store.finished()).toEqual([]);
    // A file of the library is none of its jobs.
    expect((await everything(mirror)).map((each) => each.id)).toEqual(['file-a']);
  });

  it('is done without when the browser gives none', async () => {
    server = new FakeComfy();
    server.fillHistory(100);
    const broken = (): Promise<never> => Promise.reject(new Error('no database'));
    const mirror: JobMirror = {
      page: broken,
      jobs: broken,
      graph: broken,
      facts: broken,
      factsPage: broken,
      putFacts: broken,
      put: broken,
      forget: broken,
      isComplete: broken,
      setComplete: broken,
      unsaved: broken,
      setSaved: broken,
      seenDays: broken,
      setSeenDay: broken,
    };
    const { store } = openTab({ mirror });
    await soon(1000);
    expect(store.finished()).toHaveLength(100);
    expect((await store.graph('h5'))?.graph).toEqual(graph());
    expect((await store.facts('h5'))?.['save']?.nodes).toEqual(['SaveImage', 'KSampler']);
    expect(await store.factsPage(null, 10)).toEqual({ facts: [], next: null });
    server.requests.length = 0;
    await store.submit(job());
    server.begin();
    server.finish('a.png');
    await soon(1000);
    expect(store.finished()).toHaveLength(101);
    // What this page has read it does not read again.
    expect(server.requests.filter((line) => /max_items=64|offset/.test(line))).toEqual([]);
    // What the server forgot is forgotten, though the database could not be told.
    await store.forget(['h5']).commit();
    expect(store.job('h5')).toBeUndefined();
  });
});

describe('running a job again', () => {
  it.each([18446744073709551615n, 9007199254740993n, 687973405480854])('keeps the seed %s', async (seed) => {
    const { store } = await startServer();
    const id = await store.submit(job(seed));
    server.begin();
    server.finish('a.png');
    await soon();
    const again = await store.runAgain(id);
    expect(again).not.toBe(id);
    expect(server.prompts.at(-1)).toContain(`"seed":${seed},`);
    expect(server.pending[0]?.[2]).toEqual(graph(seed));
    expect(server.pending[0]?.[3]['extra_pnginfo']).toEqual({ note: 'kept' });
  });

  it.each([[null], ['a text']])(
    'shows the files of a job whose prompt is %s, and has no graph of it',
    async (prompt) => {
      const { store } = await startServer();
      server.fillHistory(1);
      server.history.set('odd', { ...server.history.get('h0'), prompt });
      await store.refresh();
      await soon();
      expect(store.items.find('odd/0')?.output.ref.filename).toBe('h0.png');
      expect(await store.graph('odd')).toBeNull();
      expect(await failureOf(store.runAgain('odd'))).toMatchObject({ kind: 'invalid' });
    },
  );

  it('asks the server for a graph that is neither in memory nor mirrored', async () => {
    const { store } = await startServer();
    server.fillHistory(1);
    expect((await store.graph('h0'))?.graph).toEqual(graph());
    expect(await store.graph('nowhere')).toBeNull();
    expect(await failureOf(store.runAgain('nowhere'))).toMatchObject({ kind: 'invalid' });
  });
});

describe('telling of jobs that end', () => {
  it('tells once how each ended that was seen to wait or run, and nothing of what had ended before', async () => {
    server = new FakeComfy();
    server.fillHistory(2);
    const { store } = openTab();
    const told: string[] = [];
    const stop = onEnded(store, ({ id, state }) => told.push(`${id} ${state}`));
    await soon();
    const good = await store.submit(job());
    const bad = server.enqueueForeign({ clientId: 'somebody' });
    await soon();
    server.begin();
    server.finish('a.png');
    server.begin();
    server.fail();
    await soon(10_000);
    expect(told.sort()).toEqual([`${good} completed`, `${bad} failed`].sort());
    const { undo } = store.forget([good]);
    undo();
    await store.refresh();
    expect(told).toHaveLength(2);
    stop();
    await store.submit(job());
    server.begin();
    server.finish('b.png');
    await soon(10_000);
    expect(told).toHaveLength(2);
  });

  it('does not call a job ended that is merely lost, and tells of it once it is found to have ended', async () => {
    const { store } = await startServer();
    const told: string[] = [];
    onEnded(store, ({ state }) => told.push(state));
    const id = await store.submit(job());
    await soon();
    const [entry] = server.pending;
    server.restart();
    await soon(10_000);
    expect(store.job(id)?.state).toBe('lost');
    expect(told).toEqual([]);
    if (entry) {
      server.enqueue(entry);
    }
    server.begin();
    server.finish('a.png');
    await soon(10_000);
    expect(told).toEqual(['completed']);
  });
});

describe('forgetting', () => {
  it('hides at once, and comes back when undone', async () => {
    const { store } = await startServer();
    server.fillHistory(2);
    await store.refresh();
    const { undo } = store.forget(['h0']);
    expect(store.finished().map(({ id }) => id)).toEqual(['h1']);
    undo();
    expect(store.finished().map(({ id }) => id)).toEqual(['h1', 'h0']);
    expect(server.history.size).toBe(2);
  });

  it('forgets here and there when it is meant', async () => {
    const mirror = memoryMirror();
    server = new FakeComfy();
    server.fillHistory(2);
    const { store } = openTab({ mirror });
    await soon();
    await store.forget(['h0']).commit();
    expect([...server.history.keys()]).toEqual(['h1']);
    expect((await everything(mirror)).map(({ id }) => id)).toEqual(['h1']);
    await store.refresh();
    expect(store.finished().map(({ id }) => id)).toEqual(['h1']);
  });

  it('is not undone by the answer to a submission that was long under way', async () => {
    const mirror = memoryMirror();
    server = new FakeComfy();
    const { store } = openTab({ mirror });
    await soon();
    const release = server.holdAnswer('POST /prompt');
    const sent = store.submit(job());
    await soon();
    const [waiting] = store.pending;
    server.clear();
    await soon(10_000);
    expect(states(store)).toEqual(['lost']);
    await store.forget([waiting?.id ?? '']).commit();
    release();
    await sent;
    await soon(10_000);
    expect(states(store)).toEqual([]);
    expect(await everything(mirror)).toEqual([]);
  });

  it('shows the jobs again when the server did not take it', async () => {
    const { store } = await startServer();
    server.fillHistory(2);
    await store.refresh();
    server.refuse('POST /history');
    expect(await failureOf(store.forget(['h0']).commit())).toMatchObject({ kind: 'unreachable' });
    expect(store.finished()).toHaveLength(2);
  });
});

describe('the connection', () => {
  it('is off with the address a proxy tells, and back by itself within five seconds', async () => {
    server = new FakeComfy();
    server.down = true;
    const { store } = openTab();
    expect(store.connection.state).toBe('connecting');
    await soon(0);
    expect(store.connection).toEqual({ state: 'off', missing: 'comfyui', address: null });
    await soon(20_000);
    server.down = false;
    const body = {
      error: { type: 'comfyui_unreachable', address: 'http://127.0.0.1:8188', message: 'down' },
    };
    server.answer('GET /prompt', 502, body);
    await soon(1000);
    expect(store.connection).toEqual({ state: 'off', missing: 'comfyui', address: 'http://127.0.0.1:8188' });
    server.fillHistory(2);
    await soon(5000);
    expect(store.connection.state).toBe('connected');
    expect(store.finished()).toHaveLength(2);
  });

  it('tells Darkroom’s own server, which says nothing, from a ComfyUI that its proxy cannot reach', async () => {
    server = new FakeComfy();
    server.down = true;
    const { store } = openTab({ host: 'darkroom' });
    await soon(0);
    expect(store.connection).toEqual({ state: 'off', missing: 'darkroom', address: null });
    server.down = false;
    const address = 'http://127.0.0.1:8188';
    const body = { error: { type: 'comfyui_unreachable', address, message: 'down' } };
    // Asked by the poll, and by whoever sees that the socket is open again.
    server.answer('GET /prompt', 502, body);
    server.answer('GET /prompt', 502, body);
    await soon(1000);
    expect(store.connection).toEqual({ state: 'off', missing: 'comfyui', address });
    server.forgive();
    server.down = true;
    await soon(10_000);
    expect(store.connection).toEqual({ state: 'off', missing: 'darkroom', address });
  });

  it('is seen to break soon after the socket broke', async () => {
    const { store } = await startServer();
    server.down = true;
    server.dropSockets();
    await soon();
    expect(store.connection.state).toBe('off');
  });

  it('stays connected through an error of the server', async () => {
    const { store } = await startServer();
    server.answer('GET /queue', 500, 'no');
    await store.refresh();
    expect(store.connection.state).toBe('connected');
  });

  it('is off when somebody else answers', async () => {
    const { store } = await startServer();
    server.answer('GET /queue', 200, '<html>router</html>');
    await store.refresh();
    expect(store.connection.state).toBe('off');
  });

  it('catches up within two seconds while the socket is deaf, and gets another', async () => {
    const { store, socket } = await startServer();
    await soon(6000);
    const deaf = server.sockets.splice(0);
    const id = server.enqueueForeign();
    await soon(1900);
    expect(store.job(id)?.state).toBe('pending');
    await soon(2500);
    expect(deaf.map(({ readyState }) => readyState)).toEqual([3]);
    expect(server.sockets.filter(({ readyState }) => readyState === 1)).toHaveLength(1);
    expect(socket.state).toBe('open');
  });

  it('does not take a socket for deaf that heard of the job before the answer came', async () => {
    const { store } = await startServer();
    for (let i = 0; i < 3; i++) {
      await store.submit(job());
      await soon(4000);
    }
    expect(server.sockets).toHaveLength(1);
    expect(server.sockets[0]?.readyState).toBe(1);
  });

  const looksAt = (route: RegExp): number => server.requests.filter((line) => route.test(line)).length;

  it('notices within two seconds what a deaf socket has missed, although the length of the queue is the same', async () => {
    const { store, socket } = await startServer();
    server.enqueueForeign();
    const gone = server.enqueueForeign();
    await soon(1000);
    for (let tries = 0; tries < 10; tries++) {
      // At any time between two polls.
      await soon(4000 + tries * 130);
      expect(socket.state).toBe('open');
      const deaf = server.sockets.splice(0);
      server.pending.pop();
      const other = server.enqueueForeign();
      await soon(1900);
      expect(store.pending.map(({ id }) => id)).toContain(other);
      expect(store.pending).toHaveLength(2);
      await soon(2500);
      expect(deaf.map(({ readyState }) => readyState)).toEqual([3]);
    }
    expect(store.pending.map(({ id }) => id)).not.toContain(gone);
  });

  it('notices within two seconds, too, that a deaf socket missed an order', async () => {
    const { store } = await startServer();
    const [first, second] = [server.enqueueForeign(), server.enqueueForeign()];
    await soon(6000);
    expect(store.pending.map(({ id }) => id)).toEqual([first, second]);
    server.deaf = true;
    for (const entry of server.pending) {
      entry[0] = -entry[0];
    }
    await soon(1900);
    expect(store.pending.map(({ id }) => id)).toEqual([second, first]);
  });

  it('reads neither queue nor places while the socket talks, and the queue hardly ever in silence', async () => {
    await startServer();
    server.enqueueForeign();
    await soon(1000);
    const [places, whole] = [looksAt(/^GET \/api\/jobs\b/), looksAt(/^GET \/queue/)];
    for (let second = 0; second < 24; second++) {
      server.broadcast('crystools.monitor', {});
      await soon(1000);
    }
    expect(looksAt(/^GET \/api\/jobs\b/)).toBe(places);
    expect(looksAt(/^GET \/queue/)).toBe(whole);
    await soon(60_000);
    expect(looksAt(/^GET \/api\/jobs\b/)).toBeGreaterThan(places + 30);
    expect(looksAt(/^GET \/queue/)).toBeLessThanOrEqual(whole + 3);
  });

  it('reads a short queue of an early server now and then while the socket is silent', async () => {
    const { store } = await startServer({ jobs: false });
    server.enqueueForeign();
    const gone = server.enqueueForeign();
    await soon(1000);
    server.deaf = true;
    server.pending.splice(
      server.pending.findIndex(([, id]) => id === gone),
      1,
    );
    const other = server.enqueueForeign();
    await soon(6000);
    expect(store.job(other)?.state).toBe('pending');
    expect(store.pending.map(({ id }) => id)).not.toContain(gone);
  });

  it('notices by its length alone, within two seconds, that a long queue has changed while the socket is deaf', async () => {
    const { store } = await startServer();
    Array.from({ length: 30 }, () => server.enqueueForeign());
    await soon(6000);
    expect(store.pending).toHaveLength(30);
    const places = looksAt(/^GET \/api\/jobs\b/);
    await soon(10_000);
    expect(looksAt(/^GET \/api\/jobs\b/)).toBe(places);
    server.deaf = true;
    server.enqueueForeign();
    await soon(1900);
    // Before another socket is open.
    expect(store.pending).toHaveLength(31);
  });

  it('tries again, now and then, to read a history that could not be read', async () => {
    const { store } = await startServer();
    await store.submit(job());
    server.begin();
    await soon();
    for (let refused = 0; refused < 20; refused++) {
      server.answer('GET /history', 500, 'no');
    }
    server.finish('a.png');
    await soon(1000);
    const before = looksAt(/^GET \/history/);
    await soon(9000);
    expect(looksAt(/^GET \/history/) - before).toBeLessThanOrEqual(3);
    await soon(60_000);
    expect(store.finished().map(({ state }) => state)).toEqual(['completed']);
  });

  it('is back within two seconds of the server’s answer, the queue read, although no socket opens', async () => {
    const { store } = await startServer();
    const gone = server.enqueueForeign();
    await soon();
    server.down = true;
    server.dropSockets();
    await soon(30_000);
    expect(store.connection.state).toBe('off');
    server.pending.splice(0);
    const other = server.enqueueForeign();
    server.noSockets = true;
    server.down = false;
    await soon(2000);
    expect(store.connection.state).toBe('connected');
    expect(store.job(other)?.state).toBe('pending');
    expect(store.pending.map(({ id }) => id)).not.toContain(gone);
  });

  it('replaces a socket that says nothing while a job of ours runs', async () => {
    const { store } = await startServer();
    await store.submit(job());
    server.begin();
    await soon(3000);
    const before = server.sockets.at(-1);
    server.deaf = true;
    await soon(12_000);
    expect(before?.readyState).toBe(3);
    expect(server.sockets.at(-1)?.readyState).toBe(1);
  });

  it('replaces a socket that says nothing of a job just sent', async () => {
    const { store } = await startServer();
    const [before] = server.sockets;
    server.deaf = true;
    await store.submit(job());
    await soon(2500);
    expect(before?.readyState).toBe(3);
    expect(server.sockets.at(-1)?.readyState).toBe(1);
  });

  it('opens the socket anew as soon as a poll is answered, however long its pause still is', async () => {
    const { store, socket } = await startServer();
    server.down = true;
    server.dropSockets();
    let longest = 0;
    for (let tries = 0; tries < 12; tries++) {
      await soon(1130);
      server.down = false;
      let waited = 0;
      for (; socket.state !== 'open' && waited < 4000; waited += 50) {
        await soon(50);
      }
      longest = Math.max(longest, waited);
      server.down = true;
      server.dropSockets();
      await soon(6000 + tries * 170);
    }
    expect(longest).toBeLessThanOrEqual(1100);
    expect(store.connection.state).toBe('off');
  });

  it('looks at the queue now and then although its length stays the same', async () => {
    const { store } = await startServer();
    await store.submit(job());
    await soon();
    server.deaf = true;
    server.begin();
    server.finish('a.png');
    const other = server.enqueueForeign();
    await soon(35_000);
    expect(store.job(other)?.state).toBe('pending');
    expect(store.items.slice(0)).toHaveLength(1);
  });

  it('goes on with the events of a running job after a break', async () => {
    const { store } = await startServer();
    const id = await store.submit(job());
    server.begin();
    await soon();
    server.dropSockets();
    await soon(1000);
    server.sockets[0]?.say('executing', { node: 'sampler' });
    expect(store.progress(id).nodeId).toBe('sampler');
    server.tell('progress', { value: 7, max: 10, node: 'sampler' });
    expect(store.progress(id).value).toBe(7);
    expect(store.job(id)?.state).toBe('running');
  });

  it('ends with the page, and can be begun again', async () => {
    const { store, stop } = await startServer();
    stop();
    await soon(100);
    server.requests.length = 0;
    await soon(60_000);
    expect(server.requests).toEqual([]);
    stops.push(store.start());
    await soon(60_000);
    // One poll in a second and a half, not two.
    expect(server.requests.filter((line) => line === 'GET /prompt')).toHaveLength(41);
    expect(store.connection.state).toBe('connected');
  });
});

it('finds the job that made a file', async () => {
  const { store } = await startServer();
  server.fillHistory(3);
  await store.refresh();
  expect(store.items.byFile({ filename: 'h1.png', subfolder: '', type: 'output' })?.job.id).toBe('h1');
  expect(store.items.byFile({ filename: 'h1.png', subfolder: '', type: 'temp' })).toBeUndefined();
});
