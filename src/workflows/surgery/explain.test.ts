import { describe, expect, it } from 'vitest';
import { explainGraph } from './explain';
import { checkpointGraph, fluxGraph } from './fixtures/small-graphs';
import { smallServer } from './fixtures/small-server';

const infos = smallServer();

describe('the explanation of a graph', () => {
  it('names every part and what can be changed of it', () => {
    const told = explainGraph(fluxGraph(), infos);
    expect(told.parts).toMatchObject({
      saver: { node: 'save', class: 'SaveImage' },
      decoder: { class: 'VAEDecodeTiled' },
      sampler: { class: 'SamplerCustomAdvanced' },
      strength: 'sigmas',
      model: [{ class: 'ModelSamplingFlux' }],
      vae: { class: 'VAELoader' },
      latent: { class: 'EmptySD3LatentImage' },
      positive: [{ class: 'FluxGuidance' }],
      negative: [],
    });
    expect(told.settings).toMatchObject({ prompt: 'a fox', seed: 42 });
    expect(told.kept).not.toContain('latent');
    expect([told.problems, told.notes]).toEqual([[], []]);
  });

  it('tells the parts that were found where others are missing', () => {
    const graph = checkpointGraph();
    graph['4'] = { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'gone.safetensors' } };
    const told = explainGraph(graph, infos);
    expect(told.parts).toMatchObject({ sampler: { node: '3' } });
    expect(told.problems).toMatchObject([{ kind: 'missing-file', file: 'gone.safetensors' }]);
  });
});
