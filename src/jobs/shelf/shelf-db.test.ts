import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { describe, expect, it, vi } from 'vitest';
import { newRecord } from '../state/records';
import { memoryShelf, openShelf, type ShelfJob } from './shelf-db';

let servers = 0;

function job(id: string): ShelfJob {
  const graph = { '1': { class_type: 'KSampler', inputs: { seed: 18446744073709551615n } } };
  return {
    id,
    ...{ kind: 'held', phase: 'out', since: 1, number: 2.5, order: 3, paused: false },
    job: { graph, pngInfo: {} },
    outputNodes: ['1'],
    extra: { preview_method: 'auto' },
    clientId: 'me',
    record: newRecord(id, { graph, pngInfo: {} }, 1),
  };
}

describe.each([
  ['kept by the browser', () => openShelf(`http://${servers++}`)],
  ['of the page alone', () => Promise.resolve(memoryShelf())],
])('a shelf %s', (_name, open) => {
  it('keeps jobs as they were, and drops them', async () => {
    const shelf = await open();
    await shelf.put([job('a'), job('b')]);
    await shelf.put([{ ...job('a'), phase: 'returning' }]);
    await shelf.remove(['b', 'unknown']);
    expect(await shelf.all()).toEqual([{ ...job('a'), phase: 'returning' }]);
  });

  it('lets one tab steer at a time, until it is done or has died', async () => {
    const shelf = await open();
    expect(await shelf.lock('first', 0, 100)).toBe(true);
    expect(await shelf.lock('second', 50, 150)).toBe(false);
    expect(await shelf.lock('first', 60, 200)).toBe(true);
    expect(await shelf.lock('second', 150, 250)).toBe(false);
    await shelf.unlock('second');
    expect(await shelf.lock('second', 199, 300)).toBe(false);
    expect(await shelf.lock('second', 200, 300)).toBe(true);
    await shelf.unlock('second');
    expect(await shelf.lock('first', 201, 300)).toBe(true);
  });
});

describe.each([
  ['kept by the browser', () => openShelf(`http://${servers++}`)],
  ['of the page alone', () => Promise.resolve(memoryShelf())],
])('a lock %s', (_name, open) => {
  it('is kept for longer by whom it belongs to, also when it has run out', async () => {
    const shelf = await open();
    await shelf.lock('first', 0, 100);
    expect(await shelf.renew('first', 300)).toBe(true);
    expect(await shelf.lock('second', 250, 400)).toBe(false);
    expect(await shelf.renew('second', 400)).toBe(false);
  });

  it('is lost once another tab had it, even if nobody has it now', async () => {
    const shelf = await open();
    await shelf.lock('first', 0, 100);
    await shelf.lock('second', 100, 200);
    await shelf.unlock('second');
    expect(await shelf.renew('first', 300)).toBe(false);
  });
});

it('is there for the next visit to the same server, and for no other', async () => {
  await (await openShelf('http://here')).put([job('a')]);
  expect(await (await openShelf('http://here')).all()).toHaveLength(1);
  expect(await (await openShelf('http://elsewhere')).all()).toHaveLength(0);
});

it('lasts as long as the page where the browser keeps nothing', async () => {
  vi.stubGlobal('indexedDB', undefined);
  const shelf = await openShelf('http://private');
  await shelf.put([job('a')]);
  expect(await shelf.all()).toHaveLength(1);
  vi.unstubAllGlobals();
});

it('makes way for a later version of the app in another tab', async () => {
  const server = `http://${servers++}`;
  await (await openShelf(server)).put([job('a')]);
  const later = await openDB(`darkroom-shelf ${server}`, 2);
  expect(await later.getAllKeys('jobs')).toEqual(['a']);
  later.close();
});
