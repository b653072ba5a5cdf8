import { afterEach, describe, expect } from 'vitest';
import type { ApiGraph, ApiInput } from '../../src/comfy/graph';
import { emptyImage, node, previewImage, solidMask } from './graphs';
import { decodePng, rgbOf, type Picture } from './pictures';
import { test } from './statement';
import {
  barrier,
  connect,
  describeFrame,
  download,
  imagesOf,
  post,
  run,
  SocketRecorder,
  submit,
  unique,
  type HistoryItem,
  type PromptAnswer,
} from './support';

const server = await connect();

/**
 * The checkpoint to sample with: the demo engine's own, the one named in CONTRACT_CHECKPOINT, or one whose
 * name begins with `tiny-`. Real checkpoints are left alone: they may be slow and large.
 */
function findCheckpoint(): string | undefined {
  const [spec, options] = (server.nodes.CheckpointLoaderSimple?.input.required?.ckpt_name ?? []) as [
    string[] | string,
    { options?: string[] }?,
  ];
  const names = Array.isArray(spec) ? spec : (options?.options ?? []);
  const wanted = process.env.CONTRACT_CHECKPOINT;
  return names.find((name) => (wanted ? name === wanted : server.isDemo || name.startsWith('tiny-')));
}

const checkpoint = findCheckpoint();

const sockets: SocketRecorder[] = [];

afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.close()));
});

async function open(flags: boolean): Promise<{ socket: SocketRecorder; clientId: string }> {
  const clientId = unique('sampler');
  const socket = await SocketRecorder.open({ clientId, flags });
  sockets.push(socket);
  return { socket, clientId };
}

let seed = Math.floor(Math.random() * 1e12);

/** A text-to-image graph of a 64×64 picture. `sampler` overrides what KSampler `ks` gets. */
function samplerGraph(sampler: Record<string, ApiInput> = {}, more: ApiGraph = {}): ApiGraph {
  return {
    ckpt: node('CheckpointLoaderSimple', { ckpt_name: checkpoint ?? '' }),
    positive: node('CLIPTextEncode', { text: 'a lamp', clip: ['ckpt', 1] }),
    negative: node('CLIPTextEncode', { text: '', clip: ['ckpt', 1] }),
    latent: node('EmptyLatentImage', { width: 64, height: 64, batch_size: 1 }),
    ks: node('KSampler', {
      model: ['ckpt', 0],
      seed: seed++,
      steps: 3,
      cfg: 1,
      sampler_name: 'euler',
      scheduler: 'normal',
      positive: ['positive', 0],
      negative: ['negative', 0],
      latent_image: ['latent', 0],
      denoise: 1,
      ...sampler,
    }),
    decoded: node('VAEDecode', { samples: ['ks', 0], vae: ['ckpt', 2] }),
    out: previewImage(['decoded', 0]),
    ...more,
  };
}

async function pictureOf(item: HistoryItem, id = 'out'): Promise<Picture> {
  const [file] = imagesOf(item, id);
  if (!file) {
    throw new Error('no picture');
  }
  return decodePng(await download(file));
}

/** The types of the previews received. */
function previewTypes(socket: SocketRecorder): number[] {
  return socket.frames.flatMap((frame) => (frame.kind === 'binary' ? [frame.type] : []));
}

/**
 * The previews to expect of a prompt that asks for its own `preview_method`. Older servers do not listen:
 * whether they send any, and then of `type`, is up to how they were started.
 */
function asked(expected: number[], type: number): number[] {
  if (server.does('createTime')) {
    return expected;
  }
  return server.argv.includes('--preview-method') ? [type, type, type] : [];
}

/** A JPEG's size, from its start-of-frame marker. */
function jpegSize(bytes: Uint8Array): [number, number] {
  const buffer = Buffer.from(bytes);
  for (let at = 2; at < buffer.length; at += 2 + buffer.readUInt16BE(at + 2)) {
    const marker = buffer.readUInt8(at + 1);
    if (marker >= 0xc0 && marker <= 0xc2) {
      return [buffer.readUInt16BE(at + 7), buffer.readUInt16BE(at + 5)];
    }
  }
  throw new Error('no JPEG');
}

