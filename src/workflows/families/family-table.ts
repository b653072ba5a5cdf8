import type { Family, FileHint, ModelPatch } from './family';
import { FAMILY_NAMES, type FamilyId } from './family-names';

// Facts about ComfyUI's models: how the templates that come with server 0.33.0 load and sample them.

const auraFlow = (shift: number): ModelPatch => ({ class: 'ModelSamplingAuraFlow', inputs: { shift } });
const sd3Shift = (shift: number): ModelPatch => ({ class: 'ModelSamplingSD3', inputs: { shift } });
const CFG_NORM: ModelPatch = { class: 'CFGNorm', inputs: { strength: 1 } };
const FLUX_SHIFT: ModelPatch = {
  class: 'ModelSamplingFlux',
  inputs: { max_shift: 1.15, base_shift: 0.5 },
  sized: true,
};

const hint = (example: string, ...names: RegExp[]): FileHint => ({ names, example });

const CLIP_L = hint('clip_l.safetensors', /(^|[/-])clip-?l\b(?!-hidream)|vit-l-14/);
const CLIP_G = hint('clip_g.safetensors', /(^|[/-])clip-?g\b(?!-hidream)/);
const T5 = hint('t5xxl_fp16.safetensors', /(^|[/-])t5(-v1-1)?-?xxl/);
const QWEN_VL_25 = hint('qwen_2.5_vl_7b_fp8_scaled.safetensors', /qwen-?2-?5-?vl-?7b/);
const QWEN_3_4B = hint('qwen_3_4b.safetensors', /qwen-?3-?4b/);
const QWEN_3_8B = hint('qwen_3_8b_fp8mixed.safetensors', /qwen-?3-?8b/);
const QWEN_3_VL_4B = hint('qwen3vl_4b_fp8_scaled.safetensors', /qwen-?3-?vl-?4b/);
const QWEN_3_VL_8B = hint('qwen3vl_8b_fp8_scaled.safetensors', /qwen-?3-?vl-?8b/);
const FLUX_VAE = hint('ae.safetensors', /(^|[/-])ae(-|$)/, /flux-?1?-?(dev-)?vae/);
const FLUX2_VAE = hint('flux2-vae.safetensors', /flux-?2.*vae/, /full-encoder-small-decoder/);
const QWEN_VAE = hint('qwen_image_vae.safetensors', /qwen-?image-vae/);
const QWEN_OMNI = hint('qwen_2.5_vl_fp16.safetensors', /qwen-?2-?5-?vl(?!-?7b)/);
const WAN_VAE = hint('wan_2.1_vae.safetensors', /wan-?2-?1-?vae/);
const PIXELS = hint('pixel_space', /^pixel-space$/);

/** What most of today's models have in common. */
const FLOW = {
  modes: ['paint'],
  latent: 'EmptySD3LatentImage',
  patches: [],
  guidance: null,
  negative: 'text',
  sampling: { kind: 'ksampler' },
  sampler: 'euler',
  scheduler: 'simple',
  strength: 0.75,
  note: 'flow',
} as const satisfies Partial<Family>;

/** A distilled model: few steps, no negative prompt. */
const FAST = { negative: 'zero', cfg: 1 } as const satisfies Partial<Family>;
const EDIT = { modes: ['edit'], strength: 1, note: 'edit' } as const satisfies Partial<Family>;

const SD = {
  ...FLOW,
  text: { type: 'stable_diffusion', files: [CLIP_L] },
  vae: hint('vae-ft-mse-840000-ema-pruned.safetensors', /vae-ft-mse/, /sd-?vae/),
  onlyWhole: true,
  latent: 'EmptyLatentImage',
  sampler: 'dpmpp_2m',
  scheduler: 'karras',
  steps: 20,
  cfg: 7,
  loraBoth: true,
  note: null,
} as const satisfies Partial<Family>;

const SD3 = {
  ...FLOW,
  group: 'Stable Diffusion 3',
  aids: [
    {
      kind: 'controlnet',
      class: 'ControlNetInpaintingAliMamaApply',
      files: /sd-?3.*inpaint/,
    },
  ],
  text: { type: null, files: [CLIP_L, CLIP_G, T5] },
  vae: hint('sd3_vae.safetensors', /sd-?3.*vae/, /vae.*sd-?3/),
} as const satisfies Partial<Family>;

