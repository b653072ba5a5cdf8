import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { InputTypes, InputValues, NodeClass, NodeScope, RunContext } from '../exec/node-types';
import { resolveAnnotated } from '../files/folders';
import { guessType } from '../files/mime';
import { decodeFrames, imageFromPixels, type Pixels } from '../pixels/codec';
import { eachRow, type Pace } from '../pixels/pace';
import { createMask, frame, fromByte, type ImageTensor, type MaskTensor } from '../pixels/tensor';
import { PythonError } from '../python/errors';
import { repr, typeName } from '../python/text';
import { textOf } from './inputs';

/** Pictures directly in input/, sorted by code point; subfolders are never listed (API notes §3). */
function inputPictures(scope: NodeScope): string[] {
  return readdirSync(scope.folders.input, { withFileTypes: true })
    .filter((entry) => entry.isFile() && guessType(entry.name)?.startsWith('image/'))
    .map((entry) => entry.name)
    .sort((a, b) => (a < b ? -1 : 1));
}

function nameOf(values: InputValues): string {
  const value = values.image;
  if (typeof value !== 'string') {
    throw new PythonError('AttributeError', `'${typeName(value)}' object has no attribute 'endswith'`);
  }
  return value;
}

function validate(values: InputValues, scope: NodeScope): true | string {
  const name = nameOf(values);
  const { file, inside } = resolveAnnotated(scope.folders, name);
  const allowed = inside || !scope.era.confinesLoads;
  return allowed && existsSync(file) ? true : `Invalid image file: ${name}`;
}

async function isChanged(values: InputValues, scope: NodeScope): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(pathOf(values, scope)), hash);
  return hash.digest('hex');
}

function pathOf(values: InputValues, scope: NodeScope): string {
  const { file, inside, name } = resolveAnnotated(scope.folders, nameOf(values));
  if (!inside && scope.era.confinesLoads) {
    throw new PythonError('ValueError', `Invalid file path: ${repr(name)}`);
  }
  return file;
}

interface Loaded {
  image: ImageTensor;
  mask: MaskTensor;
}

async function load(values: InputValues, scope: RunContext): Promise<Loaded> {
  const file = pathOf(values, scope);
  if (!existsSync(file)) {
    throw new PythonError('FileNotFoundError', `[Errno 2] No such file or directory: ${repr(file)}`);
  }
  let decoded: Awaited<ReturnType<typeof decodeFrames>>;
  try {
    decoded = await decodeFrames(file);
  } catch {
    throw new PythonError('PIL.UnidentifiedImageError', `cannot identify image file ${repr(file)}`);
  }
  const { frames, colors } = decoded;
  const image = await imageFromPixels(frames, scope.pace);
  const { newPixels } = scope.era;
  const hasAlpha = frames[0]?.channels === 4;
  const mask = hasAlpha
    ? await maskFrom(frames, image, scope.pace)
    : emptyMask(image, newPixels && colors === 'palette');
  if (newPixels && colors === 'grey') {
    dimGrey(image.data);
    if (hasAlpha) {
      mask.data.forEach((value, at) => (mask.data[at] = 1 - dimmed(1 - value)));
    }
  }
  return { image, mask };
}

/** PyAV turns a grey level k into k * 256 / 65535: white becomes 0.996 (API notes §7.2 and the contract suite). */
function dimmed(value: number): number {
  return Math.fround((Math.round(value * 255) * 256) / 65535);
}

function dimGrey(data: Float32Array): void {
  for (let at = 0; at < data.length; at++) {
    data[at] = dimmed(data[at] ?? 0);
  }
}

/** An empty mask. Without alpha it is 64×64, not the picture's size (API notes §7.2). */
function emptyMask(image: ImageTensor, ownSize: boolean): MaskTensor {
  return createMask(image.batch, ownSize ? image.height : 64, ownSize ? image.width : 64);
}

/** `1 - alpha`. */
async function maskFrom(frames: readonly Pixels[], image: ImageTensor, pace: Pace): Promise<MaskTensor> {
  const mask = createMask(image.batch, image.height, image.width);
  for (let index = 0; index < image.batch; index++) {
    const data = frames[index]?.data ?? new Uint8Array();
    const values = frame(mask, index);
    await eachRow(image.height, pace, (y) => {
      for (let at = y * image.width; at < (y + 1) * image.width; at++) {
        values[at] = 1 - fromByte(data[at * 4 + 3] ?? 255);
      }
    });
  }
  return mask;
}

function pictureInput(scope: NodeScope): InputTypes {
  return { required: { image: [inputPictures(scope), { image_upload: true }] } };
}

export const loadImage: NodeClass = {
  name: 'LoadImage',
  v3: false,
  displayName: 'Load Image',
  category: 'image',
  essentials: 'Basics',
  searchAliases: ['load image', 'open image', 'import image', 'image input', 'upload image'],
  inputs: pictureInput,
  returns: ['IMAGE', 'MASK'],
  validates: ['image'],
  validate,
  isChanged,
  async run(values, context) {
    const { image, mask } = await load(values, context);
    return { outputs: [image, mask] };
  },
};

const CHANNELS = ['alpha', 'red', 'green', 'blue'];

export const loadImageMask: NodeClass = {
  name: 'LoadImageMask',
  v3: false,
  displayName: 'Load Image (as Mask)',
  category: 'image',
  essentials: 'Image Tools',
  searchAliases: ['import mask', 'alpha mask', 'channel mask'],
  inputs: (scope) => ({ required: { ...pictureInput(scope).required, channel: [CHANNELS] } }),
  returns: ['MASK'],
  validates: ['image'],
  validate,
  isChanged,
  async run(values, context) {
    const { image, mask } = await load(values, context);
    const channel = textOf(values, 'channel');
    if (channel !== 'alpha') {
      return { outputs: [channelMask(image, CHANNELS.indexOf(channel) - 1)] };
    }
    // Here, unlike in LoadImage, older servers gave an opaque picture a mask of its size.
    const small = !context.era.newPixels && mask.width !== image.width;
    return { outputs: [small ? createMask(image.batch, image.height, image.width) : mask] };
  },
};

/** One colour channel as a mask: white is masked, without inversion. */
export function channelMask(image: ImageTensor, channel: number): MaskTensor {
  const mask = createMask(image.batch, image.height, image.width);
  for (let at = 0; at < mask.data.length; at++) {
    mask.data[at] = image.data[at * image.channels + channel] ?? 0;
  }
  return mask;
}

export const loadImageOutput: NodeClass = {
  ...loadImage,
  name: 'LoadImageOutput',
  displayName: 'Load Image (from Outputs)',
  description:
    'Load an image from the output folder. The list is fetched from the server when it is refreshed.',
  experimental: true,
  searchAliases: ['output image', 'previous generation'],
  inputs: () => ({
    required: {
      image: [
        'COMBO',
        {
          image_upload: true,
          image_folder: 'output',
          remote: { route: '/internal/files/output', refresh_button: true, control_after_refresh: 'first' },
        },
      ],
    },
  }),
};
