/** A run of the list of finished jobs that is rendered, or dropped, at once. */
export interface Chunk {
  /** Position of its first job. */
  from: number;
  count: number;
}

/** Divisible by every number of columns a window can have, so that only the last row has gaps. */
export const CHUNK = 60;

/**
 * Which part of a long list is in the document. Runs of it come as they are scrolled to; those left behind
 * keep their height but not their rows, so that a list of any length costs as much as what is looked at.
 */
export class ListWindow {
  readonly #wanted: () => number;
  /** Chunks scrolled to so far, and one more. */
  #reached = $state(1);
  #near = $state.raw<ReadonlySet<number>>(new Set([0]));

  readonly #chunks = $derived.by<Chunk[]>(() => {
    const wanted = this.#wanted();
    const length = Math.min(this.#reached, Math.ceil(wanted / CHUNK));
    return Array.from({ length }, (_, i) => ({
      from: i * CHUNK,
      count: Math.min(CHUNK, wanted - i * CHUNK),
    }));
  });

  /** @param wanted how many jobs are to be listed. Reactive. */
  constructor(wanted: () => number) {
    this.#wanted = wanted;
  }

  get chunks(): readonly Chunk[] {
    return this.#chunks;
  }

  /** Whether the rows of a chunk are to be there. */
  isNear({ from }: Chunk): boolean {
    return this.#near.has(from / CHUNK);
  }

  /** A chunk has come near what is looked at, or has gone far from it. */
  moved({ from }: Chunk, near: boolean): void {
    const index = from / CHUNK;
    if (near) {
      this.#reached = Math.max(this.#reached, index + 2);
    }
    if (near !== this.#near.has(index)) {
      const others = [...this.#near].filter((other) => other !== index);
      this.#near = new Set(near ? [...others, index] : others);
    }
  }
}
