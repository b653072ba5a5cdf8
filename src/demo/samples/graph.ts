import type { ApiGraph } from '../../comfy/graph';
import type { SampleSpec } from './specs';

/** The usual text-to-image graph, as the official editor numbers it. Node 9 saves. */
export function sampleGraph(spec: SampleSpec): ApiGraph {
  return {
    '3': {
      class_type: 'KSampler',
      inputs: {
        seed: spec.seed,
        steps: spec.steps,
        cfg: spec.cfg,
        sampler_name: spec.sampler,
        scheduler: spec.scheduler,
        denoise: 1,
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
      },
      _meta: { title: 'KSampler' },
    },
    '4': {
      class_type: 'CheckpointLoaderSimple',
      inputs: { ckpt_name: spec.checkpoint },
      _meta: { title: 'Load Checkpoint' },
    },
    '5': {
      class_type: 'EmptyLatentImage',
      inputs: { width: spec.width, height: spec.height, batch_size: 1 },
      _meta: { title: 'Empty Latent Image' },
    },
    '6': {
      class_type: 'CLIPTextEncode',
      inputs: { text: spec.prompt, clip: ['4', 1] },
      _meta: { title: 'Positive Prompt' },
    },
    '7': {
      class_type: 'CLIPTextEncode',
      inputs: { text: spec.negative, clip: ['4', 1] },
      _meta: { title: 'Negative Prompt' },
    },
    '8': {
      class_type: 'VAEDecode',
      inputs: { samples: ['3', 0], vae: ['4', 2] },
      _meta: { title: 'VAE Decode' },
    },
    '9': {
      class_type: 'SaveImage',
      inputs: { filename_prefix: spec.prefix, images: ['8', 0] },
      _meta: { title: 'Save Image' },
    },
  };
}

/** The node of `sampleGraph` that saves. */
export const SAVE_NODE = '9';
