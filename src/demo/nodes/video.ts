import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { insertPngText } from '../../comfy/png';
import { CUSTOM_MODULE } from '../exec/shapes';
import type { ConditioningValue, LatentValue, NodeClass, UiFile } from '../exec/node-types';
import { pngTexts, saveSlot } from '../files/save-image';
import { encodePng } from '../pixels/codec';
import { fitChannels } from '../pixels/composite';
import type { Pace } from '../pixels/pace';
import { cropToAspect, scaleImage } from '../pixels/resize';
import { createImage, toBytes, type ImageTensor } from '../pixels/tensor';
import { boolOf, float, floatOf, imageOf, int, intOf, MAX_RESOLUTION, modelOf, textOf } from './inputs';

export const svdConditioning: NodeClass = {
  name: 'SVD_img2vid_Conditioning',
  pythonModule: 'comfy_extras.nodes_video_model',
  v3: false,
  displayName: 'SVD_img2vid_Conditioning',
  category: 'model/conditioning/stable video',
  inputs: () => ({
    required: {
      clip_vision: ['CLIP_VISION'],
      init_image: ['IMAGE'],
      vae: ['VAE'],
      width: int(1024, 16, MAX_RESOLUTION, { step: 8 }),
      height: int(576, 16, MAX_RESOLUTION, { step: 8 }),
      video_frames: int(14, 1, 4096),
      motion_bucket_id: int(127, 1, 1023, { advanced: true }),
      fps: int(6, 1, 1024),
      augmentation_level: float(0, 0, 10, 0.01, { advanced: true }),
    },
  }),
  returns: ['CONDITIONING', 'CONDITIONING', 'LATENT'],
  returnNames: ['positive', 'negative', 'latent'],
  async run(values, context) {
    modelOf(values, 'clip_vision', 'clip_vision');
    modelOf(values, 'vae', 'vae');
    const width = intOf(values, 'width') & ~7;
    const height = intOf(values, 'height') & ~7;
    const still = fitChannels(cropToAspect(imageOf(values, 'init_image'), width, height), 3);
    const source = await scaleImage(still, width, height, 'bilinear', context.pace);
    const video = { source, motion: intOf(values, 'motion_bucket_id', 127), fps: intOf(values, 'fps', 6) };
    const positive: ConditioningValue = { kind: 'conditioning', text: '', video };
    const negative: ConditioningValue = { kind: 'conditioning', text: '' };
    const frames = intOf(values, 'video_frames', 14);
    const samples = createImage(frames, height, width, 3);
    return { outputs: [positive, negative, { kind: 'latent', samples, empty: true } satisfies LatentValue] };
  },
};

const FORMATS = ['image/gif', 'image/webp'];

/** Frames in display order. */
function playOrder(count: number, pingpong: boolean): number[] {
  const forth = Array.from({ length: count }, (_, index) => index);
  return pingpong ? [...forth, ...forth.slice(1, -1).reverse()] : forth;
}

async function encodeFilm(
  images: ImageTensor,
  format: string,
  frameRate: number,
  loops: number,
  pingpong: boolean,
  pace: Pace,
): Promise<Buffer> {
  const order = playOrder(images.batch, pingpong);
  const frameBytes = images.width * images.height * 3;
  const strip = new Uint8Array(frameBytes * order.length);
  for (const [at, index] of order.entries()) {
    strip.set(await toBytes(images, index, pace), at * frameBytes);
  }
  const film = sharp(strip, {
    raw: {
      width: images.width,
      height: images.height * order.length,
      channels: 3,
      pageHeight: images.height,
    },
    limitInputPixels: false,
  });
  // A single number would apply to the first frame only.
  const delay = order.map(() => Math.round(1000 / frameRate));
  const timing = { delay, loop: loops };
  return format === 'image/webp'
    ? film.webp({ ...timing, quality: 85 }).toBuffer()
    : film.gif(timing).toBuffer();
}

export const vhsVideoCombine: NodeClass = {
  name: 'VHS_VideoCombine',
  v3: false,
  displayName: 'Video Combine',
  description: 'Combines images into an animated GIF or WebP.',
  category: 'Video Helper Suite',
  pythonModule: CUSTOM_MODULE,
  inputs: () => ({
    required: {
      images: ['IMAGE'],
      frame_rate: float(8, 1, 120, 1),
      loop_count: int(0, 0, 100, { step: 1 }),
      filename_prefix: ['STRING', { default: 'AnimateDiff' }],
      format: [FORMATS],
      pingpong: ['BOOLEAN', { default: false }],
      save_output: ['BOOLEAN', { default: true }],
    },
    hidden: { prompt: 'PROMPT', extra_pnginfo: 'EXTRA_PNGINFO', unique_id: 'UNIQUE_ID' },
  }),
  returns: ['VHS_FILENAMES'],
  returnNames: ['Filenames'],
  outputNode: true,
  async run(values, context) {
    const images = fitChannels(imageOf(values, 'images'), 3);
    const type = boolOf(values, 'save_output', true) ? 'output' : 'temp';
    const format = textOf(values, 'format', 'image/gif');
    const rate = floatOf(values, 'frame_rate', 8);
    const base = context.folders[type];
    const slot = await saveSlot(textOf(values, 'filename_prefix'), base, images.width, images.height);
    const counter = await nextCounter(slot.folder, slot.name);
    const stem = `${slot.name}_${String(counter).padStart(5, '0')}`;
    const film = await encodeFilm(
      images,
      format,
      rate,
      intOf(values, 'loop_count'),
      boolOf(values, 'pingpong'),
      context.pace,
    );
    const filename = `${stem}.${format.split('/')[1] ?? 'gif'}`;
    const still = await encodePng(await toBytes(images, 0, context.pace), images.width, images.height, 3);
    const texts = pngTexts(context.prompt, context.extraPnginfo, context.faults.nanMetadata);
    await writeFile(path.join(slot.folder, `${stem}.png`), insertPngText(still, texts));
    await writeFile(path.join(slot.folder, filename), film);
    const fullpath = path.join(slot.folder, filename);
    const file: UiFile = {
      filename,
      subfolder: slot.subfolder,
      type,
      format,
      frame_rate: rate,
      workflow: `${stem}.png`,
      fullpath,
    };
    return {
      outputs: [[type === 'output', [path.join(slot.folder, `${stem}.png`), fullpath]]],
      ui: { gifs: [file] },
    };
  },
};

/** Video names end in their number, without the underscore of pictures. */
async function nextCounter(folder: string, name: string): Promise<number> {
  const numbers = (await readdir(folder)).flatMap((file) => {
    const digits = file.startsWith(`${name}_`)
      ? /^(\d+)\./.exec(file.slice(name.length + 1))?.[1]
      : undefined;
    return digits ? [Number(digits)] : [];
  });
  return Math.max(0, ...numbers) + 1;
}
