import { describe, expect } from 'vitest';
import { test } from './statement';
import { connect, get, unique, upload, type NodeInfo } from './support';
import { encodePng, solid } from './pictures';

const server = await connect();

describe('GET /system_stats (API notes §2.3)', () => {
  test('describes the system and its devices', async () => {
    const { system, devices } = (await get('/system_stats')).json<{
      system: Record<string, unknown>;
      devices: Record<string, unknown>[];
    }>();
    expect(system.os).toMatch(server.does('hardened') ? /^(linux|win32|darwin)$/ : /^(posix|nt)$/);
    for (const key of ['python_version', 'comfyui_version', 'pytorch_version']) {
      expect(typeof system[key], key).toBe('string');
    }
    for (const key of ['ram_total', 'ram_free']) {
      expect(Number.isInteger(system[key]), key).toBe(true);
    }
    expect(typeof system.embedded_python).toBe('boolean');
    expect(Array.isArray(system.argv)).toBe(true);
    expect('required_frontend_version' in system).toBe(true);
    expect('deploy_environment' in system).toBe(server.does('hardened'));
    expect('comfy_package_versions' in system).toBe(server.does('hardened'));
    expect(devices.length).toBeGreaterThan(0);
    for (const device of devices) {
      expect(Object.keys(device)).toEqual([
        'name',
        'type',
        'index',
        'vram_total',
        'vram_free',
        'torch_vram_total',
        'torch_vram_free',
      ]);
      expect(typeof device.name).toBe('string');
      expect(typeof device.type).toBe('string');
      expect(device.index === null || Number.isInteger(device.index)).toBe(true);
      expect(Number(device.vram_total)).toBeGreaterThanOrEqual(Number(device.vram_free));
    }
  });
});

describe('GET /features (API notes §2.3)', () => {
  test('lists what the server can do', async () => {
    const features = (await get('/features')).json<Record<string, unknown>>();
    expect(features.supports_preview_metadata).toBe(true);
    expect(Number(features.max_upload_size)).toBeGreaterThan(0);
    if (server.does('jobsApi')) {
      expect(features).toMatchObject({
        supports_model_type_tags: true,
        extension: { manager: { supports_v4: true } },
        node_replacements: true,
      });
      expect(typeof features.assets).toBe('boolean');
    } else {
      expect(Object.keys(features).sort()).toEqual(['max_upload_size', 'supports_preview_metadata']);
    }
  });
});

describe('lists (API notes §2.3)', () => {
  test('GET /models names the folders, GET /models/{folder} the files', async () => {
    const folders = (await get('/models')).json<string[]>();
    expect(folders).toEqual(
      expect.arrayContaining([
        'checkpoints',
        'loras',
        'vae',
        'text_encoders',
        'diffusion_models',
        'embeddings',
      ]),
    );
    expect(folders).not.toContain('clip');
    expect(Array.isArray((await get('/models/checkpoints')).json())).toBe(true);
    expect((await get('/models/no-such-folder')).status).toBe(404);
    expect((await get('/models/clip')).status).toBe(404);
  });

  test('GET /embeddings and /extensions are lists', async () => {
    expect(Array.isArray((await get('/embeddings')).json())).toBe(true);
    expect(Array.isArray((await get('/extensions')).json())).toBe(true);
  });

  test('GET /view_metadata of anything unknown is an empty 404', async () => {
    for (const query of ['', '?filename=x.safetensors', '?filename=x.png']) {
      const answer = await get(`/view_metadata/checkpoints${query}`);
      expect(answer.status).toBe(404);
      expect(answer.bytes).toHaveLength(0);
    }
  });
});

async function info(name: string): Promise<NodeInfo> {
  const found = (await get(`/object_info/${name}`)).json<Record<string, NodeInfo>>()[name];
  if (!found) {
    throw new Error(`no ${name}`);
  }
  return found;
}

/** A class, its required inputs with type and options, its outputs, whether it is an output node. */
interface Shape {
  required: Record<string, unknown>;
  optional?: Record<string, unknown>;
  outputs: string[];
  /** Names of outputs, where they are not the types. */
  names?: string[];
  outputNode?: boolean;
}

