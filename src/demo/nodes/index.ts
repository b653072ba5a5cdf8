import type { NodeClass } from '../exec/node-types';
import { emptyImage, imageInvert } from './image-basic';
import {
  imageBatch,
  imageBlur,
  imageCompositeMasked,
  imagePadForOutpaint,
  joinImageWithAlpha,
  splitImageWithAlpha,
} from './image-combine';
import { getImageSize, imageCrop, imageScale, imageScaleBy } from './image-size';
import {
  cropMask,
  featherMaskNode,
  growMaskNode,
  invertMask,
  maskComposite,
  solidMask,
  thresholdMask,
} from './mask';
import {
  checkpointLoaderSimple,
  clipTextEncode,
  differentialDiffusion,
  imageOnlyCheckpointLoader,
  inpaintModelConditioning,
  videoLinearCfgGuidance,
} from './models';
import { previewAny, primitiveBoolean, primitiveFloat, primitiveInt, primitiveString } from './primitive';
import { kSampler } from './ksampler';
import { emptyLatentImage, setLatentNoiseMask, vaeDecode, vaeEncode, vaeEncodeForInpaint } from './latent';
import { loadImage, loadImageMask, loadImageOutput } from './load-image';
import { imageToMask, maskToImage } from './mask-image';
import { maskPreview, previewImage, saveImage } from './save-image';
import { svdConditioning, vhsVideoCombine } from './video';

const ALL: readonly NodeClass[] = [
  loadImage,
  loadImageMask,
  loadImageOutput,
  saveImage,
  previewImage,
  maskPreview,
  emptyImage,
  imageInvert,
  maskToImage,
  imageToMask,
  solidMask,
  invertMask,
  growMaskNode,
  featherMaskNode,
  thresholdMask,
  cropMask,
  maskComposite,
  imageScale,
  imageScaleBy,
  imageCrop,
  getImageSize,
  imageBlur,
  imageBatch,
  imageCompositeMasked,
  imagePadForOutpaint,
  joinImageWithAlpha,
  splitImageWithAlpha,
  primitiveInt,
  primitiveFloat,
  primitiveString,
  primitiveBoolean,
  previewAny,
  checkpointLoaderSimple,
  clipTextEncode,
  emptyLatentImage,
  vaeEncode,
  vaeDecode,
  vaeEncodeForInpaint,
  setLatentNoiseMask,
  inpaintModelConditioning,
  differentialDiffusion,
  kSampler,
  imageOnlyCheckpointLoader,
  videoLinearCfgGuidance,
  svdConditioning,
  vhsVideoCombine,
];

/** Every class of the engine by name. */
export function nodeClasses(): Map<string, NodeClass> {
  return new Map(ALL.map((nodeClass) => [nodeClass.name, nodeClass]));
}
