import { createSubscriber } from 'svelte/reactivity';

interface Signal {
  subscribe: () => void;
  update: () => void;
}

/** Lets an effect depend on one key of a large map, at the cost of the keys that are looked at. */
export class KeyedSignal {
  readonly #signals = new Map<string, Signal>();

  /** Makes the effect or derivation that runs now depend on the key. */
  track(key: string): void {
    if (!$effect.tracking()) {
      return;
    }
    let signal = this.#signals.get(key);
    if (!signal) {
      const made: Signal = { subscribe: () => undefined, update: () => undefined };
      made.subscribe = createSubscriber((update) => {
        made.update = update;
        return () => {
          if (this.#signals.get(key) === made) {
            this.#signals.delete(key);
          }
        };
      });
      signal = made;
      this.#signals.set(key, signal);
    }
    signal.subscribe();
  }

  /** Tells everybody who tracks the key. */
  notify(key: string): void {
    this.#signals.get(key)?.update();
  }
}
