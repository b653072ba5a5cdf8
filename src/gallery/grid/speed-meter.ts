/** Faster than this, px per second, nobody sees single pictures. */
const FAST = 3000;
/** Time over which the speed is taken, ms: one notch of a wheel jumps, and is not fast. */
const WINDOW = 160;

/** Tells whether a list flies by. */
export class SpeedMeter {
  /** After so long without scrolling, ms, it stands. */
  static readonly SETTLE = 120;

  #samples: { top: number; at: number }[] = [];

  /** Notes a scroll position, px, at a time, ms. */
  isFast(top: number, at: number): boolean {
    this.#samples = this.#samples.filter((sample) => at - sample.at <= WINDOW);
    this.#samples.push({ top, at });
    const [first] = this.#samples;
    const distance = first ? Math.abs(top - first.top) : 0;
    return distance > (FAST * WINDOW) / 1000;
  }
}
