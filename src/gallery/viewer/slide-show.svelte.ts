import { untrack } from 'svelte';
import { reporting, reportingAs } from '../../base/report';
import type { ViewerView } from './viewer-view.svelte';

/** Seconds that people can choose for each picture. */
export const SLIDE_SECONDS = [3, 5, 10, 30] as const;

/** As much of the viewer as a slide show needs. */
export type Shown = Pick<ViewerView, 'item' | 'next' | 'go' | 'toFirst' | 'isWaiting'>;

/** Steps through the pictures by itself, and begins again after the last. */
export class SlideShow {
  readonly #viewer: Shown;
  #running = $state(false);
  #paused = $state(false);
  #seconds = $state<number>(SLIDE_SECONDS[1]);

  constructor(viewer: Shown) {
    this.#viewer = viewer;
  }

  /** Whether nothing but the picture is shown. */
  get running(): boolean {
    return this.#running;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get seconds(): number {
    return this.#seconds;
  }

  start(): void {
    this.#running = true;
    this.#paused = false;
  }

  end(): void {
    this.#running = false;
    if (document.fullscreenElement) {
      document.exitFullscreen().catch(reporting('slides.exit-full-screen'));
    }
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
  }

  setSeconds(seconds: number): void {
    this.#seconds = seconds;
  }

  /** Turns the page while it runs. To be called by a component. */
  follow(): void {
    // A picture that is still coming is waited for: nobody wants to see half a slide show.
    $effect(() => {
      const key = this.#viewer.item?.key;
      if (this.#running && !this.#paused && key !== undefined && !this.#viewer.isWaiting) {
        const timer = setTimeout(() => untrack(() => this.#turn()), this.#seconds * 1000);
        return () => clearTimeout(timer);
      }
    });
    $effect(() => {
      if (this.#running) {
        return stayAwake();
      }
    });
    $effect(() => {
      // The browser's own way out of the full screen ends the show.
      let wasFull = false;
      const changed = (): void => {
        if (wasFull && !document.fullscreenElement) {
          this.#running = false;
        }
        wasFull = document.fullscreenElement !== null;
      };
      document.addEventListener('fullscreenchange', changed);
      return () => {
        document.removeEventListener('fullscreenchange', changed);
        this.end();
      };
    });
  }

  #turn(): void {
    if (this.#viewer.next) {
      this.#viewer.go(1);
    } else {
      this.#viewer.toFirst();
    }
  }
}

/** Keeps the screen on until the returned function is called, where the browser can: not on plain http. */
function stayAwake(): () => void {
  const nav = navigator as Partial<Pick<Navigator, 'wakeLock'>>;
  const ask = (): Promise<WakeLockSentinel | null> =>
    nav.wakeLock?.request('screen').catch(reportingAs('slides.wake-lock', null)) ?? Promise.resolve(null);
  let lock = ask();
  // The browser lets the screen go with the page, and does not take it back.
  const visible = (): void => {
    if (document.visibilityState === 'visible') {
      lock = ask();
    }
  };
  document.addEventListener('visibilitychange', visible);
  return () => {
    document.removeEventListener('visibilitychange', visible);
    void lock.then((held) => held?.release()).catch(reporting('slides.wake-lock'));
  };
}
