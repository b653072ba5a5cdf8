import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseExact } from '../../../comfy/exact-json';
import type { EngineState } from '../../engine-state';
import { empty, json, type Answer } from '../responses';
import type { Router } from '../router';

const FOLDERS: readonly string[] = [
  'checkpoints',
  'configs',
  'loras',
  'vae',
  'text_encoders',
  'diffusion_models',
  'clip_vision',
  'style_models',
  'embeddings',
  'diffusers',
  'vae_approx',
  'controlnet',
  'gligen',
  'upscale_models',
  'latent_upscale_models',
  'custom_nodes',
  'datasets',
  'hypernetworks',
  'photomaker',
  'classifiers',
  'model_patches',
  'audio_encoders',
  'background_removal',
  'frame_interpolation',
  'geometry_estimation',
  'optical_flow',
  'detection',
];

const SINCE_2026 = new Set([
  'latent_upscale_models',
  'datasets',
  'background_removal',
  'frame_interpolation',
  'geometry_estimation',
  'optical_flow',
  'detection',
]);

const EXTENSIONS = ['.ckpt', '.pt', '.pt2', '.bin', '.pth', '.safetensors', '.pkl', '.sft'];
const MOST_HEADER_BYTES = 1024 * 1024;

/** Model lists (API notes §2.3). None of the files has weights. */
export function addModelRoutes(router: Router, state: EngineState): void {
  const known = FOLDERS.filter((folder) => state.era.hardened || !SINCE_2026.has(folder));
  const folderOf = (name: string): string => path.join(state.folders.models, name);
  router.add('GET', '/view_metadata/{folder_name}', ({ params, query }) =>
    safetensorsMetadata(folderOf(params.folder_name ?? ''), query.get('filename') ?? ''),
  );
  if (!state.era.userdata) {
    return;
  }
  router.add('GET', '/models', () => json(known));
  router.add('GET', '/models/{folder}', async ({ params }) => {
    const folder = params.folder ?? '';
    return known.includes(folder) ? json(await modelFiles(folderOf(folder))) : empty(404);
  });
  if (!state.era.userdataTree) {
    return;
  }
  router.add('GET', '/experiment/models', () =>
    json(
      known
        .filter((name) => name !== 'configs' && name !== 'custom_nodes')
        .map((name) => ({
          name,
          folders: [folderOf(name)],
          ...(state.era.hardened ? { extensions: EXTENSIONS } : {}),
        })),
    ),
  );
  router.add('GET', '/experiment/models/{folder}', async ({ params }) => {
    const folder = params.folder ?? '';
    return known.includes(folder) ? json(await describedFiles(folderOf(folder))) : empty(404);
  });
}

async function modelFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder).catch(() => []);
  return entries.filter((name) => EXTENSIONS.includes(path.extname(name))).sort();
}

async function describedFiles(folder: string): Promise<Record<string, unknown>[]> {
  return Promise.all(
    (await modelFiles(folder)).map(async (name) => {
      const { size, mtimeMs, ctimeMs } = await stat(path.join(folder, name));
      return { name, pathIndex: 0, modified: mtimeMs / 1000, created: ctimeMs / 1000, size };
    }),
  );
}

async function safetensorsMetadata(folder: string, filename: string): Promise<Answer> {
  if (!(await modelFiles(folder)).includes(filename) || !filename.endsWith('.safetensors')) {
    return empty(404);
  }
  const file = await open(path.join(folder, filename));
  try {
    const size = Number((await file.read(Buffer.alloc(8), 0, 8, 0)).buffer.readBigUInt64LE());
    if (size > MOST_HEADER_BYTES) {
      return empty(404);
    }
    const header = parseExact((await file.read(Buffer.alloc(size), 0, size, 8)).buffer.toString('utf8'));
    const metadata = (header as Record<string, unknown> | null)?.__metadata__;
    return metadata === undefined ? empty(404) : json(metadata);
  } finally {
    await file.close();
  }
}
