/** Range of the brush size, px. */
export const SIZE_RANGE = { min: 1, max: 2000 };

/** Where a brush size is on a slider from 0 to 1: each tenth of the way multiplies the size by the same factor. */
export function sizeToShare(size: number): number {
  const { min, max } = SIZE_RANGE;
  return Math.log(Math.min(max, Math.max(min, size)) / min) / Math.log(max / min);
}

/**
 * The size, whole px, at a share of the slider. Small sizes share one place of the slider with their
 * neighbours, so a move from `before` always changes the size by at least 1 px in its direction.
 */
export function shareToSize(share: number, before: number): number {
  const { min, max } = SIZE_RANGE;
  const size = Math.round(min * (max / min) ** share);
  const direction = Math.sign(share - sizeToShare(before));
  const moved = size === Math.round(before) ? size + direction : size;
  return Math.min(max, Math.max(min, moved));
}
