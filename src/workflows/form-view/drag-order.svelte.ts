/**
 * Lets the items of a list be dragged to another place by a grip (`data-grip`) in each. Nothing moves before the
 * item is dropped, so that the grip keeps the pointer; `from` and `to` tell meanwhile what would happen.
 */
export class DragOrder {
  readonly #moved: (from: number, to: number) => void;
  #from = $state<number | null>(null);
  #to = $state<number | null>(null);

  /** @param moved called with both places when an item is dropped at another one. */
  constructor(moved: (from: number, to: number) => void) {
    this.#moved = moved;
  }

  /** The item that is dragged; `null` while none is. */
  get from(): number | null {
    return this.#from;
  }

  /** Where it would be dropped. */
  get to(): number | null {
    return this.#to;
  }

  /** For the list, whose children are the items. */
  attach = (list: HTMLElement): (() => void) => {
    const items = (): Element[] => [...list.children];
    const down = (event: PointerEvent): void => {
      const grip = event.target instanceof Element ? event.target.closest('[data-grip]') : null;
      const from = items().findIndex((item) => item.contains(grip));
      if (grip && from >= 0 && event.button === 0) {
        event.preventDefault();
        grip.setPointerCapture(event.pointerId);
        this.#from = from;
        this.#to = from;
      }
    };
    const move = (event: PointerEvent): void => {
      if (this.#from !== null) {
        this.#to = nearest(items(), event);
      }
    };
    const up = (): void => {
      const [from, to] = [this.#from, this.#to];
      this.#end();
      if (from !== null && to !== null && from !== to) {
        this.#moved(from, to);
      }
    };
    const cancel = (): void => this.#end();
    const key = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && this.#from !== null) {
        event.preventDefault();
        event.stopPropagation();
        this.#end();
      }
    };
    list.addEventListener('pointerdown', down);
    list.addEventListener('pointermove', move);
    list.addEventListener('pointerup', up);
    list.addEventListener('pointercancel', cancel);
    window.addEventListener('keydown', key, true);
    return () => {
      list.removeEventListener('pointerdown', down);
      list.removeEventListener('pointermove', move);
      list.removeEventListener('pointerup', up);
      list.removeEventListener('pointercancel', cancel);
      window.removeEventListener('keydown', key, true);
    };
  };

  #end(): void {
    this.#from = null;
    this.#to = null;
  }
}

/** The item whose middle is nearest to the pointer: lists may have several columns. */
function nearest(items: readonly Element[], { clientX, clientY }: PointerEvent): number {
  const distances = items.map((item) => {
    const { left, top, width, height } = item.getBoundingClientRect();
    return Math.hypot(left + width / 2 - clientX, top + height / 2 - clientY);
  });
  return distances.indexOf(Math.min(...distances));
}
