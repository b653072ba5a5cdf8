import type { NodeLink } from '../comfy/graph';
import { withTransparency } from './alpha-graph';
import { type CutOut, pasteBack } from './area-graph';
import type { GraphBuilder } from './graph-builder';

/** Core classes that a layer over a transparent picture is built from, besides those of every recipe. */
export const LAYER_NODES: readonly string[] = ['InvertMask', 'ThresholdMask', 'PorterDuffImageComposite'];

/**
 * Lays something that is there, unlike a repaired picture, over the original: in a transparent picture it is seen,
 * and covers as much as `cover` says. Where that is 0 the canvas keeps every bit, its alpha too.
 * @param layer the new pixels, of the area's size.
 * @param cover how opaque they are, as a mask of the area's size, 1 = opaque.
 */
export function layOver(builder: GraphBuilder, cut: CutOut, layer: NodeLink, cover: NodeLink): NodeLink {
  const { canvas, size, transparency, area, pixels } = cut;
  if (!transparency) {
    return pasteBack(builder, { ...cut, composite: cover }, layer);
  }
  const isPart = area.width !== size.width || area.height !== size.height;
  const open = builder.add('InvertMask', { mask: cover });
  const mixed = builder.add('PorterDuffImageComposite', {
    source: layer,
    source_alpha: open,
    destination: pixels,
    destination_alpha: isPart ? builder.cropMask(transparency, area) : transparency,
    mode: 'SRC_OVER',
  });
  // What it leaves alone it multiplies and divides by its alpha, and so loses where that is 0.
  const touched = builder.add('ThresholdMask', { mask: cover, value: 0 });
  const pasted = builder.paste(canvas, mixed, area.x, area.y, touched);
  const clear = builder.combineMasks(transparency, open, 'multiply', area);
  return withTransparency(builder, pasted, clear, size);
}
