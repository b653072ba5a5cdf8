import type { Box, Size } from '../../../ui/viewport';
import type { JobArea } from '../live/job-areas.svelte';

/** Room around the mask, as a share of its longer side. */
const MARGIN = 0.25;
/** Least share of the picture's shorter side that is shown: thumbnails have no more pixels than that needs. */
const LEAST = 0.25;

/**
 * The square of a result that tells it from the others: around what was repainted, with some of what is
 * beside it. In shares of the result's sides, 0 to 1. Null when it is not known, or nearly everything.
 * @param picture the picture that was edited, px.
 */
export function focusOf({ mask, sampled, extend }: JobArea, picture: Size): Box | null {
  const box = mask ?? sampled;
  const { left = 0, top = 0, right = 0, bottom = 0 } = extend ?? {};
  const width = picture.width + left + right;
  const height = picture.height + top + bottom;
  const shorter = Math.min(width, height);
  if (!box || shorter <= 0) {
    return null;
  }
  const side = Math.max(Math.max(box.width, box.height) * (1 + 2 * MARGIN), shorter * LEAST);
  if (side >= shorter) {
    return null;
  }
  const within = (middle: number, length: number): number =>
    Math.min(Math.max(middle - side / 2, 0), length - side);
  return {
    x: within(box.x + left + box.width / 2, width) / width,
    y: within(box.y + top + box.height / 2, height) / height,
    width: side / width,
    height: side / height,
  };
}

/** CSS that lets this part of a picture fill a square element with hidden overflow. */
export function focusStyle({ x, y, width, height }: Box): string {
  const share = (value: number): string => `${value * 100}%`;
  return [
    `width:${share(1 / width)}`,
    `height:${share(1 / height)}`,
    `left:${share(-x / width)}`,
    `top:${share(-y / height)}`,
  ].join(';');
}
