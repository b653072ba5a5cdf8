import { afterEach, beforeEach, describe, expect } from 'vitest';
import { WebSocket } from 'ws';
import { ComfyClient } from '../../src/comfy/client';
import { ComfySocket } from '../../src/comfy/socket';
import { randomUuid } from '../../src/comfy/uuid';
import { JobStore } from '../../src/jobs/job-store.svelte';
import { memoryMirror } from '../../src/jobs/library/memory-mirror';
import { Pause } from '../../src/jobs/shelf/pause.svelte';
import { memoryShelf, type ShelfDb } from '../../src/jobs/shelf/shelf-db';
import type { Steering } from '../../src/jobs/shelf/steering.svelte';
import { anyColor, emptyImage, saveImage, slowGraph } from './graphs';
import { it } from './statement';
import {
  connect,
  get,
  type HistoryItem,
  type Hold,
  holdWorker,
  post,
  queue,
  submit as submitAs,
  unique,
  until,
} from './support';

/*
 * Reordering, holding, pausing and bringing back jobs with the app's own job store, on a queue of twenty. The
 * orders are compared with what the server holds, and with the order in which it ran the jobs.
 */

const { url, does } = await connect();

interface Tab {
  jobs: JobStore;
  steering: Steering;
  stop: () => void;
}

let hold: Hold;
let tab: Tab;
let shelf: ShelfDb;
let storage: Storage;
let prefix: string;

function memoryStorage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
}

async function openTab(): Promise<Tab> {
  const client = new ComfyClient({ baseUrl: url });
  const socket = new ComfySocket({
    clientId: randomUuid(),
    url: (id) => client.socketUrl(id),
    open: (address) => new WebSocket(address),
  });
  const jobs = new JobStore({
    ...{ client, socket, mirror: memoryMirror() },
    storage: () => storage,
    openShelf: () => Promise.resolve(shelf),
  });
  const stop = jobs.start();
  await jobs.refresh();
  const steering = await jobs.steering();
  return {
    ...{ jobs, steering },
    stop: () => {
      steering.stop();
      stop();
    },
  };
}

/** Queues jobs that save one picture each; resolves with their ids. */
async function submit(count: number, colour: (index: number) => number = anyColor): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const graph = { '1': emptyImage(16, 16, colour(ids.length)), '2': saveImage(['1', 0], prefix) };
    ids.push(await tab.jobs.submit({ graph, pngInfo: {} }, { again: true }));
  }
  return ids;
}

/** The order in which the server will run what waits. */
async function order(): Promise<string[]> {
  const { queue_pending: pending } = await queue();
  return pending.toSorted((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1)).map((item) => item[1]);
}

/** Waiting jobs by the colour of their picture, in the order they will run. */
async function colours(): Promise<Map<number, string>> {
  const { queue_pending: pending } = await queue();
  const graphs = new Map(pending.map((item) => [item[1], item[2]]));
  return new Map((await order()).map((id) => [Number(graphs.get(id)?.['1']?.inputs['color']), id]));
}

async function untilRunning(id: string): Promise<void> {
  await until(
    async () => (await queue()).queue_running.some((item) => item[1] === id) || undefined,
    'the run',
    60_000,
  );
}

/** Waits until the app lists these jobs as waiting. */
async function untilShown(ids: readonly string[]): Promise<void> {
  await until(
    async () => {
      await tab.jobs.refresh();
      return tab.jobs.pending.map(({ id }) => id).join() === ids.join() || undefined;
    },
    'the order in the app',
    60_000,
  );
}

/** What the history has noted of a run, by type. */
async function messagesOf(id: string): Promise<string[]> {
  const history = (await get('/history')).json<Record<string, HistoryItem>>();
  return history[id]?.status.messages.map(([type]) => type) ?? [];
}

/** Lets the worker go on; resolves with the jobs in the order it ended them. */
async function runAll(ids: readonly string[]): Promise<string[]> {
  await hold.release();
  const history = await until(
    async () => {
      const all = (await get('/history')).json<Record<string, HistoryItem>>();
      return ids.every((id) => id in all) ? all : undefined;
    },
    'the end of all jobs',
    60_000,
  );
  return Object.keys(history).filter((id) => ids.includes(id));
}

beforeEach(async () => {
  await post('/queue', { clear: true });
  prefix = unique('contract/steering');
  shelf = memoryShelf();
  storage = memoryStorage();
  // Longer than any of the tests; it is interrupted when they are done.
  hold = await holdWorker({ client_id: unique('busy') }, slowGraph(64));
  tab = await openTab();
});

afterEach(async () => {
  tab.stop();
  await post('/queue', { clear: true });
  await hold.release();
});

