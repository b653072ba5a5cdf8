import { formatNumber, formatTime, t } from '../../i18n/index.svelte';
import { nameDay } from './days';

/** What a day is called in the present language. */
export function dayWords(day: number, today: number): string {
  const name = nameDay(day, today);
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

/** How many files, in words. */
export function countWords(count: number): string {
  return t('gallery.count', { count, formatted: formatNumber(count) });
}
