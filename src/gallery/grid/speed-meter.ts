/** Faster than this, px per second, nobody sees single pictures. */
const FAST = 3000;
/** Time over which the speed is taken, ms: one notch of a wheel jumps, and is not fast. */
const WINDOW = 160;

/** Tells whether a list flies by. */
export class SpeedMeter {
  /** After so long without scrolling, ms, it stands. */
  static readonly SETTLE = 80;

  #samples: { top: number; at: number }[] = [];

  /** Notes a scroll position, px, at a time, ms. */
  isFast(top: number, at: number): boolean {
    this.#samples = this.#samples.filter((sample) => at - sample.at <= WINDOW);
    this.#samples.push({ top, at });
    return Math.abs(this.#distance) > (FAST * WINDOW) / 1000;
  }

  /** px per second, negative upwards. */
  get velocity(): number {
    const time = (this.#samples.at(-1)?.at ?? 0) - (this.#samples[0]?.at ?? 0);
    // One jump alone has no speed.
    return time > 0 ? (this.#distance * 1000) / time : 0;
  }

  get #distance(): number {
    return (this.#samples.at(-1)?.top ?? 0) - (this.#samples[0]?.top ?? 0);
  }
}
