/** How pictures share a row: their own shapes side by side, equal squares, or a line of words for each. */
export type GridMode = 'justified' | 'uniform' | 'list';

/** How rows are made. Lengths in CSS px. */
export interface GridShape {
  /** Room for a row. */
  width: number;
  /** Height a row should have; in uniform mode the side a square should have; in a list the height of a line. */
  target: number;
  gap: number;
  /** 0: without headings. */
  headingHeight: number;
  mode: GridMode;
}

/** What a grid is laid out from. Lengths in CSS px. */
export interface GridInput extends GridShape {
  /** Width over height of each item. */
  aspects: ArrayLike<number>;
  /** The day of each item; each run of equal ones gets a heading. */
  groups: ArrayLike<number>;
}

/** The rows of a band, headings first; positions count from the band's beginning. Lengths in CSS px, all whole. */
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

/**
 * Beyond these a picture is shown whole inside its tile: a 2 px wide one must stay clickable, and a strip that is
 * eight times as wide as high must not fill a row. Cinema's 21:9 and a phone's 9:21 are within.
 */
export const MIN_ASPECT = 0.4;
export const MAX_ASPECT = 2.5;
/** Room between two days that share a row, and what the heading of one needs. */
const DAY_GAP = 28;
const LEAST_DAY = 220;
/** Days of one week may share rows, Monday first, so that a new picture moves no further days than those. */
const WEEK = 7;
const MONDAY = 3;
/** A row may grow that much over the target before one more picture is squeezed in. */
const MAX_STRETCH = 1.6;
/** A last row that fills so much of the width is stretched to fill it all. */
const NEARLY_FULL = 0.85;

/** The shape a tile gets for a picture's. */
export function tileAspect(aspect: number): number {
  return Number.isFinite(aspect) && aspect > 0 ? Math.min(MAX_ASPECT, Math.max(MIN_ASPECT, aspect)) : 1;
}

/** A day as it is laid out. */
export interface DayItems {
  day: number;
  /** Width over height of each item. */
  aspects: ArrayLike<number>;
}

/** Whether days may share a row at all. */
function mayShare(a: number, b: number): boolean {
  const week = (day: number): number => Math.floor((day + MONDAY) / WEEK);
  return a >= 0 && b >= 0 && week(a) === week(b);
}

/** How much of a row a day takes, its heading included; Infinity when it fills more than one. Columns are rounded up. */
function widthOfDay({ aspects }: DayItems, shape: GridShape): number {
  const { width, target, gap, mode } = shape;
  if (mode === 'list') {
    return Infinity;
  }
  if (mode === 'uniform') {
    const { columns, side } = columnsOf(shape);
    const taken = Math.max(aspects.length, Math.ceil((LEAST_DAY + gap) / (side + gap)));
    return aspects.length > columns ? Infinity : taken * (side + gap) - gap;
  }
  let taken = -gap;
  for (let i = 0; i < aspects.length; i++) {
    taken += tileAspect(aspects[i] ?? 1) * target + gap;
    if (taken > width) {
      return Infinity;
    }
  }
  return Math.max(LEAST_DAY, taken);
}

/** How many of the days from one on share a row, the first included. */
export function daysInBand(days: readonly DayItems[], from: number, shape: GridShape): number {
  const first = days[from];
  if (!first) {
    return 0;
  }
  const between = shape.mode === 'uniform' ? shape.gap : DAY_GAP;
  let taken = widthOfDay(first, shape);
  let count = 1;
  for (;;) {
    const next = days[from + count];
    if (!next || !mayShare(first.day, next.day)) {
      return count;
    }
    taken += between + widthOfDay(next, shape);
    if (taken > shape.width) {
      return count;
    }
    count += 1;
  }
}