test('a missing checkpoint is refused', async () => {
  const graph = samplerGraph();
  graph.ckpt = node('CheckpointLoaderSimple', { ckpt_name: 'absent.safetensors' });
  const answer = await post('/prompt', { prompt: graph });
  expect(answer.status).toBe(400);
  const { node_errors } = answer.json<PromptAnswer>();
  expect(Object.keys(node_errors)).toEqual(['ckpt']);
  expect(node_errors.ckpt?.errors[0]).toMatchObject({
    type: 'value_not_in_list',
    extra_info: { input_name: 'ckpt_name', received_value: 'absent.safetensors' },
  });
});

function sampling(): void {
  test('reports its steps in progress and progress_state', async () => {
    const { socket, clientId } = await open(true);
    const { prompt_id } = await submit(samplerGraph(), {
      client_id: clientId,
      extra_data: { preview_method: 'none' },
    });
    await socket.ended(prompt_id, 90_000);
    const progress = socket.texts().filter(({ type }) => type === 'progress');
    const values = progress.map(({ data }) => Number(data.value));
    // Newer servers skip steps that follow too quickly, but never the first or the last.
    expect(values[0]).toBe(1);
    expect(values.at(-1)).toBe(3);
    expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
    for (const { data } of progress) {
      expect(data).toEqual({ value: data.value, max: 3, prompt_id, node: 'ks' });
    }
    const told = socket.texts().flatMap(({ type, data }) => {
      const state =
        type === 'progress_state' && (data.nodes as Record<string, { value: number; max: number }>).ks;
      return state && state.max === 3 ? [state.value] : [];
    });
    expect(new Set(told)).toEqual(new Set(values));
    expect(previewTypes(socket)).toEqual(asked([], 4));
    const words = socket.texts().map((event) => describeFrame({ kind: 'text', ...event }));
    const begun = words.indexOf('executing ks');
    expect(words.slice(begun, begun + 3)).toEqual(['executing ks', 'progress_state', 'progress']);
  });

  test('sends previews if the prompt asks for them, on newer servers', async () => {
    const { socket, clientId } = await open(true);
    const { prompt_id } = await submit(samplerGraph(), {
      client_id: clientId,
      extra_data: { preview_method: 'latent2rgb' },
    });
    await socket.ended(prompt_id, 90_000);
    const previews = socket.frames.flatMap((frame) => (frame.kind === 'binary' ? [frame] : []));
    expect(previewTypes(socket)).toEqual(asked([4, 4, 4], 4));
    for (const { body } of previews) {
      const length = Buffer.from(body).readUInt32BE(0);
      expect(JSON.parse(Buffer.from(body).toString('utf8', 4, 4 + length))).toEqual({
        node_id: 'ks',
        prompt_id,
        display_node_id: 'ks',
        parent_node_id: null,
        real_node_id: 'ks',
        image_type: 'image/jpeg',
      });
      const [width, height] = jpegSize(body.subarray(4 + length));
      expect(width).toBe(height);
      expect(width).toBeLessThanOrEqual(512);
    }
    if (previews.length === 0) {
      return;
    }
    const words = socket.frames.map(describeFrame);
    const begun = words.indexOf('executing ks');
    expect(words.slice(begun, begun + 10)).toEqual([
      'executing ks',
      ...Array.from({ length: 3 }, () => ['progress_state', 'binary 4', 'progress']).flat(),
    ]);
  });

  test('without the feature flag a preview is type 1: format 1, then a JPEG', async () => {
    const { socket, clientId } = await open(false);
    const { prompt_id } = await submit(samplerGraph(), {
      client_id: clientId,
      extra_data: { preview_method: 'latent2rgb' },
    });
    await socket.ended(prompt_id, 90_000);
    const previews = socket.frames.flatMap((frame) => (frame.kind === 'binary' ? [frame] : []));
    expect(previewTypes(socket)).toEqual(asked([1, 1, 1], 1));
    for (const { body } of previews) {
      expect(Buffer.from(body).readUInt32BE(0)).toBe(1);
      const [width, height] = jpegSize(body.subarray(4));
      expect(width).toBe(height);
    }
  });

  test('previews of a prompt without client_id go to everybody, as type 1 even to clients that know type 4', async () => {
    const [one, two] = [await open(true), await open(false)];
    const item = await run(samplerGraph(), { extra_data: { preview_method: 'latent2rgb' } }, 90_000);
    await barrier(one.socket, two.socket);
    for (const { socket } of [one, two]) {
      expect(previewTypes(socket)).toEqual(asked([1, 1, 1], 1));
      const progress = socket.texts().filter(({ type }) => type === 'progress');
      expect(progress.at(-1)?.data).toMatchObject({ value: 3, prompt_id: item.prompt[1] });
    }
  });

  test('an interrupt stops it between two steps', async () => {
    const { socket, clientId } = await open(true);
    const { prompt_id } = await submit(samplerGraph({ steps: 500 }), { client_id: clientId });
    try {
      await socket.event('progress', prompt_id, 90_000);
    } finally {
      await post('/interrupt', { prompt_id });
    }
    await socket.ended(prompt_id, 90_000);
    expect(await socket.event('execution_interrupted')).toMatchObject({
      node_id: 'ks',
      node_type: 'KSampler',
    });
  });

  test('the seed determines the picture', async () => {
    const [a, again, b] = [
      await run(samplerGraph({ seed: 5 }), {}, 90_000),
      await run(samplerGraph({ seed: '5' }, { extra: emptyImage(8, 8) }), {}, 90_000),
      await run(samplerGraph({ seed: 6 }), {}, 90_000),
    ];
    const [first, same, other] = [await pictureOf(a), await pictureOf(again), await pictureOf(b)];
    expect([first.width, first.height]).toEqual([64, 64]);
    expect(same.rgba).toEqual(first.rgba);
    expect(other.rgba).not.toEqual(first.rgba);
  });

  test('the largest seed runs', async () => {
    const item = await run(samplerGraph({ seed: '18446744073709551615', steps: 1 }), {}, 90_000);
    expect(item.status.status_str).toBe('success');
  });

  test('a batch gives that many pictures', async () => {
    const latent = node('EmptyLatentImage', { width: 64, height: 64, batch_size: 2 });
    const item = await run(samplerGraph({ steps: 1 }, { latent }), {}, 90_000);
    expect(imagesOf(item, 'out')).toHaveLength(2);
  });
}

