import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../../comfy/graph';
import { writeLoras } from '../lora-stack';
import { fillValues, isFilled, type NodeInfos, type Recipe, type RecipeInput, recipeInput } from '../recipe';
import { all, behind, faults, only } from '../surgery/fixtures/small-server';
import { COMPANIONS, type ModelFiles, modelServer } from './fixtures/model-server';
import { offerModels } from './offer';

const SOURCE = {
  kind: 'apart',
  image: { filename: 'photo.png', subfolder: '', type: 'input' },
  mask: { filename: 'mask.png', subfolder: '', type: 'input' },
} as const;
const PART = { area: { x: 64, y: 32, width: 320, height: 240 }, working: { width: 1032, height: 776 } };

function find(infos: NodeInfos, id: string): Recipe {
  const recipe = offerModels(infos).recipes.find((one) => one.id === id);
  if (!recipe) {
    throw new Error(`${id} is not offered`);
  }
  return recipe;
}

/** The graph of a recipe, after checking that a server would take it. */
function build(
  infos: NodeInfos,
  id: string,
  values: Record<string, string | number | boolean> = {},
  more: Partial<RecipeInput> = PART,
): ApiGraph {
  const recipe = find(infos, id);
  const filled = { ...fillValues(recipe.fields(infos), {}), prompt: 'a door', seed: 5, ...values };
  const graph = recipe.build(recipeInput(SOURCE, { width: 800, height: 600 }, more), filled, infos);
  expect(faults(graph, infos)).toEqual([]);
  return graph;
}

const server = (files: ModelFiles, without?: readonly string[]): NodeInfos =>
  modelServer({ ...COMPANIONS, ...files }, without);

