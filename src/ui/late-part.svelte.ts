import { untrack } from 'svelte';
import { report } from '../base/report';

/** How far a part has come. */
export type LatePartState<T> =
  { status: 'waiting' | 'loading' } | { status: 'ready'; value: T } | { status: 'failed'; error: unknown };

/**
 * Code that loads on demand, such as a room. A failure can be tried again: the server the page came from may
 * have been away, or has a newer version of the app by now, in which files have other names.
 */
export class LatePart<T> {
  readonly #import: () => Promise<T>;
  #state = $state.raw<LatePartState<T>>({ status: 'waiting' });
  #running: Promise<void> | null = null;

  constructor(load: () => Promise<T>) {
    this.#import = load;
  }

  get state(): LatePartState<T> {
    return this.#state;
  }

  /** What was loaded, once it is there. */
  get value(): T | null {
    return this.#state.status === 'ready' ? this.#state.value : null;
  }

  /** Loads the part unless it is there; never rejects, `state` tells what came of it. */
  load(): Promise<void> {
    return untrack(() => {
      if (this.#state.status === 'ready') {
        return Promise.resolve();
      }
      return (this.#running ??= this.#load().finally(() => (this.#running = null)));
    });
  }

  /** Loads the part as soon as it is wanted, for the component that calls this while it is set up. */
  loadWhen(wanted: () => boolean): void {
    $effect(() => {
      if (wanted()) {
        void this.load();
      }
    });
  }

  /**
   * Loads the part once more. When its server answers and yet does not give it, only a reload of the page
   * helps; while the server is silent, a reload would leave the browser's own error page.
   */
  async retry({ answers = pageServerAnswers, reload = () => location.reload() } = {}): Promise<void> {
    await this.load();
    if (this.#state.status === 'failed' && (await answers())) {
      reload();
    }
  }

  async #load(): Promise<void> {
    if (this.#state.status !== 'failed') {
      this.#state = { status: 'loading' };
    }
    try {
      this.#state = { status: 'ready', value: await this.#import() };
    } catch (error) {
      report(error, 'late-part.load');
      this.#state = { status: 'failed', error };
    }
  }
}

async function pageServerAnswers(): Promise<boolean> {
  try {
    return (await fetch(new URL('.', document.baseURI), { cache: 'no-store' })).ok;
  } catch (error) {
    report(error, 'late-part.server');
    return false;
  }
}
