import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import type { HistoryItem } from '../../comfy/client';
import { parseExact } from '../../comfy/exact-json';
import { SEED_HISTORY, SEED_HISTORY_ID } from '../../comfy/fixtures/seed-samples';
import { historyEntrySchema, jobListSchema, queueEntrySchema } from '../../comfy/schemas';
import { newJob } from '../fixtures/records';
import { fromHistory, fromList, fromQueue, graphOf, newRecord, readError } from './records';

const GRAPH = {
  '2': { class_type: 'KSampler', inputs: { seed: 18446744073709551615n }, _meta: { title: 'K采样器' } },
  '3': { class_type: 'SaveImage', inputs: { images: ['2', 0] } },
};

/** A history item as it comes off the wire. */
function item(
  more: { status?: unknown; outputs?: unknown; extra?: unknown; graph?: unknown } = {},
): HistoryItem {
  const entry = {
    prompt: [4, 'p', more.graph ?? GRAPH, more.extra ?? { client_id: 'me', create_time: 100 }, ['3']],
    outputs: more.outputs ?? {},
    status: more.status,
  };
  return { id: 'p', ...v.parse(historyEntrySchema, entry) };
}

function status(str: string, ...messages: [string, Record<string, unknown>][]): unknown {
  return { status_str: str, completed: str === 'success', messages };
}

const START: [string, Record<string, unknown>] = ['execution_start', { prompt_id: 'p', timestamp: 200 }];
const CACHED: [string, Record<string, unknown>] = [
  'execution_cached',
  { nodes: [], prompt_id: 'p', timestamp: 201 },
];
const FILES = { '3': { images: [{ filename: 'a.png', subfolder: '', type: 'output' }] } };

describe('what the history says of a job', () => {
  it('success', () => {
    const done = status('success', START, CACHED, ['execution_success', { prompt_id: 'p', timestamp: 300 }]);
    expect(fromHistory(item({ status: done, outputs: FILES }), undefined, 'me')).toMatchObject({
      id: 'p',
      state: 'completed',
      number: 4,
      mine: true,
      createdAt: 100,
      startedAt: 200,
      endedAt: 300,
      error: null,
      outputs: [{ nodeId: '3', index: 0, media: 'image' }],
      summary: { seed: null },
    });
  });

  it('success with everything cached: the files of the first run', () => {
    const cached: typeof CACHED = ['execution_cached', { nodes: ['2', '3'], prompt_id: 'p', timestamp: 201 }];
    const done = status('success', START, cached, ['execution_success', { prompt_id: 'p', timestamp: 202 }]);
    const record = fromHistory(item({ status: done, outputs: FILES }), undefined, 'me');
    expect(record).toMatchObject({ state: 'completed', startedAt: 200, endedAt: 202, unchanged: true });
    expect(record.outputs).toHaveLength(1);
  });

  it('success with part of it cached: something was made', () => {
    const cached: typeof CACHED = ['execution_cached', { nodes: ['2'], prompt_id: 'p', timestamp: 201 }];
    const done = status('success', START, cached, ['execution_success', { prompt_id: 'p', timestamp: 202 }]);
    expect(fromHistory(item({ status: done, outputs: FILES }), undefined, 'me')).not.toHaveProperty(
      'unchanged',
    );
  });

  it('error, with what was made before it', () => {
    const failed = status('error', START, CACHED, [
      'execution_error',
      {
        prompt_id: 'p',
        node_id: '2',
        node_type: 'KSampler',
        exception_message: 'CUDA out of memory\n',
        exception_type: 'torch.OutOfMemoryError',
        traceback: ['a', 'b'],
        current_inputs: { seed: ['1'] },
        timestamp: 300,
      },
    ]);
    expect(fromHistory(item({ status: failed, outputs: FILES }), undefined, 'me')).toMatchObject({
      state: 'failed',
      endedAt: 300,
      error: {
        nodeId: '2',
        nodeTitle: 'K采样器',
        type: 'torch.OutOfMemoryError',
        message: 'CUDA out of memory',
        traceback: ['a', 'b'],
      },
      outputs: [{ ref: { filename: 'a.png' } }],
    });
  });

  it('error without a reason', () => {
    expect(fromHistory(item({ status: status('error', START) }), undefined, 'me')).toMatchObject({
      state: 'failed',
      error: null,
    });
  });

  it('interrupted, which also calls itself an error', () => {
    const stopped = status('error', START, CACHED, [
      'execution_interrupted',
      { prompt_id: 'p', node_id: '2', node_type: 'KSampler', executed: [], timestamp: 250 },
    ]);
    expect(fromHistory(item({ status: stopped }), undefined, 'me')).toMatchObject({
      state: 'cancelled',
      startedAt: 200,
      endedAt: 250,
      error: null,
      stop: { nodeTitle: 'K采样器', here: false },
    });
  });

  it('at which node it was interrupted, and whether from here', () => {
    const stopAt = (payload: Record<string, unknown>, asked = false): unknown =>
      fromHistory(
        item({ status: status('error', START, ['execution_interrupted', payload]) }),
        undefined,
        'me',
        null,
        (id) => asked && id === 'p',
      ).stop;
    expect(stopAt({ node_id: '3', node_type: 'SaveImage' }, true)).toEqual({
      nodeTitle: 'SaveImage',
      here: true,
    });
    expect(stopAt({ node_id: '2.0.1', node_type: 'Inner' })).toEqual({ nodeTitle: 'K采样器', here: false });
    expect(stopAt({ node_id: '99', node_type: 'Gone' })).toEqual({ nodeTitle: 'Gone', here: false });
    expect(stopAt({})).toEqual({ nodeTitle: null, here: false });
    expect(fromHistory(item({ status: status('error', START) }), undefined, 'me')).not.toHaveProperty('stop');
  });

  it('success without times, as servers of early 2024 tell it', () => {
    const answer = parseExact(SEED_HISTORY) as Record<string, unknown>;
    const entry = v.parse(historyEntrySchema, answer[SEED_HISTORY_ID]);
    const record = fromHistory({ id: SEED_HISTORY_ID, ...entry }, undefined, 'me');
    expect(record).toMatchObject({
      state: 'completed',
      number: 10,
      mine: false,
      createdAt: null,
      startedAt: null,
      endedAt: null,
      summary: { seed: 687973405480854, sampler: 'dpmpp_2m' },
    });
    expect(fromHistory({ id: SEED_HISTORY_ID, ...entry }, undefined, 'me', 777).endedAt).toBe(777);
  });

  it('nothing at all of how it ended: it ended', () => {
    expect(fromHistory(item(), undefined, 'me').state).toBe('completed');
    expect(fromHistory(item({ status: null }), undefined, 'me').state).toBe('completed');
  });

  it("only the server's own end counts, not the moment we saw it", () => {
    const done = status('success', START, ['execution_success', { timestamp: 300 }]);
    expect(fromHistory(item({ status: done }), undefined, 'me', 999).endedAt).toBe(300);
  });
});

