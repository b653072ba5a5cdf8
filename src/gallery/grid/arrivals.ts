/**
 * Holds back what newly arrives at the head of a list while someone looks further down. Rows of a day share
 * their width, so one more picture at the head would shuffle every row of that day.
 */
export class Arrivals {
  #known = new Set<string>();

  /** How many items at the head are to be held back; `atTop` lets everything in. */
  hold(keys: readonly string[], atTop: boolean): number {
    let held = 0;
    if (!atTop) {
      while (held < keys.length && !this.#known.has(keys[held] ?? '')) {
        held += 1;
      }
      // Nothing known is left: that is another list, not an arrival.
      held = held === keys.length ? 0 : held;
    }
    this.#known = new Set(held === 0 ? keys : keys.slice(held));
    return held;
  }
}
