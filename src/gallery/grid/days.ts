import type { DayName } from '../../i18n/day-words';
/** Group of items whose time the server does not tell; servers of the seed era tell none. */
export const UNKNOWN_DAY = -1;

const DAY = 86_400_000;

/** The local calendar day of a time in ms since the epoch, counted so that the next day is one more. */
export function dayOf(ms: number): number {
  if (ms <= 0 || !Number.isFinite(ms)) {
    return UNKNOWN_DAY;
  }
  const date = new Date(ms);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY;
}

/** The days of many times at once: neighbours mostly share one, so most need no calendar. */
export function daysOf(times: readonly number[]): Int32Array {
  const days = new Int32Array(times.length);
  let day = UNKNOWN_DAY;
  let from = NaN;
  let to = NaN;
  times.forEach((time, i) => {
    if (!(time >= from && time < to)) {
      day = dayOf(time);
      from = day === UNKNOWN_DAY ? NaN : startOfDay(day);
      to = day === UNKNOWN_DAY ? NaN : startOfDay(day + 1);
    }
    days[i] = day;
  });
  return days;
}

/** When a local day begins, ms since the epoch. Days are not all 24 h long where clocks change. */
export function startOfDay(day: number): number {
  const utc = new Date(day * DAY);
  return new Date(utc.getUTCFullYear(), utc.getUTCMonth(), utc.getUTCDate()).getTime();
}

/** Names a day as seen from another; `year` says whether the year has to be told. */
export function nameDay(day: number, today: number): DayName {
  if (day === UNKNOWN_DAY) {
    return { kind: 'unknown' };
  }
  if (day === today) {
    return { kind: 'today' };
  }
  if (day === today - 1) {
    return { kind: 'yesterday' };
  }
  const at = startOfDay(day);
  return { kind: 'date', at, year: new Date(at).getFullYear() !== new Date(startOfDay(today)).getFullYear() };
}
