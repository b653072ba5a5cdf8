import { type MaskGrid, TILE, type Tile } from './mask-grid';

/** Places of all tiles that have pixels within `px` of the tile at `index`, including itself, in order. */
export function placesAround(grid: MaskGrid, index: number, px: number): number[] {
  const tiles = Math.ceil(px / TILE);
  const column = index % grid.columns;
  const row = (index - column) / grid.columns;
  const places: number[] = [];
  for (let y = Math.max(0, row - tiles); y <= Math.min(grid.rows - 1, row + tiles); y++) {
    for (let x = Math.max(0, column - tiles); x <= Math.min(grid.columns - 1, column + tiles); x++) {
      places.push(y * grid.columns + x);
    }
  }
  return places;
}

/**
 * The one tile that all these places hold: null when all are empty, the full tile of `index` when all are
 * fully painted, undefined when they differ or hold anything else.
 */
export function flatTile(grid: MaskGrid, index: number, places: readonly number[]): Tile | null | undefined {
  const full = grid.isFull(index);
  if (!full && grid.tile(index)) {
    return undefined;
  }
  for (const place of places) {
    if (full ? !grid.isFull(place) : grid.tile(place) !== null) {
      return undefined;
    }
  }
  return grid.tile(index);
}

/** All places of a grid. */
export function allPlaces(grid: MaskGrid): number[] {
  return Array.from({ length: grid.length }, (_, index) => index);
}
