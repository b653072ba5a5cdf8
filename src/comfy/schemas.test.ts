import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parseExact } from './exact-json';
import { SEED_HISTORY, SEED_HISTORY_ID, SEED_SYSTEM_STATS } from './fixtures/seed-samples';
import {
  apiGraphSchema,
  asFileRef,
  historyEntrySchema,
  jobListSchema,
  outputsSchema,
  queueEntrySchema,
  systemStatsSchema,
  uploadedSchema,
} from './schemas';

describe('graphs', () => {
  it('pass on unchanged when they are whole, unknown keys and all', () => {
    const graph = {
      '1': { class_type: 'A', inputs: { x: 1 }, _meta: { title: 't', more: 1 }, is_changed: [1] },
      '2': { class_type: 'B', inputs: {} },
    };
    expect(v.parse(apiGraphSchema, graph)).toBe(graph);
  });

  it('are completed where a node lacks its inputs or has an odd title', () => {
    expect(
      v.parse(apiGraphSchema, {
        '1': { class_type: 'A' },
        '2': { class_type: 'B', inputs: null, _meta: null, extra: true },
        '3': { class_type: 'C', inputs: { x: ['1', 0] }, _meta: { title: 5 } },
        '4': { class_type: 'D', inputs: [], _meta: { title: 'kept' } },
      }),
    ).toEqual({
      '1': { class_type: 'A', inputs: {} },
      '2': { class_type: 'B', inputs: {}, extra: true },
      '3': { class_type: 'C', inputs: { x: ['1', 0] } },
      '4': { class_type: 'D', inputs: {}, _meta: { title: 'kept' } },
    });
  });

  it.each([null, [], 'x', { '1': null }, { '1': {} }, { '1': { class_type: 5 } }])('are not %j', (value) => {
    expect(v.is(apiGraphSchema, value)).toBe(false);
  });
});

describe('queue entries', () => {
  it('become objects', () => {
    const graph = { '1': { class_type: 'A', inputs: {} } };
    expect(
      v.parse(queueEntrySchema, [-2.5, 'id', graph, { client_id: 'me' }, ['9', 7, '10'], 'later']),
    ).toEqual({
      number: -2.5,
      id: 'id',
      graph,
      extraData: { client_id: 'me' },
      outputNodes: ['9', '10'],
    });
  });

  it('need only their id: a job must not look gone because its graph is odd', () => {
    expect(v.parse(queueEntrySchema, [NaN, 'id', { '1': {} }, null])).toEqual({
      number: 0,
      id: 'id',
      graph: {},
      extraData: {},
      outputNodes: [],
    });
    expect(v.is(queueEntrySchema, [1, 2, {}, {}, []])).toBe(false);
  });
});

describe('history entries', () => {
  it('are read as the early API sent them: no times, no meta', () => {
    const answer = parseExact(SEED_HISTORY) as Record<string, unknown>;
    const entry = v.parse(historyEntrySchema, answer[SEED_HISTORY_ID]);
    expect(entry.prompt).toMatchObject({ number: 10, id: SEED_HISTORY_ID, outputNodes: ['9'] });
    expect(entry.outputs['9']?.['images']).toEqual([
      { filename: 'ComfyUI_00138_.png', subfolder: '', type: 'output' },
    ]);
    expect(entry.status).toMatchObject({ status_str: 'success', completed: true });
    expect(entry.status?.messages.map(([type]) => type)).toEqual(['execution_start', 'execution_cached']);
  });

  it('are read without status, and with a damaged one', () => {
    const prompt = [0, 'id', {}, {}, []];
    expect(v.parse(historyEntrySchema, { prompt, outputs: {} }).status).toBeUndefined();
    expect(v.parse(historyEntrySchema, { prompt, outputs: null, status: null })).toMatchObject({
      outputs: {},
    });
    expect(v.parse(historyEntrySchema, { prompt, status: { messages: 'x' } }).status).toEqual({
      status_str: '',
      completed: false,
      messages: [],
    });
  });
});

it('outputs keep lists and lose the rest', () => {
  expect(v.parse(outputsSchema, { '9': { images: [1], text: 'split', n: null }, '10': null })).toEqual({
    '9': { images: [1], text: [], n: [] },
    '10': {},
  });
  expect(v.parse(outputsSchema, 'x')).toEqual({});
});

describe('files of outputs', () => {
  it.each([
    [
      { filename: 'a.png', subfolder: 'x\\y', type: 'output', id: 'asset' },
      { filename: 'a.png', subfolder: 'x\\y', type: 'output' },
    ],
    [
      { filename: 'a.gif', subfolder: '', type: 'temp', format: 'image/gif', frame_rate: 6 },
      { filename: 'a.gif', subfolder: '', type: 'temp' },
    ],
    [{ filename: 'a.png' }, { filename: 'a.png', subfolder: '', type: 'output' }],
    [{ filename: '', subfolder: '', type: 'output' }, null],
    [{ content: 'text' }, null],
    [true, null],
    [null, null],
    ['mesh.glb', null],
  ])('%j', (item, ref) => {
    expect(asFileRef(item)).toEqual(ref);
  });
});

it('job lists lose a job of an unknown state, not the others', () => {
  const jobs = [{ id: 'a', status: 'completed' }, { id: 'b', status: 'paused' }, { status: 'failed' }];
  expect(
    v.parse(jobListSchema, { jobs, pagination: { offset: 0, limit: null, total: 3, has_more: false } }),
  ).toEqual({ jobs: [{ id: 'a', status: 'completed' }], pagination: { total: 3, has_more: false } });
});

it('system stats are read from the early API and with nulls', () => {
  const early = v.parse(systemStatsSchema, parseExact(SEED_SYSTEM_STATS));
  expect(early.system).toEqual({
    os: 'nt',
    python_version: '3.10.11 (tags/v3.10.11:7d4cc5a, Apr  5 2023, 00:38:17) [MSC v.1929 64 bit (AMD64)]',
  });
  expect(early.devices[0]).toMatchObject({ type: 'cuda', index: 0, vram_total: 17170956288 });
  const cpu = {
    system: { os: null, pytorch_version: null, ram_total: null },
    devices: [{ name: 'cpu', index: null }],
  };
  expect(v.parse(systemStatsSchema, cpu).devices).toEqual([{ name: 'cpu', type: '', index: null }]);
});

it('uploads need a name and a folder of ours', () => {
  expect(v.parse(uploadedSchema, { name: 'a (1).png', subfolder: 'x', type: 'input', asset: {} })).toEqual({
    name: 'a (1).png',
    subfolder: 'x',
    type: 'input',
  });
  expect(v.is(uploadedSchema, { name: '', subfolder: '', type: 'input' })).toBe(false);
  expect(v.is(uploadedSchema, { name: 'a', subfolder: '', type: 'models' })).toBe(false);
});
