/** A run of the list of finished jobs that is rendered, or dropped, at once. */
export interface Chunk {
  /** Position of its first job. */
  from: number;
  count: number;
}

/** Divisible by every number of columns a window can have, so that only the last row has gaps. */
const CHUNK = 60;

/**
 * Which part of a long list is in the document. Runs of it come as they are scrolled to; those left behind
 * keep their height but not their rows, so that a list of any length costs as much as what is looked at.
 */
export class ListWindow {
  readonly #wanted: () => number;
  readonly #size: number;
  /** Chunks scrolled to so far, and one more. */
  #reached = $state(1);
  #near = $state.raw<ReadonlySet<number>>(new Set([0]));

  readonly #chunks = $derived.by<Chunk[]>(() => {
    const wanted = this.#wanted();
    const length = Math.min(this.#reached, Math.ceil(wanted / this.#size));
    return Array.from({ length }, (_, i) => ({
      from: i * this.#size,
      count: Math.min(this.#size, wanted - i * this.#size),
    }));
  });

  /**
   * @param wanted how many jobs are to be listed. Reactive.
   * @param size how many are rendered, or dropped, at once.
   */
  constructor(wanted: () => number, size = CHUNK) {
    this.#wanted = wanted;
    this.#size = size;
  }

  get chunks(): readonly Chunk[] {
    return this.#chunks;
  }

  /** Whether the rows of a chunk are to be there. */
  isNear({ from }: Chunk): boolean {
    return this.#near.has(from / this.#size);
  }

  /** A chunk has come near what is looked at, or has gone far from it. */
  moved({ from }: Chunk, near: boolean): void {
    const index = from / this.#size;
    if (near) {
      this.#reached = Math.max(this.#reached, index + 2);
    }
    if (near !== this.#near.has(index)) {
      const others = [...this.#near].filter((other) => other !== index);
      this.#near = new Set(near ? [...others, index] : others);
    }
  }
}
