import type { EraTraits } from '../era';
import type { NodeClass } from '../exec/node-types';
import { imageBlend, imageRgbToYuv, imageSharpen, imageYuvToRgb } from './image-adjust';
import { emptyImage, imageInvert } from './image-basic';
import {
  imageBatch,
  imageBlur,
  imageCompositeMasked,
  imagePadForOutpaint,
  joinImageWithAlpha,
  splitImageWithAlpha,
} from './image-combine';
import { getImageSize, imageCrop, imageScale, imageScaleBy, resizeAndPadImage } from './image-size';
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
import { conditioningZeroOut, fluxGuidance, referenceLatent } from './conditioning';
import {
  basicGuider,
  basicScheduler,
  cfgGuider,
  disableNoise,
  kSamplerSelect,
  randomNoise,
  samplerCustom,
  samplerCustomAdvanced,
  splitSigmas,
  splitSigmasDenoise,
} from './custom-sampling';
import { loadMediaPipeFaceLandmarker, mediaPipeFaceLandmarker, mediaPipeFaceMask } from './face';
import { kSampler, kSamplerAdvanced } from './ksampler';
import {
  emptyLatentImage,
  emptySd3LatentImage,
  setLatentNoiseMask,
  vaeDecode,
  vaeEncode,
  vaeEncodeForInpaint,
} from './latent';
import {
  clipLoader,
  dualClipLoader,
  loraLoader,
  loraLoaderModelOnly,
  modelSamplingAuraFlow,
  unetLoader,
  vaeLoader,
} from './loaders';
import { loadImage, loadImageMask, loadImageOutput } from './load-image';
import { imageToMask, maskToImage } from './mask-image';
import { porterDuffImageComposite } from './porter-duff';
import { maskPreview, previewImage, saveImage } from './save-image';
import { loadBackgroundRemovalModel, primitiveBoundingBox, removeBackground, sam3Detect } from './selection';
import { imageUpscaleWithModel, upscaleModelLoader } from './upscale';
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
  porterDuffImageComposite,
  imageBlend,
  imageSharpen,
  imageRgbToYuv,
  imageYuvToRgb,
  resizeAndPadImage,
  upscaleModelLoader,
  imageUpscaleWithModel,
  primitiveInt,
  primitiveFloat,
  primitiveString,
  primitiveBoolean,
  primitiveBoundingBox,
  sam3Detect,
  loadBackgroundRemovalModel,
  removeBackground,
  loadMediaPipeFaceLandmarker,
  mediaPipeFaceLandmarker,
  mediaPipeFaceMask,
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
  kSamplerAdvanced,
  samplerCustom,
  samplerCustomAdvanced,
  randomNoise,
  disableNoise,
  kSamplerSelect,
  basicScheduler,
  splitSigmas,
  splitSigmasDenoise,
  basicGuider,
  cfgGuider,
  unetLoader,
  clipLoader,
  dualClipLoader,
  vaeLoader,
  loraLoader,
  loraLoaderModelOnly,
  modelSamplingAuraFlow,
  emptySd3LatentImage,
  conditioningZeroOut,
  referenceLatent,
  fluxGuidance,
  imageOnlyCheckpointLoader,
  videoLinearCfgGuidance,
  svdConditioning,
  vhsVideoCombine,
];

const FINDING = new Set([
  loadBackgroundRemovalModel,
  loadMediaPipeFaceLandmarker,
  mediaPipeFaceLandmarker,
  mediaPipeFaceMask,
  primitiveBoundingBox,
  removeBackground,
  sam3Detect,
]);

/** Every class of the engine by name, in an era. */
export function nodeClasses({ findsObjects }: EraTraits): Map<string, NodeClass> {
  const there = ALL.filter((nodeClass) => findsObjects || !FINDING.has(nodeClass));
  return new Map(there.map((nodeClass) => [nodeClass.name, nodeClass]));
}
