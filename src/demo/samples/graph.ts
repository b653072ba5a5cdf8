import type { ApiGraph, ApiInput, ApiNode } from '../../comfy/graph';
import type { SampleSpec } from './specs';

/** The node of `sampleGraph` that saves. */
export const SAVE_NODE = '9';

function node(title: string, className: string, inputs: Record<string, ApiInput>): ApiNode {
  return { class_type: className, inputs, _meta: { title } };
}

/** The graph that made a sample, as ComfyUI's editor numbers it. `SAVE_NODE` saves. */
export function sampleGraph(spec: SampleSpec): ApiGraph {
  switch (spec.madeBy) {
    case undefined:
      return checkpointGraph(spec);
    case 'KSampler':
      return { ...partsOf(spec, oneEncoder('demo-qwen_3_4b.safetensors', 'lumina2')), '3': kSampler(spec) };
    case 'KSamplerAdvanced':
      return {
        ...partsOf(spec, oneEncoder('demo-qwen_2.5_vl_7b.safetensors', 'qwen_image')),
        '3': kSamplerAdvanced(spec),
      };
    case 'SamplerCustomAdvanced':
      return { ...partsOf(spec, TWO_ENCODERS), ...customSampling(spec) };
  }
}

/** The usual text-to-image graph. */
function checkpointGraph(spec: SampleSpec): ApiGraph {
  return {
    '3': kSampler(spec),
    '4': node('Load Checkpoint', 'CheckpointLoaderSimple', { ckpt_name: spec.model }),
    '5': node('Empty Latent Image', 'EmptyLatentImage', {
      width: spec.width,
      height: spec.height,
      batch_size: 1,
    }),
    '6': node('Positive Prompt', 'CLIPTextEncode', { text: spec.prompt, clip: ['4', 1] }),
    '7': node('Negative Prompt', 'CLIPTextEncode', { text: spec.negative, clip: ['4', 1] }),
    '8': node('VAE Decode', 'VAEDecode', { samples: ['3', 0], vae: ['4', 2] }),
    '9': save(spec),
  };
}

function save(spec: SampleSpec): ApiNode {
  return node('Save Image', 'SaveImage', { filename_prefix: spec.prefix, images: ['8', 0] });
}

/** What most of ComfyUI's templates have around their sampler: model, text encoder and VAE loaded apart. */
function partsOf(spec: SampleSpec, encoder: ApiNode): ApiGraph {
  return {
    '4': node('ModelSamplingAuraFlow', 'ModelSamplingAuraFlow', { model: ['10', 0], shift: 3 }),
    '5': node('EmptySD3LatentImage', 'EmptySD3LatentImage', {
      width: spec.width,
      height: spec.height,
      batch_size: 1,
    }),
    '6': node('Positive Prompt', 'CLIPTextEncode', { text: spec.prompt, clip: ['11', 0] }),
    '7': node('Negative Prompt', 'CLIPTextEncode', { text: spec.negative, clip: ['11', 0] }),
    '8': node('VAE Decode', 'VAEDecode', { samples: ['3', 0], vae: ['12', 0] }),
    '9': save(spec),
    '10': node('Load Diffusion Model', 'UNETLoader', { unet_name: spec.model, weight_dtype: 'default' }),
    '11': encoder,
    '12': node('Load VAE', 'VAELoader', { vae_name: 'demo-ae.safetensors' }),
  };
}

function oneEncoder(name: string, type: string): ApiNode {
  return node('Load CLIP', 'CLIPLoader', { clip_name: name, type, device: 'default' });
}

const TWO_ENCODERS = node('Load CLIP (Dual)', 'DualCLIPLoader', {
  clip_name1: 'demo-clip_l.safetensors',
  clip_name2: 'demo-t5xxl.safetensors',
  type: 'flux',
  device: 'default',
});

function kSampler(spec: SampleSpec): ApiNode {
  return node('KSampler', 'KSampler', {
    seed: spec.seed,
    steps: spec.steps,
    cfg: spec.cfg,
    sampler_name: spec.sampler,
    scheduler: spec.scheduler,
    denoise: 1,
    ...CONDITIONS,
  });
}

function kSamplerAdvanced(spec: SampleSpec): ApiNode {
  return node('KSampler (Advanced)', 'KSamplerAdvanced', {
    add_noise: 'enable',
    noise_seed: spec.seed,
    steps: spec.steps,
    cfg: spec.cfg,
    sampler_name: spec.sampler,
    scheduler: spec.scheduler,
    start_at_step: 0,
    end_at_step: 10000,
    return_with_leftover_noise: 'disable',
    ...CONDITIONS,
  });
}

const CONDITIONS: Record<string, ApiInput> = {
  model: ['4', 0],
  positive: ['6', 0],
  negative: ['7', 0],
  latent_image: ['5', 0],
};

/** As Flux is sampled: guidance within the prompt, and no negative one. */
function customSampling(spec: SampleSpec): ApiGraph {
  return {
    '3': node('SamplerCustomAdvanced', 'SamplerCustomAdvanced', {
      noise: ['13', 0],
      guider: ['14', 0],
      sampler: ['15', 0],
      sigmas: ['16', 0],
      latent_image: ['5', 0],
    }),
    '7': node('FluxGuidance', 'FluxGuidance', { conditioning: ['6', 0], guidance: spec.cfg }),
    '13': node('RandomNoise', 'RandomNoise', { noise_seed: spec.seed }),
    '14': node('Basic Guider', 'BasicGuider', { model: ['4', 0], conditioning: ['7', 0] }),
    '15': node('KSamplerSelect', 'KSamplerSelect', { sampler_name: spec.sampler }),
    '16': node('BasicScheduler', 'BasicScheduler', {
      model: ['4', 0],
      scheduler: spec.scheduler,
      steps: spec.steps,
      denoise: 1,
    }),
  };
}
