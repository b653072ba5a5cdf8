import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ApiGraph, type ApiNode, isLink } from '../../comfy/graph';
import type { NodeInfo } from '../../comfy/object-info';
import { type RecipeInput, recipeInput, type RecipeSource, type RecipeValues, fillValues } from '../recipe';
import { checkpointGraph, editGraph, fluxGraph, refinerGraph } from './fixtures/small-graphs';
import { all, behind, faults, node, only, smallServer } from './fixtures/small-server';
import { noteSentence, problemSentence } from './problems';
import { sameSetup, type SameSetupOptions } from './same-setup';

const infos = smallServer();
const source: RecipeSource = {
  kind: 'apart',
  image: { filename: 'p.png', subfolder: '', type: 'input' },
  mask: { filename: 'm.png', subfolder: '', type: 'input' },
};
const SQUARE = { width: 512, height: 512 };
const EXTENSION = { left: 64, top: 0, right: 0, bottom: 8, overlap: 16 };
const PART = { area: { x: 8, y: 16, width: 256, height: 128 }, working: { width: 1024, height: 512 } };

function setup(graph: ApiGraph, options: SameSetupOptions = {}, server = infos) {
  const found = sameSetup(graph, server, options);
  if (!found.ok) {
    throw new Error(JSON.stringify(found.problems));
  }
  return found;
}

function inpaint(
  graph: ApiGraph,
  values: RecipeValues = {},
  input: Partial<RecipeInput> = PART,
  server = infos,
): ApiGraph {
  const { recipe } = setup(graph, {}, server);
  const filled = fillValues(recipe.fields(server), values);
  const made = recipe.build(recipeInput(source, { width: 640, height: 480 }, input), filled, server);
  expect(faults(made, server)).toEqual([]);
  return made;
}

function problems(graph: ApiGraph, options: SameSetupOptions = {}, server = infos): string[] {
  const found = sameSetup(graph, server, options);
  return found.ok ? [] : found.problems.map(({ kind }) => kind);
}