/** Lays out days that share rows; one that shares none: one pass over its items, about 0.2 ms for a thousand. */
export function layoutBand(days: readonly DayItems[], shape: GridShape): Band {
  const count = days.reduce((sum, { aspects }) => sum + aspects.length, 0);
  const builder = new RowBuilder(count, shape);
  if (shape.headingHeight > 0) {
    builder.heading();
  }
  const [first] = days;
  if (first && days.length === 1) {
    if (shape.mode === 'uniform') {
      squares(builder, shape, count);
    } else if (shape.mode === 'list') {
      lines(builder, shape, count);
    } else {
      justify(builder, shape, first.aspects);
    }
    return { days: [{ day: first.day, count, left: 0, width: shape.width }], count, rows: builder.finish() };
  }
  return { days: sideBySide(builder, days, shape), count, rows: builder.finish() };
}

function sideBySide(builder: RowBuilder, days: readonly DayItems[], shape: GridShape): BandDay[] {
  const { gap, target, mode } = shape;
  const isUniform = mode === 'uniform';
  const height = isUniform ? columnsOf(shape).side : target;
  const places: { left: number; right: number }[] = [];
  let left = 0;
  const placed = days.map((day): BandDay => {
    const width = widthOfDay(day, shape);
    let x = left;
    for (let i = 0; i < day.aspects.length; i++) {
      const right = x + (isUniform ? 1 : tileAspect(day.aspects[i] ?? 1)) * height;
      places.push({ left: x, right });
      x = right + gap;
    }
    const own = {
      day: day.day,
      count: day.aspects.length,
      left: Math.round(left),
      width: Math.floor(width),
    };
    left += width + (isUniform ? gap : DAY_GAP);
    return own;
  });
  builder.places(places, height);
  return placed;
}

function columnsOf({ width, target, gap }: GridShape): { columns: number; side: number } {
  const columns = Math.max(1, Math.round((width + gap) / (target + gap)));
  return { columns, side: (width - gap * (columns - 1)) / columns };
}

function lines(builder: RowBuilder, { width, target }: GridShape, count: number): void {
  for (let item = 0; item < count; item++) {
    builder.row(item, item + 1, target, () => width / target);
  }
}

function squares(builder: RowBuilder, shape: GridShape, count: number): void {
  const { columns, side } = columnsOf(shape);
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
    let x = 0;
    for (let i = first; i < end; i++) {
      const right = x + aspectOf(i) * exactHeight;
      this.#place(i, x, right);
      x = right + this.#shape.gap;
    }
    this.#close(first, end, exactHeight);
  }

  /** Adds all items in one row, each where it is told to be. */
  places(places: readonly { left: number; right: number }[], exactHeight: number): void {
    places.forEach(({ left, right }, i) => this.#place(i, left, right));
    this.#close(0, places.length, exactHeight);
  }

  #place(item: number, from: number, to: number): void {
    const left = Math.round(from);
    this.#itemRow[item] = this.#rows;
    this.#itemLeft[item] = left;
    this.#itemWidth[item] = Math.max(1, Math.min(Math.round(to), Math.floor(this.#shape.width)) - left);
  }

  #close(first: number, end: number, exactHeight: number): void {
    const height = Math.max(1, Math.round(exactHeight));
    this.#push(first, height);
    this.#next = end;
    this.#y += height + this.#shape.gap;
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

/** A day in its band. Lengths in CSS px. */
export interface BandDay {
  day: number;
  count: number;
  left: number;
  width: number;
}

/** One day with rows of its own, or some short days side by side in one row. */
export interface Band {
  days: readonly BandDay[];
  /** Items of all its days. */
  count: number;
  rows: DayRows;
}

/**
 * All rows of a grid: the bands below each other. A row without items holds the headings of the row below.
 * Immutable; bands that did not change are shared between one layout and the next. Lengths in CSS px, all
 * whole; positions out of range give 0.
 */
export class GridLayout {
  readonly rows: number;
  readonly items: number;
  /** Height of everything. */
  readonly height: number;
  readonly #bands: readonly Band[];
  /** Where each band begins; one more entry than bands. */
  readonly #firstItem: Int32Array;
  readonly #firstRow: Int32Array;
  readonly #top: Float64Array;

