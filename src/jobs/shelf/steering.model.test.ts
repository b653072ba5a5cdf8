import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ComfyError } from '../../comfy/errors';
import { FakeComfy } from '../fixtures/fake-comfy';
import { Tab } from './fixtures/tab';
import { memoryShelf } from './shelf-db';

/*
 * Whatever two tabs of a browser do to the queue, whatever the server does meanwhile, and whichever answers get lost:
 * no job runs twice, and every job that was queued is accounted for in the end.
 */

type Act =
  | { act: 'submit' | 'begin' | 'finish' | 'restart' | 'release' | 'foreign' }
  | { act: 'move'; tab: number; at: number; before: number }
  | { act: 'hold' | 'cancel' | 'undo' | 'resume' | 'discard'; tab: number; at: number }
  | { act: 'stretch'; what: string; how: 'hold' | 'lose' | 'refuse' | 'begin' | 'finish' }
  | { act: 'down'; on: boolean }
  | { act: 'crash'; tab: number }
  | { act: 'wait'; ms: number };

const ROUTES = ['POST /prompt', 'POST /queue', 'GET /api/jobs', 'GET /history/'];
const tab = fc.nat(1);
const at = fc.nat(5);

const anAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constantFrom('submit', 'submit', 'begin', 'finish') }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('foreign', 'release', 'release', 'restart') }) },
  { weight: 5, arbitrary: fc.record({ act: fc.constant('move' as const), tab, at, before: fc.nat(6) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constantFrom('hold', 'cancel', 'undo', 'resume', 'discard'),
      ...{ tab, at },
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('stretch' as const),
      what: fc.constantFrom(...ROUTES),
      how: fc.constantFrom('hold', 'lose', 'refuse', 'begin', 'finish'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('down' as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('crash' as const), tab }) },
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant('wait' as const),
      ms: fc.constantFrom(0, 10, 300, 4000, 20_000),
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

async function play(acts: readonly Act[], jobs: boolean): Promise<void> {
  const server = new FakeComfy({ jobs });
  const db = memoryShelf();
  const first = await Tab.open(server, db, { clientId: 'tab-0' });
  const tabs = [first, await Tab.open(server, db, { clientId: 'tab-1', storage: first.storage })];
  const at = (index: number): Tab => tabs[index] ?? first;
  const wishes: Promise<unknown>[] = [];
  const wish = (promise: Promise<unknown>): void => void wishes.push(promise.catch(expected));
  const ours: string[] = [];
  let submitted = 0;
  /** Jobs that somebody took out for good. */
  const given = new Set<string>();
  const undos: (() => Promise<void>)[] = [];
  const releases: (() => void)[] = [];
  /** Jobs the server lost: nobody has to account for what it had begun or was waiting there. */
  const lost = new Set<string>();
  let life = 0;

  const begin = (): void => {
    if (server.running === null && server.pending.length > 0) {
      server.begin();
    }
  };
  const finish = (): void => {
    if (server.running) {
      server.finish('a.png');
    }
  };
  const perform: Record<Act['act'], (act: never) => void> = {
    submit: () => {
      submitted += 1;
      wish(
        at(0)
          .submit(1)
          .then(([id]) => ours.push(id)),
      );
    },
    foreign: () => void server.enqueueForeign({ clientId: 'somebody' }),
    ...{ begin, finish },
    restart: () => {
      [...server.pending, ...(server.running ? [server.running] : [])].forEach(([, id]) => lost.add(id));
      server.history.forEach((_, id) => lost.add(id));
      server.restart();
    },
    release: () => releases.shift()?.(),
    move: ({ tab, at: from, before }: { tab: number; at: number; before: number }) => {
      const waiting = at(tab).pending;
      wish(at(tab).steering.move([waiting[from] ?? 'unknown'], waiting[before] ?? null));
    },
    hold: ({ tab, at: from }: { tab: number; at: number }) =>
      wish(at(tab).steering.hold([at(tab).pending[from] ?? 'unknown'])),
    cancel: ({ tab, at: from }: { tab: number; at: number }) =>
      wish(
        at(tab)
          .steering.cancel([at(tab).pending[from] ?? 'unknown'])
          .then(({ ids, putBack }) => {
            ids.forEach((id) => given.add(id));
            undos.push(putBack);
          }),
      ),
    undo: () => {
      const undo = undos.shift();
      wish(undo?.() ?? Promise.resolve());
    },
    resume: ({ tab, at: from }: { tab: number; at: number }) => {
      const { held } = at(tab).steering;
      wish(at(tab).steering.resume(held[from] ? [held[from].id] : [], at(tab).pending[0] ?? null));
    },
    discard: ({ tab, at: from }: { tab: number; at: number }) => {
      const id = at(tab).steering.held[from]?.id;
      if (id !== undefined) {
        given.add(id);
        wish(at(tab).steering.discard([id]));
      }
    },
    stretch: ({ what, how }: { what: string; how: string }) => {
      if (how === 'hold') {
        releases.push(server.holdAnswer(what));
      } else if (how === 'lose') {
        server.loseAnswer(what);
      } else if (how === 'refuse') {
        server.refuse(what);
      } else {
        server.before(what, how === 'begin' ? begin : finish);
      }
    },
    down: ({ on }: { on: boolean }) => (server.down = on),
    crash: ({ tab }: { tab: number }) => {
      if (tab === 1) {
        // What it was doing goes on at the server, and its timers die with it.
        at(1).close();
        life += 1;
        const next = Tab.open(server, db, { clientId: `tab-1-${life}`, storage: first.storage });
        wish(next.then((opened) => void (tabs[1] = opened)));
      }
    },
    wait: () => undefined,
  };
  for (const act of acts) {
    perform[act.act](act as never);
    await vi.advanceTimersByTimeAsync(act.act === 'wait' ? act.ms : 0);
  }

  // Calm.
  server.down = false;
  server.forgive();
  releases.forEach((release) => release());
  await vi.advanceTimersByTimeAsync(90_000);
  await Promise.all(wishes);
  await vi.advanceTimersByTimeAsync(90_000);

  const runs = server.runs.filter((id) => !lost.has(id));
  expect(new Set(runs).size, 'no job begins twice').toBe(runs.length);
  const waiting = server.pending.map(([, id]) => id);
  expect(new Set(waiting).size, 'no job waits twice').toBe(waiting.length);
  const all = await db.all();
  const shelf = all.filter(({ kind }) => kind !== 'undo');
  expect(shelf.every(({ phase, kind }) => phase === 'out' && kind === 'held')).toBe(true);
  const kept = new Set([...waiting, ...server.runs, ...all.map(({ id }) => id), ...given, ...lost]);
  expect(ours, 'no submission breaks off for good').toHaveLength(submitted);
  expect(
    ours.filter((id) => !kept.has(id)),
    'every job is accounted for',
  ).toEqual([]);
  for (const { id } of shelf) {
    expect(waiting).not.toContain(id);
    expect(lost.has(id) || !server.runs.includes(id), 'a held job has not run').toBe(true);
  }
  // Both tabs show what the server has, and the shelf.
  await Promise.all(tabs.map(({ steering }) => steering.reload()));
  await vi.advanceTimersByTimeAsync(40_000);
  const order = server.pending.toSorted((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1)).map(([, id]) => id);
  for (const { pending, steering, store } of tabs) {
    expect(pending).toEqual(order);
    expect(new Set(steering.held.map(({ id }) => id))).toEqual(new Set(shelf.map(({ id }) => id)));
    for (const { id } of shelf) {
      expect(store.job(id)?.state).toBe('held');
    }
  }
  tabs.forEach((one) => one.close());
}

/** The same sequences in every run; others are looked for with more runs and another seed. */
const RUNS = Number(process.env.MODEL_RUNS ?? 40);
const SEED = Number(process.env.MODEL_SEED ?? 20261129);

it.each([
  ['current', true],
  ['0.3.64', false],
])(
  'steers a %s server without doubling or losing a job',
  async (_era, jobs) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anAct, { maxLength: 40, size: 'max' }), (acts) => play(acts, jobs)),
      { numRuns: RUNS, seed: SEED },
    );
  },
  RUNS * 3000,
);

it('shows a job still to be sent no more once another tab has called it off', () =>
  play(
    [
      { act: 'down', on: true },
      { act: 'submit' },
      { act: 'crash', tab: 1 },
      { act: 'cancel', tab: 0, at: 0 },
    ],
    true,
  ));