describe('the form', () => {
  it('has what the graph says, with the limits of the server', () => {
    const fields = setup(fluxGraph()).recipe.fields(infos);
    expect(Object.fromEntries(fields.map(({ key, preset }) => [key, preset]))).toEqual({
      prompt: 'a fox',
      model: 'flux.safetensors',
      'lora.lora': 0.8,
      denoise: 0.75,
      steps: 20,
      sampler_name: 'euler',
      scheduler: 'simple',
      guidance: 3.5,
      seed: 42,
    });
    const model = fields.find(({ key }) => key === 'model');
    expect(model?.kind === 'choice' && model.options.map(({ value }) => value)).toEqual([
      'flux.safetensors',
      'flux-fp8.safetensors',
    ]);
  });

  it('writes only what was changed, and seeds to the last digit', () => {
    const values = { prompt: 'a dog', 'lora.lora': 0.3, guidance: 9, seed: 18446744073709551614n, steps: 8 };
    const made = inpaint(fluxGraph(), values);
    expect(only(made, 'CLIPTextEncode').inputs['text']).toBe('a dog');
    expect(only(made, 'LoraLoaderModelOnly').inputs['strength_model']).toBe(0.3);
    expect(only(made, 'FluxGuidance').inputs['guidance']).toBe(9);
    expect(only(made, 'RandomNoise').inputs['noise_seed']).toBe(18446744073709551614n);
    expect(only(made, 'BasicScheduler').inputs['steps']).toBe(8);
    expect(only(inpaint(checkpointGraph()), 'KSampler').inputs['seed']).toBe(18446744073709551615n);
  });

  it('has no negative prompt where that side has no text', () => {
    const graph = checkpointGraph();
    graph['7'] = node('ConditioningZeroOut', { conditioning: ['6', 0] });
    expect(
      setup(graph)
        .recipe.fields(infos)
        .map(({ key }) => key),
    ).not.toContain('negative');
    expect(inpaint(graph, { prompt: 'x' })['7']).toEqual(graph['7']);
  });

  it('gives the sides of one encoder a field each', () => {
    const graph = checkpointGraph();
    graph['6'] = node('TextEncodePair', { clip: ['4', 1], prompt: 'good', negative_prompt: 'bad' });
    graph['3'] = node('KSampler', { ...graph['3']?.inputs, positive: ['6', 0], negative: ['6', 1] });
    const made = inpaint(graph, { negative: 'worse' });
    expect(only(made, 'TextEncodePair').inputs).toMatchObject({ prompt: 'good', negative_prompt: 'worse' });
  });

  it('changes encoders that say the same together, and others apart', () => {
    const graph = checkpointGraph();
    const size = { width: 1, height: 1, crop_w: 5, crop_h: 5, target_width: 1, target_height: 1 };
    graph['6'] = node('CLIPTextEncodeSDXL', { ...size, text_g: 'a cat', text_l: 'a cat', clip: ['4', 1] });
    const made = only(inpaint(graph, { prompt: 'a dog' }), 'CLIPTextEncodeSDXL');
    expect(made.inputs).toMatchObject({ text_g: 'a dog', text_l: 'a dog' });
    expect(made.inputs).toMatchObject({ width: 1024, target_height: 512, crop_w: 0 });
    graph['6'] = node('CLIPTextEncodeSDXL', { ...size, text_g: 'a cat', text_l: 'oil', clip: ['4', 1] });
    expect(only(inpaint(graph, { 'prompt.2': 'ink' }), 'CLIPTextEncodeSDXL').inputs).toMatchObject({
      text_g: 'a cat',
      text_l: 'ink',
    });
  });

  it('follows texts and numbers through other nodes, and leaves them there until they are changed', () => {
    const graph = checkpointGraph();
    graph['a'] = node('PrimitiveStringMultiline', { value: 'a cat' });
    graph['b'] = node('StringConcatenate', { string_a: ['a', 0], string_b: 'asleep', delimiter: ', ' });
    graph['n'] = node('PrimitiveInt', { value: 12 });
    graph['6'] = node('CLIPTextEncode', { text: ['b', 0], clip: ['4', 1] });
    graph['3'] = node('KSampler', { ...graph['3']?.inputs, steps: ['n', 0] });
    const fields = setup(graph).recipe.fields(infos);
    expect(fields).toMatchObject([
      { key: 'prompt', preset: 'a cat, asleep' },
      {},
      {},
      {},
      { preset: 12 },
      {},
      {},
      {},
      {},
    ]);
    expect(inpaint(graph)['6']?.inputs['text']).toEqual(['b', 0]);
    const changed = inpaint(graph, { prompt: 'a dog', steps: 9 });
    expect(changed['6']?.inputs['text']).toBe('a dog');
    expect(changed['3']?.inputs['steps']).toBe(9);
    expect(changed['b']).toBeUndefined();
    expect(changed['n']).toBeUndefined();
  });

  it('starts from the text a person wrote where a language model goes on with it', () => {
    const graph = checkpointGraph();
    graph['a'] = node('PrimitiveStringMultiline', { value: 'a cat' });
    graph['g'] = node('TextGenerate', { clip: ['4', 1], prompt: ['a', 0] });
    graph['s'] = node('ComfySwitchNode', { switch: true, on_false: ['a', 0], on_true: ['g', 0] });
    graph['6'] = node('CLIPTextEncode', { text: ['s', 0], clip: ['4', 1] });
    const found = setup(graph);
    expect(found.recipe.fields(infos)[0]).toMatchObject({ key: 'prompt', preset: 'a cat' });
    expect(found.notes).toMatchObject([{ kind: 'text-at-run-time', node: { id: '6' } }]);
    expect(all(inpaint(graph), 'TextGenerate')).toHaveLength(1);
    expect(all(inpaint(graph, { prompt: 'a dog' }), 'TextGenerate')).toHaveLength(0);
  });

  it('writes the known part of a text whose maker this server lacks', () => {
    const graph = checkpointGraph();
    graph['x'] = node('SomebodysCaption', { seed: 1 });
    graph['b'] = node('StringConcatenate', { string_a: 'photo', string_b: ['x', 0], delimiter: ', ' });
    graph['6'] = node('CLIPTextEncode', { text: ['b', 0], clip: ['4', 1] });
    expect(inpaint(graph)['6']?.inputs['text']).toBe('photo');
  });

  it('replaces a scheduler that is not here by the most similar one, and says so', () => {
    const graph = checkpointGraph();
    graph['3'] = node('KSampler', { ...graph['3']?.inputs, scheduler: 'beta57' });
    expect(setup(graph).notes).toMatchObject([{ kind: 'replaced-choice', wanted: 'beta57', used: 'beta' }]);
    expect(only(inpaint(graph), 'KSampler').inputs['scheduler']).toBe('beta');
  });

  it('strengthens model and text encoder of a LoRA together only where they are the same', () => {
    const graph = checkpointGraph();
    const lora = { model: ['4', 0], clip: ['4', 1], lora_name: 'style.safetensors' } as ApiNode['inputs'];
    graph['l'] = node('LoraLoader', { ...lora, strength_model: 0.5, strength_clip: 0.5 });
    graph['3'] = node('KSampler', { ...graph['3']?.inputs, model: ['l', 0] });
    const strengths = { strength_model: 1, strength_clip: 1 };
    expect(only(inpaint(graph, { 'lora.l': 1 }), 'LoraLoader').inputs).toMatchObject(strengths);
    graph['l'] = node('LoraLoader', { ...lora, strength_model: 0.5, strength_clip: 0.2 });
    const apart = { strength_model: 1, strength_clip: 0.2 };
    expect(only(inpaint(graph, { 'lora.l': 1 }), 'LoraLoader').inputs).toMatchObject(apart);
  });

  it('keeps the other rows of a loader of many LoRAs', () => {
    const graph = checkpointGraph();
    const rows = {
      lora_1: { on: true, lora: 'style.safetensors', strength: 0.7 },
      lora_2: { on: false, lora: 'other.safetensors', strength: 1 },
    };
    graph['l'] = node('PowerLora', { ...rows, model: ['4', 0] });
    graph['3'] = node('KSampler', { ...graph['3']?.inputs, model: ['l', 0] });
    const server = new Map(infos).set('PowerLora', {
      ...(infos.get('PickModel') as NodeInfo),
      name: 'PowerLora',
    });
    const made = inpaint(graph, { 'lora.l.lora_1': 0.2 }, PART, server);
    expect(only(made, 'PowerLora').inputs).toMatchObject({
      lora_1: { on: true, lora: 'style.safetensors', strength: 0.2 },
      lora_2: rows.lora_2,
    });
  });

  it('starts from the strength of a graph that repaints, fully for edit models', () => {
    const strength = (graph: ApiGraph) =>
      setup(graph)
        .recipe.fields(infos)
        .find(({ key }) => key === 'denoise')?.preset;
    const again = checkpointGraph();
    again['3'] = node('KSampler', { ...again['3']?.inputs, denoise: 0.4 });
    expect([checkpointGraph(), again, editGraph()].map(strength)).toEqual([0.75, 0.4, 1]);
  });
});