describe('a family’s recipe', () => {
  it('samples the cut-out area with the loaders, patches and numbers of its family', () => {
    const infos = server({ unets: ['z_image_turbo_bf16.safetensors'] });
    const graph = build(infos, 'model-z-image-turbo', { denoise: 0.6 });
    const sampler = only(graph, 'KSampler');
    expect(sampler.inputs).toMatchObject({
      seed: 5,
      steps: 8,
      cfg: 1,
      denoise: 0.6,
      sampler_name: 'res_multistep',
      scheduler: 'simple',
    });
    expect(behind(graph, sampler, 'positive').inputs['text']).toBe('a door');
    expect(behind(graph, sampler, 'negative').class_type).toBe('ConditioningZeroOut');
    expect(only(graph, 'CLIPLoader').inputs).toMatchObject({
      clip_name: 'qwen_3_4b.safetensors',
      type: 'lumina2',
    });
    expect(only(graph, 'VAELoader').inputs['vae_name']).toBe('ae.safetensors');
    const shifted = behind(graph, behind(graph, sampler, 'model'), 'model');
    expect([shifted.class_type, shifted.inputs['shift']]).toEqual(['ModelSamplingAuraFlow', 3]);
    const latent = behind(graph, sampler, 'latent_image');
    expect(latent.class_type).toBe('SetLatentNoiseMask');
    // Its patches are 16 px wide.
    const scaled = behind(graph, behind(graph, latent, 'samples'), 'pixels');
    expect(scaled.inputs).toMatchObject({ width: 1040, height: 784 });
    expect(only(graph, 'ImageCompositeMasked').inputs).toMatchObject({ x: 64, y: 32 });
  });

  it('loads GGUF files with their own loaders', () => {
    const infos = server({
      ggufUnets: ['z_image_turbo-Q8_0.gguf'],
      texts: ['t5xxl_fp16.safetensors'],
      ggufTexts: ['Qwen3-4B-Q6_K.gguf'],
    });
    const graph = build(infos, 'model-z-image-turbo');
    expect(only(graph, 'UnetLoaderGGUF').inputs).toEqual({ unet_name: 'z_image_turbo-Q8_0.gguf' });
    expect(only(graph, 'CLIPLoaderGGUF').inputs).toMatchObject({ clip_name: 'Qwen3-4B-Q6_K.gguf' });
    expect(all(graph, 'CLIPLoader')).toEqual([]);
  });

  it('loads NF4 checkpoints with their own loader, and no others with it', () => {
    const infos = server({ checkpoints: ['flux1-dev-bnb-nf4-v2.safetensors', 'flux1-dev-fp8.safetensors'] });
    const nf4 = build(infos, 'model-flux-dev-checkpoint', { model: 'flux1-dev-bnb-nf4-v2.safetensors' });
    expect(only(nf4, 'CheckpointLoaderNF4').inputs).toEqual({
      ckpt_name: 'flux1-dev-bnb-nf4-v2.safetensors',
    });
    const fp8 = build(infos, 'model-flux-dev-checkpoint', { model: 'flux1-dev-fp8.safetensors' });
    expect(only(fp8, 'CheckpointLoaderSimple').inputs['ckpt_name']).toBe('flux1-dev-fp8.safetensors');
  });

  it('loads Nunchaku files, their LoRAs too, with the classes of that pack, as these are preset', () => {
    const file = 'svdq-int4_r32-flux.1-dev.safetensors';
    const infos = server({ unets: [file, 'flux1-dev.safetensors'], loras: ['a.safetensors'] });
    const loras = writeLoras([{ name: 'a.safetensors', strength: 0.8 }]);
    const graph = build(infos, 'model-flux-dev-nunchaku', { loras });
    expect(only(graph, 'NunchakuFluxDiTLoader').inputs).toEqual({
      model_path: file,
      // As the class says.
      cache_threshold: 1,
      attention: 'nunchaku-fp16',
      cpu_offload: 'auto',
      device_id: 1,
      data_type: 'bfloat16',
    });
    expect(only(graph, 'NunchakuFluxLoraLoader').inputs).toMatchObject({ lora_strength: 0.8 });
    const { entries } = offerModels(infos);
    expect(entries.map(({ recipe, file: used }) => [recipe, used])).toEqual([
      ['model-flux-dev', 'flux1-dev.safetensors'],
      ['model-flux-dev-nunchaku', file],
    ]);
    // No LoRA can be put on these.
    const zImage = server({ unets: ['svdq-fp4_r128-z-image-turbo.safetensors'], loras: ['a.safetensors'] });
    const { fields } = find(zImage, 'model-z-image-turbo-nunchaku');
    expect(fields(zImage).some(({ kind }) => kind === 'loras')).toBe(false);
  });

  it('offers no Nunchaku file to loaders that cannot read it', () => {
    const file = 'svdq-int4_r32-flux.1-dev.safetensors';
    const offer = offerModels(server({ unets: [file] }, ['NunchakuFluxDiTLoader']));
    expect([offer.recipes, offer.others]).toEqual([[], [{ file, guess: 'flux-dev' }]]);
  });

  it('takes text encoder and VAE out of a checkpoint', () => {
    const infos = server({ checkpoints: ['flux1-dev-fp8.safetensors'] });
    const graph = build(infos, 'model-flux-dev-checkpoint', { guidance: 2 });
    expect(all(graph, 'DualCLIPLoader')).toEqual([]);
    expect(all(graph, 'VAELoader')).toEqual([]);
    const guided = behind(graph, only(graph, 'KSampler'), 'positive');
    expect([guided.class_type, guided.inputs['guidance']]).toEqual(['FluxGuidance', 2]);
  });

  it('puts every LoRA of the stack on the model, one behind the other', () => {
    const infos = server({ unets: ['z_image_bf16.safetensors'], loras: ['a.safetensors', 'b.safetensors'] });
    const loras = writeLoras([
      { name: 'a.safetensors', strength: 0.8 },
      { name: 'b.safetensors', strength: -0.5 },
    ]);
    const graph = build(infos, 'model-z-image', { loras });
    const second = behind(graph, only(graph, 'ModelSamplingAuraFlow'), 'model');
    expect(second.inputs).toMatchObject({ lora_name: 'b.safetensors', strength_model: -0.5 });
    const first = behind(graph, second, 'model');
    expect(first.inputs).toMatchObject({ lora_name: 'a.safetensors', strength_model: 0.8 });
    expect(behind(graph, first, 'model').class_type).toBe('UNETLoader');
  });

  it('shows a model made for filling the area and the mask', () => {
    const infos = server({ unets: ['flux1-fill-dev.safetensors'] });
    const graph = build(infos, 'model-flux-fill');
    const sampler = only(graph, 'KSampler');
    const shown = behind(graph, sampler, 'positive');
    expect(shown.class_type).toBe('InpaintModelConditioning');
    expect(shown.inputs['noise_mask']).toBe(true);
    expect(behind(graph, shown, 'pixels').class_type).toBe('ImageScale');
    expect(behind(graph, shown, 'positive').inputs['guidance']).toBe(30);
    expect(sampler.inputs['latent_image']).toEqual([(sampler.inputs['positive'] as [string])[0], 2]);
    expect(sampler.inputs['denoise']).toBe(1);
    expect(behind(graph, sampler, 'model').class_type).toBe('DifferentialDiffusion');
  });

  it('starts a checkpoint made for inpainting from what is there, or from a hole', () => {
    const infos = server({ checkpoints: ['sd-v1-5-inpainting.ckpt'] });
    const kept = build(infos, 'model-sd-inpainting');
    expect(all(kept, 'InpaintModelConditioning')).toHaveLength(1);
    const graph = build(infos, 'model-sd-inpainting', { start: 'empty' });
    const latent = behind(graph, only(graph, 'KSampler'), 'latent_image');
    expect(latent.class_type).toBe('VAEEncodeForInpaint');
    expect(behind(graph, latent, 'pixels').class_type).toBe('ImageScale');
    expect(behind(graph, latent, 'mask').class_type).toBe('CropMask');
    expect(all(graph, 'VAEEncode')).toEqual([]);
    // Servers that know only one of the two offer no choice.
    const old = modelServer({ checkpoints: ['sd-v1-5-inpainting.ckpt'] }, ['InpaintModelConditioning']);
    expect(all(build(old, 'model-sd-inpainting'), 'VAEEncodeForInpaint')).toHaveLength(1);
  });

  it('shows an editing model the area and further pictures, with or without a noise mask', () => {
    const infos = server({ unets: ['qwen_image_edit_2511_fp8mixed.safetensors'] });
    const graph = build(infos, 'model-qwen-edit-2511', { reference2: 'ref.png' });
    const told = all(graph, 'TextEncodeQwenImageEditPlus');
    expect(told.map(({ inputs }) => inputs['prompt'])).toEqual(['a door', '']);
    for (const node of told) {
      expect(behind(graph, node, 'image1').class_type).toBe('ImageScale');
      expect(behind(graph, node, 'image2').inputs['image']).toBe('ref.png');
      expect(node.inputs['image3']).toBeUndefined();
    }
    expect(behind(graph, only(graph, 'KSampler'), 'latent_image').class_type).toBe('SetLatentNoiseMask');
    const free = build(infos, 'model-qwen-edit-2511', { keepToMask: false });
    expect(behind(free, only(free, 'KSampler'), 'latent_image').class_type).toBe('VAEEncode');
    expect(all(free, 'DifferentialDiffusion')).toEqual([]);
    expect(only(free, 'ImageCompositeMasked').inputs['mask']).toBeDefined();
  });

  it('says how references are counted only to servers that know the way', () => {
    const name = 'FluxKontextMultiReferenceLatentMethod';
    const files = { unets: ['qwen_image_edit_2511_fp8mixed.safetensors'] };
    expect(all(build(server(files), 'model-qwen-edit-2511'), name)).toHaveLength(2);
    const old = server(files, [name]);
    expect(all(build(old, 'model-qwen-edit-2511'), name)).toEqual([]);
  });

  it('refers to pictures as latents, and leaves steps out for less strength', () => {
    const infos = server({ unets: ['flux-2-klein-4b-fp8.safetensors'] });
    const graph = build(infos, 'model-flux2-klein-4b-edit', { denoise: 0.5, reference2: 'ref.png' });
    // Positive and negative, each with two pictures.
    expect(all(graph, 'ReferenceLatent')).toHaveLength(4);
    expect(only(graph, 'SplitSigmasDenoise').inputs['denoise']).toBe(0.5);
    expect(only(graph, 'Flux2Scheduler').inputs).toMatchObject({ steps: 4, width: 1040, height: 784 });
    const plain = build(infos, 'model-flux2-klein-4b');
    expect(all(plain, 'ReferenceLatent')).toEqual([]);
  });

  it('uses an inpainting ControlNet or model patch that is there, unless told not to', () => {
    const infos = server({
      unets: ['qwen_image_fp8_e4m3fn.safetensors', 'z_image_turbo_bf16.safetensors'],
      controlNets: ['depth.safetensors', 'Qwen-Image-InstantX-ControlNet-Inpainting.safetensors'],
      patches: ['Z-Image-Turbo-Fun-Controlnet-Union.safetensors'],
    });
    const graph = build(infos, 'model-qwen-image');
    const applied = behind(graph, only(graph, 'KSampler'), 'positive');
    expect(applied.class_type).toBe('ControlNetInpaintingAliMamaApply');
    expect(behind(graph, applied, 'image').class_type).toBe('ImageScale');
    expect(behind(graph, applied, 'control_net').inputs['control_net_name']).toMatch(/Inpainting/);
    expect(all(build(infos, 'model-qwen-image', { aid: '' }), 'ControlNetLoader')).toEqual([]);
    const patched = build(infos, 'model-z-image-turbo');
    const patch = only(patched, 'ZImageFunControlnet');
    expect(behind(patched, patch, 'inpaint_image').class_type).toBe('ImageScale');
    expect(behind(patched, behind(patched, only(patched, 'KSampler'), 'model'), 'model')).toBe(patch);
  });

  it('extends pictures and takes seeds beyond 2^53', () => {
    const infos = server({ unets: ['flux1-dev.safetensors'] });
    const recipe = find(infos, 'model-flux-dev');
    const extend = { left: 64, top: 0, right: 0, bottom: 0, overlap: 32 };
    const values = { ...fillValues(recipe.fields(infos), {}), seed: 18446744073709551615n };
    const graph = recipe.build(recipeInput(SOURCE, { width: 800, height: 600 }, { extend }), values, infos);
    expect(faults(graph, infos)).toEqual([]);
    expect(only(graph, 'KSampler').inputs['seed']).toBe(18446744073709551615n);
    expect(all(graph, 'ImagePadForOutpaint')).toHaveLength(1);
  });
});