function inpainting(): void {
  const COLOR = 0x336699;
  /** A 64×96 picture, its right half masked, and what is common to all ways. */
  const base: ApiGraph = {
    image: emptyImage(64, 96, COLOR),
    left: solidMask(0, 64, 96),
    right: solidMask(1, 32, 96),
    mask: node('MaskComposite', {
      destination: ['left', 0],
      source: ['right', 0],
      x: 32,
      y: 0,
      operation: 'add',
    }),
    pasted: node('ImageCompositeMasked', {
      destination: ['image', 0],
      source: ['decoded', 0],
      x: 0,
      y: 0,
      resize_source: false,
      mask: ['mask', 0],
    }),
    final: previewImage(['pasted', 0]),
  };

  const WAYS: Record<string, { sampler: Record<string, ApiInput>; nodes: ApiGraph }> = {
    VAEEncodeForInpaint: {
      sampler: { latent_image: ['encoded', 0] },
      nodes: {
        encoded: node('VAEEncodeForInpaint', {
          pixels: ['image', 0],
          vae: ['ckpt', 2],
          mask: ['mask', 0],
          grow_mask_by: 6,
        }),
      },
    },
    SetLatentNoiseMask: {
      sampler: { latent_image: ['masked', 0], denoise: 0.6 },
      nodes: {
        encoded: node('VAEEncode', { pixels: ['image', 0], vae: ['ckpt', 2] }),
        masked: node('SetLatentNoiseMask', { samples: ['encoded', 0], mask: ['mask', 0] }),
      },
    },
    'InpaintModelConditioning and DifferentialDiffusion': {
      sampler: {
        model: ['differential', 0],
        positive: ['conditioning', 0],
        negative: ['conditioning', 1],
        latent_image: ['conditioning', 2],
      },
      nodes: {
        differential: node('DifferentialDiffusion', { model: ['ckpt', 0] }),
        conditioning: node('InpaintModelConditioning', {
          positive: ['positive', 0],
          negative: ['negative', 0],
          vae: ['ckpt', 2],
          pixels: ['image', 0],
          mask: ['mask', 0],
          noise_mask: true,
        }),
      },
    },
  };

  test.each(Object.keys(WAYS))('%s: pasted back, px outside the mask are the original ones', async (name) => {
    const way = WAYS[name];
    const item = await run(samplerGraph(way?.sampler, { ...base, ...way?.nodes }), {}, 90_000);
    const [raw, final] = [await pictureOf(item, 'out'), await pictureOf(item, 'final')];
    expect([raw.width, raw.height]).toEqual([64, 96]);
    expect([final.width, final.height]).toEqual([64, 96]);
    for (let y = 0; y < 96; y++) {
      const row = (picture: Picture, from: number, to: number): Uint8Array =>
        rgbOf({ ...picture, rgba: picture.rgba.subarray((y * 64 + from) * 4, (y * 64 + to) * 4) });
      expect(new Set(row(final, 0, 32))).toEqual(new Set([0x33, 0x66, 0x99]));
      expect(row(final, 32, 64)).toEqual(row(raw, 32, 64));
    }
  });

  test('sizes are cropped to what the VAE supports', async () => {
    const item = await run(
      samplerGraph(
        { latent_image: ['encoded', 0], steps: 1 },
        {
          image: emptyImage(77, 67, COLOR),
          mask: solidMask(1, 77, 67),
          encoded: node('VAEEncodeForInpaint', {
            pixels: ['image', 0],
            vae: ['ckpt', 2],
            mask: ['mask', 0],
            grow_mask_by: 0,
          }),
        },
      ),
      {},
      90_000,
    );
    const picture = await pictureOf(item);
    expect([picture.width, picture.height]).toEqual([72, 64]);
  });
}