const FLUX = {
  ...FLOW,
  group: 'FLUX.1',
  text: { type: 'flux', files: [CLIP_L, T5] },
  vae: FLUX_VAE,
  guidance: 3.5,
  negative: 'zero',
  steps: 20,
  cfg: 1,
  aids: [
    {
      kind: 'controlnet',
      class: 'ControlNetInpaintingAliMamaApply',
      files: /flux.*inpaint/,
    },
  ],
} as const satisfies Partial<Family>;

const FLUX2 = {
  ...FLOW,
  group: 'FLUX.2',
  modes: ['paint', 'edit'],
  vae: FLUX2_VAE,
  latent: 'EmptyFlux2LatentImage',
  sampling: { kind: 'guided', guider: 'cfg', levels: { class: 'Flux2Scheduler' } },
  edit: { by: 'reference', also: 'negative' },
} as const satisfies Partial<Family>;

const KLEIN_4B = { ...FLUX2, text: { type: 'flux2', files: [QWEN_3_4B] } } as const;
const KLEIN_9B = { ...FLUX2, text: { type: 'flux2', files: [QWEN_3_8B] } } as const;
const KLEIN_BASE = { steps: 20, cfg: 5 } as const;
const KLEIN_FAST = { ...FAST, steps: 4 } as const;

const CHROMA = {
  ...FLOW,
  group: 'Chroma',
  text: { type: 'chroma', files: [T5] },
  vae: FLUX_VAE,
  patches: [auraFlow(1)],
  cfg: 3.5,
} as const satisfies Partial<Family>;

const QWEN = {
  ...FLOW,
  group: 'Qwen-Image',
  text: { type: 'qwen_image', files: [QWEN_VL_25] },
  vae: QWEN_VAE,
  patches: [auraFlow(3.1)],
  aids: [
    { kind: 'controlnet', class: 'ControlNetInpaintingAliMamaApply', files: /qwen.*inpaint/ },
    { kind: 'patch', class: 'QwenImageDiffsynthControlnet', files: /qwen.*inpaint.*(diffsynth|controlnet)/ },
  ],
} as const satisfies Partial<Family>;

const QWEN_EDIT = {
  ...QWEN,
  ...EDIT,
  group: 'Qwen-Image-Edit',
  aids: [],
  patches: [auraFlow(3.1), CFG_NORM],
  edit: {
    by: 'encoder',
    class: 'TextEncodeQwenImageEditPlus',
    images: ['image1', 'image2', 'image3'],
    negativeText: 'own-node',
  },
  steps: 20,
  cfg: 2.5,
} as const satisfies Partial<Family>;

const Z_IMAGE = {
  ...FLOW,
  group: 'Z-Image',
  text: { type: 'lumina2', files: [QWEN_3_4B] },
  vae: FLUX_VAE,
  patches: [auraFlow(3)],
  sampler: 'res_multistep',
  aids: [{ kind: 'patch', class: 'ZImageFunControlnet', files: /z-?image.*fun.*(controlnet|union)/ }],
} as const satisfies Partial<Family>;

const HIDREAM = {
  ...FLOW,
  group: 'HiDream',
  text: {
    type: null,
    files: [
      hint('clip_l_hidream.safetensors', /clip-?l-hidream/),
      hint('clip_g_hidream.safetensors', /clip-?g-hidream/),
      T5,
      hint('llama_3.1_8b_instruct_fp8_scaled.safetensors', /llama-?3-?1-?8b/),
    ],
  },
  vae: FLUX_VAE,
} as const satisfies Partial<Family>;

const HIDREAM_O1 = {
  ...FLOW,
  group: 'HiDream',
  text: { type: null, files: [] },
  vae: PIXELS,
  onlyWhole: true,
  latent: 'EmptyHiDreamO1LatentImage',
  sampling: { kind: 'custom', levels: { class: 'BasicScheduler' } },
  scheduler: 'normal',
  modes: ['paint', 'edit'],
  edit: {
    by: 'pair',
    class: 'HiDreamO1ReferenceImages',
    images: ['images.image_1', 'images.image_2', 'images.image_3'],
  },
} as const satisfies Partial<Family>;

