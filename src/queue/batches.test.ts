import { expect, it } from 'vitest';
import type { ApiGraph } from '../comfy/graph';
import { newRecord } from '../jobs/state/records';
import { inBatches } from './batches';

const sampler = (text: string, seed: number): ApiGraph => ({
  '1': { class_type: 'KSampler', inputs: { text, seed } },
});
const graphs = new Map([
  ['a1', sampler('sky', 1)],
  ['a2', sampler('sky', 2)],
  ['b1', sampler('hand', 2)],
  ['a3', sampler('sky', 3)],
  ['a4', sampler('sky', 4)],
  ['a5', sampler('sky', 4)],
]);
const jobs = [...graphs].map(([id, graph]) => newRecord(id, { graph, pngInfo: {} }, 0));
const batches = inBatches(jobs, (id) => graphs.get(id) ?? null);

it('joins neighbours that differ in their seeds, and no others', () => {
  const ids = batches.map((batch) => batch.jobs.map(({ id }) => id));
  expect(ids).toEqual([['a1', 'a2'], ['b1'], ['a3', 'a4'], ['a5']]);
});

it('tells where each begins', () => {
  expect(batches.map(({ position }) => position)).toEqual([1, 3, 4, 6]);
});

it('joins nothing whose graph is not known', () => {
  expect(inBatches(jobs, () => null)).toHaveLength(jobs.length);
});
