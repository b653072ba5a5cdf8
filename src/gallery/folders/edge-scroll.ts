/** So near an edge it scrolls, px; less where a box is low. */
const NEAR = 48;
/** At the edge and beyond it, px a second. */
const FASTEST = 1000;
/** A frame that was late moves no further, ms. */
const LONGEST_FRAME = 50;

/**
 * How fast a box scrolls while something is held near one of its edges.
 * @param at where it is held, and `from` and `to` where the box begins and ends, px.
 * @returns px a second, negative towards its beginning.
 */
export function edgeSpeed(at: number, from: number, to: number): number {
  const near = Math.min(NEAR, (to - from) / 3);
  const depth = (edge: number): number => Math.min(1, Math.max(0, edge / near));
  const speed = (share: number): number => share * share * FASTEST;
  return near > 0 ? speed(depth(at - (to - near))) - speed(depth(from + near - at)) : 0;
}

/** Scrolls a box while something is held near its upper or lower edge. */
export class EdgeScroll {
  readonly #box: () => HTMLElement | null;
  readonly #onScroll: () => void;
  #speed = 0;
  #frame = 0;
  #before = 0;

  /** @param onScroll is called after each step. */
  constructor(box: () => HTMLElement | null, onScroll: () => void) {
    this.#box = box;
    this.#onScroll = onScroll;
  }

  /** Something is held at a place, px of the window. */
  hold(x: number, y: number): void {
    const rect = this.#box()?.getBoundingClientRect();
    const isOver = rect !== undefined && x >= rect.left && x <= rect.right;
    this.#speed = isOver ? edgeSpeed(y, rect.top, rect.bottom) : 0;
    if (this.#speed !== 0 && this.#frame === 0) {
      this.#before = performance.now();
      this.#frame = requestAnimationFrame(this.#step);
    }
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#speed = 0;
  }

  #step = (now: number): void => {
    this.#frame = 0;
    const box = this.#box();
    const passed = Math.min(LONGEST_FRAME, Math.max(0, now - this.#before));
    this.#before = now;
    if (!box || this.#speed === 0) {
      return;
    }
    this.#frame = requestAnimationFrame(this.#step);
    const { scrollTop } = box;
    // At least a whole pixel: smaller steps would be lost one by one.
    const step = Math.max(1, Math.round((Math.abs(this.#speed) * passed) / 1000));
    box.scrollTop += Math.sign(this.#speed) * step;
    if (box.scrollTop !== scrollTop) {
      this.#onScroll();
    }
  };
}
