import type { NodeClass } from '../exec/node-types';
import { blurImage } from '../pixels/blur';
import { compositeImage, fitChannels } from '../pixels/composite';
import { cropToAspect, scaleImage, scaleMask } from '../pixels/resize';
import { createImage, createMask, frame, repeatToBatch, type ImageTensor } from '../pixels/tensor';
import { PythonError } from '../python/errors';
import {
  boolOf,
  float,
  floatOf,
  imageOf,
  int,
  intOf,
  maskOf,
  MAX_RESOLUTION,
  maybeMask,
  pixels,
} from './inputs';

export const imageBlur: NodeClass = {
  name: 'ImageBlur',
  pythonModule: 'comfy_extras.nodes_post_processing',
  v3: 2025,
  displayName: 'Blur Image',
  category: 'image/filters',
  inputs: () => ({
    required: {
      image: ['IMAGE', {}],
      blur_radius: int(1, 1, 31, { step: 1 }),
      sigma: float(1, 0.1, 10, 0.1),
    },
  }),
  returns: ['IMAGE'],
  async run(values, context) {
    const image = imageOf(values, 'image');
    const radius = intOf(values, 'blur_radius', 1);
    if (radius >= image.width || radius >= image.height) {
      throw new PythonError(
        'RuntimeError',
        `Padding size should be less than the corresponding input dimension, but got: padding (${radius}, ${radius}) at dimension ${radius >= image.width ? 3 : 2} of input [${image.batch}, ${image.channels}, ${image.height}, ${image.width}]`,
      );
    }
    return { outputs: [await blurImage(image, radius, floatOf(values, 'sigma', 1), context.pace)] };
  },
};

/** What happened before 2026 when pictures with and without alpha were combined. */
function channelMismatch(a: ImageTensor, b: ImageTensor): PythonError {
  return new PythonError(
    'RuntimeError',
    `The size of tensor a (${a.channels}) must match the size of tensor b (${b.channels}) at non-singleton dimension 1`,
  );
}

export const imageBatch: NodeClass = {
  name: 'ImageBatch',
  v3: false,
  displayName: 'Batch Images (DEPRECATED)',
  category: 'image/batch',
  deprecated: true,
  searchAliases: ['combine images', 'merge images', 'stack images'],
  inputs: () => ({ required: { image1: ['IMAGE'], image2: ['IMAGE'] } }),
  returns: ['IMAGE'],
  async run(values, context) {
    const [one, two] = [imageOf(values, 'image1'), imageOf(values, 'image2')];
    if (!context.era.newPixels && one.channels !== two.channels) {
      throw channelMismatch(one, two);
    }
    const channels = Math.max(one.channels, two.channels);
    const first = fitChannels(one, channels);
    let second = fitChannels(two, channels);
    if (second.width !== first.width || second.height !== first.height) {
      const cut = cropToAspect(second, first.width, first.height);
      second = await scaleImage(cut, first.width, first.height, 'bilinear', context.pace);
    }
    const data = new Float32Array(first.data.length + second.data.length);
    data.set(first.data);
    data.set(second.data, first.data.length);
    return { outputs: [{ ...first, batch: first.batch + second.batch, data }] };
  },
};

export const imageCompositeMasked: NodeClass = {
  name: 'ImageCompositeMasked',
  pythonModule: 'comfy_extras.nodes_mask',
  v3: 2026,
  displayName: 'Image Composite Masked',
  category: 'image/compositing',
  searchAliases: ['overlay', 'layer', 'paste image', 'images composition'],
  inputs: () => ({
    required: {
      destination: ['IMAGE', {}],
      source: ['IMAGE', {}],
      x: pixels(0),
      y: pixels(0),
      resize_source: ['BOOLEAN', { default: false }],
    },
    optional: { mask: ['MASK', {}] },
  }),
  returns: ['IMAGE'],
  async run(values, context) {
    const paste = {
      x: intOf(values, 'x'),
      y: intOf(values, 'y'),
      resizeSource: boolOf(values, 'resize_source'),
      mask: maybeMask(values, 'mask'),
    };
    const destination = imageOf(values, 'destination');
    const source = imageOf(values, 'source');
    if (!context.era.newPixels && destination.channels > source.channels) {
      throw channelMismatch(destination, source);
    }
    return { outputs: [await compositeImage(destination, source, paste, context.pace)] };
  },
};

