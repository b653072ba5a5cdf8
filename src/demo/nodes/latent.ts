import type { LatentValue, NodeClass } from '../exec/node-types';
import { fitChannels } from '../pixels/composite';
import { dilateSquare } from '../pixels/morphology';
import { cropImage, scaleMask } from '../pixels/resize';
import { createImage, frame, type ImageTensor, type MaskTensor } from '../pixels/tensor';
import type { Pace } from '../pixels/pace';
import { PythonError } from '../python/errors';
import { imageOf, int, intOf, latentOf, maskOf, MAX_RESOLUTION, modelOf } from './inputs';

/** VAEs produce pictures in multiples of this many px, and so does the demo. */
const VAE_FACTOR = 8;

/** The centre of a picture, its sides cropped to multiples of eight, as VAEs do. */
export function cropForVae(image: ImageTensor): ImageTensor {
  const width = image.width - (image.width % VAE_FACTOR);
  const height = image.height - (image.height % VAE_FACTOR);
  if (width === image.width && height === image.height) {
    return image;
  }
  const x = (image.width % VAE_FACTOR) >> 1;
  const y = (image.height % VAE_FACTOR) >> 1;
  return cropImage(image, x, y, width, height);
}

/** As `cropForVae`, for the mask that belongs to the picture. */
export function cropMaskForVae(mask: MaskTensor): MaskTensor {
  const { width, height, data } = cropForVae({ ...mask, kind: 'image', channels: 1 });
  return { ...mask, width, height, data };
}

/** The demo's latents are pixels, so that decoding loses nothing. */
export function encodeImage(image: ImageTensor): LatentValue {
  if (image.width < VAE_FACTOR || image.height < VAE_FACTOR) {
    throw new PythonError('RuntimeError', `the image is too small to encode: ${image.width}x${image.height}`);
  }
  return { kind: 'latent', samples: fitChannels(cropForVae(image), 3), empty: false };
}

/** Grey where the mask, rounded, is set. */
export function greyOut(image: ImageTensor, mask: MaskTensor): ImageTensor {
  const out = { ...image, data: image.data.slice() };
  for (let index = 0; index < image.batch; index++) {
    const shares = frame(mask, index % mask.batch);
    const pixels = frame(out, index);
    for (let at = 0; at < shares.length; at++) {
      if ((shares[at] ?? 0) > 0.5) {
        pixels.fill(0.5, at * image.channels, (at + 1) * image.channels);
      }
    }
  }
  return out;
}

/** The mask scaled to the pixels and cropped as the VAE crops them. */
export async function fitMask(mask: MaskTensor, image: ImageTensor, pace: Pace): Promise<MaskTensor> {
  return cropMaskForVae(await scaleMask(mask, image.width, image.height, pace));
}

export const emptyLatentImage: NodeClass = {
  name: 'EmptyLatentImage',
  v3: false,
  displayName: 'Empty Latent Image',
  description: 'Create a new batch of empty latent images to be denoised via sampling.',
  category: 'model/latent',
  searchAliases: ['empty', 'empty latent', 'new latent', 'create latent', 'blank latent', 'blank'],
  inputs: () => ({
    required: {
      width: int(512, 16, MAX_RESOLUTION, { step: 8, tooltip: 'The width of the latent images in pixels.' }),
      height: int(512, 16, MAX_RESOLUTION, {
        step: 8,
        tooltip: 'The height of the latent images in pixels.',
      }),
      batch_size: int(1, 1, 4096, { tooltip: 'The number of latent images in the batch.' }),
    },
  }),
  returns: ['LATENT'],
  outputTooltips: ['The empty latent image batch.'],
  run(values) {
    const width = intOf(values, 'width') & ~(VAE_FACTOR - 1);
    const height = intOf(values, 'height') & ~(VAE_FACTOR - 1);
    const samples = createImage(intOf(values, 'batch_size', 1), height, width, 3);
    return { outputs: [{ kind: 'latent', samples, empty: true } satisfies LatentValue] };
  },
};

export const emptySd3LatentImage: NodeClass = {
  ...emptyLatentImage,
  name: 'EmptySD3LatentImage',
  pythonModule: 'comfy_extras.nodes_sd3',
  v3: 2025,
  displayName: 'EmptySD3LatentImage',
  description: '',
  category: 'model/latent/stable diffusion',
  searchAliases: [],
  inputs: () => ({
    required: {
      width: int(1024, 16, MAX_RESOLUTION, { step: 16 }),
      height: int(1024, 16, MAX_RESOLUTION, { step: 16 }),
      batch_size: int(1, 1, 4096),
    },
  }),
  outputTooltips: undefined,
};

export const vaeEncode: NodeClass = {
  name: 'VAEEncode',
  v3: false,
  displayName: 'VAE Encode',
  category: 'model/latent',
  searchAliases: ['encode', 'encode image', 'image to latent'],
  inputs: () => ({ required: { pixels: ['IMAGE'], vae: ['VAE'] } }),
  returns: ['LATENT'],
  run(values) {
    modelOf(values, 'vae', 'vae');
    return { outputs: [encodeImage(imageOf(values, 'pixels'))] };
  },
};

export const vaeDecode: NodeClass = {
  name: 'VAEDecode',
  v3: false,
  displayName: 'VAE Decode',
  description: 'Decodes latent images back into pixel space images. In the demo engine latents are pixels.',
  category: 'model/latent',
  searchAliases: ['decode', 'decode latent', 'latent to image', 'render latent'],
  inputs: () => ({
    required: {
      samples: ['LATENT', { tooltip: 'The latent to be decoded.' }],
      vae: ['VAE', { tooltip: 'The VAE model used for decoding the latent.' }],
    },
  }),
  returns: ['IMAGE'],
  outputTooltips: ['The decoded image.'],
  run(values) {
    modelOf(values, 'vae', 'vae');
    return { outputs: [latentOf(values, 'samples').samples] };
  },
};

export const vaeEncodeForInpaint: NodeClass = {
  name: 'VAEEncodeForInpaint',
  v3: false,
  displayName: 'VAE Encode (for Inpainting)',
  category: 'model/latent',
  inputs: () => ({
    required: { pixels: ['IMAGE'], vae: ['VAE'], mask: ['MASK'], grow_mask_by: int(6, 0, 64, { step: 1 }) },
  }),
  returns: ['LATENT'],
  async run(values, context) {
    modelOf(values, 'vae', 'vae');
    const pixels = imageOf(values, 'pixels');
    const mask = await fitMask(maskOf(values, 'mask'), pixels, context.pace);
    const grow = intOf(values, 'grow_mask_by', 6);
    const grown = await dilateSquare(mask, Math.max(1, grow), context.pace);
    const latent = encodeImage(pixels);
    return { outputs: [{ ...latent, samples: greyOut(latent.samples, mask), noiseMask: grown }] };
  },
};

export const setLatentNoiseMask: NodeClass = {
  name: 'SetLatentNoiseMask',
  v3: false,
  displayName: 'Set Latent Noise Mask',
  category: 'model/latent',
  inputs: () => ({ required: { samples: ['LATENT'], mask: ['MASK'] } }),
  returns: ['LATENT'],
  run: (values) => ({
    outputs: [{ ...latentOf(values, 'samples'), noiseMask: maskOf(values, 'mask') }],
  }),
};
