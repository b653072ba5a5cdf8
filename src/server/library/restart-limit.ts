/** A thread that ended is started again so often at most, one time after the other. */
const MOST = 5;
/** One that ran for so long was well, ms: what ended it has nothing to do with what ended those before. */
const WELL_AFTER = 10 * 60_000;

/** Tells a thread that ends now and then, which is started again, from one that cannot run. */
export class RestartLimit {
  readonly #now: () => number;
  #restarts = 0;
  #startedAt = 0;

  /** @param now ms, of a clock that is never set back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  started(): void {
    this.#startedAt = this.#now();
  }

  /** The thread has ended; returns whether it may be started again. */
  ended(): boolean {
    if (this.#now() - this.#startedAt >= WELL_AFTER) {
      this.#restarts = 0;
    }
    this.#restarts += 1;
    return this.#restarts <= MOST;
  }
}
