import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ComfyEvent } from '../../comfy/events';
import type { ApiGraph, ApiNode } from '../../comfy/graph';
import { advance, type JobProgress, NO_PROGRESS } from './progress';

function node(classType: string, inputs: ApiNode['inputs'] = {}, title?: string): ApiNode {
  return { class_type: classType, inputs, ...(title ? { _meta: { title } } : {}) };
}

/** Twelve shares: load 1, sampler 10, save 1; `other` leads nowhere. */
const GRAPH: ApiGraph = {
  load: node('LoadImage'),
  sampler: node('KSampler', { steps: 10, image: ['load', 0] }, 'Paint'),
  save: node('SaveImage', { images: ['sampler', 0] }),
  other: node('LoadImage'),
};
const OUTPUTS = ['save'];

function executing(id: string | null, display: string | null = id): ComfyEvent {
  return { type: 'executing', data: { node: id, display_node: display, prompt_id: 'p' } };
}

function steps(value: number, max: number, id: string | null): ComfyEvent {
  return { type: 'progress', data: { value, max, prompt_id: 'p', node: id } };
}

function cached(...nodes: string[]): ComfyEvent {
  return { type: 'execution_cached', data: { nodes, prompt_id: 'p', timestamp: null } };
}

function executed(id: string, display: string | null = id): ComfyEvent {
  return { type: 'executed', data: { node: id, display_node: display, prompt_id: 'p', output: {} } };
}

function state(nodes: Record<string, 'running' | 'finished'>): ComfyEvent {
  const entries = Object.entries(nodes).map(([id, each]) => [
    id,
    { value: 1, max: 1, state: each, display_node_id: id.split('.')[0] ?? null, activity: null },
  ]);
  return { type: 'progress_state', data: { prompt_id: 'p', nodes: Object.fromEntries(entries) as never } };
}

const START: ComfyEvent = { type: 'execution_start', data: { prompt_id: 'p', timestamp: null } };
const SUCCESS: ComfyEvent = { type: 'execution_success', data: { prompt_id: 'p', timestamp: null } };

/** Every progress of a run. */
function run(events: ComfyEvent[], graph = GRAPH, outputs = OUTPUTS): JobProgress[] {
  let progress = NO_PROGRESS;
  return events.map((event) => (progress = advance(progress, event, graph, outputs)));
}

function last(events: ComfyEvent[], graph = GRAPH, outputs = OUTPUTS): JobProgress {
  return run(events, graph, outputs).at(-1) ?? NO_PROGRESS;
}

describe('the sequences a server sends', () => {
  it('normal run', () => {
    const seen = run([
      START,
      cached(),
      state({ load: 'running' }),
      executing('load'),
      state({ load: 'finished' }),
      state({ load: 'finished', sampler: 'running' }),
      executing('sampler'),
      steps(5, 10, 'sampler'),
      steps(10, 10, 'sampler'),
      state({ load: 'finished', sampler: 'finished' }),
      executing('save'),
      executed('save'),
      SUCCESS,
      executing(null),
    ]);
    expect(seen.map(({ fraction }) => Math.round(fraction * 12))).toEqual([
      0, 0, 0, 0, 1, 1, 1, 6, 11, 11, 11, 12, 12, 12,
    ]);
    expect(seen[7]).toMatchObject({ nodeId: 'sampler', nodeTitle: 'Paint', value: 5, max: 10 });
    expect(seen[10]).toMatchObject({ nodeId: 'save', nodeTitle: 'SaveImage', value: 0, max: 0 });
  });

  it('normal run of an old server, which tells no states', () => {
    const seen = run([
      START,
      cached(),
      executing('load'),
      executing('sampler'),
      steps(1, 10, null),
      executing('save'),
      executed('save'),
      executing(null),
    ]);
    expect(seen.map(({ fraction }) => Math.round(fraction * 12))).toEqual([0, 0, 0, 1, 2, 11, 12, 12]);
  });

  it('re-run of which everything is cached: no node is ever at work', () => {
    const seen = run([START, cached('load', 'sampler', 'save'), executed('save'), SUCCESS, executing(null)]);
    expect(seen.map(({ fraction, nodeId }) => [fraction, nodeId])).toEqual([
      [0, null],
      [1, null],
      [1, null],
      [1, null],
      [1, null],
    ]);
  });

  it('run of which the beginning is cached', () => {
    const seen = run([START, cached('load', 'sampler'), executing('save')]);
    expect(seen.map(({ fraction }) => Math.round(fraction * 12))).toEqual([0, 11, 11]);
    expect([...(seen.at(-1)?.done ?? [])]).toEqual(['load', 'sampler']);
  });

  it('run of a node that unfolds into others', () => {
    const seen = run([
      START,
      cached(),
      executing('load'),
      executing('sampler'),
      executing('sampler.0.0.1', 'sampler'),
      steps(2, 4, 'sampler.0.0.1'),
      executed('sampler.0.0.1', 'sampler'),
      state({ load: 'finished', 'sampler.0.0.1': 'finished', sampler: 'running' }),
      executing('sampler.0.0.2', 'sampler'),
      executing('sampler'),
      state({ load: 'finished', sampler: 'finished' }),
      executing('save'),
    ]);
    expect(seen.map(({ fraction }) => Math.round(fraction * 12))).toEqual([
      0, 0, 0, 1, 1, 6, 6, 6, 6, 6, 11, 11,
    ]);
    expect(seen.slice(3, 10).every(({ nodeId }) => nodeId === 'sampler')).toBe(true);
    expect(seen[9]?.done.has('sampler')).toBe(false);
  });

  it('run of somebody without a client id, who gets steps and states alone', () => {
    const seen = run([
      state({ load: 'running' }),
      state({ load: 'finished' }),
      state({ load: 'finished', sampler: 'running' }),
      steps(5, 10, 'sampler'),
      state({ load: 'finished', sampler: 'finished', save: 'running' }),
    ]);
    expect(seen.map(({ nodeId }) => nodeId)).toEqual(['load', 'load', 'sampler', 'sampler', 'save']);
    expect(seen.map(({ fraction }) => Math.round(fraction * 12))).toEqual([0, 1, 1, 6, 11]);
  });

  it('run joined in the middle', () => {
    expect(last([executing('sampler', null), steps(9, 10, 'sampler')])).toMatchObject({
      nodeId: 'sampler',
      value: 9,
      fraction: 9 / 12,
    });
  });
});

