import { type FileRef, toAnnotated } from '../../comfy/file-ref';
import type { ApiGraph, NodeLink } from '../../comfy/graph';
import type { RecipeSource } from '../../workflows/recipe';

/**
 * Puts a result over the original inside the mask, with core nodes only: outside the mask the original stays
 * bit for bit. Both have the same size.
 */
export function mergeGraph(source: RecipeSource, result: FileRef): ApiGraph {
  const apart = source.kind === 'apart';
  const mask: NodeLink = apart ? ['2', 0] : ['1', 1];
  return {
    '1': {
      class_type: 'LoadImage',
      inputs: { image: toAnnotated(apart ? source.image : source.ref) },
    },
    ...(apart
      ? {
          '2': {
            class_type: 'LoadImageMask',
            // The alpha channel comes out as 1 − alpha, as from LoadImage (API reference 7.1).
            inputs: { image: toAnnotated(source.mask), channel: 'alpha' },
          },
        }
      : {}),
    '3': { class_type: 'LoadImage', inputs: { image: toAnnotated(result) } },
    '4': {
      class_type: 'ImageCompositeMasked',
      inputs: { destination: ['1', 0], source: ['3', 0], x: 0, y: 0, resize_source: false, mask },
    },
    '5': { class_type: 'SaveImage', inputs: { images: ['4', 0], filename_prefix: 'Darkroom/merge' } },
  };
}
