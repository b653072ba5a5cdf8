/** Faster than this, px per second, nobody sees single pictures. */
const FAST = 3000;
/** Time over which the speed is taken, ms: one notch of a wheel jumps, and is not fast. */
const WINDOW = 160;
/** A fling that slows down is about to be looked at: only so much of that time tells, ms. */
const LATEST = 50;
/** A busy page reports its position only now and then. One older than this, ms, is where the list stood before. */
const OLDEST = 400;
/** A step longer than this, px, from a standstill is no notch of a wheel; the next one shows what it is. */
const JUMP = 200;
/** When reports are further apart than `LATEST`, a single slow one proves little: slow speed has to last so long, ms. */
const CERTAIN = 60;

/** `unsure`: from a standstill straight to another place, which is either a jump or the start of a fling. */
export type Speed = 'slow' | 'unsure' | 'fast';

/** Tells whether a list flies by. */
export class SpeedMeter {
  /** Positions of this movement within the window, and the last one before it. */
  #samples: { top: number; at: number }[];
  #speed: Speed = 'slow';
  /** When it became slow, ms. */
  #slowAt = -Infinity;

  /** @param top where the list stands, px. */
  constructor(top = 0) {
    this.#samples = [{ top, at: -Infinity }];
  }

  /** Notes a scroll position, px, at a time, ms. */
  note(top: number, at: number): Speed {
    const before = this.#samples.at(-1);
    if (before && at - before.at > OLDEST) {
      this.#samples = [{ top, at }];
      this.#speed = Math.abs(top - before.top) > JUMP ? 'unsure' : 'slow';
      this.#slowAt = this.#speed === 'slow' ? -Infinity : Infinity;
      return this.#speed;
    }
    const inside = this.#samples.findIndex((sample) => at - sample.at <= WINDOW);
    this.#samples = [...this.#samples.slice(inside < 0 ? -1 : Math.max(0, inside - 1)), { top, at }];
    this.#speed = this.#judge();
    this.#slowAt = this.#speed === 'slow' ? Math.min(this.#slowAt, at) : Infinity;
    const mayBeFast = this.#isJerky && at - this.#slowAt < CERTAIN;
    return this.#speed === 'slow' && mayBeFast ? 'fast' : this.#speed;
  }

  /** The content moved by so many px without anyone scrolling. */
  shift(by: number): void {
    this.#samples = this.#samples.map(({ top, at }) => ({ top: top + by, at }));
  }

  #judge(): Speed {
    if (this.#latest <= FAST) {
      return 'slow';
    }
    const isFar = Math.abs(this.#distance) > (FAST * Math.max(WINDOW, this.#time)) / 1000;
    return isFar ? 'fast' : this.#speed === 'unsure' ? 'unsure' : 'slow';
  }

  get #isJerky(): boolean {
    return this.#samples.some(({ at }, i) => at - (this.#samples[i - 1]?.at ?? at) > LATEST);
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
    // One jump alone has no speed.
    return this.#time > 0 ? (this.#distance * 1000) / this.#time : 0;
  }

  get #time(): number {
    return (this.#samples.at(-1)?.at ?? 0) - (this.#samples[0]?.at ?? 0);
  }

  get #distance(): number {
    return (this.#samples.at(-1)?.top ?? 0) - (this.#samples[0]?.top ?? 0);
  }
}
