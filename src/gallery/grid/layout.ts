/** How pictures share a row: their own shapes side by side, or equal squares. */
export type GridMode = 'justified' | 'uniform';

/** What a grid is laid out from. Lengths in CSS px. */
export interface GridInput {
  /** Width over height of each item. */
  aspects: ArrayLike<number>;
  /** A number per item; items in a row have the same, and each run of equal ones gets a heading. */
  groups: ArrayLike<number>;
  /** Room for a row. */
  width: number;
  /** Height a row should have; in uniform mode the side a square should have. */
  target: number;
  gap: number;
  headingHeight: number;
  mode: GridMode;
}

/**
 * Rows of a grid, in typed arrays because there may be ten thousand. A row without items is the heading of
 * the row below. Lengths in CSS px, all whole.
 */
export interface GridLayout {
  rows: number;
  items: number;
  width: number;
  /** Height of everything. */
  height: number;
  /** Top of each row. */
  rowTop: Float64Array;
  rowHeight: Float64Array;
  /** First item of each row; one more entry than rows, so that row r holds `rowFirst[r] … rowFirst[r + 1] − 1`. */
  rowFirst: Int32Array;
  itemRow: Int32Array;
  itemLeft: Float64Array;
  itemWidth: Float64Array;
}

/** Beyond these a picture is shown whole inside its tile: a 2 px wide one must stay clickable. */
export const MIN_ASPECT = 0.4;
export const MAX_ASPECT = 4;
/** A row may grow that much over the target before one more picture is squeezed in. */
const MAX_STRETCH = 1.6;
/** A last row that fills so much of the width is stretched to fill it all. */
const NEARLY_FULL = 0.85;

/** The shape a tile gets for a picture's. */
export function tileAspect(aspect: number): number {
  return Number.isFinite(aspect) && aspect > 0 ? Math.min(MAX_ASPECT, Math.max(MIN_ASPECT, aspect)) : 1;
}

/** Lays out all rows: one pass over the items, about 2 ms for ten thousand. */
export function layoutGrid(input: GridInput): GridLayout {
  const count = input.aspects.length;
  const builder = new RowBuilder(count, input);
  for (let start = 0; start < count;) {
    const group = input.groups[start];
    let end = start + 1;
    while (end < count && input.groups[end] === group) {
      end += 1;
    }
    builder.heading();
    if (input.mode === 'uniform') {
      squares(builder, input, start, end);
    } else {
      justify(builder, input, start, end);
    }
    start = end;
  }
  return builder.finish();
}

function squares(builder: RowBuilder, { width, target, gap }: GridInput, start: number, end: number): void {
  const columns = Math.max(1, Math.round((width + gap) / (target + gap)));
  const side = (width - gap * (columns - 1)) / columns;
  for (let first = start; first < end; first += columns) {
    builder.row(first, Math.min(end, first + columns), side, () => 1);
  }
}

function justify(builder: RowBuilder, input: GridInput, start: number, end: number): void {
  const { width, target, gap, aspects } = input;
  const aspectOf = (i: number): number => tileAspect(aspects[i] ?? 1);
  const heightOf = (sum: number, count: number): number => (width - gap * (count - 1)) / sum;
  let first = start;
  let sum = 0;
  for (let i = start; i < end; i++) {
    const count = i - first;
    const longer = sum + aspectOf(i);
    const height = heightOf(longer, count + 1);
    if (height > target) {
      sum = longer;
      continue;
    }
    const without = count > 0 ? heightOf(sum, count) : Infinity;
    if (without <= target * MAX_STRETCH && without / target < target / height) {
      builder.row(first, i, without, aspectOf);
      first = i;
      sum = aspectOf(i);
      // A very wide picture may fill a row of its own at once.
      if (heightOf(sum, 1) <= target) {
        builder.row(first, i + 1, heightOf(sum, 1), aspectOf);
        first = i + 1;
        sum = 0;
      }
    } else {
      builder.row(first, i + 1, height, aspectOf);
      first = i + 1;
      sum = 0;
    }
  }
  if (first < end) {
    const full = heightOf(sum, end - first);
    builder.row(first, end, full * NEARLY_FULL <= target ? full : target, aspectOf);
  }
}

class RowBuilder {
  readonly #input: GridInput;
  readonly #rowTop: Float64Array;
  readonly #rowHeight: Float64Array;
  readonly #rowFirst: Int32Array;
  readonly #itemRow: Int32Array;
  readonly #itemLeft: Float64Array;
  readonly #itemWidth: Float64Array;
  #rows = 0;
  #next = 0;
  #y = 0;

  constructor(count: number, input: GridInput) {
    this.#input = input;
    // Every item could be a group of its own, with a heading.
    this.#rowTop = new Float64Array(count * 2);
    this.#rowHeight = new Float64Array(count * 2);
    this.#rowFirst = new Int32Array(count * 2 + 1);
    this.#itemRow = new Int32Array(count);
    this.#itemLeft = new Float64Array(count);
    this.#itemWidth = new Float64Array(count);
  }

  heading(): void {
    this.#push(this.#next, this.#input.headingHeight);
    this.#y += this.#input.headingHeight;
  }

  /** Adds the items `first … end − 1`. Edges are rounded, not widths, so a full row ends exactly at the edge. */
  row(first: number, end: number, exactHeight: number, aspectOf: (i: number) => number): void {
    const { gap, width } = this.#input;
    const height = Math.max(1, Math.round(exactHeight));
    let x = 0;
    for (let i = first; i < end; i++) {
      const right = x + aspectOf(i) * exactHeight;
      const left = Math.round(x);
      this.#itemRow[i] = this.#rows;
      this.#itemLeft[i] = left;
      this.#itemWidth[i] = Math.max(1, Math.min(Math.round(right), Math.floor(width)) - left);
      x = right + gap;
    }
    this.#push(first, height);
    this.#next = end;
    this.#y += height + gap;
  }

  #push(first: number, height: number): void {
    this.#rowFirst[this.#rows] = first;
    this.#rowTop[this.#rows] = this.#y;
    this.#rowHeight[this.#rows] = height;
    this.#rows += 1;
  }

  finish(): GridLayout {
    this.#rowFirst[this.#rows] = this.#next;
    return {
      rows: this.#rows,
      items: this.#itemRow.length,
      width: this.#input.width,
      height: this.#y,
      rowTop: this.#rowTop.subarray(0, this.#rows),
      rowHeight: this.#rowHeight.subarray(0, this.#rows),
      rowFirst: this.#rowFirst.subarray(0, this.#rows + 1),
      itemRow: this.#itemRow,
      itemLeft: this.#itemLeft,
      itemWidth: this.#itemWidth,
    };
  }
}

/** Whether a row is the heading of the row below. */
export function isHeading(layout: GridLayout, row: number): boolean {
  return layout.rowFirst[row] === layout.rowFirst[row + 1];
}

/** The first row that reaches below `y`; the number of rows when none does. */
export function rowAt(layout: GridLayout, y: number): number {
  let low = 0;
  let high = layout.rows;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((layout.rowTop[middle] ?? 0) + (layout.rowHeight[middle] ?? 0) > y) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/** Rows that show between two heights: from the first up to, not including, the second number. */
export function rowsBetween(layout: GridLayout, top: number, bottom: number): [number, number] {
  const first = rowAt(layout, top);
  let end = first;
  while (end < layout.rows && (layout.rowTop[end] ?? 0) < bottom) {
    end += 1;
  }
  return [first, end];
}
