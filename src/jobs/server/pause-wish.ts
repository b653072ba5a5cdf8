import { readObject, Stored } from '../../base/stored';

/** Whether this browser's queue is to be paused, for all its tabs and also while nothing waits in it. */
export class PauseWish {
  readonly #stored: Stored<boolean>;

  constructor(storage?: () => Storage) {
    this.#stored = new Stored('darkroom.queue-paused', {
      read: (stored) => readObject(stored)['on'] === true,
      stringify: (on) => JSON.stringify({ on }),
      ...(storage && { storage }),
    });
  }

  /** As it is stored now: another tab may have changed it. */
  get on(): boolean {
    return this.#stored.load();
  }

  set(on: boolean): void {
    this.#stored.save(on);
  }

  /** Tells when another tab has changed it; returns how to end that. */
  onChange(listener: () => void): () => void {
    return this.#stored.onChange(listener);
  }
}