const LUMINA = {
  ...FLOW,
  group: 'Lumina',
  text: { type: 'lumina2', files: [hint('gemma_2_2b_fp16.safetensors', /gemma-?2-?2b(?!.*elm)/)] },
  vae: FLUX_VAE,
  patches: [auraFlow(4)],
  sampler: 'res_multistep',
  steps: 30,
  cfg: 4,
} as const satisfies Partial<Family>;

const ANIMA = {
  ...FLOW,
  group: 'Anima',
  text: { type: 'stable_diffusion', files: [hint('qwen_3_06b_base.safetensors', /qwen-?3-?0-?6b/)] },
  vae: QWEN_VAE,
  latent: 'EmptyLatentImage',
  steps: 30,
  cfg: 4,
  aids: [{ kind: 'patch', class: 'AnimaLLLiteApply', files: /anima.*lllite.*inpaint/ }],
} as const satisfies Partial<Family>;

const ERNIE = {
  ...FLOW,
  group: 'Ernie',
  text: { type: 'flux2', files: [hint('ministral-3-3b.safetensors', /ministral-?3-?3b/)] },
  vae: FLUX2_VAE,
  latent: 'EmptyFlux2LatentImage',
} as const satisfies Partial<Family>;

const KREA2 = {
  ...FLOW,
  group: 'Krea 2',
  text: { type: 'krea2', files: [QWEN_3_VL_4B] },
  vae: QWEN_VAE,
  latent: 'EmptyLatentImage',
} as const satisfies Partial<Family>;

const LENS = {
  ...FLOW,
  group: 'Lens',
  text: { type: 'lens', files: [hint('gpt_oss_20b_nvfp4.safetensors', /gpt-?oss-?20b/)] },
  vae: FLUX2_VAE,
  latent: 'EmptyLatentImage',
  patches: [FLUX_SHIFT, CFG_NORM],
  sampling: { kind: 'custom', levels: { class: 'BasicScheduler' } },
} as const satisfies Partial<Family>;

const LONGCAT = {
  ...FLOW,
  group: 'LongCat',
  text: { type: 'longcat_image', files: [QWEN_VL_25] },
  vae: FLUX_VAE,
  guidesBoth: true,
} as const satisfies Partial<Family>;

const MAGE = {
  ...FLOW,
  group: 'Mage',
  text: { type: 'mage', files: [QWEN_3_VL_4B] },
  vae: hint('mage_flow_vae_bf16.safetensors', /mage-?flow-?vae/),
  latent: 'TextEncodeMageFlowEdit',
  encoder: 'TextEncodeMageFlowEdit',
} as const satisfies Partial<Family>;
const MAGE_EDIT = {
  ...EDIT,
  edit: {
    by: 'encoder',
    class: 'TextEncodeMageFlowEdit',
    images: ['images.image_1', 'images.image_2', 'images.image_3'],
    negativeText: 'own-input',
  },
} as const satisfies Partial<Family>;

const BOOGU = {
  ...FLOW,
  group: 'Boogu',
  text: { type: 'boogu', files: [QWEN_3_VL_8B] },
  vae: FLUX_VAE,
  latent: 'EmptyLatentImage',
} as const satisfies Partial<Family>;

/** A family without what it is called. */
type Row = Omit<Family, 'id' | 'name'> & { id: FamilyId };

