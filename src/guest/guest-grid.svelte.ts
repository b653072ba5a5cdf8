import { tick, untrack } from 'svelte';
import type { GuestItem } from '../ports/share-wire';
import { GridLayout, layoutBand } from '../ui/pictures/layout';
import { type Move, neighbour } from '../ui/pictures/neighbour';

const GAP = 4;
/** Rows are rendered so far beyond the view, as a share of its height. */
const OVERSCAN = 0.75;

/** A picture of a row. Lengths in px. */
export interface GuestTileBox {
  item: GuestItem;
  index: number;
  left: number;
  width: number;
}

/** A row on screen. Lengths in px. */
export interface GuestRow {
  row: number;
  top: number;
  height: number;
  tiles: GuestTileBox[];
}

/** The height rows should have on a page so wide, px: a phone gets two or three pictures beside each other. */
export function rowTarget(width: number): number {
  return Math.round(Math.min(320, 110 + width * 0.085));
}

/** The rows of a gallery, of which only those near the view are rendered. The page itself scrolls. */
export class GuestGrid {
  readonly #items: () => readonly GuestItem[];
  #node: HTMLElement | null = null;
  #width = $state(0);
  /** What of the grid is in view, px from its upper edge. */
  #top = $state(0);
  #height = $state(0);
  #current = $state(0);
  #isFocused = $state(false);
  /** The picture at the upper edge of the view, and how far its row lies above that edge, px. */
  #anchor: { id: string; above: number } | null = null;

  readonly #layout = $derived.by(() => {
    const aspects = this.#items().map(({ width, height }) => width / height);
    const shape = {
      width: this.#width,
      target: rowTarget(this.#width),
      gap: GAP,
      headingHeight: 0,
      mode: 'justified' as const,
    };
    return new GridLayout(this.#width > 0 ? [layoutBand([{ day: 0, aspects }], shape)] : []);
  });
  readonly #span = $derived.by(() => {
    const air = this.#height * OVERSCAN;
    return this.#layout.rowsBetween(this.#top - air, this.#top + this.#height + air);
  });
  // Two numbers, so that scrolling within the same rows changes nothing in the document.
  readonly #first = $derived(this.#span[0]);
  readonly #end = $derived(this.#span[1]);
  /** Rows made so far: those that stay in the document while others come and go are left as they are. */
  readonly #made = $derived.by(() => {
    const layout = this.#layout;
    const items = this.#items();
    const made = new Map<number, GuestRow>();
    return (row: number): GuestRow => {
      const known = made.get(row) ?? rowOf(row, layout, items);
      made.set(row, known);
      return known;
    };
  });
  readonly #rows = $derived.by(() => {
    const first = this.#first;
    const end = this.#end;
    const rows = Array.from({ length: end - first }, (_, i) => first + i);
    const focused = this.#isFocused ? this.#layout.itemRow(this.tabStop) : -1;
    // What has the focus has to stay in the document, wherever it is scrolled to.
    if (focused >= 0 && focused < first) {
      rows.unshift(focused);
    } else if (focused >= end) {
      rows.push(focused);
    }
    return rows.filter((row) => !this.#layout.isHeading(row)).map((row) => this.#made(row));
  });

  constructor(items: () => readonly GuestItem[]) {
    this.#items = items;
  }

  /** Height of all rows, px. */
  get height(): number {
    return this.#layout.height;
  }

  get rows(): GuestRow[] {
    return this.#rows;
  }

  /** The one picture that Tab leads to. */
  get tabStop(): number {
    return Math.max(0, Math.min(this.#current, this.#layout.items - 1));
  }

  /** Follows the size of an element and the scrolling of the page, until the returned function is called. */
  readonly attach = (node: HTMLElement): (() => void) => {
    this.#node = node;
    const measure = (): void => {
      const { top, width } = node.getBoundingClientRect();
      this.#width = Math.floor(width);
      this.#top = -top;
      this.#height = innerHeight;
      this.#dropAnchor();
    };
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    addEventListener('scroll', measure, { passive: true });
    addEventListener('resize', measure);
    // What it reads must not begin all this anew.
    untrack(measure);
    return () => {
      observer.disconnect();
      removeEventListener('scroll', measure);
      removeEventListener('resize', measure);
      this.#node = null;
    };
  };

  /** Keeps what is looked at where it is when pictures come in above it, until the component is gone. */
  follow(): void {
    $effect(() => {
      const layout = this.#layout;
      untrack(() => {
        const anchor = this.#anchor;
        const index = anchor ? this.#items().findIndex(({ id }) => id === anchor.id) : -1;
        const shift =
          anchor && index >= 0 ? layout.rowTop(layout.itemRow(index)) + anchor.above - this.#top : 0;
        if (this.#top > 0 && Math.abs(shift) >= 1) {
          scrollBy({ top: shift });
        }
      });
    });
  }

  #dropAnchor(): void {
    const row = this.#layout.rowAt(this.#top);
    const item = this.#items()[this.#layout.rowFirst(row)];
    this.#anchor = item ? { id: item.id, above: this.#top - this.#layout.rowTop(row) } : null;
  }

  /** A picture got (or all lost) the focus. */
  focused(index: number | null): void {
    this.#isFocused = index !== null;
    this.#current = index ?? this.#current;
  }

  /** Moves the focus. */
  async move(move: Move): Promise<void> {
    await this.reveal(neighbour(this.#layout, this.tabStop, move, undefined, this.#height), true);
  }

  /** Scrolls a picture into view, unless it is there. */
  async reveal(index: number, focus = false): Promise<void> {
    const node = this.#node;
    if (!node || index < 0 || index >= this.#layout.items) {
      return;
    }
    this.#current = index;
    const row = this.#layout.itemRow(index);
    const top = this.#layout.rowTop(row);
    const bottom = top + this.#layout.rowHeight(row);
    const bar = parseFloat(getComputedStyle(node).scrollMarginTop) || 0;
    const isAbove = top < this.#top + bar;
    if (isAbove || bottom > this.#top + this.#height) {
      scrollBy({ top: isAbove ? top - this.#top - bar : bottom - this.#top - this.#height + GAP });
    }
    await tick();
    if (focus) {
      node.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus({ preventScroll: true });
    }
  }
}

function rowOf(row: number, layout: GridLayout, items: readonly GuestItem[]): GuestRow {
  const first = layout.rowFirst(row);
  return {
    row,
    top: layout.rowTop(row),
    height: layout.rowHeight(row),
    tiles: Array.from({ length: layout.rowFirst(row + 1) - first }, (_, i) => first + i).flatMap((index) => {
      const item = items[index];
      return item ? [{ item, index, left: layout.itemLeft(index), width: layout.itemWidth(index) }] : [];
    }),
  };
}
