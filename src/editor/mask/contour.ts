import { Grower } from './distance';
import { type MaskGrid, TILE_BYTES, type Tile, type TileChange, makeTile, sameTile } from './mask-grid';

/**
 * The changes that leave a mask's contour alone: a border of so many px, half of it outside and half inside the edge.
 * Soft edges stay soft. Where the mask reaches the picture's edge there is no contour.
 * @param px width of the border, above 0; fractions count.
 */
export function contourTiles(grid: MaskGrid, px: number): TileChange[] {
  const outer = new Grower(px / 2);
  const inner = new Grower(-px / 2);
  const changes: TileChange[] = [];
  for (let index = 0; index < grid.length; index++) {
    const tile = grid.normal(index, ringTile(outer.tile(grid, index), inner.tile(grid, index)));
    if (!sameTile(grid.tile(index), tile)) {
      changes.push({ index, tile });
    }
  }
  return changes;
}

/** What the wider tile has and the narrower one does not. */
function ringTile(wide: Tile | null, narrow: Tile | null): Tile | null {
  if (!wide || !narrow) {
    return wide;
  }
  const data = new Uint8Array(TILE_BYTES);
  for (let i = 0; i < TILE_BYTES; i++) {
    data[i] = Math.min(wide.data[i] ?? 0, 255 - (narrow.data[i] ?? 0));
  }
  return makeTile(data);
}
