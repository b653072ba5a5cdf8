import { formatTime, t } from './index.svelte';

/** How a day is headed: by word when near, by date (ms since the epoch) otherwise; `year`: whether that has to be told. */
export type DayName =
  { kind: 'today' | 'yesterday' | 'unknown' } | { kind: 'date'; at: number; year: boolean };

/** What a day is called in the present language. */
export function dayWords(name: DayName): string {
  if (name.kind !== 'date') {
    return t(`gallery.day.${name.kind}`);
  }
  return formatTime(name.at, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(name.year ? { year: 'numeric' } : {}),
  });
}
