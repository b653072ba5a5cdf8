import type { NodeClass } from '../exec/node-types';
import { createImage } from '../pixels/tensor';
import { imageOf, int, intOf, MAX_RESOLUTION } from './inputs';

export const emptyImage: NodeClass = {
  name: 'EmptyImage',
  v3: false,
  displayName: 'Empty Image',
  category: 'image',
  inputs: () => ({
    required: {
      width: int(512, 1, MAX_RESOLUTION, { step: 1 }),
      height: int(512, 1, MAX_RESOLUTION, { step: 1 }),
      batch_size: int(1, 1, 4096),
      color: int(0, 0, 0xffffff, { step: 1, display: 'color' }),
    },
  }),
  returns: ['IMAGE'],
  run(values) {
    const color = intOf(values, 'color');
    const image = createImage(
      intOf(values, 'batch_size', 1),
      intOf(values, 'height'),
      intOf(values, 'width'),
      3,
    );
    const rgb = [(color >> 16) & 255, (color >> 8) & 255, color & 255].map((byte) => byte / 255);
    for (let at = 0; at < image.data.length; at += 3) {
      image.data.set(rgb, at);
    }
    return { outputs: [image] };
  },
};

export const imageInvert: NodeClass = {
  name: 'ImageInvert',
  v3: false,
  displayName: 'Invert Image Colors',
  category: 'image/color',
  essentials: 'Image Tools',
  searchAliases: ['reverse colors'],
  inputs: () => ({ required: { image: ['IMAGE'] } }),
  returns: ['IMAGE'],
  run(values) {
    const image = imageOf(values, 'image');
    return { outputs: [{ ...image, data: image.data.map((value) => 1 - value) }] };
  },
};
