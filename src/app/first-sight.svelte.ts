import type { Attachment } from 'svelte/attachments';
import { cancelIdle, whenIdle } from '../ui/when-idle';

/** Longest wait for a picture, ms. */
const PATIENCE = 3000;

/** Tells when the first picture is on screen, so that whatever can wait does not compete with it. */
export class FirstSight {
  #over = $state(false);
  #idle: number | undefined;

  /** Whether a picture has been shown, or none is to be expected. Reactive. */
  get over(): boolean {
    return this.#over;
  }

  /** There is nothing more to wait for. */
  end(): void {
    this.#idle ??= whenIdle(() => (this.#over = true));
  }

  /** Attach to the element the pictures appear in. */
  readonly attach: Attachment<HTMLElement> = (node) => {
    const loaded = ({ target }: Event): void => {
      if (target instanceof HTMLImageElement) {
        this.end();
      }
    };
    const timer = setTimeout(() => this.end(), PATIENCE);
    // This event does not bubble.
    node.addEventListener('load', loaded, { capture: true });
    return () => {
      node.removeEventListener('load', loaded, { capture: true });
      clearTimeout(timer);
      cancelIdle(this.#idle);
    };
  };
}