describe('what sampling starts from', () => {
  it('is the area, encoded with the VAE that decodes, behind its noise mask', () => {
    const made = inpaint(fluxGraph());
    const latent = behind(made, only(made, 'SamplerCustomAdvanced'), 'latent_image');
    expect(latent.class_type).toBe('SetLatentNoiseMask');
    const encoded = behind(made, latent, 'samples');
    expect(encoded).toMatchObject({ class_type: 'VAEEncode', inputs: { vae: ['vae', 0] } });
    expect(behind(made, encoded, 'pixels').inputs).toMatchObject({ width: 1024, height: 512 });
    expect(all(made, 'EmptySD3LatentImage')).toEqual([]);
  });

  it('is sampled at sides that suit the model', () => {
    const made = inpaint(fluxGraph(), {}, { area: PART.area, working: { width: 1000, height: 504 } });
    expect(only(made, 'ModelSamplingFlux').inputs).toMatchObject({ width: 1008, height: 512 });
    const plain = inpaint(checkpointGraph(), {}, { area: PART.area, working: { width: 1000, height: 504 } });
    expect(behind(plain, only(plain, 'VAEEncode'), 'pixels').inputs).toMatchObject({
      width: 1000,
      height: 504,
    });
  });

  it('keeps the nodes of a Fill model, with pixels and mask of the area', () => {
    const graph = checkpointGraph();
    graph['p'] = node('LoadImage', { image: 'gone.png' });
    graph['f'] = node('InpaintModelConditioning', {
      positive: ['6', 0],
      negative: ['7', 0],
      vae: ['4', 2],
      pixels: ['p', 0],
      mask: ['p', 1],
      noise_mask: false,
    });
    const inputs = { positive: ['f', 0], negative: ['f', 1], latent_image: ['f', 2] } as ApiNode['inputs'];
    graph['3'] = node('KSampler', { ...graph['3']?.inputs, ...inputs });
    const made = inpaint(graph, { prompt: 'x' });
    expect(only(made, 'KSampler').inputs).toMatchObject(inputs);
    const fill = only(made, 'InpaintModelConditioning');
    expect(fill.inputs['noise_mask']).toBe(true);
    expect(behind(made, fill, 'pixels').class_type).toBe('ImageScale');
    expect(behind(made, fill, 'mask').class_type).toBe('CropMask');
    expect(all(made, 'LoadImage')).toHaveLength(1);
    expect(all(made, 'SetLatentNoiseMask')).toEqual([]);
  });

  it('is what the last of two samplers makes of the area', () => {
    const graph = checkpointGraph();
    graph['u'] = node('LatentUpscale', { samples: ['3', 0], width: 1024, height: 1536 });
    graph['h'] = node('KSampler', { ...graph['3']?.inputs, denoise: 0.5, steps: 9, latent_image: ['u', 0] });
    graph['8'] = node('VAEDecode', { samples: ['h', 0], vae: ['4', 2] });
    const made = inpaint(graph);
    expect(only(made, 'KSampler').inputs).toMatchObject({ steps: 9, denoise: 0.5 });
    expect(all(made, 'LatentUpscale')).toEqual([]);
  });

  it('is the whole of a model that makes frames of a picture; the wanted one is pasted', () => {
    const graph = checkpointGraph();
    graph['p'] = node('LoadImage', { image: 'ref.png' });
    graph['v'] = node('ImageToVideo', {
      positive: ['6', 0],
      negative: ['7', 0],
      vae: ['4', 2],
      width: 720,
      height: 720,
      length: 5,
      batch_size: 1,
      start_image: ['p', 0],
    });
    const inputs = { positive: ['v', 0], negative: ['v', 1], latent_image: ['v', 2] } as ApiNode['inputs'];
    graph['3'] = node('KSampler', { ...graph['3']?.inputs, ...inputs });
    expect(problems(graph)).toEqual(['several-pictures']);
    graph['b'] = node('ImageFromBatch', { image: ['8', 0], batch_index: 4, length: 1 });
    graph['9'] = node('SaveImage', { images: ['b', 0], filename_prefix: 'x' });
    const made = inpaint(graph);
    expect(only(made, 'ImageToVideo').inputs).toMatchObject({ width: 1024, height: 512, length: 5 });
    expect(behind(made, only(made, 'ImageToVideo'), 'start_image').class_type).toBe('ImageScale');
    expect(only(made, 'KSampler').inputs).toMatchObject({ denoise: 1, latent_image: ['v', 2] });
    expect(only(made, 'ImageFromBatch').inputs['batch_index']).toBe(4);
    expect(setup(graph).notes).toMatchObject([{ kind: 'fixed-strength' }]);
  });
});