  constructor(bands: readonly Band[]) {
    this.#bands = bands;
    this.#firstItem = new Int32Array(bands.length + 1);
    this.#firstRow = new Int32Array(bands.length + 1);
    this.#top = new Float64Array(bands.length + 1);
    bands.forEach(({ count, rows }, i) => {
      this.#firstItem[i + 1] = (this.#firstItem[i] ?? 0) + count;
      this.#firstRow[i + 1] = (this.#firstRow[i] ?? 0) + rows.rows;
      this.#top[i + 1] = (this.#top[i] ?? 0) + rows.height;
    });
    this.items = this.#firstItem[bands.length] ?? 0;
    this.rows = this.#firstRow[bands.length] ?? 0;
    this.height = this.#top[bands.length] ?? 0;
  }

  rowTop(row: number): number {
    const at = lastAtOrBefore(this.#firstRow, row);
    return (this.#top[at] ?? 0) + (this.#bands[at]?.rows.rowTop[row - (this.#firstRow[at] ?? 0)] ?? 0);
  }

  rowHeight(row: number): number {
    const at = lastAtOrBefore(this.#firstRow, row);
    return this.#bands[at]?.rows.rowHeight[row - (this.#firstRow[at] ?? 0)] ?? 0;
  }

  /** First item of a row, so that row r holds `rowFirst(r) … rowFirst(r + 1) − 1`. */
  rowFirst(row: number): number {
    const at = lastAtOrBefore(this.#firstRow, row);
    const local = this.#bands[at]?.rows.rowFirst[row - (this.#firstRow[at] ?? 0)];
    return local === undefined ? this.items : (this.#firstItem[at] ?? 0) + local;
  }

  itemRow(item: number): number {
    const at = lastAtOrBefore(this.#firstItem, item);
    return (
      (this.#firstRow[at] ?? 0) + (this.#bands[at]?.rows.itemRow[item - (this.#firstItem[at] ?? 0)] ?? 0)
    );
  }

  itemLeft(item: number): number {
    const at = lastAtOrBefore(this.#firstItem, item);
    return this.#bands[at]?.rows.itemLeft[item - (this.#firstItem[at] ?? 0)] ?? 0;
  }

  itemWidth(item: number): number {
    const at = lastAtOrBefore(this.#firstItem, item);
    return this.#bands[at]?.rows.itemWidth[item - (this.#firstItem[at] ?? 0)] ?? 0;
  }

  /** All bands, from the top. */
  get bands(): readonly Band[] {
    return this.#bands;
  }

  /** Where a band begins, px. */
  bandTop(band: number): number {
    return this.#top[band] ?? 0;
  }

  /** The band that reaches over a height; the last one below all. */
  bandAt(y: number): number {
    return Math.max(0, Math.min(this.#bands.length - 1, lastAtOrBefore(this.#top, y)));
  }

  /** The band a row belongs to; `null` out of range. */
  bandOf(row: number): Band | null {
    return this.#bands[lastAtOrBefore(this.#firstRow, row)] ?? null;
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

/** The last band that begins at or before a position. */
function lastAtOrBefore(starts: ArrayLike<number>, position: number): number {
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
  const days: DayItems[] = [];
  for (let start = 0; start < aspects.length;) {
    let end = start + 1;
    while (end < aspects.length && groups[end] === groups[start]) {
      end += 1;
    }
    const own = Array.from({ length: end - start }, (_, i) => aspects[start + i] ?? 1);
    days.push({ day: groups[start] ?? 0, aspects: own });
    start = end;
  }
  return layoutDays(days, shape, (band) => layoutBand(band, shape));
}

/** Puts days into bands, each of which `lay` lays out. */
export function layoutDays<T extends DayItems>(
  days: readonly T[],
  shape: GridShape,
  lay: (days: readonly T[]) => Band,
): GridLayout {
  const bands: Band[] = [];
  for (let from = 0; from < days.length;) {
    const count = daysInBand(days, from, shape);
    bands.push(lay(days.slice(from, from + count)));
    from += count;
  }
  return new GridLayout(bands);
}
