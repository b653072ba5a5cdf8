import { describe, expect, it } from 'vitest';
import { ancestors, type ApiGraph, isLink, nodeOf, nodeTitle } from './graph';

function node(inputs: ApiGraph[string]['inputs'], classType = 'Test'): ApiGraph[string] {
  return { class_type: classType, inputs };
}

describe('isLink', () => {
  it.each([
    [['4', 0], true],
    [['2.0.0.1', 3], true],
    [[4, 0], false],
    [['4', '0'], false],
    [['4', 0.5], false],
    [['4'], false],
    [['4', 0, 1], false],
    ['4', false],
    [null, false],
    [{ '0': '4', '1': 0, length: 2 }, false],
  ])('%j', (input, link) => {
    expect(isLink(input)).toBe(link);
  });
});

describe('nodeTitle', () => {
  const graph: ApiGraph = {
    '3': { ...node({}, 'KSampler'), _meta: { title: 'K采样器' } },
    '4': { ...node({}, 'SaveImage'), _meta: { title: '' } },
    '5': { ...node({}, 'LoadImage'), _meta: {} },
  };

  it.each([
    ['3', 'K采样器'],
    ['4', 'SaveImage'],
    ['5', 'LoadImage'],
    ['9', '#9'],
    ['constructor', '#constructor'],
  ])('%s is %s', (id, title) => {
    expect(nodeTitle(graph, id)).toBe(title);
  });
});

describe('ancestors', () => {
  it('goes backwards, nearest first, each node once', () => {
    const graph: ApiGraph = {
      save: node({ images: ['decode', 0], filename_prefix: 'x' }),
      decode: node({ samples: ['sampler', 0], vae: ['model', 2] }),
      sampler: node({ model: ['model', 0], latent: ['latent', 0] }),
      latent: node({ width: 512 }),
      model: node({ ckpt_name: 'x' }),
      unrelated: node({ images: ['decode', 0] }),
    };
    expect(ancestors(graph, 'save')).toEqual(['save', 'decode', 'sampler', 'model', 'latent']);
    expect(ancestors(graph, 'model')).toEqual(['model']);
  });

  it('survives cycles, missing nodes and ids that name a prototype', () => {
    const graph: ApiGraph = {
      a: node({ x: ['b', 0], y: ['gone', 1], z: ['constructor', 0] }),
      b: node({ x: ['a', 0], self: ['b', 0] }),
    };
    expect(ancestors(graph, 'a')).toEqual(['a', 'b']);
    expect(ancestors(graph, 'gone')).toEqual([]);
    expect(ancestors(graph, 'toString')).toEqual([]);
    expect(nodeOf(graph, 'valueOf')).toBeUndefined();
  });
});
