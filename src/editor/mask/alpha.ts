/**
 * The mask's only two translations between painted values and files. Inside the editor 0 = keep, 255 =
 * repaint; in a file alpha 255 = keep, 0 = repaint (ComfyUI's LoadImage returns 1 − alpha / 255 as MASK,
 * ComfyUI API notes 7). Nothing else in the editor may invert.
 */
export function alphaFromMask(mask: number): number {
  return 255 - mask;
}

/** See `alphaFromMask`. */
export function maskFromAlpha(alpha: number): number {
  return 255 - alpha;
}
