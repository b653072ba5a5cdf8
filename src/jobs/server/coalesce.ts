/**
 * Work that never needs to run twice at once. A request made during a run is served by a run that starts
 * after it, so the result is never older than the request; all such requests share that run.
 */
export class Coalesced {
  readonly #work: () => Promise<void>;
  #current: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Resolves, or rejects, with the outcome of a run that began after the call. */
  run(): Promise<void> {
    if (this.#next) {
      return this.#next;
    }
    if (!this.#current) {
      return this.#start();
    }
    this.#next = this.#current
      // Whoever asked for the present run is told of its failure.
      // eslint-disable-next-line local/no-silent-catch -- see above
      .catch(() => undefined)
      .then(() => {
        this.#next = null;
        return this.#start();
      });
    return this.#next;
  }

  /** Resolves when the present run is over, whatever its outcome; at once when there is none. */
  async idle(): Promise<void> {
    // Whoever asked for it is told of its failure.
    // eslint-disable-next-line local/no-silent-catch -- see above
    await this.#current?.catch(() => undefined);
  }

  #start(): Promise<void> {
    this.#current = this.#work().finally(() => {
      this.#current = null;
    });
    return this.#current;
  }
}
