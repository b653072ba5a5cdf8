/** The part of a page that is listened to. */
type FocusScope = Pick<EventTarget, 'addEventListener'>;

/**
 * Which controls were last chosen by a pointer. Browsers leave the focus on a clicked button, although
 * whoever clicked it continues with the picture; whoever reached it by keyboard means the button.
 */
export class PointedFocus {
  readonly #pointed = new WeakSet<EventTarget>();
  /** The newest key pressed; null when a pointer was pressed since, empty before anything was. */
  #key: string | null = '';

  /**
   * Follows presses and the focus until the signal aborts.
   * @param scope what all events of the page come through: the window.
   */
  listen(scope: FocusScope, signal: AbortSignal): void {
    const options = { capture: true, passive: true, signal };
    const on = (type: string, follow: (event: Event) => void): void => {
      scope.addEventListener(type, follow, options);
    };
    on('pointerdown', ({ target }) => {
      this.#key = null;
      // What already has the focus gets no other event of it.
      for (let at = target as Node | null; at; at = at.parentNode) {
        this.#pointed.add(at);
      }
    });
    on('keydown', (event) => {
      this.#key = (event as KeyboardEvent).key;
    });
    on('focusin', ({ target }) => {
      if (target) {
        this.#focused(target);
      }
    });
  }

  /** Whether a pointer was the last to choose this. */
  has(target: EventTarget | null): boolean {
    return target !== null && this.#pointed.has(target);
  }

  #focused(target: EventTarget): void {
    if (this.#key === null) {
      this.#pointed.add(target);
    } else if (this.#key !== 'Escape') {
      // Escape returns the focus to where it was before: that element keeps its state.
      this.#pointed.delete(target);
    }
  }
}
