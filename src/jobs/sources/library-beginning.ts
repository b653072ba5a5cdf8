import { report } from '../../base/report';

/** How soon it is asked again, ms: first, at most, and while there is no folder to index. */
const AGAIN = { first: 1000, most: 30_000, folder: 30_000 };
/** After so many failures something else is done meanwhile: asking for each file is worth a second look. */
const TRIES = 3;

/** What asking for a library can lead to: `never` where whoever serves the page knows nothing of libraries. */
export type Begun = 'on' | 'not-yet' | 'never';

export interface LibraryBeginningOptions {
  /** Begins with the library, if there is one. @throws when that cannot be told just now. */
  begin: () => Promise<Begun>;
  /** Told whether there is one, whenever that changes. Where nobody answers there is none for now. */
  decided: (isOn: boolean) => void;
}

/**
 * Begins with a library as soon as there is one. A server may be asked while it starts, and may find the folder later:
 * only `never` is remembered, and asked again when `look` is called.
 */
export class LibraryBeginning {
  readonly #options: LibraryBeginningOptions;
  #isOn: boolean | null = null;
  #failures = 0;
  #isAsking = false;
  /** Someone looked while an answer was awaited, perhaps because of something the question came too early for. */
  #isWanted = false;
  #isStopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LibraryBeginningOptions) {
    this.#options = options;
  }

  /** Asks now, or once more when an answer is still awaited. */
  look = (): void => {
    clearTimeout(this.#timer);
    this.#isWanted = this.#isAsking;
    if (!this.#isAsking && !this.#isStopped) {
      this.#isAsking = true;
      void this.#ask().then((wait) => {
        this.#isAsking = false;
        if (this.#isWanted) {
          this.look();
        } else if (wait !== null && !this.#isStopped) {
          this.#timer = setTimeout(this.look, wait);
        }
      });
    }
  };

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** @returns when to ask again, ms from now; `null` for not by itself. */
  async #ask(): Promise<number | null> {
    try {
      const begun = await this.#options.begin();
      this.#failures = 0;
      this.#decide(begun === 'on');
      return begun === 'not-yet' ? AGAIN.folder : null;
    } catch (error) {
      report(error, 'sources.library');
      this.#failures += 1;
      if (this.#failures >= TRIES) {
        this.#decide(false);
      }
      return Math.min(AGAIN.most, AGAIN.first * 2 ** (this.#failures - 1));
    }
  }

  #decide(isOn: boolean): void {
    if (isOn !== this.#isOn && !this.#isStopped) {
      this.#isOn = isOn;
      this.#options.decided(isOn);
    }
  }
}
