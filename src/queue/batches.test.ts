import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ApiGraph } from '../comfy/graph';
import type { JobRecord } from '../jobs/state/job';
import { newRecord } from '../jobs/state/records';
import { BatchList, inBatches } from './batches';

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
const graphOf = (id: string): ApiGraph | null => graphs.get(id) ?? null;

it('joins neighbours that differ in their seeds, and no others', () => {
  const ids = inBatches(jobs, graphOf).map((batch) => batch.jobs.map(({ id }) => id));
  expect(ids).toEqual([['a1', 'a2'], ['b1'], ['a3', 'a4'], ['a5']]);
});

it('joins nothing whose graph is not known', () => {
  expect(inBatches(jobs, () => null)).toHaveLength(jobs.length);
});

/** Jobs of two kinds, many of which can be joined. */
const pool = Array.from({ length: 24 }, (_, at) => {
  const graph = sampler(at % 3 === 0 ? 'hand' : 'sky', at);
  return { graph, job: newRecord(`job-${at}`, { graph, pngInfo: {} }, 0) };
});
const poolGraph = (id: string): ApiGraph | null => pool.find(({ job }) => job.id === id)?.graph ?? null;
const queue = fc.shuffledSubarray(pool.map(({ job }) => job));
const edit = fc.record({
  from: fc.nat({ max: 24 }),
  out: fc.nat({ max: 4 }),
  into: fc.shuffledSubarray(
    pool.map(({ job }) => job),
    { maxLength: 3 },
  ),
});

/** A list after some of its jobs were taken out and others put there. */
function edited(
  list: readonly JobRecord[],
  { from, out, into }: { from: number; out: number; into: JobRecord[] },
) {
  const rest = list.toSpliced(from, out);
  const fresh = into.filter((job) => !rest.includes(job));
  return rest.toSpliced(Math.min(from, rest.length), 0, ...fresh);
}

it('follows a list as if it were divided anew each time', () => {
  fc.assert(
    fc.property(queue, fc.array(fc.oneof(edit, queue), { maxLength: 12 }), (begin, changes) => {
      const list = new BatchList(poolGraph);
      let now: readonly JobRecord[] = begin;
      expect(list.of(now)).toEqual(inBatches(now, poolGraph));
      for (const change of changes) {
        now = Array.isArray(change) ? change : edited(now, change);
        expect(list.of(now)).toEqual(inBatches(now, poolGraph));
      }
    }),
    { numRuns: 500 },
  );
});

it('compares only what stands beside a change', () => {
  const many = Array.from({ length: 2000 }, (_, at) => newRecord(`job-${at}`, { graph: {}, pngInfo: {} }, 0));
  let asked = 0;
  const list = new BatchList(() => {
    asked += 1;
    return null;
  });
  const before = list.of(many);
  asked = 0;
  const after = list.of(many.toSpliced(700, 1));
  expect(after).toHaveLength(1999);
  expect(after[1500]).toBe(before[1501]);
  expect(asked).toBeLessThan(10);
  list.of(many.toSpliced(700, 1).slice(1));
  expect(asked).toBeLessThan(20);
});
