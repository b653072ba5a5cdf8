import { describe, expect, it } from 'vitest';
import { parseExact } from './exact-json';
import { SEED_HISTORY, SEED_HISTORY_ID, SEED_SVD_GRAPH } from './fixtures/seed-samples';
import type { ApiGraph, ApiNode } from './graph';
import { summarizeGraph } from './graph-summary';

function node(classType: string, inputs: ApiNode['inputs']): ApiNode {
  return { class_type: classType, inputs };
}

function text(words: string): ApiNode {
  return node('CLIPTextEncode', { text: words, clip: ['model', 1] });
}

function sampler(more: ApiNode['inputs'] = {}): ApiNode {
  return node('KSampler', {
    seed: 1,
    steps: 20,
    cfg: 7,
    sampler_name: 'euler',
    scheduler: 'normal',
    denoise: 1,
    model: ['model', 0],
    positive: ['good', 0],
    negative: ['bad', 0],
    latent_image: ['latent', 0],
    ...more,
  });
}

/** Text to image, saved by `save`. */
const BASE: ApiGraph = {
  model: node('CheckpointLoaderSimple', { ckpt_name: 'base.safetensors' }),
  latent: node('EmptyLatentImage', { width: 512, height: 768, batch_size: 1 }),
  good: text('a cat'),
  bad: text('ugly'),
  sampler: sampler(),
  decode: node('VAEDecode', { samples: ['sampler', 0], vae: ['model', 2] }),
  save: node('SaveImage', { images: ['decode', 0], filename_prefix: 'x' }),
};

