import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Folders } from './files/folders';

/**
 * Names in models/checkpoints. None of them is a real model. The first two are the engine's own; the others
 * appear in the early 2024 API document, so that its examples run unchanged.
 */
export const DEMO_CHECKPOINTS: readonly string[] = [
  'darkroom-demo-classical.safetensors',
  'darkroom-demo-inpaint.safetensors',
  'sdxl-动漫二次元_2.0.safetensors',
  'svd_xt_1_1.safetensors',
];

const METADATA = {
  'modelspec.title': 'Comfy Darkroom demo',
  'modelspec.description':
    'No weights and no AI. A name for the classical stand-ins of the Comfy Darkroom demo engine.',
};

/** Writes a safetensors file without tensors for every name, so that all routes agree. */
export async function writeCheckpoints(folders: Folders): Promise<void> {
  const folder = path.join(folders.models, 'checkpoints');
  await mkdir(folder, { recursive: true });
  const header = Buffer.from(JSON.stringify({ __metadata__: METADATA }));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  const content = Buffer.concat([size, header]);
  await Promise.all(DEMO_CHECKPOINTS.map((name) => writeFile(path.join(folder, name), content)));
}
