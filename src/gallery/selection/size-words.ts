import { formatBytes, formatNumber } from '../../i18n/index.svelte';

/** The size of files: bytes as kB, MB or GB. */
export function sizeWords(bytes: number): string {
  return bytes < 2 ** 20 / 10 ? `${formatNumber(Math.ceil(bytes / 1024))} kB` : formatBytes(bytes);
}