describe('graphs people really run', () => {
  it('reads the text to image graph of the early API', () => {
    const history = parseExact(SEED_HISTORY) as Record<string, { prompt: [number, string, ApiGraph] }>;
    const graph = history[SEED_HISTORY_ID]?.prompt[2] ?? {};
    expect(summarizeGraph(graph, '9')).toMatchObject({
      model: 'sdxl-动漫二次元_2.0.safetensors',
      seed: 687973405480854,
      steps: 30,
      cfg: 8,
      sampler: 'dpmpp_2m',
      scheduler: 'karras',
      denoise: 1,
      width: 512,
      height: 512,
      loras: [],
    });
    const summary = summarizeGraph(graph, '9');
    expect(summary.prompt).toMatch(/^1girl,flower,.*white dress,$/);
    expect(summary.negative).toMatch(/^\(worst quality,.*wrong anatomy,$/);
  });

  it('reads the image to video graph of the early API, which has no text', () => {
    expect(summarizeGraph(SEED_SVD_GRAPH, '24')).toEqual({
      prompt: null,
      negative: null,
      model: 'svd_xt_1_1.safetensors',
      loras: [],
      seed: 0,
      steps: 20,
      cfg: 2.5,
      sampler: 'euler',
      scheduler: 'karras',
      denoise: 1,
      width: 1024,
      height: 576,
    });
  });

  it('gives each output of a graph with two samplers its own values', () => {
    const graph: ApiGraph = {
      ...BASE,
      good2: text('a dog'),
      second: sampler({
        seed: 2,
        denoise: 0.5,
        positive: ['good2', 0],
        latent_image: ['upscaled', 0],
        model: ['lora', 0],
      }),
      upscaled: node('LatentUpscaleBy', { samples: ['sampler', 0], scale_by: 2 }),
      lora: node('LoraLoader', { lora_name: 'dog.safetensors', strength_model: 0.8, model: ['model', 0] }),
      decode2: node('VAEDecode', { samples: ['second', 0], vae: ['model', 2] }),
      save2: node('SaveImage', { images: ['decode2', 0], filename_prefix: 'y' }),
    };
    expect(summarizeGraph(graph, 'save')).toMatchObject({ prompt: 'a cat', seed: 1, denoise: 1, loras: [] });
    expect(summarizeGraph(graph, 'save2')).toMatchObject({
      prompt: 'a dog',
      negative: 'ugly',
      seed: 2,
      denoise: 0.5,
      model: 'base.safetensors',
      loras: [{ name: 'dog.safetensors', strength: 0.8 }],
      width: 512,
    });
  });

  it('takes the values of a detailer for its own output', () => {
    const graph: ApiGraph = {
      ...BASE,
      face: text('a face'),
      detail: node('FaceDetailer', {
        image: ['decode', 0],
        model: ['model', 0],
        positive: ['face', 0],
        negative: ['bad', 0],
        seed: 9,
        steps: 8,
        cfg: 4,
        sampler_name: 'dpmpp_sde',
        scheduler: 'karras',
        denoise: 0.4,
      }),
      saveFace: node('SaveImage', { images: ['detail', 0], filename_prefix: 'f' }),
    };
    expect(summarizeGraph(graph, 'saveFace')).toMatchObject({ prompt: 'a face', seed: 9, steps: 8, cfg: 4 });
    expect(summarizeGraph(graph, 'save')).toMatchObject({ prompt: 'a cat', seed: 1, steps: 20 });
  });

  it('follows each side of an inpaint conditioning through its own slot', () => {
    const graph: ApiGraph = {
      ...BASE,
      inpaint: node('InpaintModelConditioning', {
        positive: ['good', 0],
        negative: ['bad', 0],
        vae: ['model', 2],
        pixels: ['load', 0],
        mask: ['load', 1],
        noise_mask: true,
      }),
      load: node('LoadImage', { image: 'a.png' }),
      sampler: sampler({
        model: ['diff', 0],
        positive: ['inpaint', 0],
        negative: ['inpaint', 1],
        latent_image: ['inpaint', 2],
      }),
      diff: node('DifferentialDiffusion', { model: ['model', 0] }),
    };
    delete graph['latent'];
    expect(summarizeGraph(graph, 'save')).toMatchObject({
      prompt: 'a cat',
      negative: 'ugly',
      model: 'base.safetensors',
      width: null,
      height: null,
    });
  });

  it('does not take the text of a picture that only serves as a hint', () => {
    const graph: ApiGraph = {
      ...BASE,
      control: node('ControlNetApply', {
        conditioning: ['good2', 0],
        control_net: ['cn', 0],
        image: ['decode', 0],
        strength: 1,
      }),
      cn: node('ControlNetLoader', { control_net_name: 'canny.pth' }),
      good2: text('a robot'),
      second: sampler({ seed: 2, positive: ['control', 0] }),
      decode2: node('VAEDecode', { samples: ['second', 0], vae: ['model', 2] }),
      save2: node('SaveImage', { images: ['decode2', 0], filename_prefix: 'y' }),
    };
    expect(summarizeGraph(graph, 'save2').prompt).toBe('a robot');
  });

  it('joins the texts of SDXL encoders, and of combined conditionings', () => {
    const graph: ApiGraph = {
      ...BASE,
      good: node('CLIPTextEncodeSDXL', { text_g: 'a cat', text_l: 'photo', clip: ['model', 1] }),
      bad: node('ConditioningCombine', { conditioning_1: ['bad1', 0], conditioning_2: ['bad2', 0] }),
      bad1: node('CLIPTextEncodeSDXL', { text_g: 'ugly', text_l: 'ugly', clip: ['model', 1] }),
      bad2: text('blurry'),
    };
    expect(summarizeGraph(graph, 'save')).toMatchObject({
      prompt: 'a cat\nphoto',
      negative: 'ugly\nblurry',
    });
  });

  it('looks through primitive nodes', () => {
    const graph: ApiGraph = {
      ...BASE,
      seed: node('PrimitiveInt', { value: 18446744073709551615n }),
      words: node('PrimitiveStringMultiline', { value: 'a bird' }),
      wide: node('PrimitiveInt', { value: ['wider', 0] }),
      wider: node('PrimitiveInt', { value: 1024 }),
      good: node('CLIPTextEncode', { text: ['words', 0], clip: ['model', 1] }),
      latent: node('EmptyLatentImage', { width: ['wide', 0], height: 64 }),
      sampler: sampler({ seed: ['seed', 0] }),
    };
    expect(summarizeGraph(graph, 'save')).toMatchObject({
      prompt: 'a bird',
      seed: 18446744073709551615n,
      width: 1024,
      height: 64,
    });
  });

  it('reads a sampler that is put together from parts', () => {
    const graph: ApiGraph = {
      unet: node('UNETLoader', { unet_name: 'flux.safetensors', weight_dtype: 'default' }),
      clip: node('DualCLIPLoader', { clip_name1: 'a', clip_name2: 'b', type: 'flux' }),
      words: node('CLIPTextEncode', { text: 'a fox', clip: ['clip', 0] }),
      guidance: node('FluxGuidance', { conditioning: ['words', 0], guidance: 3.5 }),
      guider: node('BasicGuider', { model: ['unet', 0], conditioning: ['guidance', 0] }),
      noise: node('RandomNoise', { noise_seed: 9007199254740993n }),
      select: node('KSamplerSelect', { sampler_name: 'euler' }),
      sigmas: node('BasicScheduler', { model: ['unet', 0], scheduler: 'simple', steps: 4, denoise: 1 }),
      latent: node('EmptySD3LatentImage', { width: 1024, height: 1024, batch_size: 1 }),
      sampler: node('SamplerCustomAdvanced', {
        noise: ['noise', 0],
        guider: ['guider', 0],
        sampler: ['select', 0],
        sigmas: ['sigmas', 0],
        latent_image: ['latent', 0],
      }),
      decode: node('VAEDecode', { samples: ['sampler', 0], vae: ['vae', 0] }),
      vae: node('VAELoader', { vae_name: 'ae.safetensors' }),
      save: node('SaveImage', { images: ['decode', 0], filename_prefix: 'x' }),
    };
    expect(summarizeGraph(graph, 'save')).toEqual({
      prompt: 'a fox',
      negative: null,
      model: 'flux.safetensors',
      loras: [],
      seed: 9007199254740993n,
      steps: 4,
      cfg: null,
      sampler: 'euler',
      scheduler: 'simple',
      denoise: 1,
      width: 1024,
      height: 1024,
    });
    graph['guider'] = node('CFGGuider', {
      model: ['unet', 0],
      positive: ['guidance', 0],
      negative: ['zero', 0],
      cfg: 2,
    });
    graph['zero'] = node('ConditioningZeroOut', { conditioning: ['words', 0] });
    expect(summarizeGraph(graph, 'save')).toMatchObject({ prompt: 'a fox', negative: null, cfg: 2 });
  });

  it('stacks loras, the nearest first, each once', () => {
    const graph: ApiGraph = {
      ...BASE,
      lora1: node('LoraLoader', { lora_name: 'one', strength_model: 1, model: ['model', 0] }),
      lora2: node('LoraLoaderModelOnly', { lora_name: 'two', strength_model: 0.5, model: ['lora1', 0] }),
      lora3: node('LoraLoader', { lora_name: 'one', strength_model: 0.1, model: ['lora2', 0] }),
      sampler: sampler({ model: ['lora3', 0] }),
    };
    expect(summarizeGraph(graph, 'save').loras).toEqual([
      { name: 'one', strength: 0.1 },
      { name: 'two', strength: 0.5 },
    ]);
  });
});

describe('graphs that are odd', () => {
  it('reads seeds that were sent as digits', () => {
    const graph = { ...BASE, sampler: sampler({ seed: '18446744073709551615' }) };
    expect(summarizeGraph(graph, 'save').seed).toBe(18446744073709551615n);
  });

  it('takes the first text of a graph without sampler', () => {
    const graph: ApiGraph = {
      words: node('TextEncodeQwenImageEdit', { prompt: 'make it blue', image: ['load', 0] }),
      custom: node('MySampler', { conditioning: ['words', 0] }),
      load: node('LoadImage', { image: 'a.png' }),
    };
    expect(summarizeGraph(graph, 'custom')).toMatchObject({
      prompt: 'make it blue',
      negative: null,
      seed: null,
    });
  });

  it('survives cycles everywhere', () => {
    const graph: ApiGraph = {
      ...BASE,
      good: node('ConditioningCombine', { conditioning_1: ['good', 0], conditioning_2: ['combine', 0] }),
      combine: node('ConditioningCombine', { conditioning_1: ['good', 0], conditioning_2: ['bad', 0] }),
      sampler: sampler({ seed: ['loop', 0], model: ['turn', 0] }),
      loop: node('PrimitiveInt', { value: ['loop', 0] }),
      turn: node('LoraLoader', { model: ['turn', 0], lora_name: ['turn', 0] }),
    };
    expect(summarizeGraph(graph, 'save')).toMatchObject({ prompt: 'ugly', seed: null, loras: [] });
  });

  it('survives links to nothing and values of other types', () => {
    const graph: ApiGraph = {
      ...BASE,
      sampler: sampler({
        positive: ['gone', 0],
        negative: 7,
        model: ['constructor', 0],
        seed: null,
        steps: 'many',
        cfg: ['gone', 0],
      }),
    };
    expect(summarizeGraph(graph, 'save')).toMatchObject({
      prompt: null,
      negative: null,
      seed: null,
      steps: null,
      cfg: null,
    });
    expect(summarizeGraph({}, 'save')).toMatchObject({ prompt: null, model: null });
    expect(summarizeGraph(BASE, 'gone')).toEqual(summarizeGraph(BASE, null));
    expect(summarizeGraph(BASE, 'gone').prompt).toBe('a cat');
  });
});

describe('texts made by other nodes', () => {
  it('composes a prompt that is joined from parts, with text nodes between', () => {
    const graph: ApiGraph = {
      ...BASE,
      good: node('CLIPTextEncode', { text: ['shown', 0], clip: ['model', 1] }),
      shown: node('PreviewText', { text: ['joined', 0] }),
      joined: node('StringConcatenate', { string_a: ['subject', 0], string_b: 'at night', delimiter: ', ' }),
      subject: node('PrimitiveStringMultiline', { value: 'a red fox' }),
    };
    expect(summarizeGraph(graph, 'save').prompt).toBe('a red fox, at night');
  });

  it('survives text nodes that feed each other', () => {
    const graph: ApiGraph = {
      ...BASE,
      good: node('CLIPTextEncode', { text: ['joined', 0], clip: ['model', 1] }),
      joined: node('StringConcatenate', { string_a: ['loop', 0], string_b: 'a fox', delimiter: '' }),
      loop: node('PreviewText', { text: ['loop', 0] }),
    };
    expect(summarizeGraph(graph, 'save').prompt).toBe('a fox');
  });
});

describe('a graph made to keep the page busy', () => {
  it('is given up soon: text nodes that feed themselves, and doublings stacked high', () => {
    const join = (from: string): ApiGraph[string] =>
      node('StringConcatenate', { string_a: [from, 0], string_b: [from, 0], delimiter: [from, 0] });
    const stacked = Object.fromEntries(
      Array.from({ length: 40 }, (_, level) => [`level ${level}`, join(`level ${level + 1}`)]),
    );
    for (const [from, nodes] of [
      ['self', { self: join('self') }],
      ['level 0', stacked],
    ] as const) {
      let reads = 0;
      const good = node('CLIPTextEncode', { text: [from, 0], clip: ['model', 1] });
      const graph = new Proxy<ApiGraph>(
        { ...BASE, ...nodes, good },
        {
          get: (target, id: string) => {
            reads += 1;
            return target[id];
          },
        },
      );
      summarizeGraph(graph, 'save');
      expect(reads).toBeGreaterThan(0);
      expect(reads).toBeLessThan(100_000);
    }
  });
});

describe('LoRAs', () => {
  it('lists the enabled rows of a power loader with their strengths', () => {
    const graph: ApiGraph = {
      ...BASE,
      sampler: sampler({ model: ['power', 0] }),
      power: node('Power Lora Loader (rgthree)', {
        lora_1: { on: true, lora: 'ink.safetensors', strength: 0.7 },
        lora_2: { on: false, lora: 'off.safetensors', strength: 1 },
        lora_3: { on: true, lora: 'None', strength: 1 },
        model: ['model', 0],
      }),
    };
    expect(summarizeGraph(graph, 'save').loras).toEqual([{ name: 'ink.safetensors', strength: 0.7 }]);
  });

  it('leaves out a loader set to "None"', () => {
    const graph: ApiGraph = {
      ...BASE,
      sampler: sampler({ model: ['none', 0] }),
      none: node('LoraLoader', { lora_name: 'None', strength_model: 1, model: ['model', 0] }),
    };
    expect(summarizeGraph(graph, 'save').loras).toEqual([]);
  });
});

describe('graphs without a plain KSampler', () => {
  const summaryOf = (graph: ApiGraph): ReturnType<typeof summarizeGraph> => summarizeGraph(graph, 'save');
  const save = (from: string): ApiNode => node('SaveImage', { images: [from, 0], filename_prefix: 'x' });

  it('take the texts of an all-in-one loader, which are no links', () => {
    const graph: ApiGraph = {
      loader: node('Efficient Loader', {
        ckpt_name: 'dream.safetensors',
        lora_name: 'None',
        positive: 'a tower',
        negative: 'blurry',
        empty_latent_width: 512,
      }),
      sampler: node('KSampler (Efficient)', {
        ...{ seed: 18446744073709551615n, steps: 20, cfg: 7, sampler_name: 'euler', scheduler: 'normal' },
        ...{ denoise: 1, model: ['loader', 0], positive: ['loader', 1], negative: ['loader', 2] },
      }),
      save: save('sampler'),
    };
    expect(summaryOf(graph)).toMatchObject({
      prompt: 'a tower',
      negative: 'blurry',
      model: 'dream.safetensors',
      seed: 18446744073709551615n,
      loras: [],
    });
  });

  it('take texts that the sampler has itself', () => {
    const graph: ApiGraph = { ...BASE, sampler: sampler({ positive: 'a fox', negative: '' }) };
    expect(summaryOf(graph)).toMatchObject({ prompt: 'a fox', negative: null });
  });

  it('take what comes through a pipe, each side apart', () => {
    const graph: ApiGraph = {
      ...BASE,
      pipe: node('ToBasicPipe', { model: ['model', 0], positive: ['good', 0], negative: ['bad', 0] }),
      sampler: node('ImpactKSamplerBasicPipe', { seed: 3, steps: 8, cfg: 2, basic_pipe: ['pipe', 0] }),
    };
    expect(summaryOf(graph)).toMatchObject({ prompt: 'a cat', negative: 'ugly', seed: 3, steps: 8 });
  });

  it('take what a video sampler gets as embeddings', () => {
    const graph: ApiGraph = {
      model: node('WanVideoModelLoader', { model: 'wan2.2.safetensors', base_precision: 'bf16' }),
      text: node('WanVideoTextEncode', { positive_prompt: 'waves', negative_prompt: 'still', t5: ['t5', 0] }),
      t5: node('LoadWanVideoT5TextEncoder', { model_name: 'umt5.safetensors' }),
      sampler: node('WanVideoSampler', {
        ...{ model: ['model', 0], text_embeds: ['text', 0], image_embeds: ['gone', 0] },
        ...{ seed: 9, steps: 6, cfg: 1, scheduler: 'unipc', shift: 5 },
      }),
      save: save('sampler'),
    };
    expect(summaryOf(graph)).toMatchObject({
      prompt: 'waves',
      negative: 'still',
      model: 'wan2.2.safetensors',
      seed: 9,
      steps: 6,
      scheduler: 'unipc',
    });
  });

  it('do not call the only text of a video sampler negative as well', () => {
    const graph: ApiGraph = {
      text: node('HyVideoTextEncode', { prompt: 'rain', text_encoders: ['gone', 0] }),
      sampler: node('HyVideoSampler', { hyvid_embeds: ['text', 0], seed: 1, steps: 30 }),
      save: save('sampler'),
    };
    expect(summaryOf(graph)).toMatchObject({ prompt: 'rain', negative: null, seed: 1 });
  });

  it('take prompt, seed and model of a partner node, dotted names too', () => {
    const partner: ApiGraph = {
      one: node('GeminiLikeNode', {
        prompt: 'a poster',
        model: 'nano',
        seed: 966165900452152,
        images: ['in', 0],
      }),
      save: save('one'),
    };
    expect(summaryOf(partner)).toMatchObject({ prompt: 'a poster', model: 'nano', seed: 966165900452152 });
    const dotted: ApiGraph = {
      words: node('PrimitiveStringMultiline', { value: 'a turntable' }),
      one: node('VideoLikeNode', {
        ...{ model: 'v3', 'model.prompt': ['words', 0], 'model.negative_prompt': 'shaky', seed: 0 },
      }),
      save: save('one'),
    };
    expect(summaryOf(dotted)).toMatchObject({
      prompt: 'a turntable',
      negative: 'shaky',
      model: 'v3',
      seed: 0,
    });
  });

  it('tell what made this file, not what made a picture before it', () => {
    const graph: ApiGraph = {
      ...BASE,
      film: node('VideoLikeNode', { prompt: 'it moves', model: 'v3', seed: 4, first_frame: ['decode', 0] }),
      film_save: node('SaveVideo', { video: ['film', 0] }),
    };
    expect(summarizeGraph(graph, 'film_save')).toMatchObject({ prompt: 'it moves', model: 'v3', seed: 4 });
    expect(summarizeGraph(graph, 'save')).toMatchObject({ prompt: 'a cat', seed: 1 });
  });

  it('tell what a language model was asked for, where only it knows the prompt', () => {
    const graph: ApiGraph = {
      ...BASE,
      writer: node('TextGenerate', { prompt: 'describe a harbour', 'sampling_mode.seed': 5, clip: ['c', 0] }),
      good: node('CLIPTextEncode', { text: ['writer', 0], clip: ['model', 1] }),
    };
    expect(summaryOf(graph)).toMatchObject({ prompt: 'describe a harbour', seed: 1 });
  });

  it('follow the chosen branch of a switch, for model, text and seed', () => {
    const graph: ApiGraph = {
      ...BASE,
      on: node('PrimitiveBoolean', { value: true }),
      other: node('UNETLoader', { unet_name: 'chosen.safetensors' }),
      lora: node('LoraLoaderModelOnly', { lora_name: 'unused.safetensors', model: ['model', 0] }),
      models: node('ComfySwitchNode', { switch: ['on', 0], on_false: ['lora', 0], on_true: ['other', 0] }),
      texts: node('ComfySwitchNode', { switch: ['on', 0], on_false: ['bad', 0], on_true: ['good', 0] }),
      rng: node('SeedNode', { seed: 12 }),
      sampler: sampler({ model: ['models', 0], positive: ['texts', 0], seed: ['rng', 0] }),
    };
    expect(summaryOf(graph)).toMatchObject({
      model: 'chosen.safetensors',
      loras: [],
      prompt: 'a cat',
      seed: 12,
    });
  });

  it('take both texts of a guider that names them otherwise, and the words of a song', () => {
    const guided: ApiGraph = {
      ...BASE,
      noise: node('RandomNoise', { noise_seed: ['rng', 0] }),
      rng: node('SeedNode', { seed: 77 }),
      guide: node('DualCFGGuider', {
        model: ['model', 0],
        cond1: ['good', 0],
        cond2: ['bad', 0],
        negative: ['bad', 0],
      }),
      sampler: node('SamplerCustomAdvanced', {
        noise: ['noise', 0],
        guider: ['guide', 0],
        sigmas: ['gone', 0],
      }),
    };
    expect(summaryOf(guided)).toMatchObject({ prompt: 'a cat', negative: 'ugly', seed: 77 });
    const song: ApiGraph = {
      ...BASE,
      good: node('TextEncodeAceStepAudio', { tags: 'jazz', lyrics: 'la la' }),
    };
    expect(summaryOf(song).prompt).toBe('jazz\nla la');
  });
});