describe('the strength', () => {
  it('is the denoise of a KSampler', () => {
    expect(only(inpaint(checkpointGraph(), { denoise: 0.3 }), 'KSampler').inputs['denoise']).toBe(0.3);
  });

  it('is the step at which an advanced sampler starts, which then adds the noise itself', () => {
    const made = inpaint(refinerGraph(), { denoise: 0.6 });
    expect(only(made, 'KSamplerAdvanced').inputs).toMatchObject({
      start_at_step: 10,
      end_at_step: 10000,
      add_noise: 'enable',
      return_with_leftover_noise: 'disable',
    });
    expect(only(inpaint(refinerGraph(), { denoise: 0 }), 'KSamplerAdvanced').inputs['start_at_step']).toBe(
      24,
    );
    expect(Object.keys(made)).not.toContain('10');
  });

  it('is the denoise of a scheduler that takes one', () => {
    const made = inpaint(fluxGraph(), { denoise: 0.6 });
    expect(only(made, 'BasicScheduler').inputs['denoise']).toBe(0.6);
    expect(all(made, 'SplitSigmasDenoise')).toEqual([]);
  });

  it('takes the later noise levels of a scheduler that takes none, at least one step of them', () => {
    const made = inpaint(editGraph(), { denoise: 0.5 });
    expect(only(made, 'SamplerCustomAdvanced').inputs['sigmas']).toEqual([expect.any(String), 1]);
    const split = behind(made, only(made, 'SamplerCustomAdvanced'), 'sigmas');
    expect(split).toMatchObject({ class_type: 'SplitSigmasDenoise', inputs: { denoise: 0.5 } });
    expect(behind(made, split, 'sigmas').class_type).toBe('Flux2Scheduler');
    expect(only(inpaint(editGraph(), { denoise: 0.05 }), 'SplitSigmasDenoise').inputs['denoise']).toBe(0.25);
  });

  it('also reaches SamplerCustom and samplers of other packs', () => {
    const graph = fluxGraph();
    graph['sampler'] = node('SamplerCustom', {
      model: ['shift', 0],
      add_noise: true,
      noise_seed: 1,
      cfg: 2,
      positive: ['guided', 0],
      negative: ['text', 0],
      sampler: ['method', 0],
      sigmas: ['levels', 0],
      latent_image: ['latent', 0],
    });
    expect(only(inpaint(graph, { denoise: 0.2 }), 'BasicScheduler').inputs['denoise']).toBe(0.2);
    graph['sampler'] = node('PackSampler', {
      model: ['shift', 0],
      prompt_pair: ['guided', 0],
      latents: ['latent', 0],
      seed: 7,
      denoise: 1,
    });
    const made = inpaint(graph, { denoise: 0.4, seed: 8, prompt: 'a dog' });
    expect(only(made, 'PackSampler').inputs).toMatchObject({ denoise: 0.4, seed: 8 });
    expect(behind(made, only(made, 'PackSampler'), 'latents').class_type).toBe('SetLatentNoiseMask');
  });

  it('cannot be chosen where no noise is added; the area is computed as a whole', () => {
    const graph = fluxGraph();
    graph['noise'] = node('DisableNoise', {});
    graph['dark'] = node('ImageInvert', { image: ['decoded', 0] });
    graph['save'] = node('SaveImage', { images: ['dark', 0], filename_prefix: 'x' });
    expect(setup(graph).notes).toMatchObject([{ kind: 'fixed-strength' }]);
    const made = inpaint(graph);
    expect(behind(made, only(made, 'SamplerCustomAdvanced'), 'latent_image').class_type).toBe('VAEEncode');
    expect(all(made, 'DifferentialDiffusion')).toEqual([]);
    expect(behind(made, only(made, 'ImageInvert'), 'image').class_type).toBe('VAEDecodeTiled');
  });
});

