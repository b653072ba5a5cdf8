import { locale } from './index.svelte';

/** Making one costs far more than using it. */
const formats = new Map<string, Intl.ListFormat>();

/** Things one after the other, as the present language separates them: `a, b` or `甲、乙`. */
export function formatList(parts: Iterable<string>): string {
  const language = locale();
  const format =
    formats.get(language) ?? new Intl.ListFormat(language, { type: 'conjunction', style: 'narrow' });
  formats.set(language, format);
  return format.format(parts);
}