describe('what a family lacks', () => {
  it('is named, and can be chosen by hand', () => {
    const infos = modelServer({
      unets: ['z_image_turbo_bf16.safetensors'],
      texts: ['other.safetensors'],
      vaes: [],
    });
    const recipe = find(infos, 'model-z-image-turbo');
    expect(recipe.lacks).toEqual([
      { key: 'families.lacks.text', values: { name: 'Z-Image Turbo', file: 'qwen_3_4b.safetensors' } },
      { key: 'families.lacks.vae', values: { name: 'Z-Image Turbo', file: 'ae.safetensors' } },
    ]);
    const fields = recipe.fields(infos);
    expect(isFilled(fields, fillValues(fields, {}))).toBe(false);
    const half = modelServer({
      unets: ['z_image_bf16.safetensors'],
      texts: ['other.safetensors'],
      vaes: ['ae.sft'],
    });
    const form = find(half, 'model-z-image').fields(half);
    expect(isFilled(form, fillValues(form, {}))).toBe(false);
    expect(isFilled(form, fillValues(form, { text1: 'other.safetensors' }))).toBe(true);
    const text = fields.find(({ key }) => key === 'text1');
    expect(text?.kind === 'choice' && text.options.map(({ value }) => value)).toEqual(['other.safetensors']);
  });

  it('keeps the recipe back where the server has no such node or kind of text encoder', () => {
    const files = { unets: ['z_image_bf16.safetensors', 'Chroma1-HD.safetensors'] };
    const { recipes, others } = offerModels(server(files, ['ModelSamplingAuraFlow']));
    expect(recipes).toEqual([]);
    expect(others).toEqual([
      { file: 'z_image_bf16.safetensors', guess: 'z-image' },
      { file: 'Chroma1-HD.safetensors', guess: 'chroma' },
    ]);
    expect(offerModels(server(files)).recipes.map(({ id }) => id)).toEqual(['model-z-image']);
  });
});

