import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../../comfy/graph';
import { newJob } from '../fixtures/records';
import type { JobRecord, Output } from '../state/job';
import { factsOf } from './job-facts';

/** One picture as it was sampled, and one upscaled from it. */
const GRAPH: ApiGraph = {
  load: { class_type: 'LoadImage', inputs: { image: 'cat.png [output]' } },
  p: { class_type: 'CLIPTextEncode', inputs: { text: 'a cat', clip: ['model', 1] } },
  n: { class_type: 'CLIPTextEncode', inputs: { text: 'blurry', clip: ['model', 1] } },
  model: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'sd.safetensors' } },
  enc: { class_type: 'VAEEncodeForInpaint', inputs: { pixels: ['load', 0], mask: ['load', 1] } },
  k: {
    class_type: 'KSampler',
    inputs: {
      ...{ seed: 18446744073709551615n, steps: 20, cfg: 7, sampler_name: 'euler', scheduler: 'simple' },
      ...{ model: ['model', 0], positive: ['p', 0], negative: ['n', 0], latent_image: ['enc', 0] },
    },
  },
  save: { class_type: 'SaveImage', inputs: { images: ['k', 0] } },
  up: { class_type: 'ImageUpscaleWithModel', inputs: { image: ['other', 0] } },
  other: { class_type: 'EmptyImage', inputs: { width: 8 } },
  save2: { class_type: 'SaveImage', inputs: { images: ['up', 0] } },
};

function jobOf(nodes: string[], more: Partial<JobRecord> = {}): JobRecord {
  const outputs = nodes.map((nodeId, index): Output => ({
    ...{ nodeId, index, media: 'image', ref: { filename: 'x.png', subfolder: '', type: 'output' } },
  }));
  return newJob('a', 'completed', { outputs, ...more });
}

describe('what a graph tells of each file', () => {
  it('is what its own branch tells', () => {
    const facts = factsOf(jobOf(['save', 'save2']), { graph: GRAPH, pngInfo: {} });
    expect(facts['save']).toMatchObject({ upscaled: false, mask: true, source: true });
    expect(facts['save']?.nodes).toEqual([
      ...['SaveImage', 'KSampler', 'CheckpointLoaderSimple', 'CLIPTextEncode', 'VAEEncodeForInpaint'],
      'LoadImage',
    ]);
    expect(facts['save']?.summary).toMatchObject({ prompt: 'a cat', seed: 18446744073709551615n });
    expect(facts['save2']).toMatchObject({ upscaled: true, mask: false, source: false });
    expect(facts['save2']?.nodes).toEqual(['SaveImage', 'ImageUpscaleWithModel', 'EmptyImage']);
    expect(facts['save2']?.summary).toMatchObject({ prompt: null });
  });

  it('repeats nothing that the job tells already', () => {
    const told = factsOf(jobOf(['save', 'save2']), { graph: GRAPH, pngInfo: {} })['save']?.summary ?? null;
    const facts = factsOf(jobOf(['save', 'save', 'save2'], { summary: told }), { graph: GRAPH, pngInfo: {} });
    expect(facts['save']?.summary).toBeNull();
    expect(facts['save2']?.summary).not.toBeNull();
  });

  it('knows the node of a part that was expanded while it ran', () => {
    const facts = factsOf(jobOf(['save.0.0.1']), { graph: GRAPH, pngInfo: {} });
    expect(facts['save.0.0.1']?.nodes).toContain('KSampler');
  });

  it('believes the app about its own edits, and a graph that is not there about nothing', () => {
    const parent = { filename: 'p.png', subfolder: '', type: 'output' } as const;
    const darkroom = { recipe: 'x', parent, mask: parent };
    const facts = factsOf(jobOf(['gone'], { darkroom }), { graph: {}, pngInfo: {} });
    expect(facts['gone']).toMatchObject({ nodes: [], mask: true, source: true, upscaled: false });
  });
});
