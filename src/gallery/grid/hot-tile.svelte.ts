/** The key of the item whose tile an element is in. */
export function tileAt(target: EventTarget | null): string | null {
  return (target as Element | null)?.closest<HTMLElement>('[data-tile]')?.dataset['tile'] ?? null;
}

/** The tile that shows its actions: the one under the mouse, else the one the keyboard is on. */
export class HotTile {
  #pointed = $state<string | null>(null);
  #focused = $state<string | null>(null);
  /** Since the last key: a tile that only comes to lie under the resting mouse is not pointed at. */
  #isMouseAtRest = false;

  /** Of its item; `null`: none. */
  get key(): string | null {
    return this.#pointed ?? this.#focused;
  }

  /** The keyboard has come to an element. */
  focus(target: Element): void {
    this.#isMouseAtRest = true;
    this.#pointed = null;
    this.#focused = tileAt(target);
  }

  blur(): void {
    this.#focused = null;
  }

  pointerover = (event: PointerEvent): void => {
    if (event.pointerType === 'mouse' && !this.#isMouseAtRest) {
      this.#pointed = tileAt(event.target);
    }
  };

  pointermove = (event: PointerEvent): void => {
    if (this.#isMouseAtRest && (event.movementX !== 0 || event.movementY !== 0)) {
      this.#isMouseAtRest = false;
      this.pointerover(event);
    }
  };

  pointerleave = (): void => {
    this.#pointed = null;
  };
}
