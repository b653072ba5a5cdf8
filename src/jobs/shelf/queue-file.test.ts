import { expect, it } from 'vitest';
import type { ApiGraph } from '../../comfy/graph';
import { newRecord } from '../state/records';
import { queueFile, readQueueFile } from './queue-file';
import type { ShelfJob } from './shelf-db';

const graph = { '1': { class_type: 'KSampler', inputs: { seed: 18446744073709551615n } } } as ApiGraph;

function shelfJob(id: string): ShelfJob {
  const job = { graph, pngInfo: { darkroom: { recipe: 'blur' } } };
  return {
    ...{ id, kind: 'held', phase: 'out', since: 0, number: 3, order: 1, paused: true },
    ...{ job, outputNodes: ['1'], clientId: 'me' },
    extra: { preview_method: 'auto', darkroom: { browser: 'mine', name: 'Lena' } },
    record: newRecord(id, job, 0),
  };
}

it('brings back the jobs of a file as new ones, numbers exact', () => {
  const mark = { browser: 'other' };
  const read = readQueueFile(queueFile([shelfJob('a'), shelfJob('b')]), 5, mark);
  expect(read).toHaveLength(2);
  expect(read?.[0]).toMatchObject({
    kind: 'held',
    phase: 'out',
    paused: false,
    job: { graph, pngInfo: { darkroom: { recipe: 'blur' } } },
    outputNodes: ['1'],
    extra: { preview_method: 'auto', darkroom: mark },
    record: { state: 'held', sender: { browser: 'other' } },
  });
  expect(new Set(['a', 'b', ...(read ?? []).map(({ id }) => id)]).size).toBe(4);
});

it('tells nobody who queued them', () => {
  expect(queueFile([shelfJob('a')])).not.toMatch(/Lena|mine/);
});

it.each(['', 'null', '[]', '{"kind":"workflow","jobs":[]}', '{"kind":"darkroom-queue","jobs":[{}]}', '{'])(
  'takes %j for no queue',
  (text) => {
    expect(readQueueFile(text, 0, {})).toBeNull();
  },
);
