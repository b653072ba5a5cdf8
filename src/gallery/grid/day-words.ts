import { dayWords as wordsOf } from '../../i18n/day-words';
import { formatNumber, t } from '../../i18n/index.svelte';
import { nameDay } from './days';

/** What a day is called in the present language; `brief`: in few letters. */
export function dayWords(day: number, today: number, brief = false): string {
  return wordsOf(nameDay(day, today), brief);
}

/** How many files, in words. */
export function countWords(count: number): string {
  return t('gallery.count', { count, formatted: formatNumber(count) });
}