describe('what is kept of what was known', () => {
  const done = status('success', CACHED);

  it('ownership, times and problems the history does not tell', () => {
    const problems = [
      {
        type: 'x',
        nodeId: '3',
        nodeTitle: null,
        classType: null,
        inputName: null,
        message: '',
        details: '',
        received: null,
      },
    ];
    const known = newJob('p', 'running', { mine: true, createdAt: 50, startedAt: 60, problems });
    expect(fromHistory(item({ status: done, extra: { client_id: 'other' } }), known, 'me')).toMatchObject({
      mine: true,
      createdAt: 50,
      startedAt: 60,
      problems,
    });
  });

  it('whose a job is otherwise tells its client id', () => {
    expect(fromHistory(item({ extra: { client_id: 'other' } }), undefined, 'me').mine).toBe(false);
    expect(fromHistory(item({ extra: {} }), undefined, 'me').mine).toBe(false);
    expect(fromHistory(item({ extra: 'odd' }), undefined, 'me').mine).toBe(false);
  });
});

describe('the summary', () => {
  it('belongs to the node that made the first file, also when that node unfolded', () => {
    const graph = {
      ...GRAPH,
      '5': { class_type: 'KSampler', inputs: { seed: 5, positive: 'x', negative: 'y' } },
      '6': { class_type: 'Loop', inputs: { images: ['5', 0] } },
    };
    const outputs = { '6.0.0.2': FILES['3'] };
    expect(fromHistory(item({ graph, outputs }), undefined, 'me')).toMatchObject({
      summary: { seed: 5 },
      outputs: [{ nodeId: '6.0.0.2' }],
    });
  });

  it('reads a graph of which a node has no inputs', () => {
    expect(
      fromHistory(item({ graph: { '3': { class_type: 'SaveImage' } } }), undefined, 'me').summary,
    ).toMatchObject({
      prompt: null,
    });
  });
});

