import { formatNumber, type MessageKey, t } from '../../i18n/index.svelte';

/** A message about a number of things, formatted for the language. */
export function countWords(key: MessageKey, count: number): string {
  return t(key, { count, formatted: formatNumber(count) });
}
