import type { NodeClass } from '../exec/node-types';
import {
  cropImage,
  cropToAspect,
  pythonRound,
  SCALE_METHODS,
  scaleImage,
  type ScaleMethod,
} from '../pixels/resize';
import { createImage, frame, type ImageTensor } from '../pixels/tensor';
import type { Pace } from '../pixels/pace';
import { PythonError } from '../python/errors';
import { combo, float, floatOf, imageOf, int, intOf, MAX_RESOLUTION, pixels, textOf } from './inputs';

async function scaleTo(
  image: ImageTensor,
  width: number,
  height: number,
  method: string,
  pace: Pace,
): Promise<ImageTensor> {
  if (width < 1 || height < 1) {
    throw new PythonError(
      'RuntimeError',
      `Input and output sizes should be greater than 0, but got input (H: ${image.height}, W: ${image.width}) output (H: ${height}, W: ${width})`,
    );
  }
  return scaleImage(image, width, height, method as ScaleMethod, pace);
}

export const imageScale: NodeClass = {
  name: 'ImageScale',
  v3: false,
  displayName: 'Upscale Image',
  category: 'image/upscaling',
  essentials: 'Image Tools',
  searchAliases: ['resize', 'resize image', 'scale image', 'image resize', 'zoom', 'zoom in', 'change size'],
  inputs: () => ({
    required: {
      image: ['IMAGE'],
      upscale_method: [SCALE_METHODS],
      width: int(512, 0, MAX_RESOLUTION, { step: 1 }),
      height: int(512, 0, MAX_RESOLUTION, { step: 1 }),
      crop: [['disabled', 'center']],
    },
  }),
  returns: ['IMAGE'],
  async run(values, context) {
    const image = imageOf(values, 'image');
    let width = intOf(values, 'width');
    let height = intOf(values, 'height');
    if (width === 0 && height === 0) {
      return { outputs: [image] };
    }
    // A side of 0 follows the other.
    width ||= Math.max(1, pythonRound((image.width * height) / image.height));
    height ||= Math.max(1, pythonRound((image.height * width) / image.width));
    const cut = textOf(values, 'crop') === 'center' ? cropToAspect(image, width, height) : image;
    return { outputs: [await scaleTo(cut, width, height, textOf(values, 'upscale_method'), context.pace)] };
  },
};

export const imageScaleBy: NodeClass = {
  name: 'ImageScaleBy',
  v3: false,
  displayName: 'Upscale Image By',
  category: 'image/upscaling',
  essentials: 'Image Tools',
  inputs: () => ({
    required: { image: ['IMAGE'], upscale_method: [SCALE_METHODS], scale_by: float(1, 0.01, 8, 0.01) },
  }),
  returns: ['IMAGE'],
  async run(values, context) {
    const image = imageOf(values, 'image');
    const factor = floatOf(values, 'scale_by', 1);
    const width = pythonRound(image.width * factor);
    const height = pythonRound(image.height * factor);
    return { outputs: [await scaleTo(image, width, height, textOf(values, 'upscale_method'), context.pace)] };
  },
};

export const imageCrop: NodeClass = {
  name: 'ImageCrop',
  pythonModule: 'comfy_extras.nodes_images',
  v3: 2026,
  displayName: 'Crop Image (DEPRECATED)',
  category: 'image/transform',
  deprecated: true,
  essentials: 'Image Tools',
  searchAliases: ['trim'],
  inputs: () => ({
    required: {
      image: ['IMAGE', {}],
      width: pixels(512, 1),
      height: pixels(512, 1),
      x: pixels(0),
      y: pixels(0),
    },
  }),
  returns: ['IMAGE'],
  run(values) {
    const image = imageOf(values, 'image');
    const x = Math.min(intOf(values, 'x'), image.width - 1);
    const y = Math.min(intOf(values, 'y'), image.height - 1);
    return { outputs: [cropImage(image, x, y, intOf(values, 'width'), intOf(values, 'height'))] };
  },
};

export const getImageSize: NodeClass = {
  name: 'GetImageSize',
  pythonModule: 'comfy_extras.nodes_images',
  v3: 2026,
  displayName: 'Get Image Size',
  description: 'Returns width and height of the image, and passes it through unchanged.',
  category: 'image',
  searchAliases: ['dimensions', 'resolution', 'image info'],
  inputs: () => ({ required: { image: ['IMAGE', {}] }, hidden: { unique_id: 'UNIQUE_ID' } }),
  returns: ['INT', 'INT', 'INT'],
  returnNames: ['width', 'height', 'batch_size'],
  run(values, context) {
    const { width, height, batch } = imageOf(values, 'image');
    context.sendText(`width: ${width}, height: ${height}\n batch size: ${batch}`);
    return { outputs: [width, height, batch] };
  },
};

export const resizeAndPadImage: NodeClass = {
  name: 'ResizeAndPadImage',
  pythonModule: 'comfy_extras.nodes_images',
  v3: 2026,
  displayName: 'Resize And Pad Image',
  category: 'image/transform',
  searchAliases: ['fit to size'],
  inputs: () => ({
    required: {
      image: ['IMAGE', {}],
      target_width: pixels(512, 1),
      target_height: pixels(512, 1),
      padding_color: combo(['white', 'black'], { advanced: true }),
      interpolation: combo(['area', 'bicubic', 'nearest-exact', 'bilinear', 'lanczos'], { advanced: true }),
    },
  }),
  returns: ['IMAGE'],
  async run(values, context) {
    const image = imageOf(values, 'image');
    const [width, height] = [intOf(values, 'target_width'), intOf(values, 'target_height')];
    const factor = Math.min(width / image.width, height / image.height);
    const [wide, high] = [Math.trunc(image.width * factor), Math.trunc(image.height * factor)];
    const scaled = await scaleTo(image, wide, high, textOf(values, 'interpolation'), context.pace);
    const out = createImage(image.batch, height, width, image.channels);
    out.data.fill(textOf(values, 'padding_color') === 'black' ? 0 : 1);
    const [left, top] = [Math.floor((width - wide) / 2), Math.floor((height - high) / 2)];
    const row = wide * image.channels;
    for (let index = 0; index < image.batch; index++) {
      const [from, to] = [frame(scaled, index), frame(out, index)];
      for (let y = 0; y < high; y++) {
        to.set(from.subarray(y * row, (y + 1) * row), ((top + y) * width + left) * image.channels);
      }
    }
    return { outputs: [out] };
  },
};