export const joinImageWithAlpha: NodeClass = {
  name: 'JoinImageWithAlpha',
  pythonModule: 'comfy_extras.nodes_compositing',
  v3: 2025,
  displayName: 'Join Image with Alpha',
  category: 'image/compositing',
  searchAliases: ['add transparency', 'apply alpha', 'composite alpha', 'RGBA'],
  inputs: () => ({ required: { image: ['IMAGE', {}], alpha: ['MASK', {}] } }),
  returns: ['IMAGE'],
  async run(values, context) {
    const image = imageOf(values, 'image');
    const given = maskOf(values, 'alpha');
    const batch = Math.max(image.batch, given.batch);
    const mask = repeatToBatch(await scaleMask(given, image.width, image.height, context.pace), batch);
    const rgba = fitChannels(repeatToBatch(fitChannels(image, 3), batch), 4);
    const data = rgba.data.slice();
    for (let at = 0; at < mask.data.length; at++) {
      data[at * 4 + 3] = 1 - (mask.data[at] ?? 0);
    }
    return { outputs: [{ ...rgba, data }] };
  },
};

export const splitImageWithAlpha: NodeClass = {
  name: 'SplitImageWithAlpha',
  pythonModule: 'comfy_extras.nodes_compositing',
  v3: 2025,
  displayName: 'Split Image with Alpha',
  category: 'image/compositing',
  searchAliases: ['extract alpha', 'separate transparency', 'remove alpha'],
  inputs: () => ({ required: { image: ['IMAGE', {}] } }),
  returns: ['IMAGE', 'MASK'],
  run(values) {
    const image = imageOf(values, 'image');
    const mask = createMask(image.batch, image.height, image.width);
    if (image.channels > 3) {
      for (let at = 0; at < mask.data.length; at++) {
        mask.data[at] = 1 - (image.data[at * image.channels + 3] ?? 1);
      }
    }
    return { outputs: [fitChannels(image, 3), mask] };
  },
};

/** Borders in px to add around a picture. */
interface Padding {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** How strongly a pixel of the old picture is repainted, near the sides that grow. */
function padFeather(x: number, y: number, image: ImageTensor, padding: Padding, reach: number): number {
  const distance = Math.min(
    padding.top ? y : image.height,
    padding.bottom ? image.height - y : image.height,
    padding.left ? x : image.width,
    padding.right ? image.width - x : image.width,
  );
  const value = (reach - distance) / reach;
  return distance >= reach ? 0 : value * value;
}

export const imagePadForOutpaint: NodeClass = {
  name: 'ImagePadForOutpaint',
  v3: false,
  displayName: 'Pad Image for Outpainting',
  category: 'image/transform',
  searchAliases: ['extend canvas', 'expand image'],
  inputs: () => {
    const side = int(0, 0, MAX_RESOLUTION, { step: 8 });
    return {
      required: {
        image: ['IMAGE'],
        left: side,
        top: side,
        right: side,
        bottom: side,
        feathering: int(40, 0, MAX_RESOLUTION, { step: 1, advanced: true }),
      },
    };
  },
  returns: ['IMAGE', 'MASK'],
  run(values) {
    const image = imageOf(values, 'image');
    const padding: Padding = {
      left: intOf(values, 'left'),
      top: intOf(values, 'top'),
      right: intOf(values, 'right'),
      bottom: intOf(values, 'bottom'),
    };
    const width = image.width + padding.left + padding.right;
    const height = image.height + padding.top + padding.bottom;
    const out = createImage(image.batch, height, width, image.channels);
    out.data.fill(0.5);
    const row = image.width * image.channels;
    for (let index = 0; index < image.batch; index++) {
      const [source, target] = [frame(image, index), frame(out, index)];
      for (let y = 0; y < image.height; y++) {
        const to = ((padding.top + y) * width + padding.left) * image.channels;
        target.set(source.subarray(y * row, (y + 1) * row), to);
      }
    }
    const reach = intOf(values, 'feathering', 40);
    const fades = reach > 0 && reach * 2 < image.height && reach * 2 < image.width;
    const mask = createMask(1, height, width, 1);
    for (let y = 0; y < image.height; y++) {
      for (let x = 0; x < image.width; x++) {
        const value = fades ? padFeather(x, y, image, padding, reach) : 0;
        mask.data[(padding.top + y) * width + padding.left + x] = value;
      }
    }
    return { outputs: [out, mask] };
  },
};
