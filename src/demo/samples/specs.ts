/** A sample picture: its prompt and its age. */
export interface SampleSpec {
  /** Scene first: its words choose what is painted. */
  prompt: string;
  negative: string;
  seed: number | bigint;
  /** px */
  width: number;
  height: number;
  steps: number;
  cfg: number;
  sampler: string;
  scheduler: string;
  /** The checkpoint, or the diffusion model where parts are loaded apart. */
  model: string;
  /** How it was made, if not by KSampler with a checkpoint: always with the parts loaded apart. */
  madeBy?: 'KSampler' | 'KSamplerAdvanced' | 'SamplerCustomAdvanced';
  prefix: string;
  hoursAgo: number;
  /** Duration of the run, in ms. */
  tookMs: number;
}

const CLASSICAL = 'darkroom-demo-classical.safetensors';
const INPAINT = 'darkroom-demo-inpaint.safetensors';
const Z_IMAGE = 'demo-z-image-turbo.safetensors';
const QWEN_IMAGE = 'demo-qwen-image.safetensors';
const FLUX = 'demo-flux1-dev.safetensors';
const USUAL = 'blurry, low quality, watermark';

/** Oldest first, as history keeps them. */
export const SAMPLES: readonly SampleSpec[] = [
  {
    prompt: 'woven ikat textile, handmade, diamonds and stripes, macro photograph',
    negative: 'plastic, text',
    seed: 305419896,
    width: 768,
    height: 768,
    steps: 24,
    cfg: 6.5,
    sampler: 'dpmpp_2m',
    scheduler: 'karras',
    model: CLASSICAL,
    prefix: 'patterns/ikat',
    hoursAgo: 118.4,
    tookMs: 6210,
  },
  {
    prompt: 'paper cut canyon, layered sheets, a pale moon, soft shadows',
    negative: USUAL,
    seed: 13,
    width: 512,
    height: 768,
    steps: 20,
    cfg: 7,
    sampler: 'euler',
    scheduler: 'normal',
    model: CLASSICAL,
    prefix: 'ComfyUI',
    hoursAgo: 97.2,
    tookMs: 4730,
  },
  {
    prompt: 'abstract ink swirling in clear fluid, teal and rust',
    negative: USUAL,
    seed: 9007199254740993n,
    width: 1024,
    height: 1024,
    steps: 28,
    cfg: 5.5,
    sampler: 'dpmpp_2m_sde',
    scheduler: 'karras',
    model: CLASSICAL,
    prefix: '画廊/ink',
    hoursAgo: 95.8,
    tookMs: 9120,
  },
  {
    prompt: 'ringed planet before a nebula, deep space, wide view',
    negative: 'cartoon',
    seed: 7741852963,
    width: 1536,
    height: 640,
    steps: 30,
    cfg: 7,
    sampler: 'dpmpp_2m',
    scheduler: 'karras',
    model: CLASSICAL,
    prefix: 'ComfyUI',
    hoursAgo: 72.6,
    tookMs: 10480,
  },
  {
    prompt: 'tall forest in the morning, light rays between the trunks',
    negative: USUAL,
    seed: 7,
    width: 832,
    height: 1216,
    steps: 25,
    cfg: 7,
    sampler: 'euler_ancestral',
    scheduler: 'normal',
    model: CLASSICAL,
    prefix: 'landscape/forest',
    hoursAgo: 71.9,
    tookMs: 8830,
  },
  {
    prompt: 'still life of painted spheres on a table, window light, soft shadows',
    negative: 'people',
    seed: 42,
    width: 1024,
    height: 1024,
    steps: 20,
    cfg: 8,
    sampler: 'euler',
    scheduler: 'normal',
    model: CLASSICAL,
    prefix: 'ComfyUI',
    hoursAgo: 49.3,
    tookMs: 7940,
  },
  {
    prompt: 'dahlia in a garden, petals in rows, shallow depth of field',
    negative: USUAL,
    seed: 6,
    width: 832,
    height: 1216,
    steps: 30,
    cfg: 6,
    sampler: 'dpmpp_2m',
    scheduler: 'karras',
    model: INPAINT,
    prefix: 'ComfyUI',
    hoursAgo: 47.7,
    tookMs: 9660,
  },
  {
    prompt: 'misty mountains at dawn, ranges behind each other, large format',
    negative: 'people, text',
    seed: 20240131,
    width: 4096,
    height: 4096,
    steps: 20,
    cfg: 7,
    sampler: 'euler',
    scheduler: 'karras',
    model: CLASSICAL,
    prefix: 'landscape/mountains',
    hoursAgo: 30.2,
    tookMs: 48200,
  },
  {
    prompt: 'city street at night in the rain, lights out of focus',
    negative: 'daylight',
    seed: 8675309,
    width: 832,
    height: 1216,
    steps: 25,
    cfg: 7.5,
    sampler: 'dpmpp_sde',
    scheduler: 'karras',
    model: CLASSICAL,
    prefix: 'ComfyUI',
    hoursAgo: 26.4,
    tookMs: 9310,
  },
  {
    prompt: 'portrait of a woman, plain shapes, closed eyes, warm lamp light',
    negative: 'photo, text',
    seed: 18446744073709551615n,
    width: 512,
    height: 768,
    steps: 20,
    cfg: 7,
    sampler: 'euler',
    scheduler: 'normal',
    model: INPAINT,
    prefix: 'portraits/lamp',
    hoursAgo: 23.1,
    tookMs: 5150,
  },
  {
    prompt: 'open sea with light on the waves, wide horizon',
    negative: 'ships',
    seed: 4,
    width: 1216,
    height: 832,
    steps: 24,
    cfg: 6.5,
    sampler: 'dpmpp_2m',
    scheduler: 'karras',
    model: Z_IMAGE,
    madeBy: 'KSampler',
    prefix: 'landscape/sea',
    hoursAgo: 6.5,
    tookMs: 8020,
  },
  {
    prompt: 'sand dunes under a low sun, long shadows',
    negative: USUAL,
    seed: 1007,
    width: 1216,
    height: 832,
    steps: 24,
    cfg: 6.5,
    sampler: 'dpmpp_2m',
    scheduler: 'karras',
    model: QWEN_IMAGE,
    madeBy: 'KSamplerAdvanced',
    prefix: 'landscape/dunes',
    hoursAgo: 2.8,
    tookMs: 8410,
  },
  {
    prompt: 'aurora above a mountain lake, clear winter sky',
    negative: USUAL,
    seed: 314159265358,
    width: 1536,
    height: 640,
    steps: 30,
    cfg: 7,
    sampler: 'dpmpp_2m_sde',
    scheduler: 'karras',
    model: FLUX,
    madeBy: 'SamplerCustomAdvanced',
    prefix: 'landscape/aurora',
    hoursAgo: 0.7,
    tookMs: 10090,
  },
];
