import { formatNumber, type MessageKey, t } from '../../i18n/index.svelte';

/** A message about so many things, the number as people write it. */
export function countWords(key: MessageKey, count: number): string {
  return t(key, { count, formatted: formatNumber(count) });
}