const ROWS: readonly Row[] = [
  // FLUX.2 before FLUX.1, whose names begin alike.
  {
    ...KLEIN_9B,
    ...KLEIN_BASE,
    id: 'flux2-klein-9b-base',
    names: /flux-?2.*klein.*base.*9b|flux-?2.*klein.*9b.*base/,
  },
  {
    ...KLEIN_9B,
    ...KLEIN_FAST,
    id: 'flux2-klein-9b',
    names: /flux-?2.*klein.*9b/,
  },
  {
    ...KLEIN_4B,
    ...KLEIN_BASE,
    id: 'flux2-klein-4b-base',
    names: /flux-?2.*klein.*base/,
  },
  { ...KLEIN_4B, ...KLEIN_FAST, id: 'flux2-klein-4b', names: /flux-?2.*klein/ },
  {
    ...FLUX2,
    id: 'flux2-dev',
    names: /flux-?2(?!\d)/,
    text: {
      type: 'flux2',
      files: [hint('mistral_3_small_flux2_fp8.safetensors', /mistral.*small/, /flux2?-.*mistral/)],
    },
    sampling: { kind: 'guided', guider: 'basic', levels: { class: 'Flux2Scheduler' } },
    guidance: 4,
    negative: 'zero',
    steps: 20,
    cfg: 1,
  },
  // FLUX.1
  {
    ...FLUX,
    id: 'flux-fill',
    names: /flux.*fill|onereward/,
    modes: ['fill'],
    aids: [],
    guidance: 30,
    scheduler: 'normal',
    strength: 1,
    note: 'fill',
  },
  {
    ...FLUX,
    ...EDIT,
    id: 'flux-kontext',
    names: /kontext/,
    aids: [],
    guidance: 2.5,
    edit: { by: 'reference' },
  },
  { ...FLUX, id: 'flux-krea', names: /flux.*krea|krea.*flux/ },
  {
    ...FLUX,
    id: 'flux-schnell',
    names: /schnell/,
    aids: [],
    guidance: null,
    steps: 4,
  },
  // Chroma was made from FLUX.1, and some of its files say so.
  {
    ...CHROMA,
    id: 'chroma-radiance',
    names: /radiance/,
    vae: PIXELS,
    latent: 'EmptyChromaRadianceLatentImage',
    sampling: {
      kind: 'guided',
      guider: 'cfg',
      levels: { class: 'BetaSamplingScheduler', alpha: 0.4, beta: 0.4 },
    },
    steps: 30,
  },
  {
    ...CHROMA,
    id: 'chroma-flash',
    names: /chroma.*flash/,
    sampling: { kind: 'guided', guider: 'cfg', levels: { class: 'BasicScheduler' } },
    scheduler: 'beta',
    steps: 10,
    ...FAST,
  },
  {
    ...CHROMA,
    id: 'chroma',
    names: /chroma(?!nimation)/,
    sampling: { kind: 'guided', guider: 'cfg', levels: { class: 'BasicScheduler' } },
    scheduler: 'beta',
    steps: 26,
  },
  // Qwen-Image
  {
    ...QWEN_EDIT,
    id: 'firered-edit',
    names: /firered.*edit/,
    steps: 40,
    cfg: 4,
  },
  {
    ...QWEN_EDIT,
    id: 'qwen-edit-2511',
    names: /qwen.*edit.*2511|qwen.*2511/,
    referenceMethod: 'index_timestep_zero',
    steps: 40,
    cfg: 3,
  },
  {
    ...QWEN_EDIT,
    id: 'qwen-edit-2509',
    names: /qwen.*edit.*(2509|plus)|qwen.*2509/,
    patches: [auraFlow(3), CFG_NORM],
    steps: 20,
    cfg: 2.5,
  },
  {
    ...QWEN_EDIT,
    id: 'qwen-edit-fast',
    names: /qwen.*edit.*(lightning|rapid|4-?steps?|8-?steps?)|qwen.*rapid.*aio/,
    ...FAST,
    steps: 4,
    note: 'edit',
  },
  {
    ...QWEN_EDIT,
    id: 'qwen-edit',
    names: /qwen.*edit/,
    patches: [auraFlow(3), CFG_NORM],
    edit: {
      by: 'encoder',
      class: 'TextEncodeQwenImageEdit',
      images: ['image'],
      negativeText: 'own-node',
    },
  },
  {
    ...QWEN,
    id: 'qwen-image-fast',
    names: /qwen.*image.*(lightning|distill|4-?steps?|8-?steps?|turbo)/,
    ...FAST,
    steps: 8,
  },
  {
    ...QWEN,
    id: 'qwen-image-2512',
    names: /qwen.*image.*2512/,
    steps: 50,
    cfg: 4,
  },
  { ...QWEN, id: 'qwen-image', names: /qwen-?image/, steps: 20, cfg: 2.5 },
  // Z-Image
  {
    ...Z_IMAGE,
    ...FAST,
    id: 'z-image-turbo',
    names: /z-?image.*turbo|(^|[/-])zit(-|$)/,
    steps: 8,
  },
  { ...Z_IMAGE, id: 'z-image', names: /z-?image/, steps: 25, cfg: 4 },
  // HiDream
  {
    ...HIDREAM_O1,
    ...FAST,
    id: 'hidream-o1-dev',
    names: /hidream-?o1.*dev/,
    patches: [{ class: 'ModelNoiseScale', inputs: { noise_scale: 7.6 } }],
    method: { class: 'SamplerLCM', inputs: { s_noise: 1, s_noise_end: 1, noise_clip_std: 2.5 } },
    steps: 28,
  },
  {
    ...HIDREAM_O1,
    id: 'hidream-o1',
    names: /hidream-?o1/,
    patches: [{ class: 'ModelNoiseScale', inputs: { noise_scale: 8 } }],
    sampler: 'dpmpp_2m_sde_gpu',
    steps: 40,
    cfg: 5,
  },
  {
    ...HIDREAM,
    ...EDIT,
    id: 'hidream-e1',
    names: /hidream-?e1/,
    patches: [CFG_NORM],
    edit: { by: 'channels' },
    sampling: { kind: 'guided', guider: 'dual-cfg', levels: { class: 'BasicScheduler' } },
    steps: 20,
    cfg: 3,
    cfg2: 1.5,
  },
  {
    ...HIDREAM,
    id: 'hidream-i1-fast',
    names: /hidream.*fast/,
    ...FAST,
    patches: [sd3Shift(3)],
    sampler: 'lcm',
    scheduler: 'normal',
    steps: 16,
  },
  {
    ...HIDREAM,
    id: 'hidream-i1-dev',
    names: /hidream.*dev/,
    ...FAST,
    patches: [sd3Shift(6)],
    sampler: 'lcm',
    scheduler: 'normal',
    steps: 28,
  },
  {
    ...HIDREAM,
    id: 'hidream-i1',
    names: /hidream/,
    patches: [sd3Shift(3)],
    sampler: 'uni_pc',
    steps: 50,
    cfg: 5,
  },
  // Krea 2 after FLUX.1 Krea
  {
    ...KREA2,
    ...FAST,
    id: 'krea2-turbo',
    names: /krea-?2.*turbo/,
    steps: 8,
  },
  { ...KREA2, id: 'krea2', names: /krea-?2/, steps: 28, cfg: 4 },
  // Lumina
  { ...LUMINA, id: 'netayume', names: /neta-?yume|neta-?lumina/ },
  { ...LUMINA, id: 'lumina2', names: /lumina/, patches: [auraFlow(6)] },
  // One model each
  { ...ANIMA, ...FAST, id: 'anima-turbo', names: /(^|[/-])anima-.*turbo/, steps: 8 },
  {
    ...ANIMA,
    id: 'anima-preview',
    names: /(^|[/-])anima-.*preview/,
    sampler: 'er_sde',
  },
  { ...ANIMA, id: 'anima', names: /(^|[/-])anima(-|$)/ },
  {
    ...ERNIE,
    ...FAST,
    id: 'ernie-turbo',
    names: /ernie.*turbo/,
    steps: 8,
  },
  { ...ERNIE, id: 'ernie', names: /ernie-?image/, steps: 20, cfg: 4 },
  {
    ...FLOW,
    id: 'omnigen2',
    group: 'OmniGen 2',
    names: /omni-?gen-?2/,
    modes: ['paint', 'edit'],
    text: { type: 'omnigen2', files: [QWEN_OMNI] },
    vae: FLUX_VAE,
    sampling: { kind: 'guided', guider: 'dual-cfg', levels: { class: 'BasicScheduler' } },
    edit: { by: 'reference', also: 'negative' },
    steps: 20,
    cfg: 5,
    cfg2: 2,
  },
  {
    ...FLOW,
    id: 'ovis',
    group: 'Ovis',
    names: /ovis.*image|ovis-?2/,
    text: { type: 'ovis', files: [hint('ovis_2.5.safetensors', /ovis-?2-?5/)] },
    vae: FLUX_VAE,
    patches: [auraFlow(3)],
    steps: 20,
    cfg: 5,
  },
  {
    ...FLOW,
    id: 'kandinsky5',
    group: 'Kandinsky',
    names: /kandinsky-?5.*t2i|kandinsky-?5.*image/,
    text: { type: 'kandinsky5_image', files: [QWEN_VL_25, CLIP_L] },
    vae: FLUX_VAE,
    latent: 'EmptyLatentImage',
    patches: [sd3Shift(3)],
    steps: 50,
    cfg: 3.5,
  },
  {
    ...LONGCAT,
    ...EDIT,
    id: 'longcat-edit',
    names: /longcat.*edit/,
    edit: {
      by: 'encoder',
      class: 'TextEncodeQwenImageEdit',
      images: ['image'],
      negativeText: 'own-node',
    },
    guidance: 4.5,
    steps: 50,
    cfg: 4.5,
  },
  {
    ...LONGCAT,
    id: 'longcat',
    names: /longcat.*image/,
    patches: [CFG_NORM],
    guidance: 4,
    steps: 20,
    cfg: 4,
  },
  {
    ...FLOW,
    id: 'ideogram4',
    group: 'Ideogram',
    names: /ideogram-?4/,
    text: { type: 'ideogram4', files: [QWEN_3_VL_8B] },
    vae: FLUX2_VAE,
    latent: 'EmptyFlux2LatentImage',
    negative: 'zero',
    sampling: {
      kind: 'guided',
      guider: 'dual-model',
      levels: { class: 'Ideogram4Scheduler', mu: 0.5, std: 1.75 },
    },
    negativeModel: /ideogram-?4.*uncond/,
    // Less of it towards the end.
    patches: [
      { class: 'CFGOverride', inputs: { cfg: 3, start_percent: 0.7, end_percent: 1 }, optional: true },
    ],
    steps: 20,
    cfg: 7,
  },
  {
    ...LENS,
    ...FAST,
    id: 'lens-turbo',
    names: /(^|[/-])lens.*turbo/,
    steps: 4,
  },
  { ...LENS, id: 'lens', names: /(^|[/-])lens(-|$)/, steps: 20, cfg: 5 },
  {
    ...FLOW,
    id: 'pixeldit',
    group: 'PixelDiT',
    names: /pixel-?dit/,
    text: { type: 'pixeldit', files: [hint('gemma_2_2b_it_elm_bf16.safetensors', /gemma-?2-?2b.*elm/)] },
    vae: PIXELS,
    latent: 'EmptyChromaRadianceLatentImage',
    sampler: 'er_sde',
    steps: 30,
    cfg: 4,
  },
  {
    ...FLOW,
    id: 'newbie',
    group: 'NewBie',
    names: /newbie.*image|newbie-/,
    text: {
      type: 'newbie',
      files: [
        hint('gemma_3_4b_it_bf16.safetensors', /gemma-?3-?4b/),
        hint('jina_clip_v2_bf16.safetensors', /jina-?clip/),
      ],
    },
    vae: FLUX_VAE,
    patches: [auraFlow(6)],
    sampler: 'res_multistep',
    steps: 20,
    cfg: 5.5,
  },
  {
    ...MAGE,
    ...FAST,
    ...MAGE_EDIT,
    id: 'mage-edit-turbo',
    names: /mage-?flow.*edit.*turbo/,
    steps: 4,
  },
  {
    ...MAGE,
    ...MAGE_EDIT,
    id: 'mage-edit',
    names: /mage-?flow.*edit/,
    steps: 30,
    cfg: 5,
  },
  { ...MAGE, ...FAST, id: 'mage-turbo', names: /mage-?flow.*turbo/, steps: 4 },
  { ...MAGE, id: 'mage', names: /mage-?flow/, steps: 30, cfg: 5 },
  {
    ...BOOGU,
    ...EDIT,
    id: 'boogu-edit',
    names: /boogu.*edit/,
    encoder: 'TextEncodeBooguEdit',
    edit: {
      by: 'encoder',
      class: 'TextEncodeBooguEdit',
      images: ['images.image_1', 'images.image_2', 'images.image_3'],
      negativeText: 'own-input',
    },
    patches: [auraFlow(3.16)],
    sampling: { kind: 'custom', levels: { class: 'BasicScheduler' } },
    sampler: 'dpmpp_2m',
    steps: 25,
    cfg: 3.5,
  },
  {
    ...BOOGU,
    ...FAST,
    id: 'boogu-turbo',
    names: /boogu.*turbo/,
    sampler: 'lcm',
    scheduler: 'sgm_uniform',
    steps: 4,
  },
  { ...BOOGU, id: 'boogu', names: /boogu/, steps: 25, cfg: 3.5 },
  {
    ...FLOW,
    ...EDIT,
    id: 'joy-edit',
    group: 'JoyAI',
    names: /joy(ai)?-?image.*edit/,
    text: {
      type: 'joyimage',
      files: [hint('qwen3vl_8b_joyimage_edit_int8_convrot.safetensors', /joy-?image/)],
    },
    vae: WAN_VAE,
    patches: [{ class: 'CFGNorm', inputs: { strength: 1, pre_cfg: true } }],
    edit: {
      by: 'encoder',
      class: 'TextEncodeJoyImageEdit',
      images: ['images.image0', 'images.image1', 'images.image2'],
      negativeText: 'own-node',
    },
    scheduler: 'normal',
    steps: 40,
    cfg: 4,
  },
  // Stable Diffusion 3
  {
    ...SD3,
    ...FAST,
    id: 'sd35-large-turbo',
    names: /sd-?3-?5.*turbo/,
    steps: 4,
  },
  {
    ...SD3,
    id: 'sd35-medium',
    names: /sd-?3-?5.*medium|stable-diffusion-3-5-medium/,
    scheduler: 'sgm_uniform',
    steps: 28,
    cfg: 5,
  },
  {
    ...SD3,
    id: 'sd35-large',
    names: /sd-?3-?5|stable-diffusion-3-5/,
    scheduler: 'sgm_uniform',
    steps: 20,
    cfg: 4,
  },
  {
    ...SD3,
    id: 'sd3',
    names: /(^|[/-])sd-?3(-|$)|stable-diffusion-3/,
    sampler: 'dpmpp_2m',
    scheduler: 'sgm_uniform',
    steps: 28,
    cfg: 4.5,
  },
  // Whatever else is called FLUX is mostly a merge of the first.
  { ...FLUX, id: 'flux-dev', names: /flux(?!-?2(?!\d))/ },
  // Stable Diffusion 1.5 and XL; everything plain has the recipe for checkpoints.
  {
    ...SD,
    id: 'sd-inpainting',
    group: 'Stable Diffusion',
    names: /inpaint/,
    modes: ['fill'],
    strength: 1,
    note: 'fill',
  },
  {
    ...SD,
    ...FAST,
    id: 'sdxl-turbo',
    group: 'Stable Diffusion',
    names: /(^|[/-])(sd-?xl|sd|xl)-?turbo|turbo-?(vision)?-?(sd)?xl|xl.*turbo/,
    sampler: 'euler_ancestral',
    scheduler: 'sgm_uniform',
    steps: 4,
  },
  {
    ...SD,
    id: 'sdxl-lightning',
    group: 'Stable Diffusion',
    names: /xl.*lightning|lightning.*xl|lightning/,
    sampler: 'euler',
    scheduler: 'sgm_uniform',
    steps: 8,
    cfg: 1.5,
  },
  {
    ...SD,
    id: 'sdxl-hyper',
    group: 'Stable Diffusion',
    names: /(^|[/-])(hyper|lcm|dmd-?2?)(-|$)|-hyper/,
    sampler: 'lcm',
    scheduler: 'sgm_uniform',
    steps: 8,
    cfg: 1.2,
  },
];

/** Every family, the more special of two names first: a file belongs to the first that knows it. */
export const FAMILIES: readonly Family[] = ROWS.map((row) => ({ ...row, name: FAMILY_NAMES[row.id] }));

/** A family by its id. */
export function familyOf(id: string): Family | undefined {
  return FAMILIES.find((family) => family.id === id);
}
