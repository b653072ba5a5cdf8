import { formatTime, t } from './index.svelte';

/** How a day is headed: by word when near, by date (ms since the epoch) otherwise; `year`: whether that has to be told. */
export type DayName =
  { kind: 'today' | 'yesterday' | 'unknown' } | { kind: 'date'; at: number; year: boolean };

/**
 * What a day is called in the present language.
 * @param brief without weekday and year, where there is no room for them.
 */
export function dayWords(name: DayName, brief = false): string {
  if (name.kind !== 'date') {
    return t(`gallery.day.${name.kind}`);
  }
  return formatTime(
    name.at,
    brief
      ? { day: 'numeric', month: 'short' }
      : {
          weekday: 'long',
          day: 'numeric',
          month: 'long',
          ...(name.year ? { year: 'numeric' } : {}),
        },
  );
}