describe('models', () => {
  it('follow soft masks where the server can, once', () => {
    const made = inpaint(fluxGraph());
    expect(behind(made, only(made, 'BasicGuider'), 'model').class_type).toBe('DifferentialDiffusion');
    expect(behind(made, only(made, 'BasicScheduler'), 'model').class_type).toBe('ModelSamplingFlux');
    const graph = checkpointGraph();
    graph['d'] = node('DifferentialDiffusion', { model: ['4', 0] });
    graph['3'] = node('KSampler', { ...graph['3']?.inputs, model: ['d', 0] });
    expect(all(inpaint(graph), 'DifferentialDiffusion')).toHaveLength(1);
    const without = smallServer({ without: ['DifferentialDiffusion'] });
    expect(all(inpaint(fluxGraph(), {}, PART, without), 'DifferentialDiffusion')).toEqual([]);
  });

  it('come without the branch that a switch leaves out', () => {
    const graph = fluxGraph();
    graph['on'] = node('PrimitiveBoolean', { value: false });
    graph['which'] = node('ComfySwitchNode', {
      switch: ['on', 0],
      on_false: ['unet', 0],
      on_true: ['lora', 0],
    });
    graph['shift'] = node('ModelSamplingFlux', { ...graph['shift']?.inputs, model: ['which', 0] });
    const made = inpaint(graph);
    expect(all(made, 'LoraLoaderModelOnly')).toEqual([]);
    expect(only(made, 'ModelSamplingFlux').inputs['model']).toEqual(['unet', 0]);
    expect(
      setup(graph)
        .recipe.fields(infos)
        .map(({ key }) => key),
    ).not.toContain('lora.lora');
  });
});

