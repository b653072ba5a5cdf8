import type { NodeClass } from '../exec/node-types';
import { createImage, type ImageTensor, type MaskTensor } from '../pixels/tensor';
import { PythonError } from '../python/errors';
import { combo, imageOf, maskOf, textOf } from './inputs';
import { channelMask } from './load-image';

/** A mask as a grey RGB picture. */
export function maskAsImage(mask: MaskTensor): ImageTensor {
  const image = createImage(mask.batch, mask.height, mask.width, 3);
  for (let at = 0; at < mask.data.length; at++) {
    image.data.fill(mask.data[at] ?? 0, at * 3, at * 3 + 3);
  }
  return image;
}

export const maskToImage: NodeClass = {
  name: 'MaskToImage',
  pythonModule: 'comfy_extras.nodes_mask',
  v3: 2026,
  displayName: 'Convert Mask to Image',
  category: 'image/mask',
  searchAliases: ['convert mask'],
  inputs: () => ({ required: { mask: ['MASK', {}] } }),
  returns: ['IMAGE'],
  run: (values) => ({ outputs: [maskAsImage(maskOf(values, 'mask'))] }),
};

const CHANNELS = ['red', 'green', 'blue', 'alpha'];

export const imageToMask: NodeClass = {
  name: 'ImageToMask',
  pythonModule: 'comfy_extras.nodes_mask',
  v3: 2026,
  displayName: 'Convert Image to Mask',
  category: 'image/mask',
  searchAliases: ['extract channel', 'channel to mask'],
  inputs: () => ({ required: { image: ['IMAGE', {}], channel: combo(CHANNELS) } }),
  returns: ['MASK'],
  run(values) {
    const image = imageOf(values, 'image');
    const channel = CHANNELS.indexOf(textOf(values, 'channel'));
    if (channel >= image.channels) {
      throw new PythonError(
        'IndexError',
        `index ${channel} is out of bounds for dimension 3 with size ${image.channels}`,
      );
    }
    return { outputs: [channelMask(image, channel)] };
  },
};
