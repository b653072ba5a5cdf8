import { describe, expect } from 'vitest';
import { previewGraph } from './graphs';
import { test } from './statement';
import {
  connect,
  finished,
  get,
  post,
  queue,
  SocketRecorder,
  submit,
  unique,
  whileBusy,
  type QueueItem,
} from './support';

await connect();

/** The order the worker runs in: lower number first, then prompt_id as text. */
function before(a: QueueItem, b: QueueItem): boolean {
  return a[0] === b[0] ? a[1] < b[1] : a[0] < b[0];
}

/** A binary heap like Python's heapq, implemented independently of any server. */
class Heap {
  constructor(readonly items: QueueItem[] = []) {}

  push(item: QueueItem): void {
    this.items.push(item);
    this.#up(this.items.length - 1);
  }

  /** What the server does to delete an item: remove it, then heapify the rest. */
  remove(id: string): void {
    const rest = this.items.filter((item) => item[1] !== id);
    this.items.splice(0, this.items.length, ...rest);
    for (let at = (this.items.length >> 1) - 1; at >= 0; at--) {
      this.#down(at);
    }
  }

  #at(i: number): QueueItem {
    const item = this.items[i];
    if (!item) {
      throw new RangeError(`heap has no ${i}`);
    }
    return item;
  }

  #up(at: number): void {
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(this.#at(at), this.#at(parent))) {
        return;
      }
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** heapq sinks to a leaf along the smaller children, then lifts again. */
  #down(at: number): void {
    const start = at;
    for (let child = 2 * at + 1; child < this.items.length; child = 2 * at + 1) {
      const right = child + 1;
      if (right < this.items.length && !before(this.#at(child), this.#at(right))) {
        child = right;
      }
      this.#swap(at, child);
      at = child;
    }
    while (at > start && before(this.#at(at), this.#at((at - 1) >> 1))) {
      this.#swap(at, (at - 1) >> 1);
      at = (at - 1) >> 1;
    }
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#at(a), this.#at(b)];
    this.items[a] = second;
    this.items[b] = first;
  }
}

const ids = (items: QueueItem[]): string[] => items.map((item) => item[1]);

/** Submits quick prompts with these numbers (`front` for a front one), in order. */
async function submitAll(numbers: (number | 'front' | undefined)[]): Promise<Heap> {
  const heap = new Heap();
  for (const number of numbers) {
    const rest = number === 'front' ? { front: true } : number === undefined ? {} : { number };
    const answer = await submit(previewGraph(), rest);
    heap.push([answer.number, answer.prompt_id, {}, {}, []]);
  }
  return heap;
}

describe('GET /queue (API notes §2.1)', () => {
  test('is empty when nothing is queued', async () => {
    expect(await queue()).toEqual({ queue_running: [], queue_pending: [] });
  });

  test('an item is number, id, graph, extra_data and output ids', async () => {
    await whileBusy(async (hold) => {
      const graph = previewGraph();
      const { prompt_id, number } = await submit(graph, { client_id: 'c', extra_data: { mine: 1 } });
      const { queue_running, queue_pending } = await queue();
      expect(ids(queue_running)).toEqual([hold.promptId]);
      expect(queue_running[0]).toHaveLength(5);
      expect(queue_pending).toHaveLength(1);
      const [item] = queue_pending;
      expect(item?.slice(0, 3)).toEqual([number, prompt_id, graph]);
      expect(item?.[3]).toMatchObject({ client_id: 'c', mine: 1 });
      expect(item?.[4]).toEqual(['2']);
      expect(item).toHaveLength(5);
      await post('/queue', { clear: true });
    });
  });

  test('pending is the raw heap, not a sorted list, also after a deletion', async () => {
    await whileBusy(async () => {
      const heap = await submitAll([9, 4, 7, 'front', 2.5, 8, undefined, 1, 'front', 3, 6, 5]);
      expect(ids((await queue()).queue_pending)).toEqual(ids(heap.items));
      expect(ids(heap.items)).not.toEqual(ids([...heap.items].sort((a, b) => (before(a, b) ? -1 : 1))));
      for (const index of [0, 3, heap.items.length - 3]) {
        const id = heap.items[index]?.[1] ?? '';
        await post('/queue', { delete: [id] });
        heap.remove(id);
        expect(ids((await queue()).queue_pending)).toEqual(ids(heap.items));
      }
      await post('/queue', { clear: true });
    });
  });

  test('prompts run by number, then by id as text; front ones run newest first', async () => {
    const heap = await whileBusy(() => submitAll([3, 1.5, 'front', 3, 3, 'front', 2]));
    const expected = ids([...heap.items].sort((a, b) => (before(a, b) ? -1 : 1)));
    await Promise.all(expected.map((id) => finished(id)));
    const done = Object.keys((await get('/history')).json<Record<string, unknown>>());
    expect(done.slice(-expected.length)).toEqual(expected);
  });
});