const SIZE = { default: 512, min: 1, max: 16384, step: 1 };
const OFFSET = { default: 0, min: 0, max: 16384, step: 1 };
const METHODS = ['nearest-exact', 'bilinear', 'area', 'bicubic', 'lanczos'];

const IMAGE = ['IMAGE'];
const MASK = ['MASK'];
const int = (options: object): unknown[] => ['INT', options];
const float = (options: object): unknown[] => ['FLOAT', options];
const choice = (...options: string[]): unknown[] => ['COMBO', { options }];

const SHAPES: Record<string, Shape> = {
  EmptyImage: {
    required: {
      width: int(SIZE),
      height: int(SIZE),
      batch_size: int({ default: 1, min: 1, max: 4096 }),
      color: int({ default: 0, min: 0, max: 0xffffff, step: 1, display: 'color' }),
    },
    outputs: ['IMAGE'],
  },
  SaveImage: {
    required: { images: IMAGE, filename_prefix: ['STRING', { default: 'ComfyUI' }] },
    outputs: server.does('saveReturnsImages') ? ['IMAGE'] : [],
    names: server.does('saveReturnsImages') ? ['images'] : [],
    outputNode: true,
  },
  PreviewImage: {
    required: { images: IMAGE },
    outputs: server.does('saveReturnsImages') ? ['IMAGE'] : [],
    names: server.does('saveReturnsImages') ? ['images'] : [],
    outputNode: true,
  },
  SolidMask: {
    required: {
      value: float({ default: 1, min: 0, max: 1, step: 0.01 }),
      width: int(SIZE),
      height: int(SIZE),
    },
    outputs: ['MASK'],
  },
  InvertMask: { required: { mask: MASK }, outputs: ['MASK'] },
  GrowMask: {
    required: {
      mask: MASK,
      expand: int({ default: 0, min: -16384, max: 16384, step: 1 }),
      tapered_corners: ['BOOLEAN', { default: true }],
    },
    outputs: ['MASK'],
  },
  FeatherMask: {
    required: { mask: MASK, left: int(OFFSET), top: int(OFFSET), right: int(OFFSET), bottom: int(OFFSET) },
    outputs: ['MASK'],
  },
  ThresholdMask: {
    required: { mask: MASK, value: float({ default: 0.5, min: 0, max: 1, step: 0.01 }) },
    outputs: ['MASK'],
  },
  MaskToImage: { required: { mask: MASK }, outputs: ['IMAGE'] },
  ImageToMask: {
    required: { image: IMAGE, channel: choice('red', 'green', 'blue', 'alpha') },
    outputs: ['MASK'],
  },
  MaskComposite: {
    required: {
      destination: MASK,
      source: MASK,
      x: int(OFFSET),
      y: int(OFFSET),
      operation: choice('multiply', 'add', 'subtract', 'and', 'or', 'xor'),
    },
    outputs: ['MASK'],
  },
  CropMask: {
    required: { mask: MASK, x: int(OFFSET), y: int(OFFSET), width: int(SIZE), height: int(SIZE) },
    outputs: ['MASK'],
  },
  ImageCrop: {
    required: { image: IMAGE, width: int(SIZE), height: int(SIZE), x: int(OFFSET), y: int(OFFSET) },
    outputs: ['IMAGE'],
  },
  ImageScale: {
    required: {
      image: IMAGE,
      upscale_method: choice(...METHODS),
      width: int({ ...SIZE, min: 0 }),
      height: int({ ...SIZE, min: 0 }),
      crop: choice('disabled', 'center'),
    },
    outputs: ['IMAGE'],
  },
  ImageScaleBy: {
    required: {
      image: IMAGE,
      upscale_method: choice(...METHODS),
      scale_by: float({ default: 1, min: 0.01, max: 8, step: 0.01 }),
    },
    outputs: ['IMAGE'],
  },
  ImageInvert: { required: { image: IMAGE }, outputs: ['IMAGE'] },
  ImageBlur: {
    required: {
      image: IMAGE,
      blur_radius: int({ default: 1, min: 1, max: 31, step: 1 }),
      sigma: float({ default: 1, min: 0.1, max: 10, step: 0.1 }),
    },
    outputs: ['IMAGE'],
  },
  ImageBatch: { required: { image1: IMAGE, image2: IMAGE }, outputs: ['IMAGE'] },
  ImageCompositeMasked: {
    required: {
      destination: IMAGE,
      source: IMAGE,
      x: int(OFFSET),
      y: int(OFFSET),
      resize_source: ['BOOLEAN', { default: false }],
    },
    optional: { mask: MASK },
    outputs: ['IMAGE'],
  },
  ImagePadForOutpaint: {
    required: {
      image: IMAGE,
      left: int({ ...OFFSET, step: 8 }),
      top: int({ ...OFFSET, step: 8 }),
      right: int({ ...OFFSET, step: 8 }),
      bottom: int({ ...OFFSET, step: 8 }),
      feathering: int({ ...OFFSET, default: 40 }),
    },
    outputs: ['IMAGE', 'MASK'],
  },
  JoinImageWithAlpha: { required: { image: IMAGE, alpha: MASK }, outputs: ['IMAGE'] },
  SplitImageWithAlpha: { required: { image: IMAGE }, outputs: ['IMAGE', 'MASK'] },
  CLIPTextEncode: {
    required: { text: ['STRING', { multiline: true, dynamicPrompts: true }], clip: ['CLIP'] },
    outputs: ['CONDITIONING'],
  },
  EmptyLatentImage: {
    required: {
      width: int({ default: 512, min: 16, max: 16384, step: 8 }),
      height: int({ default: 512, min: 16, max: 16384, step: 8 }),
      batch_size: int({ default: 1, min: 1, max: 4096 }),
    },
    outputs: ['LATENT'],
  },
  VAEEncode: { required: { pixels: IMAGE, vae: ['VAE'] }, outputs: ['LATENT'] },
  VAEDecode: { required: { samples: ['LATENT'], vae: ['VAE'] }, outputs: ['IMAGE'] },
  VAEEncodeForInpaint: {
    required: {
      pixels: IMAGE,
      vae: ['VAE'],
      mask: MASK,
      grow_mask_by: int({ default: 6, min: 0, max: 64, step: 1 }),
    },
    outputs: ['LATENT'],
  },
  SetLatentNoiseMask: { required: { samples: ['LATENT'], mask: MASK }, outputs: ['LATENT'] },
  InpaintModelConditioning: {
    required: {
      positive: ['CONDITIONING'],
      negative: ['CONDITIONING'],
      vae: ['VAE'],
      pixels: IMAGE,
      mask: MASK,
      noise_mask: ['BOOLEAN', { default: true }],
    },
    outputs: ['CONDITIONING', 'CONDITIONING', 'LATENT'],
    names: ['positive', 'negative', 'latent'],
  },
};