describe('pictures of the graph', () => {
  it('become the area where an edit model works from them; others stay', () => {
    const made = inpaint(editGraph());
    expect(behind(made, only(made, 'FluxKontextImageScale'), 'image').class_type).toBe('ImageScale');
    expect(all(made, 'LoadImage').map(({ inputs }) => inputs['image'])).toEqual([
      'p.png [input]',
      'other.png',
    ]);
    expect(only(made, 'Flux2Scheduler').inputs).toMatchObject({ width: 1024, height: 512 });
  });

  it('take the first of two for the edited one where the size tells nothing', () => {
    const graph = editGraph();
    graph['latent'] = node('EmptySD3LatentImage', { width: 1024, height: 1024, batch_size: 1 });
    graph['levels'] = node('Flux2Scheduler', { steps: 4, width: 1024, height: 1024 });
    expect(all(inpaint(graph), 'LoadImage').map(({ inputs }) => inputs['image'])).toContain('other.png');
    const qwen = checkpointGraph();
    qwen['a'] = node('LoadImage', { image: 'ref.png' });
    qwen['b'] = node('LoadImage', { image: 'other.png' });
    const images = { image1: ['a', 0], image2: ['b', 0] } as ApiNode['inputs'];
    qwen['6'] = node('TextEncodeQwenImageEditPlus', {
      clip: ['4', 1],
      prompt: 'red sofa',
      vae: ['4', 2],
      ...images,
    });
    const made = inpaint(qwen);
    expect(behind(made, only(made, 'TextEncodeQwenImageEditPlus'), 'image1').class_type).toBe('ImageScale');
    expect(behind(made, only(made, 'TextEncodeQwenImageEditPlus'), 'image2').inputs['image']).toBe(
      'other.png',
    );
  });

  it('take the one that gives the size for the edited one, wherever it comes', () => {
    const graph = editGraph();
    graph['reference'] = node('ReferenceLatent', { conditioning: ['guided', 0], latent: ['second', 0] });
    graph['both'] = node('ReferenceLatent', { conditioning: ['reference', 0], latent: ['encoded', 0] });
    expect(all(inpaint(graph), 'LoadImage').map(({ inputs }) => inputs['image'])).toContain('other.png');
  });

  it('are cut like the picture where they are maps of it', () => {
    const graph = checkpointGraph();
    graph['p'] = node('LoadImage', { image: 'pose.png' });
    graph['c'] = node('ControlNetLoader', { control_net_name: 'depth.safetensors' });
    graph['k'] = node('ControlNetApplyAdvanced', {
      positive: ['6', 0],
      negative: ['7', 0],
      control_net: ['c', 0],
      image: ['p', 0],
      strength: 1,
    });
    graph['3'] = node('KSampler', { ...graph['3']?.inputs, positive: ['k', 0], negative: ['k', 1] });
    const made = inpaint(graph, { prompt: 'x', negative: 'y' });
    const scaled = behind(made, only(made, 'ControlNetApplyAdvanced'), 'image');
    expect(scaled.inputs).toMatchObject({ width: 1024, height: 512 });
    const cropped = behind(made, scaled, 'image');
    expect(cropped).toMatchObject({ class_type: 'ImageCrop', inputs: PART.area });
    const whole = behind(made, cropped, 'image');
    expect(whole.inputs).toMatchObject({ width: 640, height: 480, crop: 'center', image: ['p', 0] });

    const area = { x: 0, y: 0, width: 64, height: 64 };
    const again = inpaint(made, { seed: 1 }, { area, working: SQUARE });
    const cut = behind(again, behind(again, only(again, 'ControlNetApplyAdvanced'), 'image'), 'image');
    expect(cut.inputs).toMatchObject(area);
    expect(behind(again, cut, 'image').inputs).toMatchObject({ crop: 'center', image: ['p', 0] });
  });

  it('start the edge detector of what is edited from the area', () => {
    const graph = editGraph();
    graph['edges'] = node('Canny', { image: ['photo', 0], low_threshold: 0.1 });
    graph['encoded'] = node('VAEEncode', { pixels: ['edges', 0], vae: ['vae', 0] });
    const made = inpaint(graph);
    expect(behind(made, only(made, 'Canny'), 'image').class_type).toBe('ImageScale');
  });
});

describe('the result', () => {
  it('is scaled back and pasted inside the mask; nothing else of the graph stays', () => {
    const graph = checkpointGraph();
    graph['up'] = node('ImageUpscaleWithModel', { upscale_model: ['missing', 0], image: ['8', 0] });
    graph['9'] = node('SaveImage', { images: ['up', 0], filename_prefix: 'x' });
    graph['show'] = node('PreviewImage', { images: ['8', 0] });
    const made = inpaint(graph);
    const pasted = behind(made, only(made, 'SaveImage'), 'images');
    expect(pasted).toMatchObject({ class_type: 'ImageCompositeMasked', inputs: { x: 8, y: 16 } });
    expect(behind(made, pasted, 'destination').inputs).toEqual({ image: 'p.png [input]' });
    const back = behind(made, pasted, 'source');
    expect(back.inputs).toMatchObject({ width: 256, height: 128 });
    expect(behind(made, back, 'image').class_type).toBe('VAEDecode');
  });

  it('can be larger than the picture', () => {
    const extend = { left: 64, top: 0, right: 0, bottom: 8, overlap: 16 };
    const made = inpaint(fluxGraph(), {}, { extend });
    expect(only(made, 'ImagePadForOutpaint').inputs).toMatchObject({ left: 64, bottom: 8 });
  });

  it('can be made again from its own graph, without being cut twice', () => {
    const once = inpaint(editGraph(), { denoise: 0.5 }, { ...PART, extend: EXTENSION });
    const twice = inpaint(
      once,
      { seed: 1 },
      { area: { x: 0, y: 0, width: 64, height: 64 }, working: SQUARE },
    );
    expect(all(twice, 'SetLatentNoiseMask')).toHaveLength(1);
    expect(all(twice, 'DifferentialDiffusion')).toHaveLength(1);
    expect(all(twice, 'ImagePadForOutpaint')).toEqual([]);
    expect(only(twice, 'ImageCrop').inputs).toMatchObject({ width: 64, height: 64 });
    const shown = behind(twice, only(twice, 'FluxKontextImageScale'), 'image');
    expect(shown.inputs).toMatchObject(SQUARE);
    expect(behind(twice, shown, 'image').class_type).toBe('ImageCrop');
  });
});

