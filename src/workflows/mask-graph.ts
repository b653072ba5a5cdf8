import type { NodeLink } from '../comfy/graph';
import type { GraphBuilder } from './graph-builder';
import type { MaskEdge, PixelSize } from './recipe';

/** Wider feathers are made on a smaller picture, because ImageBlur costs the square of its radius. */
const DIRECT_RADIUS = 12;
/** Approximate width of a wide feather on the smaller picture, px. */
const SMALL_RADIUS = 8;
/** ImageBlur counts sigma in radii: at half a radius the fade is a Gaussian cut at two sigma. */
const SIGMA = 0.5;
/** Share of steps to four neighbours that makes an octagon, the roundest growth, of steps to four and eight. */
const DIAMOND_SHARE = 2 - Math.SQRT2;

/**
 * Makes a mask wider and softer. Beyond `grow + feather` px of the painted mask it stays exactly
 * 0. `size` is the mask's, in px.
 */
export function growAndFeather(
  builder: GraphBuilder,
  mask: NodeLink,
  size: PixelSize,
  { grow, feather }: MaskEdge,
): NodeLink {
  return featherMask(builder, growMask(builder, mask, Math.round(grow)), size, Math.round(feather));
}

function growMask(builder: GraphBuilder, mask: NodeLink, grow: number): NodeLink {
  const diamond = Math.round(Math.abs(grow) * DIAMOND_SHARE) * Math.sign(grow);
  const steps: [number, boolean][] = [
    [diamond, true],
    [grow - diamond, false],
  ];
  return steps.reduce(
    (link, [expand, tapered_corners]) =>
      expand === 0 ? link : builder.add('GrowMask', { mask: link, expand, tapered_corners }),
    mask,
  );
}

/** Fades a mask's outline over `feather` px to either side, and not a pixel further. */
export function featherMask(
  builder: GraphBuilder,
  mask: NodeLink,
  size: PixelSize,
  feather: number,
): NodeLink {
  const factor = feather <= DIRECT_RADIUS ? 1 : Math.ceil(feather / SMALL_RADIUS);
  const small = { width: Math.ceil(size.width / factor), height: Math.ceil(size.height / factor) };
  // Shrinking and enlarging each reach one small px further than the blur.
  const wanted = factor === 1 ? feather : Math.floor(feather / factor) - 2;
  // ImageBlur mirrors the picture beyond its edges, which fails when the radius reaches a side.
  const radius = Math.min(wanted, small.width - 1, small.height - 1);
  if (radius < 1) {
    return mask;
  }
  const image = builder.scale(builder.add('MaskToImage', { mask }), size, small, 'area');
  const blurred = builder.add('ImageBlur', { image, blur_radius: radius, sigma: SIGMA });
  const back = builder.scale(blurred, small, size, 'bilinear');
  return builder.add('ImageToMask', { image: back, channel: 'red' });
}
