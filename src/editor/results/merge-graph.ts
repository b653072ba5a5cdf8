import { type FileRef, toAnnotated } from '../../comfy/file-ref';
import type { ApiGraph, NodeLink } from '../../comfy/graph';
import { loadTransparency, withTransparency } from '../../workflows/alpha-graph';
import { loadSource } from '../../workflows/area-graph';
import { GraphBuilder } from '../../workflows/graph-builder';
import type { PixelSize, RecipeSource } from '../../workflows/recipe';

/**
 * Puts a result over the original inside the mask, with core nodes only: outside the mask the original stays
 * bit for bit, its transparency included. Both have the same size, in px.
 */
export function mergeGraph(source: RecipeSource, result: FileRef, size: PixelSize): ApiGraph {
  const builder = new GraphBuilder();
  const { image, mask, transparency } = loadSource(builder, source);
  const above = builder.add('LoadImage', { image: toAnnotated(result) });
  const merged = builder.paste(image, above, 0, 0, mask);
  const images = transparency
    ? withTransparency(builder, merged, mergedTransparency(builder, transparency, result, mask, size), size)
    : merged;
  builder.add('SaveImage', { images, filename_prefix: 'Darkroom/merge' });
  return builder.graph;
}

/** The original's transparency outside the mask, the result's inside. */
function mergedTransparency(
  builder: GraphBuilder,
  original: NodeLink,
  result: FileRef,
  mask: NodeLink,
  size: PixelSize,
): NodeLink {
  // Of an opaque file, LoadImageMask gives 64 × 64 px of nothing (API reference 7.2).
  const above = builder.combineMasks(builder.solidMask(0, size), loadTransparency(builder, result), 'add');
  const asImage = (link: NodeLink): NodeLink => builder.add('MaskToImage', { mask: link });
  const image = builder.paste(asImage(original), asImage(above), 0, 0, mask);
  return builder.add('ImageToMask', { image, channel: 'red' });
}
