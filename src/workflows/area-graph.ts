import { toAnnotated } from '../comfy/file-ref';
import { type ApiGraph, isLink, type NodeLink } from '../comfy/graph';
import { loadTransparency, withTransparency } from './alpha-graph';
import { type GraphBuilder, slot } from './graph-builder';
import { clipArea } from './inpaint-area';
import { growAndFeather } from './mask-graph';
import { canvasSize } from './outpaint';
import { extendPicture, marginMask, placeMask } from './outpaint-graph';
import type { AreaRect, MaskEdge, PaintedOver, PixelSize, RecipeInput, RecipeSource } from './recipe';

/** Core classes that cutting out, extending and pasting back are built from; all exist since 2023. */
export const AREA_NODES: readonly string[] = [
  'LoadImage',
  'LoadImageMask',
  'ImageCrop',
  'CropMask',
  'ImageScale',
  'ImageBlur',
  'GrowMask',
  'SolidMask',
  'MaskComposite',
  'MaskToImage',
  'ImageToMask',
  'ImagePadForOutpaint',
  'ImageCompositeMasked',
  'JoinImageWithAlpha',
  'SaveImage',
];

/** A picture with the part to be worked on cut out of it. */
export interface CutOut {
  /** The whole canvas: the original, bit for bit, extended if requested. */
  canvas: NodeLink;
  /** Of the canvas, px. */
  size: PixelSize;
  /** What is clear in the canvas, as a mask of its size; `null` when the picture is opaque. */
  transparency: NodeLink | null;
  /** The part, in px of the canvas. */
  area: AreaRect;
  /** The part's pixels, with what was painted over them. */
  pixels: NodeLink;
  /** Where the model repaints, of the part's size. */
  denoise: NodeLink;
  /** Where the result covers the original, of the part's size. */
  composite: NodeLink;
}

/**
 * Loads picture and mask, extends the picture, cuts out the area, and shapes both masks. The picture may be the
 * result of a graph that has repainted another part.
 */
export function cutOut(builder: GraphBuilder, input: RecipeInput): CutOut {
  const source = loadSource(builder, input.source);
  const size = canvasSize(input, input.extend);
  const area = clipArea(input.area ?? { x: 0, y: 0, ...size }, size);
  const isPart = area.width !== size.width || area.height !== size.height;
  const before = input.after ? takeResult(builder, input.after) : source.image;
  const extended = (picture: NodeLink): NodeLink =>
    input.extend ? extendPicture(builder, picture, input, input.extend) : picture;
  const image = extended(before);
  // The model starts from the paint; what it makes is put over the picture without it.
  const { paint } = input.source;
  const start = paint ? extended(paintOver(builder, before, paint)) : image;
  const painted = input.extend ? placeMask(builder, source.mask, size, input.extend) : source.mask;
  const mask = isPart ? builder.cropMask(painted, area) : painted;
  const margin = input.extend ? marginMask(builder, input, input.extend, isPart ? area : null) : null;
  const shape = (edge: MaskEdge): NodeLink => {
    const shaped = growAndFeather(builder, mask, area, edge);
    return margin ? builder.combineMasks(shaped, margin, 'add') : shaped;
  };
  const composite = shape(input.compositeMask);
  const clear = source.transparency;
  // What is made beyond the sides is opaque, and the seam fades to that as its colours do.
  const transparency =
    clear && input.extend && margin
      ? builder.combineMasks(placeMask(builder, clear, size, input.extend), margin, 'subtract', area)
      : clear;
  return {
    canvas: image,
    size,
    transparency,
    area,
    pixels: isPart ? builder.crop(start, area) : start,
    composite,
    denoise: sameEdge(input.denoiseMask, input.compositeMask) ? composite : shape(input.denoiseMask),
  };
}

/**
 * Puts the result, of the area's size, back: where the compositing mask is 0 the canvas keeps every bit. Alpha
 * is the original's everywhere.
 */
export function pasteBack(builder: GraphBuilder, cut: CutOut, result: NodeLink): NodeLink {
  const pasted = builder.paste(cut.canvas, result, cut.area.x, cut.area.y, cut.composite);
  return cut.transparency ? withTransparency(builder, pasted, cut.transparency, cut.size) : pasted;
}

/** A picture with paint over it. */
function paintOver(builder: GraphBuilder, picture: NodeLink, { file, box }: PaintedOver): NodeLink {
  const layer = builder.add('LoadImage', { image: toAnnotated(file) });
  // LoadImage tells what is clear, not what is opaque.
  const opaque = builder.combineMasks(builder.solidMask(1, box), slot(layer, 1), 'subtract');
  return builder.paste(picture, layer, box.x, box.y, opaque);
}

/** Takes over what a recipe's graph would save, not yet joined with the transparency. */
function takeResult(builder: GraphBuilder, graph: ApiGraph): NodeLink {
  const saved = Object.values(graph).find(({ class_type }) => class_type === 'SaveImage')?.inputs['images'];
  const joined = isLink(saved) ? graph[saved[0]] : undefined;
  const result = joined?.class_type === 'JoinImageWithAlpha' ? joined.inputs['image'] : saved;
  if (!isLink(result)) {
    throw new RangeError('the graph to go on from saves no picture');
  }
  return builder.include(graph, result);
}

/** A source as a graph has it. */
export interface LoadedSource {
  image: NodeLink;
  mask: NodeLink;
  transparency: NodeLink | null;
}

/** Loads what a source names, and nothing for the transparency of an opaque picture. */
export function loadSource(builder: GraphBuilder, source: RecipeSource): LoadedSource {
  const transparency = source.alpha ? loadTransparency(builder, source.alpha) : null;
  if (source.kind === 'masked') {
    const image = builder.add('LoadImage', { image: toAnnotated(source.ref) });
    return { image, mask: slot(image, 1), transparency };
  }
  return {
    image: builder.add('LoadImage', { image: toAnnotated(source.image) }),
    mask: builder.add('LoadImageMask', { image: toAnnotated(source.mask), channel: 'alpha' }),
    transparency,
  };
}

function sameEdge(a: MaskEdge, b: MaskEdge): boolean {
  return a.grow === b.grow && a.feather === b.feather;
}
