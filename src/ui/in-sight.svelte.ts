import type { Attachment } from 'svelte/attachments';

/** Tiles this far outside the strip count as visible, so that they are ready when scrolled in, px. */
const MARGIN = 300;

/** Which tiles of a strip are visible, or nearly, by the key of what they show. Reactive. */
export class InSight {
  #keys = $state.raw<ReadonlySet<string>>(new Set());

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Attach to a tile: tracks whether it is visible. */
  watch(key: string): Attachment<HTMLElement> {
    return (tile) => {
      const observer = new IntersectionObserver(
        (entries) => this.#set(key, entries.at(-1)?.isIntersecting === true),
        { root: tile.parentElement, rootMargin: `0px ${MARGIN}px` },
      );
      observer.observe(tile);
      return () => {
        observer.disconnect();
        this.#set(key, false);
      };
    };
  }

  #set(key: string, seen: boolean): void {
    if (this.#keys.has(key) !== seen) {
      const others = [...this.#keys].filter((other) => other !== key);
      this.#keys = new Set(seen ? [...others, key] : others);
    }
  }
}