/** The ways to sample from parts, each as deep into the schedule as `strength` says. */
const SAMPLERS: Record<string, (strength: number) => ApiGraph> = {
  KSamplerAdvanced: (strength) => ({
    ks: node('KSamplerAdvanced', {
      ...{
        model: ['model', 0],
        positive: ['positive', 0],
        negative: ['zero', 0],
        latent_image: ['latent', 0],
      },
      ...{ add_noise: 'enable', noise_seed: seed, steps: 10, cfg: 1, sampler_name: 'euler' },
      ...{ scheduler: 'simple', start_at_step: Math.round(10 * (1 - strength)), end_at_step: 10000 },
      return_with_leftover_noise: 'disable',
    }),
  }),
  SamplerCustom: (strength) => ({
    sampler: node('KSamplerSelect', { sampler_name: 'euler' }),
    sigmas: node('BasicScheduler', {
      ...{ model: ['model', 0], scheduler: 'simple', steps: 5, denoise: strength },
    }),
    ks: node('SamplerCustom', {
      ...{
        model: ['model', 0],
        positive: ['positive', 0],
        negative: ['zero', 0],
        latent_image: ['latent', 0],
      },
      ...{ add_noise: true, noise_seed: seed, cfg: 1, sampler: ['sampler', 0], sigmas: ['sigmas', 0] },
    }),
  }),
  'SamplerCustomAdvanced and BasicGuider': (strength) => ({
    sampler: node('KSamplerSelect', { sampler_name: 'euler' }),
    noise: node('RandomNoise', { noise_seed: seed }),
    schedule: node('BasicScheduler', { model: ['model', 0], scheduler: 'simple', steps: 10, denoise: 1 }),
    sigmas: node('SplitSigmasDenoise', { sigmas: ['schedule', 0], denoise: strength }),
    guidance: node('FluxGuidance', { conditioning: ['positive', 0], guidance: 3.5 }),
    guider: node('BasicGuider', { model: ['model', 0], conditioning: ['guidance', 0] }),
    ks: node('SamplerCustomAdvanced', {
      ...{ noise: ['noise', 0], guider: ['guider', 0], sampler: ['sampler', 0], sigmas: ['sigmas', 1] },
      latent_image: ['latent', 0],
    }),
  }),
  'SamplerCustomAdvanced and CFGGuider': (strength) => ({
    sampler: node('KSamplerSelect', { sampler_name: 'euler' }),
    noise: node('RandomNoise', { noise_seed: seed }),
    sigmas: node('BasicScheduler', {
      ...{ model: ['model', 0], scheduler: 'simple', steps: 5, denoise: strength },
    }),
    guider: node('CFGGuider', {
      ...{ model: ['model', 0], positive: ['positive', 0], negative: ['zero', 0], cfg: 1 },
    }),
    ks: node('SamplerCustomAdvanced', {
      ...{ noise: ['noise', 0], guider: ['guider', 0], sampler: ['sampler', 0], sigmas: ['sigmas', 0] },
      latent_image: ['latent', 0],
    }),
  }),
};

