import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { concatBytes, insertPngText, PNG_SIGNATURE, pngChunk } from '../../comfy/png';

/** A graph as ComfyUI writes it into its pictures. */
export function graphOf(text: string, seed = '18446744073709551615'): string {
  const graph = {
    3: {
      class_type: 'KSampler',
      inputs: {
        ...{ seed: 'SEED', steps: 20, cfg: 7.5, sampler_name: 'euler', scheduler: 'karras', denoise: 0.6 },
        ...{ model: ['10', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0] },
      },
    },
    4: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'sdxl.safetensors' } },
    5: { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 48, batch_size: 1 } },
    6: { class_type: 'CLIPTextEncode', inputs: { text, clip: ['4', 1] } },
    7: { class_type: 'CLIPTextEncode', inputs: { text: 'blurry', clip: ['4', 1] } },
    9: { class_type: 'SaveImage', inputs: { filename_prefix: 'ComfyUI', images: ['3', 0] } },
    10: {
      class_type: 'LoraLoader',
      inputs: { lora_name: 'ink.safetensors', strength_model: 1, model: ['4', 0] },
    },
  };
  return JSON.stringify(graph).replace('"SEED"', seed);
}

export interface PngParts {
  width?: number;
  height?: number;
  /** Bytes of pixels, which are none. */
  pixels?: number;
  texts?: readonly (readonly [string, string])[];
}

/** A PNG without a picture in it: everything but the pixels is real. */
export function pngOf({ width = 64, height = 48, pixels = 500, texts = [] }: PngParts = {}): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 2], 8);
  const png = concatBytes([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    pngChunk('IDAT', new Uint8Array(pixels).fill(7)),
    pngChunk('IEND', new Uint8Array(0)),
  ]);
  return texts.length > 0 ? insertPngText(png, texts) : png;
}

/** A PNG that ComfyUI made of these words. */
export function madePng(text: string, seed?: string): Uint8Array {
  return pngOf({ texts: [['prompt', graphOf(text, seed)]] });
}

/** A folder that is removed again. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'darkroom-library-')));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}
