import { untrack } from 'svelte';
import { report } from '../../base/report';
import { libraryPort } from '../../ports/library.svelte';

/** How often the server is asked at most: while it scans, folders come all the time, ms. */
const PAUSE_MS = 500;

/** The folders of the output folder as the server knows them, also those without a picture. */
class KnownFolders {
  #all = $state.raw<readonly string[]>([]);
  #asking: Promise<void> | null = null;

  /** Paths below the output folder, in the order of their names; none without a library. Reactive. */
  get all(): readonly string[] {
    return this.#all;
  }

  /** Asks the server. What is known stays where it does not answer. */
  async load(): Promise<void> {
    try {
      const all = await libraryPort.folders();
      this.#all = all.toSorted((a, b) => a.localeCompare(b, undefined, { numeric: true }));
    } catch (error) {
      report(error, 'library.folders');
    }
  }

  /** Keeps up with the server until the component that called it is gone. */
  follow(): void {
    const news = $derived(libraryPort.status?.on ? libraryPort.status.folders : null);
    let again = false;
    const ask = (): void => {
      again = this.#asking !== null;
      this.#asking ??= this.load()
        .then(() => new Promise((resolve) => setTimeout(resolve, PAUSE_MS)))
        .then(() => {
          this.#asking = null;
          if (again) {
            ask();
          }
        });
    };
    $effect(() => {
      void news;
      untrack(ask);
    });
  }
}

export const knownFolders = new KnownFolders();
