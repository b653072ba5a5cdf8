import type { ApiGraph, NodeLink } from '../comfy/graph';
import type { MessageKey } from '../i18n/index.svelte';
import { AREA_NODES, cutOut, pasteBack } from './area-graph';
import { GraphBuilder, slot } from './graph-builder';
import { ownWorkingSize } from './inpaint-area';
import {
  type NodeInfos,
  type Recipe,
  type RecipeField,
  type RecipeInput,
  type RecipeValues,
  specOf,
} from './recipe';
import { RECIPE_TITLES } from './recipe-title';
import { randomSeed } from './seed';

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
  const builder = new GraphBuilder();
  const cut = cutOut(builder, input);
  // The VAE would cut other sizes to multiples of 8 and shift them; scaling and back keeps every edge.
  const working = input.working ?? ownWorkingSize(cut.area);
  const pixels = builder.scale(cut.pixels, cut.area, working, 'lanczos');
  const loader = builder.add('CheckpointLoaderSimple', { ckpt_name: value('ckpt_name') });
  const [clip, vae] = [slot(loader, 1), slot(loader, 2)];
  const prompt = (key: string): NodeLink => builder.add('CLIPTextEncode', { text: value(key), clip });
  const start = prepare(builder, infos, {
    positive: prompt('prompt'),
    negative: prompt('negative'),
    vae,
    pixels,
    mask: cut.denoise,
  });
  const model = infos.has('DifferentialDiffusion')
    ? builder.add('DifferentialDiffusion', { model: loader })
    : loader;
  const samples = builder.add('KSampler', {
    model,
    seed: value('seed'),
    steps: value('steps'),
    cfg: value('cfg'),
    sampler_name: value('sampler_name'),
    scheduler: value('scheduler'),
    ...start,
    denoise: value('denoise'),
  });
  const decoded = builder.add('VAEDecode', { samples, vae });
  const images = pasteBack(builder, cut, builder.scale(decoded, working, cut.area, 'lanczos'));
  builder.add('SaveImage', { images, filename_prefix: 'Darkroom/inpaint' });
  return builder.graph;
}

interface Scene {
  positive: NodeLink;
  negative: NodeLink;
  vae: NodeLink;
  pixels: NodeLink;
  mask: NodeLink;
}

/** What KSampler starts from. InpaintModelConditioning serves inpainting and plain checkpoints alike. */
function prepare(
  builder: GraphBuilder,
  infos: NodeInfos,
  scene: Scene,
): { positive: NodeLink; negative: NodeLink; latent_image: NodeLink } {
  const { positive, negative, vae, pixels, mask } = scene;
  if (infos.has('InpaintModelConditioning')) {
    const first = builder.add('InpaintModelConditioning', { ...scene, noise_mask: true });
    return { positive: first, negative: slot(first, 1), latent_image: slot(first, 2) };
  }
  const samples = builder.add('VAEEncode', { pixels, vae });
  return { positive, negative, latent_image: builder.add('SetLatentNoiseMask', { samples, mask }) };
}

/** Repaints the mask with a checkpoint; soft masks steer the strength pixel by pixel where the server can. */
export const inpaintCheckpoint: Recipe = {
  id: 'inpaint-checkpoint',
  title: RECIPE_TITLES['inpaint-checkpoint'],
  about: 'recipes.inpaint.about',
  needs: [
    ...AREA_NODES,
    'CheckpointLoaderSimple',
    'CLIPTextEncode',
    'VAEEncode',
    'SetLatentNoiseMask',
    'KSampler',
    'VAEDecode',
  ],
  supports: { area: true, working: true, denoiseMask: true, compositeMask: true, extend: true },
  fields,
  build,
};
