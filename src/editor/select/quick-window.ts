import { TILE } from '../mask/mask-grid';
import { type PixelRect, intersectRect } from '../mask/rect';
import type { MaskSize } from '../mask/coverage';

/** The part of a picture that is looked at, and how small. */
export interface QuickWindow {
  /** px of the picture; begins at the corner of a mask tile. */
  rect: PixelRect;
  /** px of the picture in one that is looked at, both ways: a power of two. */
  factor: number;
}

/** Most px that are looked at: more would take too long for a live outline. */
const MOST_PIXELS = 1_100_000;

/**
 * What to look at when this part of a picture is on the screen: it and half as much on every side, in no finer
 * pixels than can be told apart in time. How far a person has zoomed in says how large their object is.
 * @param visible px of the picture.
 * @param before what was looked at last; kept while it will do.
 */
export function quickWindow(
  visible: PixelRect,
  { width, height }: MaskSize,
  before: QuickWindow | null = null,
): QuickWindow {
  const seen = intersectRect(visible, { x0: 0, y0: 0, x1: width, y1: height }) ?? {
    x0: 0,
    y0: 0,
    x1: width,
    y1: height,
  };
  const aside = (seen.x1 - seen.x0) / 2;
  const above = (seen.y1 - seen.y0) / 2;
  const rect = {
    x0: Math.max(0, Math.floor((seen.x0 - aside) / TILE) * TILE),
    y0: Math.max(0, Math.floor((seen.y0 - above) / TILE) * TILE),
    x1: Math.min(width, Math.ceil((seen.x1 + aside) / TILE) * TILE),
    y1: Math.min(height, Math.ceil((seen.y1 + above) / TILE) * TILE),
  };
  let factor = 1;
  while (((rect.x1 - rect.x0) * (rect.y1 - rect.y0)) / factor ** 2 > MOST_PIXELS) {
    factor *= 2;
  }
  return before?.factor === factor && contains(before.rect, seen) ? before : { rect, factor };
}

function contains(outer: PixelRect, inner: PixelRect): boolean {
  return outer.x0 <= inner.x0 && outer.y0 <= inner.y0 && outer.x1 >= inner.x1 && outer.y1 >= inner.y1;
}
