import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ComfyClient } from '../comfy/client';
import { ComfyError } from '../comfy/errors';
import type { ApiGraph } from '../comfy/graph';
import { ComfySocket } from '../comfy/socket';
import { FakeComfy, graph } from './fixtures/fake-comfy';
import type { JobState } from './state/job';
import { JobStore } from './job-store.svelte';
import { memoryMirror } from './library/memory-mirror';
// Fake timers do not wait for what is loaded on demand.
import './server/older-history';
import './server/queue-verbs';
import './server/read-words';
import './shelf/shelf-db';
import './shelf/steering.svelte';

/*
 * Whatever happens in whatever order: once server and network are calm, the store shows what the server
 * has, and a job that the server ended has never been anything else again.
 */

type Act =
  | { act: 'submit' | 'cancel' | 'runAgain' | 'forget' | 'echo'; at: number }
  | { act: 'foreign'; owner: string | null }
  | { act: 'begin' | 'finish' | 'fail' | 'interrupt' | 'step' | 'drop' | 'refresh' | 'restart' | 'clear' }
  | { act: 'down' | 'deaf'; on: boolean }
  | { act: 'hold' | 'lose' | 'refuse'; what: string }
  | { act: 'release' }
  | { act: 'wait'; ms: number };

/** A socket that is being replaced is open again by then, and what it missed is read, ms. */
const RECONNECTED = 5000;

const ROUTES = [
  'GET /queue',
  'POST /prompt',
  'GET /history',
  'GET /history/',
  'POST /api',
  'POST /queue',
  'GET /prompt',
];

const anAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constantFrom('submit' as const), at: fc.nat(9) }) },
  fc.record({
    act: fc.constantFrom('cancel' as const, 'runAgain' as const, 'forget' as const, 'echo' as const),
    at: fc.nat(9),
  }),
  fc.record({ act: fc.constant('foreign' as const), owner: fc.constantFrom('somebody', null) }),
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constantFrom(
        'begin',
        'begin',
        'finish',
        'finish',
        'fail',
        'interrupt',
        'step',
        'drop',
        'refresh',
        'restart',
        'clear',
      ),
    }),
  },
  fc.record({ act: fc.constantFrom('down' as const, 'deaf' as const), on: fc.boolean() }),
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constantFrom('hold' as const, 'lose' as const, 'refuse' as const),
      what: fc.constantFrom(...ROUTES),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ act: 'release' as const }) },
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('wait' as const),
      ms: fc.constantFrom(0, 1, 50, 200, 3000, 9000),
    }),
  },
);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Failures that a room would show; bugs are not among them. */
function expected(error: unknown): void {
  if (!(error instanceof ComfyError)) {
    throw error;
  }
}

/** What the server says of a job that ended. */
function endOf(server: FakeComfy, id: string): JobState {
  const entry = server.history.get(id) as { status: { status_str: string; messages: [string, unknown][] } };
  if (entry.status.messages.some(([type]) => type === 'execution_interrupted')) {
    return 'cancelled';
  }
  return entry.status.status_str === 'success' ? 'completed' : 'failed';
}

const isOver = (state: JobState | undefined): boolean => state === 'completed' || state === 'failed';

