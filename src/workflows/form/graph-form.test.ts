import { describe, expect, it } from 'vitest';

import type { ApiGraph } from '../../comfy/graph';
import { USUAL } from './fixtures';
import {
  arrangeForm,
  type PlacedField,
  readGraphForm,
  searchForm,
  withField,
  writeGraphForm,
} from './graph-form';

const GRAPH: ApiGraph = {
  1: { class_type: 'LoadModel', inputs: { ckpt_name: 'a' } },
  2: { class_type: 'LoraLoader', inputs: { model: ['1', 0], lora_name: 'x', strength_model: 0.8 } },
  3: {
    class_type: 'CLIPTextEncode',
    inputs: { text: 'a red fox', clip: ['1', 1] },
    _meta: { title: 'Positive' },
  },
  4: {
    class_type: 'CLIPTextEncode',
    inputs: { text: 'blurry', clip: ['1', 1] },
    _meta: { title: 'Negative' },
  },
  5: { class_type: 'PrimitiveInt', inputs: { value: 12 } },
  6: {
    class_type: 'KSampler',
    inputs: {
      model: ['2', 0],
      seed: 18446744073709551615n,
      steps: ['5', 0],
      cfg: 7,
      sampler_name: 'euler',
      denoise: 1,
      positive: ['3', 0],
    },
  },
  7: { class_type: 'Save', inputs: { images: ['6', 0], filename_prefix: 'out', secret: 3 } },
  8: { class_type: 'Stranger', inputs: { anything: [1, 2, 3] } },
  9: { class_type: 'LoadImage', inputs: { image: 'a.png' } },
  '57:30': { class_type: 'EmptyLatent', inputs: { width: 512, height: 768 } },
};

const placed = (fields: readonly PlacedField[]): string[] =>
  fields.map(({ node, field }) => `${node} ${field.path}`);

describe('a graph', () => {
  it('comes back from its form as it was', () => {
    expect(writeGraphForm(readGraphForm(GRAPH, USUAL))).toEqual(GRAPH);
    expect(writeGraphForm(readGraphForm(GRAPH, new Map()))).toEqual(GRAPH);
  });

  it('changes in one place', () => {
    const form = readGraphForm(GRAPH, USUAL);
    const changed = withField(form, '6', 'cfg', { kind: 'value', value: 3.5 });
    expect(writeGraphForm(changed)).toEqual({
      ...GRAPH,
      6: { ...GRAPH['6'], inputs: { ...GRAPH['6']?.inputs, cfg: 3.5 } },
    });
    expect(changed.get('1')).toBe(form.get('1'));
    expect(withField(form, 'gone', 'cfg', { kind: 'unset' })).toBe(form);
  });
});

describe('the order of a form', () => {
  it('puts what people change most first, the rest by node, and leaves out what cannot be typed', () => {
    const { first, groups } = arrangeForm(readGraphForm(GRAPH, USUAL));
    expect(placed(first)).toEqual([
      '9 image',
      '3 text',
      '4 text',
      '6 seed',
      '5 value',
      '6 cfg',
      '6 sampler_name',
      '6 denoise',
      '57:30 width',
      '57:30 height',
      '1 ckpt_name',
      '2 lora_name',
      '2 strength_model',
    ]);
    expect(groups.map(({ title, fields }) => [title, placed(fields)])).toEqual([
      ['Save', ['7 filename_prefix']],
    ]);
  });

  it('is searched by name, title, class and value', () => {
    const form = readGraphForm(GRAPH, USUAL);
    expect(placed(searchForm(form, 'fox'))).toEqual(['3 text']);
    expect(placed(searchForm(form, 'negative text'))).toEqual(['4 text']);
    expect(placed(searchForm(form, 'ksampler SEED'))).toEqual(['6 seed']);
    expect(placed(searchForm(form, 'nothing'))).toEqual([]);
    expect(searchForm(form, '  ')).toHaveLength(14);
  });
});
