import { toAnnotated } from '../comfy/file-ref';
import type { ApiGraph } from '../comfy/graph';
import type { MessageKey } from '../i18n/index.svelte';
import {
  maskRef,
  type NodeInfos,
  type Recipe,
  type RecipeField,
  type RecipeInput,
  type RecipeValues,
  specOf,
} from './recipe';
import { randomSeed } from './seed';

/** Latents are an eighth of the picture's size. */
const LATENT_STEP = 8;

function choice(
  infos: NodeInfos,
  node: string,
  key: string,
  label: MessageKey,
  wanted: readonly string[],
): RecipeField {
  const names = specOf(infos, node, key, 'combo')?.options ?? [];
  const preset = wanted.find((name) => names.includes(name)) ?? names[0] ?? '';
  return {
    kind: 'choice',
    key,
    label,
    preset,
    options: names.map((value) => ({ value, label: displayName(value) })),
  };
}

/** Model names keep their backslashes on the wire and lose them on screen (API reference 10.23). */
function displayName(value: string): string {
  return value.replaceAll('\\', '/').replace(/\.(safetensors|ckpt|pt|sft)$/i, '');
}

function fields(infos: NodeInfos): RecipeField[] {
  const steps = specOf(infos, 'KSampler', 'steps', 'int');
  const cfg = specOf(infos, 'KSampler', 'cfg', 'float');
  const denoise = specOf(infos, 'KSampler', 'denoise', 'float');
  const seed = specOf(infos, 'KSampler', 'seed', 'int');
  return [
    { kind: 'text', key: 'prompt', label: 'recipes.field.prompt', rows: 4, preset: '' },
    { kind: 'text', key: 'negative', label: 'recipes.field.negative', rows: 2, preset: '' },
    choice(infos, 'CheckpointLoaderSimple', 'ckpt_name', 'recipes.field.checkpoint', []),
    {
      kind: 'number',
      key: 'denoise',
      label: 'recipes.field.denoise',
      min: denoise?.min ?? 0,
      max: denoise?.max ?? 1,
      step: denoise?.step ?? 0.01,
      preset: 0.75,
    },
    choice(infos, 'KSampler', 'sampler_name', 'recipes.field.sampler', ['dpmpp_2m', 'euler']),
    choice(infos, 'KSampler', 'scheduler', 'recipes.field.scheduler', ['karras', 'normal']),
    {
      kind: 'number',
      key: 'steps',
      label: 'recipes.field.steps',
      min: Number(steps?.min ?? 1),
      // The server allows 10 000, which nobody wants on a slider's way.
      max: Math.min(150, Number(steps?.max ?? 150)),
      step: 1,
      preset: 20,
    },
    {
      kind: 'number',
      key: 'cfg',
      label: 'recipes.field.cfg',
      min: cfg?.min ?? 0,
      max: Math.min(30, cfg?.max ?? 30),
      step: cfg?.step ?? 0.1,
      preset: 7,
    },
    {
      kind: 'seed',
      key: 'seed',
      label: 'recipes.field.seed',
      max: seed?.max ?? 2n ** 64n - 1n,
      preset: randomSeed(),
    },
  ];
}

function build(input: RecipeInput, values: RecipeValues, infos: NodeInfos): ApiGraph {
  const value = (key: string): RecipeValues[string] => values[key] ?? '';
  const upTo = (size: number): number => Math.ceil(size / LATENT_STEP) * LATENT_STEP;
  const fits = input.width % LATENT_STEP === 0 && input.height % LATENT_STEP === 0;
  const soft = infos.has('DifferentialDiffusion');
  const graph: ApiGraph = {
    '1': node('LoadImage', { image: toAnnotated(maskRef(input.source)) }),
    '2': node('CheckpointLoaderSimple', { ckpt_name: value('ckpt_name') }),
    '3': node('CLIPTextEncode', { text: value('prompt'), clip: ['2', 1] }),
    '4': node('CLIPTextEncode', { text: value('negative'), clip: ['2', 1] }),
    '6': node('InpaintModelConditioning', {
      positive: ['3', 0],
      negative: ['4', 0],
      vae: ['2', 2],
      pixels: fits ? ['1', 0] : ['5', 0],
      mask: ['1', 1],
      noise_mask: true,
    }),
    '8': node('KSampler', {
      model: soft ? ['7', 0] : ['2', 0],
      seed: value('seed'),
      steps: value('steps'),
      cfg: value('cfg'),
      sampler_name: value('sampler_name'),
      scheduler: value('scheduler'),
      positive: ['6', 0],
      negative: ['6', 1],
      latent_image: ['6', 2],
      denoise: value('denoise'),
    }),
    '9': node('VAEDecode', { samples: ['8', 0], vae: ['2', 2] }),
    // The original is the destination: where the mask is 0 its pixels are kept to the bit.
    '11': node('ImageCompositeMasked', {
      destination: ['1', 0],
      source: fits ? ['9', 0] : ['10', 0],
      x: 0,
      y: 0,
      resize_source: false,
      mask: ['1', 1],
    }),
    '12': node('SaveImage', { images: ['11', 0], filename_prefix: 'Darkroom/inpaint' }),
  };
  if (soft) {
    graph['7'] = node('DifferentialDiffusion', { model: ['2', 0] });
  }
  if (!fits) {
    // The VAE would cut the picture to a multiple of 8 and shift it; scaling and back keeps every edge.
    graph['5'] = scale(['1', 0], upTo(input.width), upTo(input.height));
    graph['10'] = scale(['9', 0], input.width, input.height);
  }
  return graph;
}

function scale(image: [string, number], width: number, height: number): ApiGraph[string] {
  return node('ImageScale', { image, upscale_method: 'lanczos', width, height, crop: 'disabled' });
}

function node(class_type: string, inputs: ApiGraph[string]['inputs']): ApiGraph[string] {
  return { class_type, inputs };
}

/** Repaints the mask with a checkpoint; soft masks steer the strength pixel by pixel where the server can. */
export const inpaintCheckpoint: Recipe = {
  id: 'inpaint-checkpoint',
  title: 'recipes.inpaint.title',
  about: 'recipes.inpaint.about',
  needs: [
    'LoadImage',
    'CheckpointLoaderSimple',
    'CLIPTextEncode',
    'InpaintModelConditioning',
    'KSampler',
    'VAEDecode',
    'ImageScale',
    'ImageCompositeMasked',
    'SaveImage',
  ],
  supports: { area: false, working: false, denoiseMask: false, compositeMask: false, extend: false },
  fields,
  build,
};