if (does('takesPromptId')) {
  describe('a queue of twenty', { timeout: 120_000 }, () => {
    it('runs in the order it was given, each job once', async () => {
      const ids = await submit(20);
      const at = (place: number): string => ids[place] ?? '';
      await tab.steering.move([at(19)], at(0));
      await tab.steering.move([at(3), at(4)], at(10));
      await tab.steering.move([at(0)], null);
      const wanted = [19, 1, 2, 5, 6, 7, 8, 9, 3, 4, 10, 11, 12, 13, 14, 15, 16, 17, 18, 0].map(at);
      expect(await order()).toEqual(wanted);
      await untilShown(wanted);
      expect(await runAll(ids)).toEqual(wanted);
    });

    it('is held, put back, cancelled and restored', async () => {
      const ids = await submit(20);
      const some = ids.slice(5, 10);
      await tab.steering.hold(some);
      expect(await order()).toEqual(ids.filter((id) => !some.includes(id)));
      await tab.steering.resume(some, ids[0] ?? null);
      expect(await order()).toEqual([...some, ...ids.filter((id) => !some.includes(id))]);
      const before = await order();
      const { putBack } = await tab.steering.cancel(before);
      expect(await order()).toEqual([]);
      await putBack();
      expect(await order()).toEqual(before);
      expect(await shelf.all()).toEqual([]);
    });

    it('is paused and goes on, also after the page was opened anew', async () => {
      const ids = await submit(20);
      await new Pause({ jobs: tab.jobs, steering: tab.steering, storage: () => storage }).begin('finish');
      expect(await order()).toEqual([]);
      tab.stop();
      tab = await openTab();
      const pause = new Pause({ jobs: tab.jobs, steering: tab.steering, storage: () => storage });
      expect(pause.on).toBe(true);
      await pause.end();
      expect(await runAll(ids)).toEqual(ids);
    });

    it('is interrupted, retried, cancelled one by one and cleared, with the way back', async () => {
      const slow = (): Promise<string> =>
        tab.jobs.submit({ graph: slowGraph(24), pngInfo: {} }, { front: true, again: true });
      const ids = await submit(20);
      const rest = { client_id: unique('stranger') };
      const other = (
        await submitAs({ '1': emptyImage(16, 16, anyColor()), '2': saveImage(['1', 0], prefix) }, rest)
      ).prompt_id;
      const first = await slow();
      await hold.release();
      await untilRunning(first);
      const second = await slow();
      await tab.jobs.queue.cancel(first);
      expect((await tab.jobs.ended(first)).state).toBe('cancelled');
      await untilRunning(second);
      expect(await messagesOf(first)).toContain('execution_interrupted');

      const retried = await tab.jobs.runAgain(first, { front: true });
      expect(await order()).toEqual([retried, ...ids, other]);
      await tab.jobs.queue.cancel(second);
      await untilRunning(retried);
      await untilShown([...ids, other]);

      const [gone = ''] = ids.splice(2, 1);
      await tab.jobs.queue.cancel(gone);
      expect(await order()).toEqual([...ids, other]);
      const { putBack } = await tab.steering.cancel([...ids, other]);
      expect(await order()).toEqual([other]);
      await tab.jobs.queue.cancel(other);
      expect(await order()).toEqual([]);
      await putBack();
      expect(await order()).toEqual(ids);
      await untilShown(ids);
      await tab.jobs.queue.cancel(retried);
      expect(await runAll(ids)).toEqual(ids);
      const history = (await get('/history')).json<Record<string, HistoryItem>>();
      expect([gone, other].filter((id) => id in history)).toEqual([]);
    });

    it('runs each job once while two tabs reorder it and the worker takes jobs away', async () => {
      const ids = await submit(20);
      const other = await openTab();
      const running = runAll(ids);
      const steer = async ({ jobs, steering }: Tab): Promise<void> => {
        for (let turn = 0; turn < 12; turn++) {
          const waiting = jobs.pending.map(({ id }) => id);
          await steering.move(waiting.slice(-2), waiting[0] ?? null);
        }
      };
      await Promise.all([steer(tab), steer(other)]);
      const ran = await running;
      other.stop();
      expect(ran).toHaveLength(20);
      // Each run of a job would have saved a picture of its own, numbered.
      await until(async () => (await order()).length === 0 || undefined, 'an empty queue', 60_000);
      const all = (await get('/history')).json<Record<string, HistoryItem>>();
      const files = ids.flatMap((id) =>
        Object.values(all[id]?.outputs ?? {}).flatMap(({ images = [] }) => images),
      );
      const numbers = files.map(({ filename }) => Number(/_(\d+)_\.png$/.exec(filename)?.[1]));
      expect(Math.max(...numbers)).toBe(20);
      expect(new Set(numbers).size).toBe(20);
    });
  });
} else {
  describe('a queue of twenty whose ids the server chooses', { timeout: 120_000 }, () => {
    it('runs in the order it was given, each job once, under new ids', async () => {
      await submit(20, (index) => index);
      const named = async (...places: number[]): Promise<string[]> => {
        const ids = await colours();
        return places.map((place) => ids.get(place) ?? '');
      };
      const [last = '', first = ''] = await named(19, 0);
      await tab.steering.move([last], first);
      const [tenth = ''] = await named(10);
      await tab.steering.move(await named(3, 4), tenth);
      const held = await named(5, 6, 7);
      await tab.steering.hold(held);
      expect([...(await colours()).keys()]).toEqual([
        19, 0, 1, 2, 8, 9, 3, 4, 10, 11, 12, 13, 14, 15, 16, 17, 18,
      ]);
      await tab.steering.resume(held, null);
      const wanted = [...(await colours()).keys()];
      expect(wanted.slice(-3)).toEqual([5, 6, 7]);
      await hold.release();
      const mine = await until(
        async () => {
          const all = Object.values((await get('/history')).json<Record<string, HistoryItem>>());
          const found = all.filter(({ prompt }) => prompt[2]['2']?.inputs['filename_prefix'] === prefix);
          return found.length >= 20 ? found : undefined;
        },
        'the end of all jobs',
        60_000,
      );
      expect(mine.map(({ prompt }) => prompt[2]['1']?.inputs['color'])).toEqual(wanted);
    });
  });
}