/** The first file that a loader of the server lists. */
function firstOf(className: string, input: string): string {
  const [spec, options] = (server.nodes[className]?.input.required?.[input] ?? []) as [
    string[] | string,
    { options?: string[] }?,
  ];
  return (Array.isArray(spec) ? spec : (options?.options ?? []))[0] ?? '';
}

function parts(): void {
  const COLOR = 0x336699;
  /** Everything before the sampler: model, text encoder and VAE loaded apart. */
  const loaders = (): ApiGraph => ({
    unet: node('UNETLoader', { unet_name: firstOf('UNETLoader', 'unet_name'), weight_dtype: 'default' }),
    lora: node('LoraLoaderModelOnly', {
      ...{ model: ['unet', 0], lora_name: firstOf('LoraLoaderModelOnly', 'lora_name'), strength_model: 0.5 },
    }),
    model: node('ModelSamplingAuraFlow', { model: ['lora', 0], shift: 3 }),
    clip: node('CLIPLoader', { clip_name: firstOf('CLIPLoader', 'clip_name'), type: 'lumina2' }),
    vae: node('VAELoader', { vae_name: firstOf('VAELoader', 'vae_name') }),
    positive: node('CLIPTextEncode', { text: 'a lamp', clip: ['clip', 0] }),
    zero: node('ConditioningZeroOut', { conditioning: ['positive', 0] }),
    latent: node('EmptySD3LatentImage', { width: 64, height: 96, batch_size: 1 }),
    decoded: node('VAEDecode', { samples: ['ks', 0], vae: ['vae', 0] }),
    out: previewImage(['decoded', 0]),
  });
  /** A picture whose right half is masked, in place of the empty latent. */
  const masked: ApiGraph = {
    image: emptyImage(64, 96, COLOR),
    left: solidMask(0, 64, 96),
    right: solidMask(1, 32, 96),
    mask: node('MaskComposite', {
      ...{ destination: ['left', 0], source: ['right', 0], x: 32, y: 0, operation: 'add' },
    }),
    encoded: node('VAEEncode', { pixels: ['image', 0], vae: ['vae', 0] }),
    latent: node('SetLatentNoiseMask', { samples: ['encoded', 0], mask: ['mask', 0] }),
  };
  const differs = (a: Uint8Array, b: Uint8Array): number =>
    a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length;

  describe.each(Object.keys(SAMPLERS))('%s', (name) => {
    const graph = (strength: number, more: ApiGraph = {}): ApiGraph => ({
      ...loaders(),
      ...SAMPLERS[name]?.(strength),
      ...more,
    });

    test('makes a picture of the size wanted, another for every seed', async () => {
      seed++;
      const first = await pictureOf(await run(graph(1), {}, 90_000));
      const same = await pictureOf(await run({ ...graph(1), extra: emptyImage(8, 8) }, {}, 90_000));
      seed++;
      const other = await pictureOf(await run(graph(1), {}, 90_000));
      expect([first.width, first.height]).toEqual([64, 96]);
      expect(same.rgba).toEqual(first.rgba);
      expect(other.rgba).not.toEqual(first.rgba);
    });

    test('keeps to the noise mask', async () => {
      const { rgba } = await pictureOf(await run(graph(1, masked), {}, 90_000));
      for (let y = 0; y < 96; y++) {
        const left = rgbOf({ width: 32, height: 1, rgba: rgba.subarray(y * 256, y * 256 + 128) });
        expect(new Set(left)).toEqual(new Set([0x33, 0x66, 0x99]));
      }
    });

    test('changes a picture the less, the lower the strength; with none, not at all', async () => {
      const noisy: ApiGraph = {
        image: emptyImage(64, 96, 0x102030),
        over: emptyImage(32, 48, 0xf0a040),
        picture: node('ImageCompositeMasked', {
          ...{ destination: ['image', 0], source: ['over', 0], x: 16, y: 24, resize_source: false },
        }),
        latent: node('VAEEncode', { pixels: ['picture', 0], vae: ['vae', 0] }),
        before: previewImage(['picture', 0]),
      };
      seed++;
      const changes: number[] = [];
      for (const strength of [0, 0.3, 1]) {
        const item = await run(graph(strength, noisy), {}, 90_000);
        changes.push(differs((await pictureOf(item)).rgba, (await pictureOf(item, 'before')).rgba));
      }
      const [none = NaN, little = NaN, much = NaN] = changes;
      expect(none).toBe(0);
      expect(little).toBeGreaterThan(0);
      expect(much).toBeGreaterThan(little);
    });

    test('reports as many steps as the schedule has left', async () => {
      seed++;
      const { socket, clientId } = await open(true);
      const { prompt_id } = await submit(graph(0.5), { client_id: clientId });
      await socket.ended(prompt_id, 90_000);
      const progress = socket.texts().filter(({ type }) => type === 'progress');
      expect(progress.at(-1)?.data).toMatchObject({ value: 5, max: 5, node: 'ks' });
    });
  });

  test('a reference is what an empty latent is made of', async () => {
    seed++;
    const reference: ApiGraph = {
      image: emptyImage(64, 96, COLOR),
      encoded: node('VAEEncode', { pixels: ['image', 0], vae: ['vae', 0] }),
      words: node('CLIPTextEncode', { text: 'a lamp', clip: ['clip', 0] }),
      positive: node('ReferenceLatent', { conditioning: ['words', 0], latent: ['encoded', 0] }),
    };
    const sampler = SAMPLERS['SamplerCustomAdvanced and BasicGuider']?.(1) ?? {};
    const { rgba } = await pictureOf(await run({ ...loaders(), ...sampler, ...reference }, {}, 90_000));
    const flat = Uint8Array.from(rgba, (_, at) => [0x33, 0x66, 0x99, 255][at % 4] ?? 0);
    expect(differs(rgba, flat)).toBeLessThan(20);
    const plain = await pictureOf(await run({ ...loaders(), ...sampler }, {}, 90_000));
    expect(differs(plain.rgba, rgba)).toBeGreaterThan(5);
  });

  test('two text encoders are loaded together', async () => {
    const name = firstOf('DualCLIPLoader', 'clip_name1');
    const clip = node('DualCLIPLoader', { clip_name1: name, clip_name2: name, type: 'flux' });
    const item = await run({ ...loaders(), ...SAMPLERS.KSamplerAdvanced?.(1), clip }, {}, 90_000);
    expect(item.status.status_str).toBe('success');
  });

  test.each([
    ['unet', 'unet_name'],
    ['lora', 'lora_name'],
    ['clip', 'clip_name'],
    ['vae', 'vae_name'],
  ])('%s: a missing file is refused', async (id, input) => {
    const graph = { ...loaders(), ...SAMPLERS.KSamplerAdvanced?.(1) };
    const loader = graph[id];
    graph[id] = {
      ...loader,
      class_type: loader?.class_type ?? '',
      inputs: { ...loader?.inputs, [input]: 'no' },
    };
    const answer = await post('/prompt', { prompt: graph });
    expect(answer.status).toBe(400);
    expect(answer.json<PromptAnswer>().node_errors[id]?.errors[0]).toMatchObject({
      type: 'value_not_in_list',
      extra_info: { input_name: input, received_value: 'no' },
    });
  });
}

// The demo's files stand for any model; those of a real server belong to one family, if it has any.
if (server.isDemo) {
  describe('sampling from parts loaded apart', { timeout: 120_000 }, parts);
}

// Without a checkpoint there is nothing to sample with, on a server as on its user interface.
if (checkpoint) {
  describe('sampling (API notes §4.3, 4.4)', { timeout: 120_000 }, sampling);
  describe('inpainting (API notes §7.4)', { timeout: 120_000 }, inpainting);
}
