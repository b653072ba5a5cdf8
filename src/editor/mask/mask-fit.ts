import type { MaskSize } from './coverage';
import type { MaskGrid } from './mask-grid';
import { MaskRows, gridFromTiles } from './mask-tiles';

/**
 * How a mask of another shape is placed on the picture. `stretch`: to its size, distorted; `contain`: as
 * large as fits, in the middle; `center` and `corner`: pixel for pixel, in the middle or from the top left,
 * with the excess cut off. What stays uncovered is kept (0).
 */
export type MaskFit = 'stretch' | 'contain' | 'center' | 'corner';

export const MASK_FITS: readonly MaskFit[] = ['contain', 'stretch', 'center', 'corner'];

/** The size (px) a mask from a file should have. Without a fit, only a file of the same shape is accepted. */
export interface ImportTarget extends MaskSize {
  fit: MaskFit | null;
}

/** Where a mask goes: scaled to this size, its top left corner at this px of the picture. */
export interface MaskPlacement extends MaskSize {
  x: number;
  y: number;
}

/** A file's mask differs in shape from the picture, and no fit was given. Sizes in px. */
export class MaskShapeError extends Error {
  override readonly name = 'MaskShapeError';

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    super(`a mask of ${width}×${height} px has another shape`);
  }
}

/**
 * Whether one is the other scaled: as exactly as whole pixels allow (programs round up, down or to the
 * nearest), and never more than 2 % distorted.
 */
export function sameShape(source: MaskSize, wanted: MaskSize): boolean {
  const wide = source.width / wanted.width;
  const high = source.height / wanted.height;
  const slack = 1 / wanted.width + 1 / wanted.height;
  return Math.abs(wide - high) <= slack && Math.abs(wide / high - 1) <= 0.02;
}

/** Where a mask of one size goes on a picture of another. @throws MaskShapeError */
export function placeMask(source: MaskSize, wanted: ImportTarget): MaskPlacement {
  const fit =
    sameShape(source, wanted) && wanted.fit !== 'center' && wanted.fit !== 'corner' ? 'stretch' : wanted.fit;
  const middle = ({ width, height }: MaskSize): MaskPlacement => ({
    width,
    height,
    x: Math.floor((wanted.width - width) / 2),
    y: Math.floor((wanted.height - height) / 2),
  });
  switch (fit) {
    case null:
      throw new MaskShapeError(source.width, source.height);
    case 'stretch':
      return { width: wanted.width, height: wanted.height, x: 0, y: 0 };
    case 'contain': {
      const scale = Math.min(wanted.width / source.width, wanted.height / source.height);
      const side = (length: number): number => Math.max(1, Math.round(length * scale));
      return middle({ width: side(source.width), height: side(source.height) });
    }
    case 'center':
      return middle(source);
    case 'corner':
      return { width: source.width, height: source.height, x: 0, y: 0 };
  }
}

/** A mask placed on an empty one of the wanted size. */
export function laidOn(grid: MaskGrid, at: { x: number; y: number }, wanted: MaskSize): MaskGrid {
  const { width, height } = wanted;
  if (at.x === 0 && at.y === 0 && grid.width === width && grid.height === height) {
    return grid;
  }
  const x0 = Math.max(0, at.x);
  const x1 = Math.min(width, at.x + grid.width);
  const rows = new MaskRows(width, height);
  const row = new Uint8Array(width);
  for (let y = 0; y < height; y++) {
    row.fill(0);
    const from = y - at.y;
    if (from >= 0 && from < grid.height && x0 < x1) {
      row.set(grid.readRect({ x0: x0 - at.x, y0: from, x1: x1 - at.x, y1: from + 1 }), x0);
    }
    rows.add(y, row);
  }
  return gridFromTiles(rows.finish());
}
