import type { Comparison, DateExtent, DateWord, Extent, Shape } from './query';

/** Pixels of a megapixel as those count who make squares of 1024. */
const MEGAPIXEL = 1024 * 1024;
/** Sides that differ by less, as a share, still make a square. */
const SQUARE = 0.02;

/** Whether a number lies where it is asked for; unknown ones (NaN) never do. */
export function within(value: number, extent: Extent): boolean {
  return extent.op === '..'
    ? value >= Math.min(extent.from, extent.to) && value <= Math.max(extent.from, extent.to)
    : compare(value, extent.op, extent.value);
}

function compare(value: number, op: Comparison, with_: number): boolean {
  switch (op) {
    case '=':
      return value === with_;
    case '>':
      return value > with_;
    case '>=':
      return value >= with_;
    case '<':
      return value < with_;
    case '<=':
      return value <= with_;
  }
}

/** Megapixels to a tenth where they are compared for equality: 1152 × 896 is one. */
export function hasMegapixels(width: number, height: number, extent: Extent): boolean {
  const exact = (width * height) / MEGAPIXEL;
  return within(extent.op === '=' ? Math.round(exact * 10) / 10 : exact, extent);
}

export function shapeOf(width: number, height: number): Shape {
  return Math.abs(width - height) <= SQUARE * Math.max(width, height)
    ? 'square'
    : width > height
      ? 'landscape'
      : 'portrait';
}

/** The time a date stands for, from … to before, ms since the epoch. */
export function timesOf(extent: DateExtent, now: number): { from: number; before: number } {
  if (extent.op === '..') {
    const [a, b] = [spanOf(extent.from, now), spanOf(extent.to, now)];
    return { from: Math.min(a.from, b.from), before: Math.max(a.before, b.before) };
  }
  const { from, before } = spanOf(extent.date, now);
  switch (extent.op) {
    case '=':
      return { from, before };
    case '>':
      return { from: before, before: Infinity };
    case '>=':
      return { from, before: Infinity };
    // What nobody knows the time of, is not before anything.
    case '<':
      return { from: 1, before: from };
    case '<=':
      return { from: 1, before };
  }
}

/** In this browser's time zone, like the days of the grid. */
function spanOf(word: DateWord, now: number): { from: number; before: number } {
  const day = (back: number): number => {
    const date = new Date(now);
    return new Date(date.getFullYear(), date.getMonth(), date.getDate() - back).getTime();
  };
  if (word === 'today') {
    return { from: day(0), before: day(-1) };
  }
  if (word === 'yesterday') {
    return { from: day(1), before: day(0) };
  }
  if (word.endsWith('d')) {
    return { from: day(parseInt(word, 10) - 1), before: day(-1) };
  }
  const [year = 0, month, date] = word.split('-').map(Number);
  const start = (y: number, m: number, d: number): number => new Date(y, m, d).getTime();
  if (month === undefined) {
    return { from: start(year, 0, 1), before: start(year + 1, 0, 1) };
  }
  return date === undefined
    ? { from: start(year, month - 1, 1), before: start(year, month, 1) }
    : { from: start(year, month - 1, date), before: start(year, month - 1, date + 1) };
}
