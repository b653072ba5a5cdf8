import type { NodeClass } from '../exec/node-types';
import { emptyImage, imageInvert } from './image-basic';
import { loadImage, loadImageMask, loadImageOutput } from './load-image';
import { imageToMask, maskToImage } from './mask-image';
import { maskPreview, previewImage, saveImage } from './save-image';

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
];

/** Every class of the engine by name. */
export function nodeClasses(): Map<string, NodeClass> {
  return new Map(ALL.map((nodeClass) => [nodeClass.name, nodeClass]));
}