describe('details', () => {
  it('a new run begins at nothing', () => {
    expect(last([executing('load'), executed('save'), START])).toBe(NO_PROGRESS);
  });

  it('the same node named again keeps its steps', () => {
    expect(last([executing('sampler'), steps(5, 10, 'sampler'), executing('sampler')])).toMatchObject({
      value: 5,
      max: 10,
    });
  });

  it('words belong to the node at work and go with it', () => {
    const words: ComfyEvent = { type: 'text', data: { node: 'sampler', text: '512 × 512' } };
    expect(last([executing('sampler'), words]).text).toBe('512 × 512');
    expect(last([executing('load'), words]).text).toBeNull();
    expect(last([executing('sampler'), words, executing('save')]).text).toBeNull();
  });

  it('events without progress leave the object as it is', () => {
    const before = last([executing('sampler')]);
    const others: ComfyEvent[] = [
      SUCCESS,
      executing(null),
      { type: 'status', data: { status: { exec_info: { queue_remaining: 1 } } } },
      { type: 'preview', data: { prompt_id: 'p', node: null, image: () => new Blob() } },
      {
        type: 'execution_interrupted',
        data: { prompt_id: 'p', node_id: null, node_type: null, timestamp: null },
      },
    ];
    for (const event of others) {
      expect(advance(before, event, GRAPH, OUTPUTS)).toBe(before);
    }
  });

  it('counts the whole graph while the outputs are not known, and nothing without a graph', () => {
    expect(last([cached('load')], GRAPH, []).fraction).toBeCloseTo(1 / 13);
    expect(last([executing('x'), steps(5, 10, 'x')], {}, []).fraction).toBe(0);
  });

  it('weighs a sampler by its steps, within reason', () => {
    const graph = (count: unknown): ApiGraph => ({
      a: node('A'),
      s: node('KSampler', { steps: count as never, x: ['a', 0] }),
    });
    const share = (count: unknown): number => last([cached('a')], graph(count), ['s']).fraction;
    expect(share(9)).toBeCloseTo(1 / 10);
    expect(share(100_000)).toBeCloseTo(1 / 201);
    expect(share(-5)).toBeCloseTo(1 / 2);
    expect(share(['a', 0])).toBeCloseTo(1 / 2);
  });

  it('more steps than announced are all of them', () => {
    expect(last([executing('sampler'), steps(50, 10, 'sampler')]).fraction).toBeCloseTo(10 / 12);
  });
});

it('never goes back within a run, and stays between 0 and 1', () => {
  const id = fc.constantFrom('load', 'sampler', 'save', 'other', 'sampler.0.0.1', 'unknown');
  const event = fc.oneof(
    fc.tuple(fc.option(id), fc.option(id)).map(([at, display]) => executing(at, display)),
    fc
      .tuple(fc.integer({ min: -5, max: 30 }), fc.integer({ min: -1, max: 20 }), fc.option(id))
      .map((args) => steps(...args)),
    fc.array(id).map((ids) => cached(...ids)),
    id.map((at) => executed(at)),
    fc.dictionary(id, fc.constantFrom('running' as const, 'finished' as const)).map(state),
  );
  fc.assert(
    fc.property(
      fc.array(event),
      fc.constantFrom<string[]>([], ['save'], ['other', 'gone']),
      (events, outputs) => {
        let before = 0;
        for (const { fraction } of run(events, GRAPH, outputs)) {
          expect(fraction).toBeGreaterThanOrEqual(before);
          expect(fraction).toBeLessThanOrEqual(1);
          before = fraction;
        }
      },
    ),
  );
});

describe('what a node does besides its steps', () => {
  const says = (id: string, activity?: string, shown = id): ComfyEvent => ({
    type: 'progress_state',
    data: {
      prompt_id: 'p',
      nodes: {
        [id]: { value: 0, max: 1, state: 'running', display_node_id: shown, activity: activity ?? null },
      },
    },
  });

  it('is told for the node at work, until the server says nothing of it', () => {
    const seen = run([START, executing('sampler'), says('sampler', 'loading'), says('sampler')]);
    expect(seen.map(({ activity }) => activity ?? null)).toEqual([null, null, 'loading', null]);
  });

  it('is what a part of the node does', () => {
    const seen = run([START, executing('sampler'), says('sampler.0.1', 'loading', 'sampler')]);
    expect(seen.at(-1)?.activity).toBe('loading');
  });
});
