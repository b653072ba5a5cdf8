import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../comfy/graph';
import { faultField } from './fault-field';

const graph: ApiGraph = {
  ckpt: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'a.safetensors' } },
  size: { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 512, batch_size: 1 } },
  text: { class_type: 'CLIPTextEncode', inputs: { text: 'a fox', clip: ['ckpt', 1] } },
  sampler: {
    class_type: 'KSampler',
    inputs: { seed: 1, steps: 20, model: ['ckpt', 0], positive: ['text', 0], latent_image: ['size', 0] },
  },
  save: { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['sampler', 0] } },
};

describe('an input that was refused', () => {
  it('is the one to change', () => {
    const fault = { nodeId: 'ckpt', inputName: 'ckpt_name', cause: null };
    expect(faultField(graph, fault)).toEqual({ node: 'ckpt', input: 'ckpt_name' });
  });

  it('is the one to fill in where it is missing', () => {
    const fault = { nodeId: 'sampler', inputName: 'denoise', cause: null };
    expect(faultField(graph, fault)).toEqual({ node: 'sampler', input: 'denoise' });
  });

  it('leads to where its link comes from', () => {
    const fault = { nodeId: 'sampler', inputName: 'positive', cause: null };
    expect(faultField(graph, fault)).toEqual({ node: 'text', input: 'text' });
  });
});

describe('a node that failed', () => {
  it('leads to what its cause is made by, upstream of it', () => {
    const at = (cause: Parameters<typeof faultField>[1]['cause']) =>
      faultField(graph, { nodeId: 'sampler', inputName: null, cause });
    expect(at('memory')).toEqual({ node: 'size', input: 'width' });
    expect(at('model')).toEqual({ node: 'ckpt', input: 'ckpt_name' });
  });

  it('leads to its own first input when the cause is not known, and never to a seed', () => {
    const fault = { nodeId: 'sampler', inputName: null, cause: null };
    expect(faultField(graph, fault)).toEqual({ node: 'sampler', input: 'steps' });
  });

  it('leads nowhere when the graph does not have it', () => {
    expect(faultField(graph, { nodeId: 'gone', inputName: null, cause: null })).toBeNull();
    expect(faultField(graph, { nodeId: null, inputName: null, cause: null })).toBeNull();
  });
});
