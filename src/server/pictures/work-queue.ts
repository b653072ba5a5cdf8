/** How many pieces of work may wait. */
const LONGEST = 2_000;

/** Too much is waiting already. */
export class QueueFull extends Error {}

/**
 * Runs a few pieces of work at a time, those someone is waiting for before those done in advance. sharp works on
 * threads of its own; this bounds how many pictures are in memory at once.
 */
export class WorkQueue {
  readonly #atOnce: number;
  readonly #urgent: (() => void)[] = [];
  readonly #later: (() => void)[] = [];
  #running = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** @throws QueueFull when too much is waiting. */
  async run<T>(work: () => Promise<T>, when: 'urgent' | 'later'): Promise<T> {
    const line = when === 'urgent' ? this.#urgent : this.#later;
    if (line.length >= LONGEST && when === 'urgent') {
      throw new QueueFull('Too many pictures are being made.');
    }
    if (this.#running >= this.#atOnce) {
      // The place of what has just ended is handed over, so `running` stays as it is.
      await new Promise<void>((resolve) => line.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#urgent.shift() ?? this.#later.shift();
      if (next) {
        next();
      } else {
        this.#running -= 1;
      }
    }
  }
}