const MODEL = ['MODEL'];
const CONDITIONING = ['CONDITIONING'];
const LATENT = ['LATENT'];
const SEED = int({ default: 0, min: 0, max: Number(18446744073709551615n) });
const CFG = float({ default: 8, min: 0, max: 100, step: 0.1 });
const STRENGTH = float({ default: 1, min: 0, max: 1, step: 0.01 });
const STEPS = int({ default: 20, min: 1, max: 10000 });
const LORA_STRENGTH = float({ default: 1, min: -100, max: 100, step: 0.01 });

/** Classes that load parts apart, or sample from parts. Lists that differ from server to server are `ANY`. */
const ANY = 'any list';
const PARTS: Record<string, Shape> = {
  UNETLoader: {
    required: {
      unet_name: ANY,
      weight_dtype: choice('default', 'fp8_e4m3fn', 'fp8_e4m3fn_fast', 'fp8_e5m2'),
    },
    outputs: ['MODEL'],
  },
  CLIPLoader: {
    required: { clip_name: ANY, type: ANY },
    optional: { device: choice('default', 'cpu') },
    outputs: ['CLIP'],
  },
  DualCLIPLoader: {
    required: { clip_name1: ANY, clip_name2: ANY, type: ANY },
    optional: { device: choice('default', 'cpu') },
    outputs: ['CLIP'],
  },
  VAELoader: { required: { vae_name: ANY }, outputs: ['VAE'] },
  LoraLoader: {
    required: {
      model: MODEL,
      clip: ['CLIP'],
      lora_name: ANY,
      strength_model: LORA_STRENGTH,
      strength_clip: LORA_STRENGTH,
    },
    outputs: ['MODEL', 'CLIP'],
  },
  LoraLoaderModelOnly: {
    required: { model: MODEL, lora_name: ANY, strength_model: LORA_STRENGTH },
    outputs: ['MODEL'],
  },
  ModelSamplingAuraFlow: {
    required: { model: MODEL, shift: float({ default: 1.73, min: 0, max: 100, step: 0.01 }) },
    outputs: ['MODEL'],
  },
  EmptySD3LatentImage: {
    required: {
      width: int({ default: 1024, min: 16, max: 16384, step: 16 }),
      height: int({ default: 1024, min: 16, max: 16384, step: 16 }),
      batch_size: int({ default: 1, min: 1, max: 4096 }),
    },
    outputs: ['LATENT'],
  },
  ConditioningZeroOut: { required: { conditioning: CONDITIONING }, outputs: ['CONDITIONING'] },
  ReferenceLatent: {
    required: { conditioning: CONDITIONING },
    optional: { latent: LATENT },
    outputs: ['CONDITIONING'],
  },
  FluxGuidance: {
    required: {
      conditioning: CONDITIONING,
      guidance: float({ default: 3.5, min: 0, max: 100, step: 0.1 }),
    },
    outputs: ['CONDITIONING'],
  },
  KSamplerAdvanced: {
    required: {
      model: MODEL,
      add_noise: choice('enable', 'disable'),
      noise_seed: SEED,
      steps: STEPS,
      cfg: CFG,
      sampler_name: ANY,
      scheduler: ANY,
      positive: CONDITIONING,
      negative: CONDITIONING,
      latent_image: LATENT,
      start_at_step: int({ default: 0, min: 0, max: 10000 }),
      end_at_step: int({ default: 10000, min: 0, max: 10000 }),
      return_with_leftover_noise: choice('disable', 'enable'),
    },
    outputs: ['LATENT'],
  },
  SamplerCustom: {
    required: {
      model: MODEL,
      add_noise: ['BOOLEAN', { default: true }],
      noise_seed: SEED,
      cfg: CFG,
      positive: CONDITIONING,
      negative: CONDITIONING,
      sampler: ['SAMPLER'],
      sigmas: ['SIGMAS'],
      latent_image: LATENT,
    },
    outputs: ['LATENT', 'LATENT'],
    names: ['output', 'denoised_output'],
  },
  SamplerCustomAdvanced: {
    required: {
      noise: ['NOISE'],
      guider: ['GUIDER'],
      sampler: ['SAMPLER'],
      sigmas: ['SIGMAS'],
      latent_image: LATENT,
    },
    outputs: ['LATENT', 'LATENT'],
    names: ['output', 'denoised_output'],
  },
  RandomNoise: { required: { noise_seed: SEED }, outputs: ['NOISE'] },
  DisableNoise: { required: {}, outputs: ['NOISE'] },
  KSamplerSelect: { required: { sampler_name: ANY }, outputs: ['SAMPLER'] },
  BasicScheduler: {
    required: { model: MODEL, scheduler: ANY, steps: STEPS, denoise: STRENGTH },
    outputs: ['SIGMAS'],
  },
  SplitSigmas: {
    required: { sigmas: ['SIGMAS'], step: int({ default: 0, min: 0, max: 10000 }) },
    outputs: ['SIGMAS', 'SIGMAS'],
    names: ['high_sigmas', 'low_sigmas'],
  },
  SplitSigmasDenoise: {
    required: { sigmas: ['SIGMAS'], denoise: STRENGTH },
    outputs: ['SIGMAS', 'SIGMAS'],
    names: ['high_sigmas', 'low_sigmas'],
  },
  BasicGuider: { required: { model: MODEL, conditioning: CONDITIONING }, outputs: ['GUIDER'] },
  CFGGuider: {
    required: { model: MODEL, positive: CONDITIONING, negative: CONDITIONING, cfg: CFG },
    outputs: ['GUIDER'],
  },
};

