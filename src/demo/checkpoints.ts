import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Folders } from './files/folders';

/**
 * Names in models/checkpoints. None of them is a real model. The first three are the engine's own; the others
 * appear in the early 2024 API document, so that its examples run unchanged.
 */
export const DEMO_CHECKPOINTS: readonly string[] = [
  'darkroom-demo-classical.safetensors',
  'darkroom-demo-inpaint.safetensors',
  'demo-sam3.safetensors',
  'sdxl-动漫二次元_2.0.safetensors',
  'svd_xt_1_1.safetensors',
];

/**
 * Names in the other model folders, for graphs that load diffusion model, text encoder and VAE apart. Each
 * says that it belongs to the demo, and whose place it takes: apps guess a model's family by its name.
 */
export const DEMO_MODELS = {
  diffusion_models: [
    'demo-flux1-dev.safetensors',
    'demo-flux1-fill-dev.safetensors',
    'demo-qwen-image.safetensors',
    'demo-z-image-turbo.safetensors',
  ],
  text_encoders: [
    'demo-clip_l.safetensors',
    'demo-qwen_2.5_vl_7b.safetensors',
    'demo-qwen_3_4b.safetensors',
    'demo-t5xxl.safetensors',
  ],
  vae: ['demo-ae.safetensors', 'demo-qwen_image_vae.safetensors'],
  background_removal: ['demo-birefnet.safetensors'],
  detection: ['demo-mediapipe-face.safetensors'],
  upscale_models: ['demo-lanczos-2x.safetensors'],
  loras: ['demo-lines.safetensors', 'demo-warm-light.safetensors'],
} as const satisfies Record<string, readonly string[]>;

const METADATA = {
  'modelspec.title': 'Comfy Darkroom demo',
  'modelspec.description':
    'No weights and no AI. A name for the classical stand-ins of the Comfy Darkroom demo engine.',
};

/** Writes a safetensors file without tensors for every name, so that all routes agree. */
export async function writeModels(folders: Folders): Promise<void> {
  const header = Buffer.from(JSON.stringify({ __metadata__: METADATA }));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  const content = Buffer.concat([size, header]);
  const all = Object.entries({ checkpoints: DEMO_CHECKPOINTS, ...DEMO_MODELS });
  for (const [kind, names] of all) {
    const folder = path.join(folders.models, kind);
    await mkdir(folder, { recursive: true });
    await Promise.all(names.map((name) => writeFile(path.join(folder, name), content)));
  }
}
