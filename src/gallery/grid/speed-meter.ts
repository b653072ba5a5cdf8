/** Faster than this, px per second, nobody sees single pictures. */
const FAST = 3000;
/** Time over which the speed is taken, ms: one notch of a wheel jumps, and is not fast. */
const WINDOW = 160;
/** A fling that slows down is about to be looked at: only so much of that time tells, ms. */
const LATEST = 50;

/** Tells whether a list flies by. */
export class SpeedMeter {
  /** After so long without scrolling, ms, it stands. */
  static readonly SETTLE = 80;

  #samples: { top: number; at: number }[] = [];

  /** Notes a scroll position, px, at a time, ms. */
  isFast(top: number, at: number): boolean {
    this.#samples = this.#samples.filter((sample) => at - sample.at <= WINDOW);
    this.#samples.push({ top, at });
    return Math.abs(this.#distance) > (FAST * WINDOW) / 1000 && this.#latest > FAST;
  }

  /** px per second of late, either way. */
  get #latest(): number {
    const last = this.#samples.at(-1);
    const before = this.#samples.findLast(({ at }) => (last?.at ?? 0) - at >= LATEST) ?? this.#samples[0];
    const time = (last?.at ?? 0) - (before?.at ?? 0);
    return time > 0 ? (Math.abs((last?.top ?? 0) - (before?.top ?? 0)) * 1000) / time : Infinity;
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
