/** For how long a file must not have changed before it is taken for finished although it has no end, ms. */
export const DAMAGED_AFTER_MS = 10_000;
/** The same where its format has no end that could be looked for, ms. */
export const QUIET_MS = 400;
/** When a file is looked at again, ms: soon at first, and then ever less often. */
const FIRST_MS = 60;
const SLOWEST_MS = 1_000;

interface Waiting {
  size: number;
  modified: number;
  /** Since when it has been like this, ms of the clock that runs evenly. */
  since: number;
  due: number;
  step: number;
}

/** Size and time of a file. */
export interface State {
  size: number;
  modified: number;
}

/** Files that are still being written, as far as one can see. */
export class WaitingFiles {
  readonly #files = new Map<number, Waiting>();

  get count(): number {
    return this.#files.size;
  }

  /** Whether a file may be looked at now. */
  isDue(id: number): boolean {
    return (this.#files.get(id)?.due ?? 0) <= performance.now();
  }

  /** For how long a file has not changed, ms. By its own time, unless that is in the future, or as long as we know it. */
  quietFor(id: number, { size, modified }: State): number {
    const known = this.#files.get(id);
    const isSame = known?.size === size && known.modified === modified;
    return Math.max(Date.now() - modified, isSame ? performance.now() - known.since : 0);
  }

  /** Puts a file off. */
  wait(id: number, { size, modified }: State): void {
    const known = this.#files.get(id);
    const isSame = known?.size === size && known.modified === modified;
    const now = performance.now();
    const step = isSame ? Math.min(known.step * 1.5, SLOWEST_MS) : FIRST_MS;
    this.#files.set(id, { size, modified, since: isSame ? known.since : now, due: now + step, step });
  }

  delete(id: number): void {
    this.#files.delete(id);
  }

  /** When the next file is due, ms from now; `null` when none waits. */
  next(): number | null {
    let due = Infinity;
    for (const file of this.#files.values()) {
      due = Math.min(due, file.due);
    }
    return due === Infinity ? null : Math.max(0, due - performance.now());
  }
}
