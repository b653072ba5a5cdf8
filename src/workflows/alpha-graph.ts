import { type FileRef, toAnnotated } from '../comfy/file-ref';
import type { NodeLink } from '../comfy/graph';
import type { GraphBuilder } from './graph-builder';
import type { PixelSize } from './recipe';

/**
 * Added to every alpha before it is saved, as a share of 1. Alpha travels as `1 - alpha` in single precision
 * and SaveImage truncates, so without it 95 of the 256 levels would come out one lower. A quarter
 * of a level survives truncating and rounding alike.
 */
const NUDGE = 0.001;

/**
 * Loads the transparency of a file as a mask of its size: 1 = clear. LoadImage's own MASK would not do:
 * servers up to 0.3 give it for RGBA and palette files only.
 */
export function loadTransparency(builder: GraphBuilder, file: FileRef): NodeLink {
  return builder.add('LoadImageMask', { image: toAnnotated(file), channel: 'alpha' });
}

/**
 * Gives a picture transparency, 1 = clear. All 256 levels of an alpha loaded by `loadTransparency` are saved
 * as they were.
 * @param size of picture and mask, px
 */
export function withTransparency(
  builder: GraphBuilder,
  image: NodeLink,
  transparency: NodeLink,
  size: PixelSize,
): NodeLink {
  const alpha = builder.combineMasks(transparency, builder.solidMask(NUDGE, size), 'subtract');
  return builder.add('JoinImageWithAlpha', { image, alpha });
}
