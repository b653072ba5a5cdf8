import type { Point } from '../../ui/viewport';

/** Longest string, CSS px: smoothing of 1. */
const LONGEST = 120;

/** Length of the string for a smoothing of 0 to 1, image px. @param scale CSS px per image px. */
export function stringLength(smoothing: number, scale: number): number {
  return (smoothing * smoothing * LONGEST) / scale;
}

/**
 * Steadies a hand: the brush hangs on a string behind the pointer and moves only when the string is taut,
 * straight towards the pointer. Where it stops does not depend on how the movement is sampled.
 */
export class StringPull<T extends Point> {
  readonly #length: number;
  #brush: T | null = null;
  #pointer: T | null = null;

  /** @param length px; 0 changes nothing. */
  constructor(length: number) {
    this.#length = length;
  }

  /** Where the brush goes when the pointer goes to the sample; null when it stays. */
  next(sample: T): T | null {
    this.#pointer = sample;
    const brush = this.#brush;
    if (!brush || this.#length <= 0) {
      this.#brush = sample;
      return sample;
    }
    const dx = sample.x - brush.x;
    const dy = sample.y - brush.y;
    const distance = Math.hypot(dx, dy);
    if (distance <= this.#length) {
      return null;
    }
    const share = 1 - this.#length / distance;
    this.#brush = { ...sample, x: brush.x + dx * share, y: brush.y + dy * share };
    return this.#brush;
  }

  /** The last stretch when the pointer goes up: to where it is. Null when the brush is already there. */
  finish(): T | null {
    const { x, y } = this.#brush ?? { x: 0, y: 0 };
    const pointer = this.#pointer;
    this.#brush = pointer;
    return pointer && (pointer.x !== x || pointer.y !== y) ? pointer : null;
  }
}
