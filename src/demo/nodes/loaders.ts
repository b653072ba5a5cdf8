import { DEMO_MODELS } from '../checkpoints';
import type { InputSpec, ModelValue, NodeClass } from '../exec/node-types';
import { advanced, float, modelOf, textOf } from './inputs';
import { checkedName, NO_WEIGHTS } from './models';

/** What CLIPLoader takes the text encoder for. */
const CLIP_TYPES = [
  ...['stable_diffusion', 'stable_cascade', 'sd3', 'stable_audio', 'mochi', 'ltxv', 'pixart', 'cosmos'],
  ...['lumina2', 'wan', 'hidream', 'chroma', 'ace', 'omnigen2', 'qwen_image', 'hunyuan_image'],
];
const CLIP_TYPES_SINCE_2026 = [
  ...['flux2', 'ovis', 'longcat_image', 'cogvideox', 'lens', 'pixeldit', 'ideogram4', 'boogu', 'krea2'],
  ...['joyimage', 'mage', 'minimax'],
];
const DUAL_TYPES = ['sdxl', 'sd3', 'flux', 'hunyuan_video', 'hidream', 'hunyuan_image'];
const DUAL_TYPES_SINCE_2026 = [
  ...['hunyuan_video_15', 'kandinsky5', 'kandinsky5_image', 'ltxv', 'newbie', 'ace'],
];

/** A VAE of the server itself: pixels as they are. */
const PIXEL_SPACE = 'pixel_space';
const DEVICE: Record<string, InputSpec> = { device: [['default', 'cpu'], { advanced: true }] };
const STRENGTH = float(1, -100, 100, 0.01);

function loaded(kind: ModelValue['kind'], folder: keyof typeof DEMO_MODELS, name: string): ModelValue {
  return { kind, checkpoint: checkedName(name, DEMO_MODELS[folder], folder) };
}

export const unetLoader: NodeClass = {
  name: 'UNETLoader',
  v3: false,
  displayName: 'Load Diffusion Model (demo: no AI)',
  description: NO_WEIGHTS,
  category: 'model/loaders',
  inputs: (scope) => ({
    required: {
      unet_name: [DEMO_MODELS.diffusion_models],
      weight_dtype: advanced([['default', 'fp8_e4m3fn', 'fp8_e4m3fn_fast', 'fp8_e5m2']], scope),
    },
  }),
  returns: ['MODEL'],
  run: (values) => ({ outputs: [loaded('model', 'diffusion_models', textOf(values, 'unet_name'))] }),
};

export const clipLoader: NodeClass = {
  name: 'CLIPLoader',
  v3: false,
  displayName: 'Load CLIP (demo: no AI)',
  description: NO_WEIGHTS,
  category: 'model/loaders',
  inputs: ({ era }) => ({
    required: {
      clip_name: [DEMO_MODELS.text_encoders],
      type: [era.hardened ? [...CLIP_TYPES, ...CLIP_TYPES_SINCE_2026] : CLIP_TYPES],
    },
    optional: DEVICE,
  }),
  returns: ['CLIP'],
  run: (values) => ({ outputs: [loaded('clip', 'text_encoders', textOf(values, 'clip_name'))] }),
};

export const dualClipLoader: NodeClass = {
  name: 'DualCLIPLoader',
  v3: false,
  displayName: 'Load CLIP (Dual; demo: no AI)',
  description: NO_WEIGHTS,
  category: 'model/loaders',
  inputs: ({ era }) => ({
    required: {
      clip_name1: [DEMO_MODELS.text_encoders],
      clip_name2: [DEMO_MODELS.text_encoders],
      type: [era.hardened ? [...DUAL_TYPES, ...DUAL_TYPES_SINCE_2026] : DUAL_TYPES],
    },
    optional: DEVICE,
  }),
  returns: ['CLIP'],
  run(values) {
    const [first] = ['clip_name1', 'clip_name2'].map((name) =>
      loaded('clip', 'text_encoders', textOf(values, name)),
    );
    return { outputs: [first] };
  },
};

export const vaeLoader: NodeClass = {
  name: 'VAELoader',
  v3: false,
  displayName: 'Load VAE (demo: no AI)',
  description: NO_WEIGHTS,
  category: 'model/loaders',
  inputs: () => ({ required: { vae_name: [[...DEMO_MODELS.vae, PIXEL_SPACE]] } }),
  returns: ['VAE'],
  run(values) {
    const name = textOf(values, 'vae_name');
    return {
      outputs: [name === PIXEL_SPACE ? { kind: 'vae', checkpoint: name } : loaded('vae', 'vae', name)],
    };
  },
};

const LORA_NOTE = 'Hands the model on unchanged: the demo engine has none to modify.';
const LORA_ALIASES = ['lora', 'load lora', 'apply lora', 'lora loader', 'lora model'];

export const loraLoader: NodeClass = {
  name: 'LoraLoader',
  v3: false,
  displayName: 'Load LoRA (Model and CLIP; demo: no AI)',
  description: LORA_NOTE,
  category: 'model/loaders',
  searchAliases: LORA_ALIASES,
  inputs: () => ({
    required: {
      model: ['MODEL', { tooltip: 'The diffusion model the LoRA will be applied to.' }],
      clip: ['CLIP', { tooltip: 'The CLIP model the LoRA will be applied to.' }],
      lora_name: [DEMO_MODELS.loras, { tooltip: 'The name of the LoRA.' }],
      strength_model: STRENGTH,
      strength_clip: STRENGTH,
    },
  }),
  returns: ['MODEL', 'CLIP'],
  run(values) {
    checkedName(textOf(values, 'lora_name'), DEMO_MODELS.loras, 'loras');
    return { outputs: [modelOf(values, 'model', 'model'), modelOf(values, 'clip', 'clip')] };
  },
};

export const loraLoaderModelOnly: NodeClass = {
  name: 'LoraLoaderModelOnly',
  v3: false,
  displayName: 'Load LoRA (demo: no AI)',
  description: LORA_NOTE,
  category: 'model/loaders',
  searchAliases: LORA_ALIASES,
  inputs: () => ({
    required: { model: ['MODEL'], lora_name: [DEMO_MODELS.loras], strength_model: STRENGTH },
  }),
  returns: ['MODEL'],
  run(values) {
    checkedName(textOf(values, 'lora_name'), DEMO_MODELS.loras, 'loras');
    return { outputs: [modelOf(values, 'model', 'model')] };
  },
};

export const modelSamplingAuraFlow: NodeClass = {
  name: 'ModelSamplingAuraFlow',
  pythonModule: 'comfy_extras.nodes_model_advanced',
  v3: false,
  displayName: 'ModelSamplingAuraFlow',
  description: 'Without effect in the demo engine, whose schedule is even.',
  category: 'model/patch',
  inputs: () => ({ required: { model: ['MODEL'], shift: float(1.73, 0, 100, 0.01) } }),
  returns: ['MODEL'],
  run: (values) => ({ outputs: [modelOf(values, 'model', 'model')] }),
};
