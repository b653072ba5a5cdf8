import type { StepTile } from './history';
import type { MaskDocument } from './mask-document';
import { MaskGrid } from './mask-grid';
import { PLANES, isPlane } from '../paint/planes';
import type { PastSource } from './past-thumbnails';

/**
 * The tiles of each mask of a document as they are now, by place, and those of the planes of its paint layer, where
 * anything is painted. They are shared: do not write into them.
 */
export function tilesOf(doc: MaskDocument): { id: string; tiles: StepTile[] }[] {
  const planes = PLANES.filter((plane) => !(doc.paintGrid(plane)?.empty ?? true));
  return [...doc.stack.masks.map(({ id }) => id), ...planes].map((id) => {
    const grid = doc.gridOf(id) ?? new MaskGrid(doc.width, doc.height);
    const tiles: StepTile[] = grid.snapshot();
    tiles.forEach((tile, index) => {
      if (tile !== null && tile === grid.fullTile(index)) {
        tiles[index] = 'full';
      }
    });
    return { id, tiles };
  });
}

/** A document as it is now, with its history, for `pastThumbnails`. */
export function pastSource(doc: MaskDocument): PastSource {
  const { width, height, stack } = doc;
  return {
    width,
    height,
    stack,
    masks: tilesOf(doc).filter(({ id }) => !isPlane(id)),
    history: doc.history.record(),
  };
}
