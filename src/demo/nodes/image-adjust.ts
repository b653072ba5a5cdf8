import type { NodeClass } from '../exec/node-types';
import { fitChannels } from '../pixels/composite';
import { cropToAspect, scaleImage } from '../pixels/resize';
import { sharpenImage } from '../pixels/sharpen';
import { createImage, type ImageTensor, withData } from '../pixels/tensor';
import { PythonError } from '../python/errors';
import { combo, float, floatOf, imageOf, int, intOf, textOf } from './inputs';

const { fround } = Math;

type Mix = (one: number, two: number) => number;

/** What `soft_light` brightens towards. */
function softLight(value: number): number {
  return value <= 0.25 ? ((16 * value - 12) * value + 4) * value : Math.sqrt(value);
}

const BLENDS: Record<string, Mix> = {
  normal: (_one, two) => two,
  multiply: (one, two) => one * two,
  screen: (one, two) => 1 - (1 - one) * (1 - two),
  overlay: (one, two) => (one <= 0.5 ? 2 * one * two : 1 - 2 * (1 - one) * (1 - two)),
  soft_light: (one, two) =>
    two <= 0.5 ? one - (1 - 2 * two) * one * (1 - one) : one + (2 * two - 1) * (softLight(one) - one),
  // Signed, whatever the name says.
  difference: (one, two) => one - two,
};

export const imageBlend: NodeClass = {
  name: 'ImageBlend',
  pythonModule: 'comfy_extras.nodes_post_processing',
  v3: 2025,
  displayName: 'Blend Images',
  category: 'image/filters',
  essentials: 'Image Tools',
  searchAliases: ['mix images'],
  inputs: () => ({
    required: {
      image1: ['IMAGE', {}],
      image2: ['IMAGE', {}],
      blend_factor: float(0.5, 0, 1, 0.01),
      blend_mode: combo(Object.keys(BLENDS)),
    },
  }),
  returns: ['IMAGE'],
  async run(values, context) {
    const one = imageOf(values, 'image1');
    let two = fitChannels(imageOf(values, 'image2'), one.channels);
    if (two.width !== one.width || two.height !== one.height) {
      const cut = cropToAspect(two, one.width, one.height);
      two = await scaleImage(cut, one.width, one.height, 'bicubic', context.pace);
    }
    const blend = BLENDS[textOf(values, 'blend_mode')];
    if (!blend) {
      throw new PythonError('ValueError', `Unsupported blend mode: ${textOf(values, 'blend_mode')}`);
    }
    const factor = fround(floatOf(values, 'blend_factor', 0.5));
    const rest = fround(1 - floatOf(values, 'blend_factor', 0.5));
    const data = one.data.map((value, at) => {
      const blended = fround(blend(value, two.data[at % two.data.length] ?? 0));
      return clamp(fround(fround(value * rest) + fround(blended * factor)));
    });
    return { outputs: [withData(one, data)] };
  },
};

export const imageSharpen: NodeClass = {
  name: 'ImageSharpen',
  pythonModule: 'comfy_extras.nodes_post_processing',
  v3: 2025,
  displayName: 'Sharpen Image',
  category: 'image/filters',
  inputs: () => ({
    required: {
      image: ['IMAGE', {}],
      sharpen_radius: int(1, 1, 31, { step: 1, advanced: true }),
      sigma: float(1, 0.1, 10, 0.01, { advanced: true }),
      alpha: float(1, 0, 5, 0.01, { advanced: true }),
    },
  }),
  returns: ['IMAGE'],
  async run(values, context) {
    const image = imageOf(values, 'image');
    const radius = intOf(values, 'sharpen_radius', 1);
    if (radius >= image.width || radius >= image.height) {
      throw new PythonError(
        'RuntimeError',
        `Padding size should be less than the corresponding input dimension, but got: padding (${radius}, ${radius}) at dimension ${radius >= image.width ? 3 : 2} of input [${image.batch}, ${image.channels}, ${image.height}, ${image.width}]`,
      );
    }
    const [sigma, alpha] = [floatOf(values, 'sigma', 1), floatOf(values, 'alpha', 1)];
    return { outputs: [await sharpenImage(image, radius, sigma, alpha, context.pace)] };
  },
};

