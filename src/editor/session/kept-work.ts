import type { PendingWork } from '../drafts/journal/pending-work';
import type { Copies } from '../tools/copy-tool';
import type { PlaceTool } from '../tools/place-tool';

/** What is under way on the paint layer, as the draft keeps it, and what an earlier page left there. */
export class KeptWork {
  readonly #place: PlaceTool;
  readonly #copies: Copies;
  /** Restored, and not yet taken up again. */
  #left: readonly PendingWork[] = [];

  constructor(place: PlaceTool, copies: Copies) {
    this.#place = place;
    this.#copies = copies;
  }

  /** All of it, oldest first. */
  list(): PendingWork[] {
    return [...this.#left, ...this.#copies.kept, ...this.#place.kept];
  }

  /** Another draft is shown: what is under way belongs to the one before, which keeps it. */
  restore(left: readonly PendingWork[]): void {
    this.#place.leave(true);
    this.#copies.forget();
    this.#left = left;
  }

  /**
   * Takes up again what was left.
   * @param resume settles once it is under way; what fails is given up.
   */
  async resume(resume: (work: PendingWork) => Promise<void>): Promise<void> {
    const left = this.#left;
    for (const work of left) {
      try {
        await resume(work);
      } finally {
        this.#left = this.#left.filter((one) => one !== work);
      }
    }
  }
}
