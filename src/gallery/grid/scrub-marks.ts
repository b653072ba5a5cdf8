import { startOfDay } from './days';
import type { GridLayout } from '../../ui/pictures/layout';

/** A mark beside the grid where a month begins. */
export interface ScrubMark {
  /** Where it stands, px from the top of the rail. */
  top: number;
  /** A time in that month, ms since the epoch. */
  at: number;
  /** Whether its year is written there, or its month; `none` where there is no room for words. */
  words: 'year' | 'month' | 'none';
}

/** Two marks nearer than this, px, would be one; and words need so much. */
const LEAST = 6;
const LEAST_WORDS = 22;

/**
 * The marks of a rail of some height, px, from the top. Years come before months where there is no room for both,
 * for a year without its number would be lost in the other.
 */
export function scrubMarks(layout: GridLayout, railHeight: number): ScrubMark[] {
  const marks: (ScrubMark & { isYear: boolean })[] = [];
  let month = NaN;
  let year = NaN;
  layout.bands.forEach(({ days }, band) => {
    const day = days[0]?.day ?? -1;
    if (day < 0) {
      return;
    }
    const date = new Date(startOfDay(day));
    const its = date.getFullYear() * 12 + date.getMonth();
    if (its === month) {
      return;
    }
    const top = layout.height > 0 ? (layout.bandTop(band) / layout.height) * railHeight : 0;
    const isYear = date.getFullYear() !== year;
    month = its;
    year = date.getFullYear();
    if (isYear || top - (marks.at(-1)?.top ?? -Infinity) >= LEAST) {
      marks.push({ top, at: date.getTime(), words: 'none', isYear });
    }
  });
  const written: number[] = [];
  for (const wanted of [true, false]) {
    for (const mark of marks) {
      if (mark.isYear === wanted && written.every((top) => Math.abs(top - mark.top) >= LEAST_WORDS)) {
        mark.words = wanted ? 'year' : 'month';
        written.push(mark.top);
      }
    }
  }
  return marks.map(({ top, at, words }) => ({ top, at, words }));
}

/** Where a key leads in a list that is in another order than that of time, as a percentage; null for every other key. */
export function percentKey(percent: number, key: string): number | null {
  const steps: Record<string, number> = {
    ArrowUp: -1,
    ArrowLeft: -1,
    ArrowDown: 1,
    ArrowRight: 1,
    PageUp: -10,
    PageDown: 10,
    Home: -100,
    End: 100,
  };
  const step = steps[key];
  return step === undefined ? null : Math.max(0, Math.min(100, percent + step));
}

/** Where a key leads, as a band; null for every other key. Up is newer, a page is a month. */
export function scrubKey(layout: GridLayout, band: number, key: string): number | null {
  const last = layout.bands.length - 1;
  const monthOf = (at: number): number => {
    const date = new Date(startOfDay(layout.bands[at]?.days[0]?.day ?? 0));
    return date.getFullYear() * 12 + date.getMonth();
  };
  const toMonth = (step: 1 | -1): number => {
    let at = band;
    while (at + step >= 0 && at + step <= last && monthOf(at + step) === monthOf(band)) {
      at += step;
    }
    return at + step;
  };
  const goals: Record<string, () => number> = {
    ArrowUp: () => band - 1,
    ArrowLeft: () => band - 1,
    ArrowDown: () => band + 1,
    ArrowRight: () => band + 1,
    PageUp: () => toMonth(-1),
    PageDown: () => toMonth(1),
    Home: () => 0,
    End: () => last,
  };
  const goal = goals[key]?.();
  return goal === undefined ? null : Math.max(0, Math.min(last, goal));
}
