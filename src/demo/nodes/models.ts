import type { ConditioningValue, ModelValue, NodeClass } from '../exec/node-types';
import { PythonError } from '../python/errors';
import { boolOf, conditioningOf, float, floatOf, imageOf, maskOf, modelOf, textOf } from './inputs';
import { encodeImage, fitMask } from './latent';

export const NO_WEIGHTS = 'Nothing is loaded: the demo engine has no models, only classical stand-ins.';

/** @throws PythonError as the server's loaders do when the file is not there. */
export function checkedName(name: string, known: readonly string[], folder = 'checkpoints'): string {
  if (!known.includes(name)) {
    throw new PythonError(
      'FileNotFoundError',
      `Model in folder '${folder}' with filename '${name}' not found.`,
    );
  }
  return name;
}

function named(checkpoint: string, ...kinds: ModelValue['kind'][]): ModelValue[] {
  return kinds.map((kind) => ({ kind, checkpoint }));
}

export const checkpointLoaderSimple: NodeClass = {
  name: 'CheckpointLoaderSimple',
  v3: false,
  displayName: 'Load Checkpoint (demo: no AI)',
  description: NO_WEIGHTS,
  category: 'model/loaders',
  searchAliases: ['load model', 'checkpoint', 'model loader', 'load checkpoint', 'ckpt', 'model'],
  inputs: ({ checkpoints }) => ({
    required: {
      ckpt_name: [checkpoints, { tooltip: 'The name of the checkpoint (model) to load.' }],
    },
  }),
  returns: ['MODEL', 'CLIP', 'VAE'],
  outputTooltips: [
    'The model used for denoising latents.',
    'The CLIP model used for encoding text prompts.',
    'The VAE model used for encoding and decoding images to and from latent space.',
  ],
  run: (values, { checkpoints }) => ({
    outputs: named(checkedName(textOf(values, 'ckpt_name'), checkpoints), 'model', 'clip', 'vae'),
  }),
};

export const imageOnlyCheckpointLoader: NodeClass = {
  name: 'ImageOnlyCheckpointLoader',
  pythonModule: 'comfy_extras.nodes_video_model',
  v3: false,
  displayName: 'Image Only Checkpoint Loader (demo: no AI)',
  description: NO_WEIGHTS,
  category: 'model/loaders',
  inputs: ({ checkpoints }) => ({ required: { ckpt_name: [checkpoints] } }),
  returns: ['MODEL', 'CLIP_VISION', 'VAE'],
  run: (values, { checkpoints }) => ({
    outputs: named(checkedName(textOf(values, 'ckpt_name'), checkpoints), 'model', 'clip_vision', 'vae'),
  }),
};

export const clipTextEncode: NodeClass = {
  name: 'CLIPTextEncode',
  v3: false,
  displayName: 'CLIP Text Encode (Prompt)',
  description: 'Hands a text prompt on. The demo engine looks for words that name a scene.',
  category: 'model/conditioning',
  searchAliases: ['text', 'prompt', 'text prompt', 'positive prompt', 'negative prompt', 'encode text'],
  inputs: () => ({
    required: {
      text: ['STRING', { multiline: true, dynamicPrompts: true, tooltip: 'The text to be encoded.' }],
      clip: ['CLIP', { tooltip: 'The CLIP model used for encoding the text.' }],
    },
  }),
  returns: ['CONDITIONING'],
  outputTooltips: ['A conditioning containing the embedded text used to guide the diffusion model.'],
  run(values) {
    modelOf(values, 'clip', 'clip');
    const text = textOf(values, 'text');
    return { outputs: [{ kind: 'conditioning', text } satisfies ConditioningValue] };
  },
};

export const inpaintModelConditioning: NodeClass = {
  name: 'InpaintModelConditioning',
  v3: false,
  displayName: 'InpaintModelConditioning',
  category: 'model/conditioning',
  inputs: () => ({
    required: {
      positive: ['CONDITIONING'],
      negative: ['CONDITIONING'],
      vae: ['VAE'],
      pixels: ['IMAGE'],
      mask: ['MASK'],
      noise_mask: [
        'BOOLEAN',
        {
          default: true,
          tooltip: 'Add a noise mask to the latent so sampling will only happen within the mask.',
        },
      ],
    },
  }),
  returns: ['CONDITIONING', 'CONDITIONING', 'LATENT'],
  returnNames: ['positive', 'negative', 'latent'],
  async run(values, context) {
    modelOf(values, 'vae', 'vae');
    const pixels = imageOf(values, 'pixels');
    const mask = await fitMask(maskOf(values, 'mask'), pixels, context.pace);
    const conditions = ['positive', 'negative'].map((name) => ({
      ...conditioningOf(values, name),
      inpaintMask: mask,
    }));
    const latent = encodeImage(pixels);
    return {
      outputs: [...conditions, boolOf(values, 'noise_mask', true) ? { ...latent, noiseMask: mask } : latent],
    };
  },
};

export const differentialDiffusion: NodeClass = {
  name: 'DifferentialDiffusion',
  pythonModule: 'comfy_extras.nodes_differential_diffusion',
  v3: 2025,
  displayName: 'Differential Diffusion',
  category: 'experimental',
  experimental: true,
  searchAliases: ['inpaint gradient', 'variable denoise strength'],
  inputs: () => ({
    required: { model: ['MODEL', {}] },
    optional: { strength: float(1, 0, 1, 0.01) },
  }),
  returns: ['MODEL'],
  run: (values) => ({
    outputs: [{ ...modelOf(values, 'model', 'model'), differential: floatOf(values, 'strength', 1) }],
  }),
};

export const videoLinearCfgGuidance: NodeClass = {
  name: 'VideoLinearCFGGuidance',
  pythonModule: 'comfy_extras.nodes_video_model',
  v3: false,
  displayName: 'Video Linear CFG Guidance',
  category: 'model/sampling/guiders',
  inputs: () => ({
    required: { model: ['MODEL'], min_cfg: float(1, 0, 100, 0.5, { round: 0.01, advanced: true }) },
  }),
  returns: ['MODEL'],
  run: (values) => ({
    outputs: [{ ...modelOf(values, 'model', 'model'), minCfg: floatOf(values, 'min_cfg', 1) }],
  }),
};
