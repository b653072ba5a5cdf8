import type { Attachment } from 'svelte/attachments';
import { MediaQuery } from 'svelte/reactivity';
import { nearestScroller } from './nearest-scroller';

/** Rows are there so far outside what is seen, px. */
const MARGIN = 600;
/** The window moves by so many rows at a time: not every pixel of a scroll concerns it. */
const STEP = 8;
/** Rows that are there before anything was measured. */
const FIRST = 24;

/** Rows of a list from one place up to another. */
export interface Reach {
  from: number;
  end: number;
}

/**
 * The rows near what is seen.
 * @param top where the list begins, seen from the upper edge of what scrolls it, px.
 * @param height of what scrolls it, px.
 * @param row height of one row, px.
 */
export function reach(top: number, height: number, row: number): Reach {
  const from = Math.floor((-top - MARGIN) / row / STEP) * STEP;
  const end = Math.ceil((height - top + MARGIN) / row / STEP) * STEP;
  return { from: Math.max(0, from), end: Math.max(FIRST, end) };
}

/** Which rows of a long list are in the document: those near what is seen, and single ones that must not go. */
export class RowWindow {
  #reach = $state.raw<Reach>({ from: 0, end: FIRST });
  #row: number;
  /** From here on another element scrolls. */
  readonly #columns = new MediaQuery('min-width: 1024px');

  /** @param row height of a row before one was measured, px. */
  constructor(row: number) {
    this.#row = row;
  }

  /** Height of the rows that are not there, px each. */
  get row(): number {
    return this.#row;
  }

  /**
   * Places of the rows that are to be there, in order.
   * @param count how many rows the list has.
   * @param kept places of rows that stay wherever the list is scrolled to, such as the one with the focus.
   */
  places(count: number, kept: readonly number[]): number[] {
    const { from, end } = this.#reach;
    const first = Math.min(from, Math.max(0, count - FIRST));
    const near = Array.from({ length: Math.max(0, Math.min(end, count) - first) }, (_, at) => first + at);
    const others = kept.filter((place) => place >= 0 && place < count && (place < first || place >= end));
    return others.length === 0 ? near : [...new Set([...near, ...others])].sort((a, b) => a - b);
  }

  /** Follows the scrolling of the list it is attached to. */
  readonly watch: Attachment<HTMLElement> = (list) => {
    void this.#columns.current;
    const scroller = nearestScroller(list);
    const source: EventTarget = scroller ?? document;
    const measure = (): void => {
      this.#row = list.querySelector<HTMLElement>('[data-row]')?.offsetHeight || this.#row;
      const edge = scroller?.getBoundingClientRect().top ?? 0;
      const height = scroller?.clientHeight ?? innerHeight;
      const now = reach(list.getBoundingClientRect().top - edge, height, this.#row);
      if (now.from !== this.#reach.from || now.end !== this.#reach.end) {
        this.#reach = now;
      }
    };
    let frame = 0;
    const soon = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(measure);
    };
    // The list's own height changes with what is in it, and where it begins with what is above.
    const sizes = new ResizeObserver(soon);
    sizes.observe(scroller ?? document.documentElement);
    sizes.observe(list);
    source.addEventListener('scroll', soon, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      sizes.disconnect();
      source.removeEventListener('scroll', soon);
    };
  };
}
