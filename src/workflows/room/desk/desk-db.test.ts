import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { describe, expect, it, vi } from 'vitest';
import { type Desk, type DeskRecord, MemoryDesk, MOST_KEPT, openDesk } from './desk-db';

let count = 0;
const fresh = (): Promise<Desk> => openDesk(`desk-test-${count++}`);

function record(key: string, usedAt: number): DeskRecord {
  return {
    key,
    title: key.toUpperCase(),
    usedAt,
    origin: '{}',
    graph: '{"1":{"seed":18446744073709551615}}',
    pngInfo: '{}',
    controls: '[]',
    layout: null,
    version: null,
    runs: [{ job: 'j', at: 1, sweep: { id: 's', x: 0, y: 1 } }],
    sweeps: [],
  };
}

describe.each([
  ['in the browser', fresh],
  ['in memory', () => Promise.resolve<Desk>(new MemoryDesk())],
])('the desk %s', (_, open) => {
  it('gives back what was put on it, exactly', async () => {
    const desk = await open();
    await desk.write(record('a', 1));
    expect(await desk.read('a')).toEqual(record('a', 1));
    expect(await desk.read('b')).toBeNull();
  });

  it('lists the newest first, without graphs', async () => {
    const desk = await open();
    await desk.write(record('a', 1));
    await desk.write(record('b', 3));
    await desk.write(record('c', 2));
    await desk.write({ ...record('a', 4), title: 'Again' });
    const list = await desk.list();
    expect(list.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    expect(list[0]).toEqual({ key: 'a', title: 'Again', usedAt: 4, runs: record('a', 4).runs });
  });

  it('forgets what is taken off', async () => {
    const desk = await open();
    await desk.write(record('a', 1));
    await desk.remove('a');
    expect(await desk.list()).toEqual([]);
  });
});

it('a full desk drops what was not used for longest', async () => {
  const desk = await fresh();
  for (let at = 0; at < MOST_KEPT + 3; at++) {
    await desk.write(record(`r${at}`, at));
  }
  const keys = (await desk.list()).map(({ key }) => key);
  expect(keys).toHaveLength(MOST_KEPT);
  expect(keys.at(-1)).toBe('r3');
});

it('has committed a record before the page can go', async () => {
  const desk = await fresh();
  const commit = vi.spyOn(IDBTransaction.prototype, 'commit');
  const written = desk.write(record('a', 1));
  // Within the same task: after it, the page that calls this as it goes runs nothing any more.
  expect(commit).toHaveBeenCalledOnce();
  await written;
  commit.mockRestore();
});

it('makes way for a later version of the app in another tab', async () => {
  const name = `desk-test-${count++}`;
  await (await openDesk(name)).write(record('a', 1));
  const later = await openDB(name, 2);
  expect(await later.getAllKeys('desk')).toEqual(['a']);
  later.close();
});
