import { TILE_BYTES, type Tile, makeTile } from './mask-grid';
import type { MaskMode } from './mask-stack';

/** A mask's tile at one place, and how it combines with those below. Null is zeros. */
export interface Ply {
  tile: Tile | null;
  mode: MaskMode;
}

/**
 * One place of the composite: masks from the bottom up. The same mask twice changes nothing, because masks
 * are united by the larger value and cut by the smaller one.
 * @param full the tile that stands for a fully painted one at this place.
 * @returns a tile of its own, one of those given where that is the outcome, or null. Not normalised.
 */
export function composeTile(plies: readonly Ply[], full: Tile): Tile | null {
  let below: Tile | null = null;
  let own = false;
  for (const { tile, mode } of plies) {
    if (mode === 'add') {
      if (tile === null || tile === below || below === full) {
        continue;
      }
      if (below === null || tile === full) {
        below = tile;
        own = false;
        continue;
      }
    } else if (below === null) {
      continue;
    } else if (mode === 'subtract') {
      if (tile === null) {
        continue;
      }
      if (tile === full) {
        below = null;
        continue;
      }
    } else if (tile === null) {
      below = null;
      continue;
    } else if (tile === full) {
      continue;
    } else if (below === full) {
      below = tile;
      own = false;
      continue;
    }
    const out: Tile = own ? below : makeTile();
    merge(below.data, tile.data, mode, out.data);
    below = out;
    own = true;
  }
  return below;
}

function merge(below: Uint8Array, above: Uint8Array, mode: MaskMode, out: Uint8Array): void {
  for (let i = 0; i < TILE_BYTES; i++) {
    const b = below[i] ?? 0;
    const a = mode === 'subtract' ? 255 - (above[i] ?? 0) : (above[i] ?? 0);
    out[i] = (mode === 'add') === b > a ? b : a;
  }
}

/**
 * The composite while a stroke is being painted on one of its masks: where the stroke changed the mask, the
 * composite follows by the larger or smaller value; elsewhere it is unchanged.
 * @param was the mask's tile before the stroke, `now` with it; null is zeros.
 * @param adds whether the mask adds to the composite (rather than subtracts).
 */
export function previewTile(base: Tile | null, was: Tile | null, now: Tile | null, adds: boolean): Tile {
  const out = makeTile();
  const to = out.data;
  const from = base?.data;
  for (let i = 0; i < TILE_BYTES; i++) {
    const before = was?.data[i] ?? 0;
    const after = now?.data[i] ?? 0;
    const value = from?.[i] ?? 0;
    if (before === after) {
      to[i] = value;
    } else {
      const wanted = adds ? after : 255 - after;
      to[i] = after > before === adds ? Math.max(value, wanted) : Math.min(value, wanted);
    }
  }
  return out;
}