describe('POST /queue (API notes §2.1)', () => {
  test('delete removes pending ids and leaves no history', async () => {
    await whileBusy(async () => {
      const [a, b, c] = [
        await submit(previewGraph()),
        await submit(previewGraph()),
        await submit(previewGraph()),
      ];
      await post('/queue', { delete: [a.prompt_id, c.prompt_id] });
      expect(ids((await queue()).queue_pending)).toEqual([b.prompt_id]);
      await post('/queue', { delete: [b.prompt_id] });
      expect((await queue()).queue_pending).toEqual([]);
      expect((await get(`/history/${a.prompt_id}`)).json()).toEqual({});
    });
  });

  test('unknown and running ids are ignored', async () => {
    await whileBusy(async (hold) => {
      const answer = await post('/queue', { delete: ['nobody', hold.promptId] });
      expect(answer.status).toBe(200);
      expect(ids((await queue()).queue_running)).toEqual([hold.promptId]);
    });
  });

  test('a string instead of a list does nothing', async () => {
    await whileBusy(async () => {
      const { prompt_id } = await submit(previewGraph());
      expect((await post('/queue', { delete: prompt_id })).status).toBe(200);
      expect(ids((await queue()).queue_pending)).toEqual([prompt_id]);
      await post('/queue', { clear: true });
    });
  });

  test('clear empties pending and never touches the running prompt; false clears nothing', async () => {
    await whileBusy(async (hold) => {
      await submitAll([undefined, undefined]);
      await post('/queue', { clear: false });
      expect((await queue()).queue_pending).toHaveLength(2);
      await post('/queue', { clear: true, delete: ['nobody'] });
      expect((await queue()).queue_pending).toEqual([]);
      expect(ids((await queue()).queue_running)).toEqual([hold.promptId]);
    });
  });
});

describe('status events (API notes §2.1, §4.3)', () => {
  /** The queue lengths announced since `act` began, once there are as many as expected. */
  async function told(
    socket: SocketRecorder,
    act: () => Promise<unknown>,
    expected: number,
  ): Promise<number[]> {
    const from = socket.frames.length;
    await act();
    await socket.waitFor(() => statuses(socket, from).length >= expected, `${expected} status events`);
    return statuses(socket, from);
  }

  test('a run announces N, N and N-1', async () => {
    const clientId = unique('s');
    const socket = await SocketRecorder.open({ clientId });
    const from = socket.frames.length;
    const { prompt_id } = await submit(previewGraph(), { client_id: clientId });
    await socket.ended(prompt_id);
    expect(statuses(socket, from)).toEqual([1, 1, 0]);
    await socket.close();
  });

  test('one event per deleted prompt, two for the last one, one for clear even when nothing is pending', async () => {
    const socket = await SocketRecorder.open({ clientId: unique('s') });
    await whileBusy(async () => {
      const heap = await submitAll([undefined, undefined, undefined]);
      const [a, b, c] = ids(heap.items);
      await socket.waitFor(() => statuses(socket).at(-1) === 4, 'four in the queue');
      expect(await told(socket, () => post('/queue', { delete: [a, 'nobody', b] }), 2)).toEqual([3, 2]);
      expect(await told(socket, () => post('/queue', { delete: [c] }), 2)).toEqual([1, 1]);
      expect(await told(socket, () => post('/queue', { clear: true }), 1)).toEqual([1]);
    });
    await socket.close();
  });
});

function statuses(socket: SocketRecorder, from = 0): number[] {
  return socket.texts(from).flatMap(({ type, data }) => {
    const status = data.status as { exec_info: { queue_remaining: number } };
    return type === 'status' ? [status.exec_info.queue_remaining] : [];
  });
}

describe('GET /prompt', () => {
  test('counts the same as the queue', async () => {
    await whileBusy(async () => {
      await submitAll([undefined, undefined]);
      const { queue_running, queue_pending } = await queue();
      expect((await get('/prompt')).json()).toEqual({
        exec_info: { queue_remaining: queue_running.length + queue_pending.length },
      });
      await post('/queue', { clear: true });
    });
  });
});
