import type { NodeLink } from '../comfy/graph';
import type { GraphBuilder } from './graph-builder';
import { featherMask } from './mask-graph';
import { canvasSize } from './outpaint';
import type { AreaRect, Extension, PixelSize } from './recipe';

/** px of the picture's rim that are stretched over the new part, to give the model colours to start from. */
const RIM = 8;

/** Extends a picture: its pixels stay as they are, the new part is its rim, stretched. */
export function extendPicture(
  builder: GraphBuilder,
  image: NodeLink,
  size: PixelSize,
  extension: Extension,
): NodeLink {
  const { left, top, right, bottom } = extension;
  const { width, height } = size;
  const canvas = canvasSize(size, extension);
  const padded = builder.add('ImagePadForOutpaint', { image, left, top, right, bottom, feathering: 0 });
  const stretch = (whole: NodeLink, from: AreaRect, to: AreaRect): NodeLink =>
    to.width * to.height === 0
      ? whole
      : builder.paste(whole, builder.scale(builder.crop(whole, from), from, to, 'bilinear'), to.x, to.y);
  const [across, down] = [Math.min(RIM, width), Math.min(RIM, height)];
  // Above and below come last and include the new corners.
  return [
    [
      { x: left, y: top, width: across, height },
      { x: 0, y: top, width: left, height },
    ],
    [
      { x: left + width - across, y: top, width: across, height },
      { x: left + width, y: top, width: right, height },
    ],
    [
      { x: 0, y: top, width: canvas.width, height: down },
      { x: 0, y: 0, width: canvas.width, height: top },
    ],
    [
      { x: 0, y: top + height - down, width: canvas.width, height: down },
      { x: 0, y: top + height, width: canvas.width, height: bottom },
    ],
  ].reduce((whole, [from, to]) => stretch(whole, from as AreaRect, to as AreaRect), padded);
}

/** Places the picture's mask where the picture is on the canvas. */
export function placeMask(
  builder: GraphBuilder,
  mask: NodeLink,
  canvas: PixelSize,
  { left, top }: Extension,
): NodeLink {
  return builder.combineMasks(builder.solidMask(0, canvas), mask, 'add', { x: left, y: top });
}

/**
 * Adds the mask of the new part, or the part of it within `area`: 1 beyond the picture's sides, fading to 0
 * over the overlap within it, exactly 0 further in.
 */
export function marginMask(
  builder: GraphBuilder,
  size: PixelSize,
  extension: Extension,
  area: AreaRect | null,
): NodeLink {
  const canvas = canvasSize(size, extension);
  const overlap = Math.max(0, Math.round(extension.overlap));
  const inset = (by: number): number => (by > 0 ? Math.ceil(overlap / 2) : 0);
  const kept = {
    width: Math.max(1, size.width - inset(extension.left) - inset(extension.right)),
    height: Math.max(1, size.height - inset(extension.top) - inset(extension.bottom)),
  };
  const at = {
    x: extension.left + Math.min(inset(extension.left), size.width - 1),
    y: extension.top + Math.min(inset(extension.top), size.height - 1),
  };
  const hard = builder.combineMasks(builder.solidMask(1, canvas), builder.solidMask(1, kept), 'subtract', at);
  const cut = area ? builder.cropMask(hard, area) : hard;
  return featherMask(builder, cut, area ?? canvas, Math.floor(overlap / 2));
}
