import { readObject, Stored } from '../../base/stored';

const KEY = 'darkroom.queue-paused';

/** Whether this browser's queue is to be paused, for all its tabs and also while nothing waits in it. */
export class PauseWish {
  readonly #stored: Stored<boolean>;

  constructor(storage?: () => Storage) {
    this.#stored = new Stored(KEY, {
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
    const target = typeof window === 'undefined' ? null : window;
    const heard = ({ key }: StorageEvent): void => {
      if (key === KEY) {
        listener();
      }
    };
    target?.addEventListener('storage', heard);
    return () => target?.removeEventListener('storage', heard);
  }
}