/** Options that are cosmetic, or that differ between versions. */
const DECORATION = ['tooltip', 'advanced', 'multiselect', 'display', 'round', 'control_after_generate'];

/** An input as type and plain options, legacy lists as COMBO. */
function plain(spec: unknown): unknown[] {
  const [type, options = {}] = spec as [unknown, Record<string, unknown>?];
  const rest = Object.fromEntries(
    Object.entries(options).filter(([key, value]) => !DECORATION.includes(key) && value !== null),
  );
  if (Array.isArray(type)) {
    return ['COMBO', { ...rest, options: type }];
  }
  return Object.keys(rest).length > 0 ? [type, rest] : [type];
}

function plainAll(inputs: Record<string, unknown> | undefined): Record<string, unknown[]> {
  return Object.fromEntries(Object.entries(inputs ?? {}).map(([name, spec]) => [name, plain(spec)]));
}

describe('GET /object_info (API notes §3)', () => {
  test('one class is returned alone, an unknown one as {} with 200', async () => {
    const answer = await get('/object_info/EmptyImage');
    expect(answer.json()).toEqual({ EmptyImage: server.nodes.EmptyImage });
    const unknown = await get('/object_info/NoSuchNode');
    expect(unknown.status).toBe(200);
    expect(unknown.json()).toEqual({});
  });

  test('every class has the keys all forms share, and each input is typed', () => {
    expect(Object.keys(server.nodes).length).toBeGreaterThan(20);
    for (const [name, node] of Object.entries(server.nodes)) {
      expect(node.name, name).toBe(name);
      for (const key of ['display_name', 'description', 'category', 'python_module']) {
        // V3 nodes have every key, with null for what is not set.
        expect(node[key] === null || typeof node[key] === 'string', `${name}.${key}`).toBe(true);
      }
      expect(typeof node.output_node, name).toBe('boolean');
      expect(Array.isArray(node.output), name).toBe(true);
      expect(node.output_is_list, name).toHaveLength(node.output.length);
      for (const group of ['required', 'optional'] as const) {
        for (const [input, spec] of Object.entries(node.input[group] ?? {})) {
          expect(Array.isArray(spec), `${name}.${input}`).toBe(true);
          const [type] = spec as unknown[];
          expect(typeof type === 'string' || Array.isArray(type), `${name}.${input}`).toBe(true);
        }
        expect(node.input_order?.[group] ?? [], name).toEqual(Object.keys(node.input[group] ?? {}));
      }
    }
  });

  test.each(Object.keys(SHAPES))('%s', async (name) => {
    const shape = SHAPES[name];
    const node = await info(name);
    // Cosmetic options are dropped on both sides.
    expect(plainAll(node.input.required)).toEqual(plainAll(shape?.required));
    expect(plainAll(node.input.optional)).toEqual(plainAll(shape?.optional));
    expect(Object.keys(node.input.required ?? {})).toEqual(Object.keys(shape?.required ?? {}));
    expect(node.output).toEqual(shape?.outputs);
    expect(node.output_name).toEqual(shape?.names ?? shape?.outputs);
    expect(node.output_is_list).toEqual(shape?.outputs.map(() => false));
    expect(node.output_node).toBe(shape?.outputNode ?? false);
  });

  test.each(Object.keys(PARTS))('%s', async (name) => {
    const shape = PARTS[name];
    const node = await info(name);
    for (const group of ['required', 'optional'] as const) {
      const wanted = Object.entries(shape?.[group] ?? {});
      const told = plainAll(node.input[group]);
      expect(Object.keys(told)).toEqual(wanted.map(([input]) => input));
      for (const [input, spec] of wanted) {
        if (spec === ANY) {
          expect(told[input]?.[0], input).toBe('COMBO');
        } else {
          expect(told[input], input).toEqual(plain(spec));
        }
      }
    }
    expect(node.output).toEqual(shape?.outputs);
    expect(node.output_name).toEqual(shape?.names ?? shape?.outputs);
    expect(node.output_node).toBe(false);
  });

  test.each([
    ['UNETLoader', 'unet_name', 'diffusion_models'],
    ['CLIPLoader', 'clip_name', 'text_encoders'],
    ['VAELoader', 'vae_name', 'vae'],
    ['LoraLoaderModelOnly', 'lora_name', 'loras'],
  ])('%s lists what GET /models/%s lists', async (name, input, folder) => {
    const { options } = plain((await info(name)).input.required?.[input])[1] as { options: string[] };
    // The server has a VAE without a file.
    expect(options.filter((option) => option !== 'pixel_space')).toEqual(
      (await get(`/models/${folder}`)).json(),
    );
    expect(options.includes('pixel_space')).toBe(name === 'VAELoader');
  });

  test('the largest numbers: KSampler.seed up to 2^64-1, as digits on the wire', async () => {
    const answer = await get('/object_info/KSampler');
    expect(answer.text).toContain('"max": 18446744073709551615');
    const { required } = (await info('KSampler')).input;
    expect(Object.keys(required ?? {})).toEqual([
      'model',
      'seed',
      'steps',
      'cfg',
      'sampler_name',
      'scheduler',
      'positive',
      'negative',
      'latent_image',
      'denoise',
    ]);
    const options = (name: string): string[] => (plain(required?.[name])[1] as { options: string[] }).options;
    expect(options('sampler_name')).toEqual(expect.arrayContaining(['euler', 'euler_ancestral', 'dpmpp_2m']));
    expect(options('sampler_name').length).toBeGreaterThan(20);
    expect(options('scheduler')).toEqual(expect.arrayContaining(['normal', 'karras', 'simple']));
    expect(plain(required?.steps)).toEqual(['INT', { default: 20, min: 1, max: 10000 }]);
    expect(plain(required?.cfg)).toEqual(['FLOAT', { default: 8, min: 0, max: 100, step: 0.1 }]);
    expect(plain(required?.denoise)).toEqual(['FLOAT', { default: 1, min: 0, max: 1, step: 0.01 }]);
  });

  test('hidden inputs say what the server fills in, as a string or a list', async () => {
    const { hidden } = (await info('SaveImage')).input;
    const kinds = Object.entries(hidden ?? {}).map(([name, kind]) => [name, [kind].flat()[0]]);
    expect(Object.fromEntries(kinds)).toEqual({ prompt: 'PROMPT', extra_pnginfo: 'EXTRA_PNGINFO' });
  });

  test('LoadImage lists the pictures directly in input/, sorted, including new ones', async () => {
    const bytes = encodePng(solid(2, 2, [0, 0, 0, 255]));
    const [top, deep, text] = [unique('contract-'), unique('contract-'), unique('contract-')];
    await upload('/upload/image', bytes, `${top}.png`);
    await upload('/upload/image', bytes, `${deep}.png`, { subfolder: 'contract' });
    await upload('/upload/image', 'x', `${text}.txt`);
    const spec = (await info('LoadImage')).input.required?.image;
    const { options, image_upload } = plain(spec)[1] as { options: string[]; image_upload: boolean };
    expect(image_upload).toBe(true);
    expect(options).toContain(`${top}.png`);
    expect(options.join()).not.toContain(deep);
    expect(options.join()).not.toContain(text);
    expect(options).toEqual([...options].sort());
    expect((await info('LoadImage')).output).toEqual(['IMAGE', 'MASK']);
  });

  test('LoadImageMask adds the channel', async () => {
    const { required } = (await info('LoadImageMask')).input;
    expect(plain(required?.channel)).toEqual(['COMBO', { options: ['alpha', 'red', 'green', 'blue'] }]);
    expect((await info('LoadImageMask')).output).toEqual(['MASK']);
  });

  test('LoadImageOutput names the route its list comes from', async () => {
    const spec = (await info('LoadImageOutput')).input.required?.image as [string, Record<string, unknown>];
    expect(spec[0]).toBe('COMBO');
    expect(spec[1]).toMatchObject({
      image_upload: true,
      image_folder: 'output',
      remote: {
        route: '/internal/files/output',
        refresh_button: true,
        control_after_refresh: 'first',
      },
    });
    expect(spec[1]).not.toHaveProperty('options');
  });

  test('CheckpointLoaderSimple lists what GET /models/checkpoints lists', async () => {
    const spec = (await info('CheckpointLoaderSimple')).input.required?.ckpt_name;
    const { options } = plain(spec)[1] as { options: string[] };
    expect(options).toEqual((await get('/models/checkpoints')).json());
    expect((await info('CheckpointLoaderSimple')).output).toEqual(['MODEL', 'CLIP', 'VAE']);
  });
});
