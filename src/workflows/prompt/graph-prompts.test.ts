import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../../comfy/graph';
import type { JobGraph } from '../../jobs/state/job';
import { readRecord } from '../darkroom-record';
import { GraphPrompts } from './graph-prompts';
import { textsOfRuns } from './typed-prompts';

const TYPED = '{red|blue} door';
const BOOK = { expansion: {}, roll: 0 };

function graphOf(seed?: number): ApiGraph {
  return {
    '1': { class_type: 'CLIPTextEncode', inputs: { text: TYPED, clip: ['3', 1] } },
    '2': { class_type: 'Note', inputs: { text: TYPED } },
    ...(seed !== undefined && { '4': { class_type: 'KSampler', inputs: { seed } } }),
  };
}

const jobOf = (seed?: number): JobGraph => ({ graph: graphOf(seed), pngInfo: {} });

describe('the prompts of any graph', () => {
  it.each([
    ['with seeds', [7, 8, 9, 10]],
    ['with one seed', [7, 7, 7, 7]],
    ['without', [undefined, undefined, undefined, undefined]],
  ])('%s are made anew for each run, and nothing else is', (_, seeds) => {
    const prompts = new GraphPrompts([{ node: '1', input: 'text' }], BOOK);
    const jobs = seeds.map((seed, at) => prompts.next(jobOf(seed), at));
    const sent = jobs.map(({ graph }) => graph['1']?.inputs['text']);
    expect(sent.toSorted()).toEqual(['blue door', 'blue door', 'red door', 'red door']);
    jobs.forEach(({ graph, pngInfo }, at) => {
      expect(graph['2']?.inputs['text']).toBe(TYPED);
      expect(readRecord(pngInfo['darkroom'])?.prompts).toEqual([{ typed: TYPED, sent: sent[at] }]);
    });
    // What the form has promised.
    const promised = textsOfRuns({ '1 text': TYPED }, [seeds[0] ?? ''], 0)[0]?.texts['1 text'];
    expect(sent[0]).toBe(promised);
  });

  it('replace what the record of an earlier run says, and leave the rest of it', () => {
    const darkroom = { recipe: 'blur', prompts: [{ typed: 'old', sent: 'older' }] };
    const prompts = new GraphPrompts([{ node: '1', input: 'text' }], BOOK);
    const plain = { '1': { class_type: 'CLIPTextEncode', inputs: { text: 'a door' } } };
    expect(prompts.next({ graph: plain, pngInfo: { darkroom, workflow: 1 } }, 0)).toEqual({
      graph: plain,
      pngInfo: { workflow: 1, darkroom: { recipe: 'blur' } },
    });
    expect(prompts.next({ graph: plain, pngInfo: {} }, 0).pngInfo).toEqual({});
  });
});
