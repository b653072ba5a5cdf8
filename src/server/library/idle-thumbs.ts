/** Where a walk over the newest files is: it goes on behind it. */
export interface NewestPlace {
  /** When the file was last written, as the index keeps it. */
  modified: number;
  id: number;
}

/** A piece of such a walk. `next` is `null` at its end. */
export interface NewestKeys {
  keys: string[];
  next: NewestPlace | null;
}

export interface IdleThumbsParts {
  /** Content keys of files that can be drawn, newest first. */
  newest: (after: NewestPlace | null, count: number) => Promise<NewestKeys>;
  /** Makes a thumbnail unless there is one; resolves with whether that took work. */
  make: (key: string) => Promise<boolean>;
  /** Whether nobody else needs the machine now. */
  isIdle: () => Promise<boolean>;
  /** Whether more would drive out what people looked at. */
  isFull: () => boolean;
  /** How long it waits before it begins, and whenever the machine is needed, ms. */
  rest?: number;
}

const REST_MS = 20_000;
/** So long nothing is made after each thumbnail, ms: it takes half a core at most. */
const PAUSE_MS = 60;
const AT_ONCE = 100;

/**
 * Makes the thumbnails of files nobody has asked for yet, newest first, while nothing else is to be done. After news
 * only the newest files are looked at again, until a whole piece of them has its thumbnails.
 */
export class IdleThumbs {
  readonly #parts: IdleThumbsParts;
  readonly #rest: number;
  #timer: NodeJS.Timeout | undefined;
  #wake: (() => void) | null = null;
  #isStopped = false;
  #isWalking = false;
  /** Files came while a walk was under way. */
  #again = false;
  /** All files were walked over once. */
  #isComplete = false;

  constructor(parts: IdleThumbsParts) {
    this.#parts = parts;
    this.#rest = parts.rest ?? REST_MS;
  }

  /** There may be files without a thumbnail. */
  news(): void {
    this.#again = true;
    if (!this.#isWalking && !this.#isStopped) {
      this.#isWalking = true;
      // Failures end this walk; the next news begins another.
      this.#walk()
        .catch(() => undefined)
        .finally(() => {
          this.#isWalking = false;
        });
    }
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#wake?.();
  }

  async #walk(): Promise<void> {
    while (this.#again && !this.#isStopped) {
      await this.#wait(this.#rest);
      this.#again = false;
      await this.#walkOnce();
    }
  }

  async #walkOnce(): Promise<void> {
    let after: NewestPlace | null = null;
    do {
      const { keys, next } = await this.#parts.newest(after, AT_ONCE);
      let made = 0;
      for (const key of keys) {
        if (!(await this.#mayGoOn())) {
          return;
        }
        if (await this.#parts.make(key)) {
          made += 1;
          await this.#wait(PAUSE_MS);
        }
      }
      if (this.#isComplete && made === 0) {
        return;
      }
      after = next;
    } while (after);
    this.#isComplete = true;
  }

  /** Waits until nobody else needs the machine; resolves with whether there is anything to go on with. */
  async #mayGoOn(): Promise<boolean> {
    while (!this.#isStopped && !this.#parts.isFull()) {
      if (await this.#parts.isIdle()) {
        return !this.#isStopped;
      }
      await this.#wait(this.#rest);
    }
    return false;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#wake = null;
        resolve();
      };
      this.#wake = wake;
      this.#timer = setTimeout(wake, this.#isStopped ? 0 : ms).unref();
    });
  }
}
