import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { Splice } from '../../jobs/library/output-index';

/** A splice in positions of the grid, which leaves out what is held back. */
export interface GridSplice {
  at: number;
  removed: number;
  added: readonly GalleryItem[];
}

/**
 * Holds back new results at the head of the list while the user is looking further down. One more picture at
 * the head of a day would reflow every row of that day.
 */
export class Arrivals {
  /** Items at the head of the list that are held back. */
  #held: GalleryItem[] = [];

  /** How many items at the head of the list are held back. */
  get held(): number {
    return this.#held.length;
  }

  /** Lets everything in; returns how many were held back. */
  reset(): number {
    const count = this.#held.length;
    this.#held = [];
    return count;
  }

  /**
   * Turns what happened to the list into what happens to the grid.
   * @param atTop the top is looked at, so everything comes in.
   * @param shown how many items the grid shows.
   */
  follow(splices: readonly Splice[], atTop: boolean, shown: number): GridSplice[] {
    // An item that merely moves or is updated is not new.
    const seen = new Set<string>();
    let count = shown;
    const changes: GridSplice[] = [];
    const change = (at: number, removed: number, added: readonly GalleryItem[]): void => {
      if (removed > 0 || added.length > 0) {
        changes.push({ at, removed, added });
        count += added.length - removed;
      }
    };
    for (const { at, removed, added } of splices) {
      const held = this.#held.length;
      const fromHeld = Math.max(0, Math.min(held, at + removed.length) - at);
      this.#held.splice(at, fromHeld);
      const place = Math.max(0, at - held);
      const gone = removed.slice(fromHeld);
      gone.forEach(({ key }) => seen.add(key));
      const isNew = !atTop && count > 0 && at <= this.#held.length && !added.some(({ key }) => seen.has(key));
      if (isNew && added.length > 0) {
        change(place, gone.length, []);
        this.#held.splice(at, 0, ...added);
      } else if (at < this.#held.length && added.length > 0) {
        // Something known moves in among what is held back, so whatever is below it has to be let in.
        const below = this.#held.splice(at);
        change(0, gone.length, [...added, ...below]);
      } else {
        change(place, gone.length, added);
      }
    }
    return changes;
  }
}
