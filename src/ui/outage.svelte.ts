import { untrack } from 'svelte';

/**
 * Who tells that a server is away: the notice that floats over every room, or what is on screen itself. Two
 * explanations with two "Try again" would be one too many.
 */
class Outage {
  #explained = $state(0);
  #dismissed = $state(false);

  /** Whether the notice is to be shown while a server is away. */
  get noticeWanted(): boolean {
    return this.#explained === 0 && !this.#dismissed;
  }

  /** Whether the person has closed the notice. */
  get dismissed(): boolean {
    return this.#dismissed;
  }

  /** What is on screen says it all, until the returned function is called. */
  explain(): () => void {
    // An effect that counts itself must not run again because of it.
    untrack(() => (this.#explained += 1));
    return () => {
      this.#explained -= 1;
    };
  }

  /** The person has read the notice. */
  dismiss(): void {
    this.#dismissed = true;
  }

  /** Shows the notice again: the person asks for it, or a new outage has begun. */
  recall(): void {
    this.#dismissed = false;
  }
}

export const outage = new Outage();
