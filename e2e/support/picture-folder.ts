import { closeSync, ftruncateSync, mkdirSync, openSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

import sharp from 'sharp';

import { concatBytes, insertPngText, PNG_SIGNATURE, pngChunk } from '../../src/comfy/png';

/** Pictures of a month share a folder. */
const PER_FOLDER = 2_500;
/** When the first picture was made, s since the epoch; one a minute follows. */
const BEGIN = 1_600_000_000;
/** Bytes of the smallest and largest pictures. */
const SMALLEST = 30_000;
const LARGEST = 8_000_000;

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const WORDS =
  'harbour dawn fog lantern copper river glass orchard winter market violin tower meadow rain neon moss'.split(
    ' ',
  );

/**
 * Fills a folder with PNG files as ComfyUI leaves them behind: real chunks with a prompt and a workflow, sizes from
 * 30 kB to 8 MB. Of the pixels only the room is there (a sparse file), as nothing that indexes reads them. The same
 * every time.
 */
export function fillFolder(folder: string, count: number): void {
  const random = randomFrom(13);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, 1024);
  view.setUint32(4, 1024);
  header.set([8, 2], 8);
  const start = concatBytes([PNG_SIGNATURE, pngChunk('IHDR', header)]);
  const end = pngChunk('IEND', new Uint8Array(0));
  const workflow = text('workflow', JSON.stringify(editorGraph()));
  let prompt = '';
  for (let index = 0; index < count; index += 1) {
    const path = pathOf(folder, index);
    if (index % PER_FOLDER === 0) {
      mkdirSync(dirname(path), { recursive: true });
    }
    // People make a few of each.
    if (index % 4 === 0) {
      prompt = Array.from({ length: 30 }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
    }
    const seed = Math.floor(random() * 2 ** 52);
    const pixels = Math.floor(SMALLEST + (LARGEST - SMALLEST) * random() ** 3);
    const lead = new Uint8Array(8);
    new DataView(lead.buffer).setUint32(0, pixels);
    lead.set(Buffer.from('IDAT'), 4);
    const head = concatBytes([start, text('prompt', apiGraph(prompt, seed, index)), workflow, lead]);
    const file = openSync(path, 'w');
    writeSync(file, head);
    const rest = head.length + pixels + 4;
    ftruncateSync(file, rest);
    writeSync(file, end, 0, end.length, rest);
    closeSync(file);
    const at = BEGIN + index * 60;
    utimesSync(path, at, at);
  }
}

/**
 * Gives the newest files of such a folder real pixels, so that they can be drawn; nothing else about them changes but
 * their sizes.
 */
export async function drawNewest(folder: string, count: number, newest: number): Promise<void> {
  const noise = { type: 'gaussian', mean: 128, sigma: 12 } as const;
  for (let index = Math.max(0, count - newest); index < count; index += 1) {
    const path = pathOf(folder, index);
    const background = `hsl(${(index * 47) % 360}, 40%, 45%)`;
    const picture = await sharp({ create: { width: 1024, height: 1024, channels: 3, background } })
      .composite([
        {
          input: { create: { width: 1024, height: 1024, channels: 3, background, noise } },
          blend: 'overlay',
        },
      ])
      .png({ compressionLevel: 1 })
      .toBuffer();
    const words = `drawn ${index}`;
    writeFileSync(path, insertPngText(picture, [['prompt', apiGraph(words, index, index)]]));
    const at = BEGIN + index * 60;
    utimesSync(path, at, at);
  }
}

function pathOf(folder: string, index: number): string {
  const month = String(Math.floor(index / PER_FOLDER)).padStart(3, '0');
  return join(folder, `2026-${month}`, `ComfyUI_${String(index).padStart(6, '0')}_.png`);
}

function text(key: string, value: string): Uint8Array {
  return pngChunk('tEXt', Buffer.from(`${key}\0${value}`, 'latin1'));
}

function apiGraph(prompt: string, seed: number, index: number): string {
  const sampler = {
    seed,
    steps: 20 + (index % 3) * 5,
    cfg: 6.5,
    sampler_name: 'euler',
    scheduler: 'karras',
    denoise: 1,
  };
  return JSON.stringify({
    3: {
      class_type: 'KSampler',
      inputs: { ...sampler, model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0] },
    },
    4: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: `model-${index % 6}.safetensors` } },
    5: { class_type: 'EmptyLatentImage', inputs: { width: 1024, height: 1024, batch_size: 1 } },
    6: { class_type: 'CLIPTextEncode', inputs: { text: prompt, clip: ['4', 1] } },
    7: { class_type: 'CLIPTextEncode', inputs: { text: 'blurry, low quality', clip: ['4', 1] } },
    8: { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
    9: { class_type: 'SaveImage', inputs: { filename_prefix: 'ComfyUI', images: ['8', 0] } },
  });
}

/** As large as that of an ordinary graph. */
function editorGraph(): object {
  const nodes = Array.from({ length: 14 }, (_, id) => ({
    ...{ id, type: 'KSampler', pos: [id * 220, 80], size: [210, 260], flags: {}, order: id, mode: 0 },
    inputs: Array.from({ length: 4 }, (_input, slot) => ({
      name: `input_${slot}`,
      type: 'MODEL',
      link: slot,
    })),
    widgets_values: [0, 'randomize', 20, 8, 'euler', 'normal', 1],
  }));
  return { last_node_id: 14, last_link_id: 60, nodes, links: [], groups: [], config: {}, version: 0.4 };
}
