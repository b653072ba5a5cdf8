import { recipeFromData } from './recipe-data';
import { RECIPE_TITLES } from './recipe-title';

const prompt = (field: string) => ({
  class: 'CLIPTextEncode',
  inputs: { text: { field }, clip: { output: 'loader:1' } },
});

/** Repaints the mask with a checkpoint; soft masks steer the strength pixel by pixel where the server can. */
export const inpaintCheckpoint = recipeFromData({
  id: 'inpaint-checkpoint',
  title: RECIPE_TITLES['inpaint-checkpoint'],
  about: 'inpaint.about.inpaint',
  fields: [
    { kind: 'text', key: 'prompt', label: 'recipes.field.prompt', rows: 4 },
    { kind: 'text', key: 'negative', label: 'recipes.field.negative', rows: 2 },
    {
      kind: 'choice',
      key: 'ckpt_name',
      label: 'recipes.field.checkpoint',
      from: ['CheckpointLoaderSimple', 'ckpt_name'],
    },
    {
      kind: 'number',
      key: 'denoise',
      label: 'recipes.field.denoise',
      from: ['KSampler', 'denoise'],
      min: 0,
      max: 1,
      step: 0.01,
      preset: 0.75,
    },
    {
      kind: 'loras',
      key: 'loras',
      label: 'families.field.loras',
      from: ['LoraLoader', 'lora_name'],
    },
    {
      kind: 'choice',
      key: 'sampler_name',
      label: 'recipes.field.sampler',
      from: ['KSampler', 'sampler_name'],
      wanted: ['dpmpp_2m', 'euler'],
    },
    {
      kind: 'choice',
      key: 'scheduler',
      label: 'recipes.field.scheduler',
      from: ['KSampler', 'scheduler'],
      wanted: ['karras', 'normal'],
    },
    // The server allows 10 000 steps and CFG 100, which nobody wants to pass on the way to the usual ones.
    {
      kind: 'number',
      key: 'steps',
      label: 'recipes.field.steps',
      from: ['KSampler', 'steps'],
      min: 1,
      max: 150,
      step: 1,
      preset: 20,
    },
    {
      kind: 'number',
      key: 'cfg',
      label: 'recipes.field.cfg',
      from: ['KSampler', 'cfg'],
      min: 0,
      max: 30,
      step: 0.1,
      preset: 7,
    },
    { kind: 'seed', key: 'seed', label: 'recipes.field.seed', from: ['KSampler', 'seed'] },
  ],
  nodes: {
    loader: { class: 'CheckpointLoaderSimple', inputs: { ckpt_name: { field: 'ckpt_name' } } },
    positive: prompt('prompt'),
    negative: prompt('negative'),
    // Serves inpainting and plain checkpoints alike; servers without it mask the noise alone.
    conditioned: {
      class: 'InpaintModelConditioning',
      optional: true,
      inputs: {
        positive: { output: 'positive' },
        negative: { output: 'negative' },
        vae: { output: 'loader:2' },
        pixels: { area: 'pixels' },
        mask: { area: 'mask' },
        noise_mask: true,
      },
    },
    encoded: { class: 'VAEEncode', inputs: { pixels: { area: 'pixels' }, vae: { output: 'loader:2' } } },
    latent: {
      class: 'SetLatentNoiseMask',
      inputs: { samples: { output: 'encoded' }, mask: { area: 'mask' } },
    },
    differential: {
      class: 'DifferentialDiffusion',
      optional: true,
      inputs: { model: { output: 'loader' } },
    },
    sampled: {
      class: 'KSampler',
      inputs: {
        model: { output: ['differential', 'loader'] },
        seed: { field: 'seed' },
        steps: { field: 'steps' },
        cfg: { field: 'cfg' },
        sampler_name: { field: 'sampler_name' },
        scheduler: { field: 'scheduler' },
        positive: { output: ['conditioned', 'positive'] },
        negative: { output: ['conditioned:1', 'negative'] },
        latent_image: { output: ['conditioned:2', 'latent'] },
        denoise: { field: 'denoise' },
      },
    },
    decoded: {
      class: 'VAEDecode',
      inputs: { samples: { output: 'sampled' }, vae: { output: 'loader:2' } },
    },
  },
  loras: { field: 'loras', model: 'loader', clip: 'loader:1' },
  result: 'decoded',
  prefix: 'Darkroom/inpaint',
});
