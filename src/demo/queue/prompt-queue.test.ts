import { beforeEach, describe, expect, test } from 'vitest';
import { PromptQueue, type QueueItem } from './prompt-queue';

let changes = 0;
let queue: PromptQueue;

beforeEach(() => {
  changes = 0;
  queue = new PromptQueue(() => changes++);
});

function item(number: number, promptId = `p${number}`): QueueItem {
  return { number, promptId, prompt: {}, extraData: {}, outputs: ['1'], sensitive: {} };
}

function run(id: string): void {
  queue.put(item(0, id));
  queue.take();
  queue.finish({ outputs: {}, status: { status_str: 'success', completed: true, messages: [] } });
}

test('lower numbers first, equal numbers by id as text', () => {
  [item(2), item(-1), item(2, 'a'), item(0.5)].forEach((one) => queue.put(one));
  const order = Array.from({ length: 4 }, () => {
    const taken = queue.take();
    queue.finish({ outputs: {}, status: { status_str: 'success', completed: true, messages: [] } });
    return taken?.promptId;
  });
  expect(order).toEqual(['p-1', 'p0.5', 'a', 'p2']);
});

test('the run does not modify what the queue shows', () => {
  const own = item(0);
  own.prompt['1'] = { class_type: 'X', inputs: {} };
  queue.put(own);
  const taken = queue.take();
  Object.assign(taken?.prompt['1'] ?? {}, { is_changed: ['x'] });
  expect(queue.running?.prompt['1']).not.toHaveProperty('is_changed');
});

test('one change for each removed prompt, two for the last', () => {
  [item(1), item(2)].forEach((one) => queue.put(one));
  changes = 0;
  expect(queue.remove('p1')).toBe(true);
  expect(changes).toBe(1);
  expect(queue.remove('nobody')).toBe(false);
  expect(queue.remove('p2')).toBe(true);
  expect(changes).toBe(3);
});

test('secrets do not reach the history', () => {
  queue.put({ ...item(0), extraData: { api_key_comfy_org: 'key', client_id: 'c' } });
  queue.take();
  queue.finish({ outputs: {}, status: { status_str: 'success', completed: true, messages: [] } });
  expect(queue.history.get('p0')?.prompt[3]).toEqual({ client_id: 'c' });
});

describe('history pages (API notes §2.1)', () => {
  test.each<[string, number | null, number, string[]]>([
    ['all', null, -1, ['0', '1', '2', '3', '4']],
    ['the newest two', 2, -1, ['3', '4']],
    ['two from the oldest', 2, 0, ['0', '1']],
    ['from the fourth on', null, 3, ['3', '4']],
    ['none', 0, -1, []],
    ['beyond the end', 2, 99, []],
    ['a negative offset alone', null, -3, ['0', '1', '2', '3', '4']],
  ])('%s', (_what, maxItems, offset, ids) => {
    // Names that are no numbers keep the order of insertion in an object.
    ['0', '1', '2', '3', '4'].forEach((id) => run(`id${id}`));
    expect(Object.keys(queue.historyPage(maxItems, offset))).toEqual(ids.map((id) => `id${id}`));
  });

  test('a known id keeps its place', () => {
    ['a', 'b', 'a'].forEach(run);
    expect([...queue.history.keys()]).toEqual(['a', 'b']);
  });

  test('the oldest are dropped beyond ten thousand', () => {
    for (let count = 0; count < 10_003; count++) {
      run(`id${count}`);
    }
    expect(queue.history.size).toBe(10_001);
    expect(queue.history.has('id1')).toBe(false);
    expect(queue.history.has('id2')).toBe(true);
  });
});
