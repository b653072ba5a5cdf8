import { readObject, Stored } from '../../base/stored';
import { randomUuid } from '../../comfy/uuid';

/** The longest name a browser can have, characters. */
export const NAME_LENGTH = 24;

interface Mark {
  browser: string;
  name: string;
}

/**
 * What this browser writes into the jobs it queues, so that all its tabs know them as theirs, also after the tab that
 * queued them was closed, and so that others see who is at work. It goes into `extra_data`, not into the pictures.
 */
export class SenderMark {
  readonly #stored: Stored<Mark>;
  #mark: Mark | null = null;

  /** @param storage this browser's by default. */
  constructor(storage?: () => Storage) {
    this.#stored = new Stored('darkroom.sender', {
      read: (stored) => {
        const { browser, name } = readObject(stored);
        return {
          browser: typeof browser === 'string' ? browser : randomUuid(),
          name: typeof name === 'string' ? name : '',
        };
      },
      ...(storage && { storage }),
    });
  }

  /** Names the browser for good, drawn at the first use. */
  get browser(): string {
    return this.#read().browser;
  }

  /** What its owner calls it; empty until they do. */
  get name(): string {
    return this.#read().name;
  }

  rename(name: string): void {
    this.#mark = { browser: this.browser, name: name.trim().slice(0, NAME_LENGTH) };
    this.#stored.save(this.#mark);
  }

  /** As it goes into a job. */
  toJson(): Record<string, string> {
    const { browser, name } = this.#read();
    return { browser, ...(name !== '' && { name }) };
  }

  #read(): Mark {
    if (!this.#mark) {
      this.#mark = this.#stored.load();
      this.#stored.save(this.#mark);
    }
    return this.#mark;
  }
}
