import { reporting } from '../../base/report';
import type { MirrorEntry } from '../library/job-mirror';

/** How long jobs are gathered, ms. Each time some are shown the page paints a frame, whether one came or hundreds. */
const REST = 120;
/** What is taken in at once, at most: some 10 ms of work, between two frames. */
const MOST_ENTRIES = 512;
/** Weight of the graphs that may wait, bytes: they are large in browsers that cannot make them small. */
const MOST_BYTES = 3_000_000;

/**
 * Gathers the jobs of a long walk, so that they are shown and written by the hundred: the first at once, then those
 * that came within a moment.
 */
export class Gathered {
  readonly #takeIn: (entries: readonly MirrorEntry[]) => Promise<void>;
  readonly #waiting = new Map<string, MirrorEntry>();
  #rest: ReturnType<typeof setTimeout> | null = null;
  #taking: Promise<void> = Promise.resolve();

  /** @param takeIn shows and remembers jobs; resolves when they are written. */
  constructor(takeIn: (entries: readonly MirrorEntry[]) => Promise<void>) {
    this.#takeIn = takeIn;
  }

  /** Whether a job waits to be taken in. */
  has(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** Adds jobs; resolves when there is room for more, though the last may still wait or be written. */
  async add(entries: readonly MirrorEntry[]): Promise<void> {
    entries.forEach((entry) => this.#waiting.set(entry.record.id, entry));
    if (this.#waiting.size > 0 && (!this.#rest || this.#isFull())) {
      await this.#begin();
    }
  }

  /** Takes in what waits; resolves when all of it is written. */
  async finish(): Promise<void> {
    this.#endRest();
    await (this.#waiting.size > 0 ? this.#begin().then(() => this.#taking) : this.#taking);
    this.#endRest();
  }

  #isFull(): boolean {
    const packs = new Set([...this.#waiting.values()].map(({ pack }) => pack));
    const bytes = [...packs].reduce((sum, pack) => sum + (pack?.bytes.byteLength ?? 0), 0);
    return this.#waiting.size >= MOST_ENTRIES || bytes >= MOST_BYTES;
  }

  /** Resolves when the writing of what was taken in before is over, and that of what waits has begun. */
  async #begin(): Promise<void> {
    const before = this.#taking;
    this.#endRest();
    this.#rest = setTimeout(() => {
      this.#rest = null;
      void this.add([]).catch(reporting('jobs.gathered'));
    }, REST);
    this.#taking = before.then(async () => {
      const entries = [...this.#waiting.values()];
      this.#waiting.clear();
      await this.#takeIn(entries);
    });
    // Whoever adds more, or finishes, is told as well.
    this.#taking.catch(reporting('jobs.gathered'));
    await before;
  }

  #endRest(): void {
    if (this.#rest !== null) {
      clearTimeout(this.#rest);
      this.#rest = null;
    }
  }
}