describe('why it cannot be done', () => {
  it.each<[string, ApiGraph, string[], SameSetupOptions?]>([
    ['no nodes', {}, ['empty']],
    ['an output that is not there', checkpointGraph(), ['no-such-output'], { output: '77' }],
    ['nothing saved', { '8': node('VAEDecode', {}) }, ['no-picture']],
    ['a video', { a: node('CreateVideo', {}), b: node('SaveVideo', { video: ['a', 0] }) }, ['no-picture']],
    [
      'no sampler',
      { a: node('LoadImage', { image: 'ref.png' }), b: node('SaveImage', { images: ['a', 0] }) },
      ['no-sampler'],
    ],
    [
      'a service',
      { a: node('PartnerImage', { prompt: 'x' }), b: node('SaveImage', { images: ['a', 0] }) },
      ['partner'],
    ],
    ['no model', { ...checkpointGraph(), '3': node('KSampler', { latent_image: ['5', 0] }) }, ['no-model']],
    ['no latents', { ...checkpointGraph(), '3': node('KSampler', { model: ['4', 0] }) }, ['no-latent']],
    ['layers', { ...checkpointGraph(), '5': node('EmptyLayers', { layers: 3 }) }, ['several-pictures']],
    [
      'an unknown class',
      { ...checkpointGraph(), '4': node('CheckpointLoaderSimpel', { ckpt_name: 'x' }) },
      ['missing-class'],
    ],
    [
      'a file that is gone',
      { ...checkpointGraph(), '4': node('CheckpointLoaderSimple', { ckpt_name: 'gone.safetensors' }) },
      ['missing-file'],
    ],
    [
      'an unknown setting',
      { ...fluxGraph(), vae: node('VAELoader', { vae_name: 'pixel space' }) },
      ['missing-choice'],
    ],
    [
      'a link to nothing',
      { ...fluxGraph(), lora: node('LoraLoaderModelOnly', { model: ['no', 0] }) },
      ['dangling-link'],
    ],
    [
      'an output that is not there',
      { ...checkpointGraph(), '7': node('CLIPTextEncode', { text: '', clip: ['4', 7] }) },
      ['missing-output'],
    ],
    [
      'a circle',
      {
        ...fluxGraph(),
        lora: node('LoraLoaderModelOnly', { model: ['shift', 0], lora_name: 'style.safetensors' }),
      },
      ['loop'],
    ],
  ])('%s', (_, graph, kinds, options = {}) => {
    expect(problems(graph, options)).toEqual(kinds);
  });

  it('names nodes and files that are missing, and those most like them', () => {
    const graph = fluxGraph();
    graph['unet'] = node('UNETLoader', { unet_name: 'sub\\flux_fp8.safetensors' });
    graph['guided'] = node('FluxGuidanze', { conditioning: ['text', 0] });
    const found = sameSetup(graph, infos);
    expect(found.ok ? [] : found.problems).toMatchObject([
      { kind: 'missing-class', className: 'FluxGuidanze', near: ['FluxGuidance'] },
      { kind: 'missing-file', input: 'unet_name', near: ['flux-fp8.safetensors', 'flux.safetensors'] },
    ]);
    const files = { 'sub\\flux_fp8.safetensors': 'flux-fp8.safetensors' };
    expect(problems(graph, { files })).toEqual(['missing-class']);
  });

  it('says which of several pictures it takes', () => {
    const graph = { ...checkpointGraph(), ...fluxGraph() };
    const found = setup(graph);
    expect(found.notes).toMatchObject([{ kind: 'guessed-output', others: 1 }]);
    expect(setup(graph, { output: '9' }).notes).toEqual([]);
  });

  it('takes the later of two pictures where one is made of the other', () => {
    const graph: ApiGraph = {
      ...checkpointGraph(),
      h: node('KSampler', { ...checkpointGraph()['3']?.inputs, steps: 9, latent_image: ['3', 0] }),
      i: node('VAEDecode', { samples: ['h', 0], vae: ['4', 2] }),
      j: node('SaveImage', { images: ['i', 0], filename_prefix: 'x' }),
    };
    expect(setup(graph).parts).toMatchObject({ saver: 'j', sampler: 'h' });
    expect(setup(graph, { output: '9' }).parts).toMatchObject({ saver: '9', sampler: '3' });
  });

  it('is a sentence for each', () => {
    const name = { id: '1', title: 'Save' };
    const near = ['a'];
    const all: string[] = [
      problemSentence({ kind: 'missing-file', node: name, input: 'x', file: 'f', near }).key,
      problemSentence({ kind: 'missing-file', node: name, input: 'x', file: 'f', near: [] }).key,
      problemSentence({ kind: 'missing-class', node: name, className: 'C', near }).key,
      noteSentence({ kind: 'fixed-strength', node: name }).key,
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

/** Graphs of the small server's classes, linked at random, some to nothing and some in circles. */
const anyGraph = fc
  .array(
    fc.record({
      name: fc.constantFrom(...infos.keys(), 'Unknown'),
      links: fc.array(fc.nat(11), { maxLength: 10 }),
    }),
    {
      minLength: 1,
      maxLength: 10,
    },
  )
  .map((nodes) =>
    Object.fromEntries(
      nodes.map(({ name, links }, index) => {
        const specs = [...(infos.get(name)?.inputs.values() ?? [])];
        const inputs = specs.map((spec, i) => [
          spec.name,
          spec.kind === 'link' || (links[i] ?? 0) > 9
            ? [String(links[i] ?? 0), (links[i] ?? 0) % 3]
            : (links[i] ?? 'x'),
        ]);
        return [String(index), node(name, Object.fromEntries(inputs) as ApiNode['inputs'])];
      }),
    ),
  );

/** A graph that samples, with one of its inputs turned into something else. */
const brokenGraph = fc
  .tuple(
    fc.constantFrom(checkpointGraph, refinerGraph, fluxGraph, editGraph),
    fc.nat(),
    fc.nat(),
    fc.anything(),
  )
  .map(([make, at, input, value]) => {
    const graph = make();
    const ids = Object.keys(graph);
    const id = ids[at % ids.length] as string;
    const inputs = { ...graph[id]?.inputs };
    const names = Object.keys(inputs);
    const links = ids.map((one) => [one, input % 3] as [string, number]);
    inputs[names[input % names.length] ?? 'x'] =
      at % 2 === 0 ? (links[input % links.length] ?? null) : (value as null);
    graph[id] = { ...graph[id], inputs } as ApiNode;
    return graph;
  });

describe('any graph', () => {
  it('is converted into one that a server accepts, or refused', () => {
    fc.assert(
      fc.property(fc.oneof(anyGraph, brokenGraph), fc.constantFrom({}, PART), (graph, input) => {
        const found = sameSetup(graph, infos);
        if (found.ok) {
          const values = fillValues(found.recipe.fields(infos), {});
          const made = found.recipe.build(
            recipeInput(source, { width: 640, height: 480 }, input),
            values,
            infos,
          );
          const broken = faults(made, infos).filter((fault) => !/missing|not linked|gets/.test(fault));
          expect(broken).toEqual([]);
        } else {
          expect(found.problems.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('may have strange ids', () => {
    const ids: Record<string, string> = {
      vae: '__proto__',
      unet: '1',
      text: 'x y',
      levels: 'constructor',
      lora: '57:2',
    };
    const renamed = Object.entries(fluxGraph()).map(([id, { class_type, inputs }]) => {
      const linked = Object.entries(inputs).map(([name, value]) => [
        name,
        isLink(value) ? [ids[value[0]] ?? value[0], value[1]] : value,
      ]);
      return [ids[id] ?? id, node(class_type, Object.fromEntries(linked) as ApiNode['inputs'])] as const;
    });
    const made = inpaint(Object.fromEntries(renamed));
    expect(only(made, 'VAELoader').inputs).toEqual({ vae_name: 'ae.safetensors' });
  });

  it('may be very long', () => {
    const graph: ApiGraph = fluxGraph();
    for (let i = 0; i < 20_000; i++) {
      graph[`l${i}`] = node('LoraLoaderModelOnly', {
        model: [i === 0 ? 'unet' : `l${i - 1}`, 0],
        lora_name: 'style.safetensors',
        strength_model: 1,
      });
    }
    graph['lora'] = node('LoraLoaderModelOnly', { ...graph['lora']?.inputs, model: ['l19999', 0] });
    expect(setup(graph).kept.length).toBeGreaterThan(20_000);
  });
});