/** Weights of red, green and blue in the luma of JPEG. */
const LUMA = [0.299, 0.587, 0.114] as const;
/** Scales of blue and red less luma, so that both fit into ±0.5. */
const BLUE_SCALE = 0.564;
const RED_SCALE = 0.713;

export const imageRgbToYuv: NodeClass = {
  name: 'ImageRGBToYUV',
  pythonModule: 'comfy_extras.nodes_morphology',
  v3: 2025,
  displayName: 'Image RGB to YUV',
  category: 'image/color',
  searchAliases: ['color space conversion'],
  inputs: () => ({ required: { image: ['IMAGE', {}] } }),
  returns: ['IMAGE', 'IMAGE', 'IMAGE'],
  returnNames: ['Y', 'U', 'V'],
  run(values) {
    const image = imageOf(values, 'image');
    if (image.channels !== 3) {
      const size = [image.batch, image.channels, image.height, image.width].join(', ');
      throw new PythonError(
        'ValueError',
        `Input size must have a shape of (*, 3, H, W). Got torch.Size([${size}])`,
      );
    }
    const planes = [0, 1, 2].map(() => createImage(image.batch, image.height, image.width, 3));
    for (let at = 0; at < image.data.length; at += 3) {
      const [red = 0, green = 0, blue = 0] = image.data.subarray(at, at + 3);
      const luma = fround(fround(fround(LUMA[0] * red) + fround(LUMA[1] * green)) + fround(LUMA[2] * blue));
      planes[0]?.data.fill(luma, at, at + 3);
      planes[1]?.data.fill(fround(fround(blue - luma) * BLUE_SCALE) + 0.5, at, at + 3);
      planes[2]?.data.fill(fround(fround(red - luma) * RED_SCALE) + 0.5, at, at + 3);
    }
    return { outputs: planes };
  },
};

export const imageYuvToRgb: NodeClass = {
  name: 'ImageYUVToRGB',
  pythonModule: 'comfy_extras.nodes_morphology',
  v3: 2025,
  displayName: 'Image YUV to RGB',
  category: 'image/color',
  searchAliases: ['color space conversion'],
  inputs: () => ({ required: { Y: ['IMAGE', {}], U: ['IMAGE', {}], V: ['IMAGE', {}] } }),
  returns: ['IMAGE'],
  run(values) {
    const [luma, blues, reds] = ['Y', 'U', 'V'].map((name) => grey(imageOf(values, name)));
    const image = imageOf(values, 'Y');
    const out = createImage(image.batch, image.height, image.width, 3);
    const share = RED_SCALE * LUMA[1];
    for (let at = 0; at * 3 < out.data.length; at++) {
      const y = luma?.[at] ?? 0;
      const blue = (blues?.[at] ?? 0) - 0.5;
      const red = (reds?.[at] ?? 0) - 0.5;
      out.data[at * 3] = clamp(y + red / RED_SCALE);
      out.data[at * 3 + 1] = clamp(y - (red * LUMA[0]) / share - (blue * LUMA[2]) / (BLUE_SCALE * LUMA[1]));
      out.data[at * 3 + 2] = clamp(y + blue / BLUE_SCALE);
    }
    return { outputs: [out] };
  },
};

/** The mean of the channels. */
function grey(image: ImageTensor): Float32Array {
  return Float32Array.from({ length: image.data.length / image.channels }, (_, at) => {
    const channels = image.data.subarray(at * image.channels, (at + 1) * image.channels);
    return channels.reduce((sum, value) => sum + value, 0) / image.channels;
  });
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
