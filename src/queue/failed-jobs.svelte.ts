import { Stored } from '../base/stored';
import type { JobRecord } from '../jobs/state/job';

/** Older failures are history, ms. */
const RECENT = 24 * 60 * 60_000;
/** So many tried again are remembered. */
const KEPT = 500;

/** Which failed jobs were tried again from this browser. */
export class TriedAgain {
  readonly #stored: Stored<readonly string[]>;
  #ids = $state.raw<ReadonlySet<string>>(new Set());

  constructor(storage?: () => Storage) {
    this.#stored = new Stored<readonly string[]>('darkroom.tried-again', {
      read: (stored) =>
        Array.isArray(stored) ? stored.filter((id): id is string => typeof id === 'string') : [],
      ...(storage && { storage }),
    });
    this.#ids = new Set(this.#stored.load());
    this.#stored.onChange(() => (this.#ids = new Set(this.#stored.load())));
  }

  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  add(id: string): void {
    // What other tabs have added since counts, too.
    const ids = [...new Set([...this.#stored.load(), id])].slice(-KEPT);
    this.#ids = new Set(ids);
    this.#stored.save(ids);
  }
}

export const triedAgain = new TriedAgain();

/**
 * Failed jobs nobody has tried again, the oldest first: those of the last day, whatever ended well in between.
 * @param ended newest first.
 * @param now ms since the epoch.
 */
export function failedAnew(ended: readonly JobRecord[], tried: ReadonlySet<string>, now: number): string[] {
  return ended
    .flatMap(({ id, state, endedAt }) =>
      state === 'failed' && !tried.has(id) && now - (endedAt ?? now) < RECENT ? [id] : [],
    )
    .toReversed();
}
