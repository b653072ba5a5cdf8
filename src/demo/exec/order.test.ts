import { expect, test } from 'vitest';
import type { ApiGraph } from '../../comfy/graph';
import { ExecutionOrder } from './order';

const link = (id: string): [string, number] => [id, 0];

/** image → (slow → save2), image → save1 */
const graph: ApiGraph = {
  image: { class_type: 'EmptyImage', inputs: {} },
  slow: { class_type: 'ImageBlur', inputs: { image: link('image') } },
  save1: { class_type: 'SaveImage', inputs: { images: link('image') } },
  save2: { class_type: 'SaveImage', inputs: { images: link('slow') } },
};

function runAll(outputs: string[], cached: string[] = []): string[] {
  const order = new ExecutionOrder(
    graph,
    (id) => cached.includes(id),
    (id) => id.startsWith('save'),
  );
  outputs.forEach((id) => order.add(id));
  const ran: string[] = [];
  for (let id = order.next(); id !== null; id = order.next()) {
    ran.push(id);
    order.complete(id);
  }
  expect(order.isEmpty).toBe(true);
  return ran;
}

test('a ready output runs before anything else', () => {
  expect(runAll(['save1', 'save2'])).toEqual(['image', 'save1', 'slow', 'save2']);
});

test('only what an output needs is run', () => {
  expect(runAll(['save1'])).toEqual(['image', 'save1']);
});

test('cached nodes are not run, except outputs', () => {
  expect(runAll(['save2'], ['slow', 'save2'])).toEqual(['save2']);
});

test('a cycle leaves no node ready', () => {
  const circle: ApiGraph = {
    a: { class_type: 'X', inputs: { in: link('b') } },
    b: { class_type: 'X', inputs: { in: link('a') } },
  };
  const order = new ExecutionOrder(
    circle,
    () => false,
    () => false,
  );
  order.add('a');
  expect(order.next()).toBeNull();
  expect(order.isEmpty).toBe(false);
});
