import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { HistoryPage } from '../../comfy/client';
import { stringifyExact } from '../../comfy/exact-json';
import { graph } from '../fixtures/fake-comfy';
import type { MirrorEntry } from '../library/job-mirror';
import { JobTable } from '../state/job-table.svelte';
import { walkHistory } from './older-history';

/** A history of `size` jobs that notes which pages were asked for. */
function history(size: number): {
  asked: string[];
  historyBytes: (page: HistoryPage) => Promise<ArrayBuffer>;
} {
  const asked: string[] = [];
  const entry = (n: number): [string, unknown] => [
    `h${n}`,
    {
      prompt: [n, `h${n}`, graph(1), {}, ['save']],
      outputs: { save: { images: [{ filename: `h${n}.png`, subfolder: '', type: 'output' }] } },
      status: {
        status_str: 'success',
        completed: true,
        messages: [['execution_success', { timestamp: 1000 + n }]],
      },
    },
  ];
  return {
    asked,
    historyBytes: ({ offset = 0, maxItems = size }) => {
      const ids = Array.from(
        { length: Math.max(0, Math.min(size - offset, maxItems)) },
        (_, i) => offset + i,
      );
      if (maxItems > 1) {
        asked.push(`${offset}+${maxItems}`);
      }
      const text = stringifyExact(Object.fromEntries(ids.map(entry)));
      return Promise.resolve(new TextEncoder().encode(text).buffer);
    },
  };
}

/** Walks a history, of which the newest ten jobs were read, into a table. */
function walk(
  size: number,
  takeIn: (entries: readonly MirrorEntry[]) => Promise<void> = () => Promise.resolve(),
): { client: ReturnType<typeof history>; table: JobTable; taken: string[][]; done: Promise<boolean> } {
  const client = history(size);
  const table = new JobTable();
  const taken: string[][] = [];
  const done = walkHistory({
    ...{ client, table, clientId: 'me', told: new Set<string>(), page: 10 },
    feed: { recall: () => Promise.resolve() },
    stopRequests: { has: () => false },
    ...{ toTheEnd: true, stopped: () => false },
    takeIn: (entries) => {
      taken.push(entries.map(({ record }) => record.id));
      table.batch(() => entries.forEach(({ record }) => table.apply(record.id, { type: 'ended', record })));
      return takeIn(entries);
    },
  });
  return { client, table, taken, done };
}

/** Until nothing goes on any more. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1000);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('reads every job once, and takes many in together', async () => {
  const { taken, table, done } = walk(1500);
  expect(await done).toBe(true);
  expect(table.peek('h0')?.record.outputs[0]?.ref.filename).toBe('h0.png');
  const ids = taken.flat();
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toHaveLength(1498);
  expect(taken.length).toBeLessThan(ids.length / 256);
});

it('asks for further pages while the first is written, but not for all', async () => {
  let write = (): void => undefined;
  const writing = new Promise<void>((resolve) => (write = resolve));
  const { client, taken, done } = walk(4000, () => writing);
  await settle();
  expect(taken).toHaveLength(1);
  const { length } = client.asked;
  expect(length).toBeGreaterThan(2);
  expect(length).toBeLessThan(10);
  await settle();
  expect(client.asked).toHaveLength(length);
  write();
  expect(await done).toBe(true);
  expect(taken.flat()).toHaveLength(3998);
});
