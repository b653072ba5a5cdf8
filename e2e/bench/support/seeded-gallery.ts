import { link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import sharp from 'sharp';

import type { HistoryEntry, PreparedPlace } from '../../../src/demo/index';
import { createRandom } from '../../../src/demo/random';

/** What a gallery is seeded with. The same options give the same gallery. */
export interface Seed {
  /** Jobs, each of which saved one picture. */
  jobs: number;
  /** Natural sizes, px; each job draws one of them. */
  sizes: readonly (readonly [width: number, height: number])[];
  /** Every so many jobs, one whose graph does not tell the size of its picture; 0: all tell it. */
  untoldEvery: number;
  /** Detail of the pictures, 0 to 1: at 1 they are noise, and no format makes their files small. */
  noise: number;
}

/** Shapes people make, from 64 to 512 px; the same as in the comparison with other galleries. */
export const SMALL: Seed['sizes'] = [
  [64, 64],
  [128, 128],
  [256, 256],
  [512, 512],
  [384, 512],
  [512, 384],
  [320, 512],
  [512, 288],
  [128, 192],
  [256, 192],
];

const PER_DAY = 300;
const DAY = 86_400_000;
/** Different pictures of each size; all other files are further names of these. */
const VARIANTS = 6;
const SAVE = '9';

/** Writes the pictures and remembers the jobs that made them, the last of them a minute ago. */
export function seedGallery({ jobs, sizes, untoldEvery, noise }: Seed) {
  return async ({ output, remember }: PreparedPlace): Promise<void> => {
    const random = createRandom(20_261_128);
    const originals: string[][] = [];
    await mkdir(join(output, 'originals'), { recursive: true });
    for (const [index, [width, height]] of sizes.entries()) {
      const files: string[] = [];
      for (let variant = 0; variant < VARIANTS; variant++) {
        const file = join(output, 'originals', `${index}-${variant}.png`);
        await writeFile(file, await draw(width, height, random, noise));
        files.push(file);
      }
      originals.push(files);
    }
    const now = Date.now() - 60_000;
    for (let job = 0; job < jobs; job++) {
      const folder = `day-${Math.floor(job / 1000)}`;
      if (job % 1000 === 0) {
        await mkdir(join(output, folder), { recursive: true });
      }
      const shape = Math.floor(random() * sizes.length);
      const filename = `seed_${String(job).padStart(6, '0')}_.png`;
      await link(originals[shape]?.[Math.floor(random() * VARIANTS)] ?? '', join(output, folder, filename));
      const [width, height] = sizes[shape] ?? [0, 0];
      const isTold = untoldEvery === 0 || job % untoldEvery !== 0;
      const id = `00000000-0000-4000-8000-${String(job).padStart(12, '0')}`;
      const end = Math.floor(now - ((jobs - 1 - job) / PER_DAY) * DAY);
      remember(id, entry(id, job, isTold ? { width, height } : null, end, { filename, subfolder: folder }));
    }
  };
}

function entry(
  id: string,
  number: number,
  size: { width: number; height: number } | null,
  end: number,
  file: { filename: string; subfolder: string },
): HistoryEntry {
  const latent = size
    ? { class_type: 'EmptyLatentImage', inputs: { ...size, batch_size: 1 } }
    : { class_type: 'VAEEncode', inputs: { pixels: ['10', 0], vae: ['4', 2] } };
  const sampling = {
    seed: number,
    steps: 20,
    cfg: 7,
    sampler_name: 'euler',
    scheduler: 'normal',
    denoise: 1,
  };
  const text = `picture ${number} of a seeded gallery`;
  const graph = {
    '3': {
      class_type: 'KSampler',
      inputs: {
        ...sampling,
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
      },
    },
    '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'seeded.safetensors' } },
    '5': latent,
    '6': { class_type: 'CLIPTextEncode', inputs: { text, clip: ['4', 1] } },
    '7': { class_type: 'CLIPTextEncode', inputs: { text: '', clip: ['4', 1] } },
    '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
    [SAVE]: { class_type: 'SaveImage', inputs: { filename_prefix: 'seed', images: ['8', 0] } },
    ...(size ? {} : { '10': { class_type: 'LoadImage', inputs: { image: 'photo.png' } } }),
  };
  const told = { prompt_id: id };
  return {
    prompt: [number, id, graph, { create_time: end - 9000 }, [SAVE]],
    outputs: { [SAVE]: { images: [{ ...file, type: 'output' }] } },
    status: {
      status_str: 'success',
      completed: true,
      messages: [
        ['execution_start', { ...told, timestamp: end - 8000 }],
        ['execution_cached', { ...told, nodes: [], timestamp: end - 7990 }],
        ['execution_success', { ...told, timestamp: end }],
      ],
    },
  };
}

/** Soft colours with some grain: what a PNG of a generated picture weighs, more or less. */
function draw(width: number, height: number, random: () => number, noise: number): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3);
  const [a = 0, b = 0, c = 0] = [random() * 6, random() * 6, random() * 6];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [(x / width) * 5, (y / height) * 5];
      for (const wave of [Math.sin(u + a) + Math.cos(v + b), Math.sin(v + c), Math.cos(u * v * 0.4 + a)]) {
        const soft = 128 + wave * 55;
        pixels[at++] = Math.max(0, Math.min(255, soft * (1 - noise) + random() * 255 * noise));
      }
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
