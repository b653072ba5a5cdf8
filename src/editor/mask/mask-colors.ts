import { type MaskGrid, TILE } from './mask-grid';
import type { MaskStack } from './mask-stack';
import type { PixelRect } from './rect';

/** A mask as the overlay tells it from others. */
export interface MaskLayer {
  readonly id: string;
  /** `#rrggbb`. */
  readonly color: string;
}

/** The colours the composite of all masks is shown in. */
export interface MaskColors {
  /** Where no layer is, and everywhere when there are none, `#rrggbb`. */
  readonly base: string;
  /** Masks of different colours, bottom first; empty when one colour does for all. */
  readonly layers: readonly MaskLayer[];
}

/**
 * The colours of what is shown. Only masks that add something show; others take away from them.
 * @param preset of masks without a colour of their own, `#rrggbb`.
 */
export function maskColors({ masks, active }: MaskStack, preset: string): MaskColors {
  const layers = masks
    .filter(({ visible, mode }) => visible && mode === 'add')
    .map(({ id, color }) => ({ id, color: color ?? preset }));
  const alike = new Set(layers.map(({ color }) => color)).size <= 1;
  // What is being painted belongs to no layer before the stroke ends.
  const base = layers.find(({ id }) => id === active) ?? layers.at(-1);
  return { base: base?.color ?? preset, layers: alike ? [] : layers };
}

/** The first colour that no mask has; undefined when all are taken, so that it is the preset. */
export function freeColor(
  { masks }: MaskStack,
  preset: string,
  choices: readonly string[],
): string | undefined {
  const taken = new Set(masks.map(({ color }) => color ?? preset));
  return choices.find((color) => !taken.has(color));
}

/**
 * Which layer each px of a tile of a halved level belongs to: the topmost that is painted in the middle of what the px
 * stands for.
 * @param grids of the layers, bottom first.
 * @param at the tile's corner in its level, px.
 * @param part px of the tile to find out.
 * @param owners one number for each px of the tile: 0 for none, else its place in `grids` + 1.
 */
export function findOwners(
  grids: readonly (MaskGrid | null)[],
  level: number,
  at: { x: number; y: number },
  part: PixelRect,
  owners: Uint8Array,
): void {
  for (let y = part.y0; y < part.y1; y++) {
    owners.fill(0, y * TILE + part.x0, y * TILE + part.x1);
  }
  grids.forEach((grid, layer) => {
    if (grid) {
      own(grid, level, at, part, layer + 1, owners);
    }
  });
}

function own(
  grid: MaskGrid,
  level: number,
  at: { x: number; y: number },
  part: PixelRect,
  owner: number,
  owners: Uint8Array,
): void {
  const scale = 2 ** level;
  const half = scale >> 1;
  for (let y = part.y0; y < part.y1; y++) {
    const imageY = Math.min(grid.height - 1, (at.y + y) * scale + half);
    const row = (imageY >> 8) * grid.columns;
    const line = (imageY & 255) << 8;
    for (let x = part.x0; x < part.x1; x++) {
      const imageX = Math.min(grid.width - 1, (at.x + x) * scale + half);
      const tile = grid.tile(row + (imageX >> 8));
      if (tile && (tile.data[line | (imageX & 255)] ?? 0) > 0) {
        owners[y * TILE + x] = owner;
      }
    }
  }
}
