/** A pause between two strokes that still counts as painting, ms. */
export const PAUSE = 5000;

/**
 * Whether somebody is painting. What is announced on the stage waits for that: the picture must not change
 * under the hand, nor between two strokes.
 */
export class HandAtWork {
  #busy = $state(false);
  #worked = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** A stroke is in progress, or the last one ended less than `PAUSE` ago. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Something was painted since the last `settle`: what covers it would be in the way. */
  get worked(): boolean {
    return this.#worked;
  }

  /** A stroke or a shape is in progress. */
  begin(): void {
    clearTimeout(this.#timer);
    this.#busy = true;
    this.#worked = true;
  }

  /** Nothing is in progress any more; the pause begins. */
  pause(): void {
    clearTimeout(this.#timer);
    if (this.#busy) {
      this.#timer = setTimeout(() => (this.#busy = false), PAUSE);
    }
  }

  /** Whoever asks for a job, or opens another picture, has finished painting. */
  settle(): void {
    clearTimeout(this.#timer);
    this.#busy = false;
    this.#worked = false;
  }
}
