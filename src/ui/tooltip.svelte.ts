const DELAY = 500;

/**
 * When the tooltip of one element is shown: after a moment under the mouse, at once for the keyboard,
 * never for touch. What floats is loaded at first need, to keep the first page small.
 */
export class TooltipState {
  #anchor = $state.raw<HTMLElement | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The element to float beside; `null` while nothing is to be shown. */
  get anchor(): HTMLElement | null {
    return this.#anchor;
  }

  /** Handlers for the element the tooltip belongs to. */
  readonly props = {
    onpointerenter: (event: PointerEvent): void => {
      const element = event.currentTarget as HTMLElement;
      if (event.pointerType !== 'touch') {
        this.#timer = setTimeout(() => {
          // Its menu stands where the tooltip would be.
          if (!element.matches('[aria-haspopup][aria-expanded="true"]')) {
            this.#anchor = element;
          }
        }, DELAY);
      }
    },
    onpointerleave: (): void => this.hide(),
    onpointerdown: (): void => this.hide(),
    onfocus: (event: FocusEvent): void => {
      const element = event.currentTarget as HTMLElement;
      if (element.matches(':focus-visible')) {
        this.#anchor = element;
      }
    },
    onblur: (): void => this.hide(),
    onkeydown: (event: KeyboardEvent): void => {
      if (event.key === 'Escape') {
        this.hide();
      }
    },
  };

  hide(): void {
    clearTimeout(this.#timer);
    this.#anchor = null;
  }
}
