import { report } from './report';

export interface StoredOptions<T> {
  /**
   * Makes a value of whatever is stored, and a default of `null`. May throw at anything but `null`: what
   * another version left behind then counts as nothing.
   */
  read: (stored: unknown) => T;
  /** JSON by default. */
  parse?: (text: string) => unknown;
  stringify?: (value: T) => string;
  /** Where it is kept: this browser by default. Asked each time, because the mere access can throw. */
  storage?: () => Storage;
}

/**
 * A small value kept in the browser under a key of its own. Storage can be full, forbidden or damaged: a
 * value that cannot be kept lasts as long as the page, and the failure is reported.
 */
export class Stored<T> {
  readonly #key: string;
  readonly #read: (stored: unknown) => T;
  readonly #parse: (text: string) => unknown;
  readonly #stringify: (value: T) => string;
  readonly #storage: () => Storage;

  /** @param key such as `darkroom.settings`. */
  constructor(key: string, options: StoredOptions<T>) {
    this.#key = key;
    this.#read = options.read;
    this.#parse = options.parse ?? ((text): unknown => JSON.parse(text));
    this.#stringify = options.stringify ?? ((value) => JSON.stringify(value));
    this.#storage = options.storage ?? (() => localStorage);
  }

  /** What is stored, or the default. */
  load(): T {
    try {
      const text = this.#storage().getItem(this.#key);
      return this.#read(text === null ? null : this.#parse(text));
    } catch (error) {
      report(error, 'stored.load');
      return this.#read(null);
    }
  }

  /** Stores a value; returns whether it will be there next time. */
  save(value: T): boolean {
    try {
      this.#storage().setItem(this.#key, this.#stringify(value));
      return true;
    } catch (error) {
      report(error, 'stored.save');
      return false;
    }
  }

  /** Tells when another tab has changed it; returns how to end that. */
  onChange(listener: () => void): () => void {
    const target = typeof window === 'undefined' ? null : window;
    const heard = ({ key }: StorageEvent): void => {
      if (key === this.#key) {
        listener();
      }
    };
    target?.addEventListener('storage', heard);
    return () => target?.removeEventListener('storage', heard);
  }

  /** Forgets the value. */
  clear(): void {
    try {
      this.#storage().removeItem(this.#key);
    } catch (error) {
      report(error, 'stored.clear');
    }
  }
}

/** Reads a stored object of which each part may be missing; anything else counts as empty. */
export function readObject(stored: unknown): Record<string, unknown> {
  return typeof stored === 'object' && stored !== null && !Array.isArray(stored)
    ? (stored as Record<string, unknown>)
    : {};
}
