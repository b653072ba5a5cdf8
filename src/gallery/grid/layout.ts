/** How pictures share a row: their own shapes side by side, or equal squares. */
export type GridMode = 'justified' | 'uniform';

/** How rows are made. Lengths in CSS px. */
export interface GridShape {
  /** Room for a row. */
  width: number;
  /** Height a row should have; in uniform mode the side a square should have. */
  target: number;
  gap: number;
  headingHeight: number;
  mode: GridMode;
}

/** What a grid is laid out from. Lengths in CSS px. */
export interface GridInput extends GridShape {
  /** Width over height of each item. */
  aspects: ArrayLike<number>;
  /** A number per item; items in a row have the same, and each run of equal ones gets a heading. */
  groups: ArrayLike<number>;
}

/** The rows of one day, a heading first; positions count from the day's beginning. Lengths in CSS px, all whole. */
export interface DayRows {
  rows: number;
  height: number;
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

/** Lays out the rows of one day: one pass over its items, about 0.2 ms for a thousand. */
export function layoutDay(aspects: ArrayLike<number>, shape: GridShape): DayRows {
  const builder = new RowBuilder(aspects.length, shape);
  builder.heading();
  if (shape.mode === 'uniform') {
    squares(builder, shape, aspects.length);
  } else {
    justify(builder, shape, aspects);
  }
  return builder.finish();
}

function squares(builder: RowBuilder, { width, target, gap }: GridShape, count: number): void {
  const columns = Math.max(1, Math.round((width + gap) / (target + gap)));
  const side = (width - gap * (columns - 1)) / columns;
  for (let first = 0; first < count; first += columns) {
    builder.row(first, Math.min(count, first + columns), side, () => 1);
  }
}

function justify(builder: RowBuilder, shape: GridShape, aspects: ArrayLike<number>): void {
  const { width, target, gap } = shape;
  const end = aspects.length;
  const aspectOf = (i: number): number => tileAspect(aspects[i] ?? 1);
  const heightOf = (sum: number, count: number): number => (width - gap * (count - 1)) / sum;
  let first = 0;
  let sum = 0;
  for (let i = 0; i < end; i++) {
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
  readonly #shape: GridShape;
  readonly #rowTop: Float64Array;
  readonly #rowHeight: Float64Array;
  readonly #rowFirst: Int32Array;
  readonly #itemRow: Int32Array;
  readonly #itemLeft: Float64Array;
  readonly #itemWidth: Float64Array;
  #rows = 0;
  #next = 0;
  #y = 0;

  constructor(count: number, shape: GridShape) {
    this.#shape = shape;
    // Every item could have a row of its own, below the heading.
    this.#rowTop = new Float64Array(count + 1);
    this.#rowHeight = new Float64Array(count + 1);
    this.#rowFirst = new Int32Array(count + 2);
    this.#itemRow = new Int32Array(count);
    this.#itemLeft = new Float64Array(count);
    this.#itemWidth = new Float64Array(count);
  }

  heading(): void {
    this.#push(this.#next, this.#shape.headingHeight);
    this.#y += this.#shape.headingHeight;
  }

  /** Adds the items `first … end − 1`. Edges are rounded, not widths, so a full row ends exactly at the edge. */
  row(first: number, end: number, exactHeight: number, aspectOf: (i: number) => number): void {
    const { gap, width } = this.#shape;
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

  finish(): DayRows {
    this.#rowFirst[this.#rows] = this.#next;
    return {
      rows: this.#rows,
      height: this.#y,
      // Copies, not views: most rows hold several items, and a hundred thousand items are kept.
      rowTop: this.#rowTop.slice(0, this.#rows),
      rowHeight: this.#rowHeight.slice(0, this.#rows),
      rowFirst: this.#rowFirst.slice(0, this.#rows + 1),
      itemRow: this.#itemRow,
      itemLeft: this.#itemLeft,
      itemWidth: this.#itemWidth,
    };
  }
}

/** A day of a layout: its number, how many items it has, and their rows. */
export interface LaidOutDay {
  day: number;
  count: number;
  rows: DayRows;
}

/**
 * All rows of a grid: the days below each other. A row without items is the heading of the row below.
 * Immutable; days that did not change are shared between one layout and the next. Lengths in CSS px, all
 * whole; positions out of range give 0.
 */
export class GridLayout {
  readonly rows: number;
  readonly items: number;
  /** Height of everything. */
  readonly height: number;
  readonly #days: readonly LaidOutDay[];
  /** Where each day begins; one more entry than days. */
  readonly #firstItem: Int32Array;
  readonly #firstRow: Int32Array;
  readonly #top: Float64Array;

  constructor(days: readonly LaidOutDay[]) {
    this.#days = days;
    this.#firstItem = new Int32Array(days.length + 1);
    this.#firstRow = new Int32Array(days.length + 1);
    this.#top = new Float64Array(days.length + 1);
    days.forEach(({ count, rows }, i) => {
      this.#firstItem[i + 1] = (this.#firstItem[i] ?? 0) + count;
      this.#firstRow[i + 1] = (this.#firstRow[i] ?? 0) + rows.rows;
      this.#top[i + 1] = (this.#top[i] ?? 0) + rows.height;
    });
    this.items = this.#firstItem[days.length] ?? 0;
    this.rows = this.#firstRow[days.length] ?? 0;
    this.height = this.#top[days.length] ?? 0;
  }

  rowTop(row: number): number {
    const at = dayAt(this.#firstRow, row);
    return (this.#top[at] ?? 0) + (this.#days[at]?.rows.rowTop[row - (this.#firstRow[at] ?? 0)] ?? 0);
  }

  rowHeight(row: number): number {
    const at = dayAt(this.#firstRow, row);
    return this.#days[at]?.rows.rowHeight[row - (this.#firstRow[at] ?? 0)] ?? 0;
  }

  /** First item of a row, so that row r holds `rowFirst(r) … rowFirst(r + 1) − 1`. */
  rowFirst(row: number): number {
    const at = dayAt(this.#firstRow, row);
    const local = this.#days[at]?.rows.rowFirst[row - (this.#firstRow[at] ?? 0)];
    return local === undefined ? this.items : (this.#firstItem[at] ?? 0) + local;
  }

  itemRow(item: number): number {
    const at = dayAt(this.#firstItem, item);
    return (this.#firstRow[at] ?? 0) + (this.#days[at]?.rows.itemRow[item - (this.#firstItem[at] ?? 0)] ?? 0);
  }

  itemLeft(item: number): number {
    const at = dayAt(this.#firstItem, item);
    return this.#days[at]?.rows.itemLeft[item - (this.#firstItem[at] ?? 0)] ?? 0;
  }

  itemWidth(item: number): number {
    const at = dayAt(this.#firstItem, item);
    return this.#days[at]?.rows.itemWidth[item - (this.#firstItem[at] ?? 0)] ?? 0;
  }

  /** The day a row belongs to; `null` out of range. */
  dayOf(row: number): LaidOutDay | null {
    return this.#days[dayAt(this.#firstRow, row)] ?? null;
  }

  /** The first row that reaches below `y`; the number of rows when none does. */
  rowAt(y: number): number {
    let low = 0;
    let high = this.rows;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rowTop(middle) + this.rowHeight(middle) > y) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Rows that show between two heights: from the first up to, not including, the second number. */
  rowsBetween(top: number, bottom: number): [number, number] {
    const first = this.rowAt(top);
    let end = first;
    while (end < this.rows && this.rowTop(end) < bottom) {
      end += 1;
    }
    return [first, end];
  }

  /** Whether a row is the heading of the row below. */
  isHeading(row: number): boolean {
    return this.rowFirst(row) === this.rowFirst(row + 1);
  }
}

/** The last day that begins at or before a position. */
function dayAt(starts: Int32Array, position: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= position) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

/** Lays everything out at once. */
export function layoutGrid({ aspects, groups, ...shape }: GridInput): GridLayout {
  const days: LaidOutDay[] = [];
  for (let start = 0; start < aspects.length;) {
    let end = start + 1;
    while (end < aspects.length && groups[end] === groups[start]) {
      end += 1;
    }
    const own = Array.from({ length: end - start }, (_, i) => aspects[start + i] ?? 1);
    days.push({ day: groups[start] ?? 0, count: end - start, rows: layoutDay(own, shape) });
    start = end;
  }
  return new GridLayout(days);
}