describe('jobs in the queue', () => {
  const entry = v.parse(queueEntrySchema, [
    2,
    'p',
    GRAPH,
    {
      client_id: 'me',
      create_time: 100,
      extra_pnginfo: { darkroom: { recipe: 'inpaint', parent: null, mask: 7 } },
    },
    ['3'],
  ]);

  it('are ours by their client id', () => {
    expect(fromQueue(entry, 'pending', undefined, 'me')).toMatchObject({
      id: 'p',
      state: 'pending',
      number: 2,
      mine: true,
      createdAt: 100,
      endedAt: null,
      darkroom: { recipe: 'inpaint', parent: null, mask: null },
    });
    expect(fromQueue(entry, 'running', undefined, 'other').mine).toBe(false);
  });

  it('keep what is known, and are not over any more', () => {
    const outputs = [
      {
        nodeId: '3',
        index: 0,
        ref: { filename: 'a', subfolder: '', type: 'output' as const },
        media: 'other' as const,
      },
    ];
    const known = newJob('p', 'lost', { mine: true, createdAt: 1, startedAt: 2, endedAt: 3, outputs });
    expect(fromQueue(entry, 'running', known, 'other')).toMatchObject({
      state: 'running',
      mine: true,
      createdAt: 1,
      startedAt: 2,
      endedAt: null,
      outputs,
    });
  });

  it('give back all that queues them again, every digit', () => {
    expect(graphOf(entry)).toEqual({
      graph: GRAPH,
      pngInfo: { darkroom: { recipe: 'inpaint', parent: null, mask: 7 } },
    });
    for (const info of [null, 'x', [1], undefined]) {
      const odd = v.parse(queueEntrySchema, [1, 'q', GRAPH, { extra_pnginfo: info }, []]);
      expect(graphOf(odd).pngInfo).toEqual({});
    }
  });
});

it('a new record is ours and on its way', () => {
  const parent = { filename: 'a.png', subfolder: 'x', type: 'output' as const };
  const record = newRecord(
    'p',
    { graph: {}, pngInfo: { darkroom: { recipe: 'blur', parent: { ...parent }, mask: null } } },
    9,
  );
  expect(record).toMatchObject({
    id: 'p',
    state: 'submitting',
    mine: true,
    createdAt: 9,
    darkroom: { recipe: 'blur', parent, mask: null },
  });
});

it('an error survives whatever is missing in it', () => {
  expect(readError({}, { node_id: 5, exception_message: null })).toEqual({
    nodeId: null,
    nodeTitle: null,
    type: '',
    message: '',
    traceback: [],
  });
  expect(readError({}, undefined)).toBeNull();
  expect(readError({}, 'x')).toBeNull();
});

describe('what the list of jobs says of one', () => {
  const from = (job: object): ReturnType<typeof fromList> => {
    const [parsed] = v.parse(jobListSchema, { jobs: [{ id: 'p', ...job }], pagination: { total: 1 } }).jobs;
    return parsed ? fromList(parsed) : null;
  };

  it('that it ended, when, and one of its files', () => {
    const preview = { filename: 'a.mp4', subfolder: 'x', type: 'output', nodeId: '3', mediaType: 'images' };
    const told = { priority: 2.5, create_time: 1, execution_start_time: 2, execution_end_time: 3 };
    expect(from({ status: 'completed', ...told, outputs_count: 4, preview_output: preview })).toMatchObject({
      ...{ id: 'p', state: 'completed', number: 2.5, createdAt: 1, startedAt: 2, endedAt: 3, sketch: true },
      outputs: [
        {
          ...{ nodeId: '3', index: 0, media: 'video' },
          ref: { filename: 'a.mp4', subfolder: 'x', type: 'output' },
        },
      ],
    });
  });

  it('the words of one that made only words, and why one failed', () => {
    const words = { content: 'a cat', nodeId: '7', mediaType: 'text' };
    expect(from({ status: 'completed', preview_output: words })).toMatchObject({
      outputs: [],
      texts: [{ nodeId: '7', text: 'a cat' }],
    });
    const failure = { node_id: '2', exception_type: 'OutOfMemoryError', exception_message: 'no room' };
    expect(from({ status: 'failed', execution_error: failure })).toMatchObject({
      state: 'failed',
      error: { nodeId: '2', type: 'OutOfMemoryError', message: 'no room' },
    });
  });

  it.each([
    ['nothing at all', {}],
    ['a preview of another kind', { preview_output: 'a.png' }],
    ['a preview without a node', { preview_output: { filename: 'a.png' } }],
    ['a number for a text', { preview_output: { content: 7, nodeId: '1' } }],
  ])('no more than its end where it says %s', (_what, more) => {
    expect(from({ status: 'cancelled', ...more })).toMatchObject({ state: 'cancelled', outputs: [] });
  });

  it('nothing of one that has not ended', () => {
    expect(from({ status: 'in_progress' })).toBeNull();
  });
});