async function play(acts: readonly Act[], jobs: boolean, longQueue?: number): Promise<void> {
  const server = new FakeComfy({ jobs });
  const client = new ComfyClient({ baseUrl: 'http://server', fetch: server.fetch });
  const socket = new ComfySocket({
    clientId: 'me',
    url: (id) => client.socketUrl(id),
    open: server.openSocket,
    random: () => 0.5,
  });
  const store = new JobStore({
    ...{ client, socket, mirror: memoryMirror() },
    ...(longQueue !== undefined && { longQueue }),
  });
  const stop = store.start();
  const releases: (() => void)[] = [];
  const wishes: Promise<unknown>[] = [];
  const forgotten = new Set<string>();
  const over = new Map<string, JobState>();
  const wish = (promise: Promise<unknown>): void => void wishes.push(promise.catch(expected));
  const every = (): string[] => [...store.running, ...store.pending, ...store.finished()].map(({ id }) => id);

  const perform: Record<Act['act'], (act: never) => void> = {
    submit: () => wish(store.submit({ graph: graph() as ApiGraph, pngInfo: {} })),
    cancel: ({ at }: { at: number }) => wish(store.queue.cancel(every()[at] ?? 'unknown')),
    runAgain: ({ at }: { at: number }) => wish(store.runAgain(every()[at] ?? 'unknown')),
    forget: ({ at }: { at: number }) => {
      const id = store.finished()[at]?.id;
      if (id !== undefined) {
        wish(
          store
            .forget([id])
            .commit()
            .then(() => forgotten.add(id)),
        );
      }
    },
    foreign: ({ owner }: { owner: string | null }) =>
      void server.enqueueForeign(owner === null ? {} : { clientId: owner }),
    begin: () => server.running === null && server.pending.length > 0 && server.begin(),
    finish: () => server.running && server.finish('a.png'),
    fail: () => server.running && server.fail(),
    interrupt: () => server.running && server.interrupt(),
    step: () => server.tell('progress', { value: 1, max: 10, node: 'sampler' }),
    // An event that was long under way.
    echo: ({ at }: { at: number }) =>
      server.broadcast('progress', { value: 1, max: 2, prompt_id: every()[at], node: 'sampler' }),
    drop: () => server.dropSockets(),
    refresh: () => wish(store.refresh()),
    restart: () => server.restart(),
    clear: () => server.clear(),
    down: ({ on }: { on: boolean }) => {
      server.down = on;
      server.dropSockets();
    },
    deaf: ({ on }: { on: boolean }) => (server.deaf = on),
    hold: ({ what }: { what: string }) => void releases.push(server.holdAnswer(what)),
    lose: ({ what }: { what: string }) => server.loseAnswer(what),
    refuse: ({ what }: { what: string }) => server.refuse(what),
    release: () => releases.shift()?.(),
    wait: () => undefined,
  };

  const check = (): void => {
    const ids = every();
    expect(new Set(ids).size, 'every job once').toBe(ids.length);
    for (const [id, state] of over) {
      const now = store.job(id)?.state;
      expect(now === undefined ? state : now, 'a job that ended stays as it ended').toBe(state);
    }
    for (const id of ids) {
      const state = store.job(id)?.state;
      if (state !== undefined && isOver(state)) {
        over.set(id, state);
      }
    }
  };

  let nonsense: unknown = null;
  server.watch = () => {
    try {
      check();
    } catch (error) {
      // Thrown here it would pass for a failed request.
      nonsense ??= error;
    }
  };
  for (const act of acts) {
    perform[act.act](act as never);
    await vi.advanceTimersByTimeAsync(act.act === 'wait' ? act.ms : 0);
    check();
  }

  // Calm.
  server.down = false;
  server.deaf = false;
  server.forgive();
  releases.forEach((release) => release());
  await vi.advanceTimersByTimeAsync(60_000);
  await Promise.all(wishes);
  await vi.advanceTimersByTimeAsync(40_000);
  if (socket.state !== 'open') {
    // One that has heard nothing of a running job for long is replaced, perhaps just now.
    await vi.advanceTimersByTimeAsync(RECONNECTED);
  }
  check();
  expect(nonsense).toBeNull();
  expect(store.connection.state).toBe('connected');
  expect(socket.state).toBe('open');
  expect(store.running.map(({ id }) => id)).toEqual(server.running ? [server.running[1]] : []);
  const waiting = server.pending.toSorted((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
  expect(store.pending.map(({ id, state }) => [id, state])).toEqual(
    waiting.map((entry) => [entry[1], 'pending']),
  );
  for (const id of server.history.keys()) {
    expect(store.job(id)?.state, 'the end of a job').toBe(endOf(server, id));
  }
  expect(store.queueRemaining).toBe(server.remaining);
  for (const id of forgotten) {
    expect(every()).not.toContain(id);
  }
  stop();
}

/** The same sequences in every run; others are looked for with more runs and another seed. */
const RUNS = Number(process.env.MODEL_RUNS ?? 60);
const SEED = Number(process.env.MODEL_SEED ?? 20261123);

it.each([
  ['current', true, undefined],
  ['current, as if its queue were long,', true, 0],
  ['0.3.64', false, undefined],
])(
  'shows the truth of a %s server in the end, and no nonsense before',
  async (_era, jobs, longQueue) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anAct, { maxLength: 40, size: 'max' }), (acts) =>
        play(acts, jobs, longQueue),
      ),
      { numRuns: RUNS, seed: SEED },
    );
  },
  RUNS * 1000,
);
