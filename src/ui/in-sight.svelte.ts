import type { Attachment } from 'svelte/attachments';

/** Tiles this far beside the strip count as seen, so that they are there when they come, px. */
const MARGIN = 300;

/** Which tiles of a strip are in sight, or nearly, by the key of what they show. Reactive. */
export class InSight {
  #keys = $state.raw<ReadonlySet<string>>(new Set());

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** For the tile: looks whether it is in sight as long as it is there. */
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
