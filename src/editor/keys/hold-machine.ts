import type { KeyPress } from '../../ui/shortcuts';

/** What acts while its key is held: moves the picture, removes mask, rotates the view, hides the mask. */
export type HoldKey = 'pan' | 'erase' | 'turn' | 'peek';

/** The part of an event that says which modifiers are down. */
export type Modifiers = Pick<KeyPress, 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'>;

/**
 * Which temporary tools are held. Each key is remembered by its position, since it may look like another one
 * when released; a modifier that events no longer report was released elsewhere. Pure.
 */
export class HoldMachine {
  readonly #meaning: (event: KeyPress) => HoldKey | null;
  readonly #down = new Map<string, { hold: HoldKey; modifier: keyof Modifiers | null }>();

  /** @param meaning what a key stands for; null when holding it means nothing. */
  constructor(meaning: (event: KeyPress) => HoldKey | null) {
    this.#meaning = meaning;
  }

  is(hold: HoldKey): boolean {
    return [...this.#down.values()].some((key) => key.hold === hold);
  }

  /** A key went down, or repeats. True when it is one of these. */
  press(event: KeyPress): boolean {
    if (this.#down.has(event.code)) {
      return true;
    }
    const hold = this.#meaning(event);
    if (!hold) {
      return false;
    }
    this.#down.set(event.code, { hold, modifier: MODIFIERS[event.key] ?? null });
    return true;
  }

  /** A key went up. True when it was held for something. */
  release(event: Pick<KeyPress, 'code'>): boolean {
    return this.#down.delete(event.code);
  }

  /** Releases modifiers that an event reports as up. True when there were any. */
  sync(event: Modifiers): boolean {
    let changed = false;
    for (const [code, { modifier }] of this.#down) {
      if (modifier && !event[modifier]) {
        changed = this.#down.delete(code) || changed;
      }
    }
    return changed;
  }

  /** Keys may be released unseen from now on. */
  clear(): void {
    this.#down.clear();
  }
}

const MODIFIERS: Readonly<Record<string, keyof Modifiers>> = {
  Alt: 'altKey',
  Control: 'ctrlKey',
  Meta: 'metaKey',
  Shift: 'shiftKey',
};
