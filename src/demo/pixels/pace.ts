const SLICE_MS = 12;

/**
 * Lets long pixel loops share the thread with the HTTP server: check `due()` regularly (per row), and await
 * `rest()` when it returns true.
 */
export class Pace {
  readonly #onRest: () => void;
  #sliceEnd = performance.now() + SLICE_MS;

  /** @param onRest called at every rest; an exception it throws ends the loop. */
  constructor(onRest: () => void = () => undefined) {
    this.#onRest = onRest;
  }

  due(): boolean {
    return performance.now() >= this.#sliceEnd;
  }

  async rest(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#sliceEnd = performance.now() + SLICE_MS;
    this.#onRest();
  }
}

/** Calls `work` for every row of every picture, resting whenever the time slice is used up. */
export async function eachRow(rows: number, pace: Pace, work: (row: number) => void): Promise<void> {
  for (let row = 0; row < rows; row++) {
    work(row);
    if ((row & 15) === 15 && pace.due()) {
      await pace.rest();
    }
  }
}