describe('the models that are offered', () => {
  const files = {
    checkpoints: ['sd_xl_base_1.0.safetensors', 'svd_xt.safetensors'],
    unets: ['z_image_turbo_bf16.safetensors', 'z_image_turbo_fp8.safetensors', 'flux2-klein-4b.safetensors'],
  };

  it('have an entry for each file and use, gathered by family', () => {
    const { entries } = offerModels(server(files));
    expect(entries.map(({ recipe, group, file, detail }) => [group, recipe, file, detail])).toEqual([
      ['FLUX.2', 'model-flux2-klein-4b', 'flux2-klein-4b.safetensors', null],
      ['FLUX.2', 'model-flux2-klein-4b-edit', 'flux2-klein-4b.safetensors', null],
      ['Z-Image', 'model-z-image-turbo', 'z_image_turbo_bf16.safetensors', 'z_image_turbo_bf16'],
      ['Z-Image', 'model-z-image-turbo', 'z_image_turbo_fp8.safetensors', 'z_image_turbo_fp8'],
      ['Stable Diffusion', 'inpaint-checkpoint', 'sd_xl_base_1.0.safetensors', null],
    ]);
  });

  it('follow what somebody said of a file, and ignore what makes no sense', () => {
    const { entries } = offerModels(server(files), {
      'z_image_turbo_fp8.safetensors': 'z-image',
      'z_image_turbo_bf16.safetensors': 'of-another-version',
      'sd_xl_base_1.0.safetensors': 'no-picture',
      'flux2-klein-4b.safetensors': 'checkpoint',
    });
    expect(entries.map(({ recipe, file }) => `${recipe} ${file}`)).toEqual([
      'model-flux2-klein-4b flux2-klein-4b.safetensors',
      'model-flux2-klein-4b-edit flux2-klein-4b.safetensors',
      'model-z-image-turbo z_image_turbo_bf16.safetensors',
      'model-z-image z_image_turbo_fp8.safetensors',
    ]);
  });
});
