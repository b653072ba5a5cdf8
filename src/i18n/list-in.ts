/** Making one costs far more than using it. */
const formats = new Map<string, Intl.ListFormat>();

/** Texts joined as a language (BCP 47) separates them: `a, b` or `甲、乙`. */
export function listIn(language: string, parts: Iterable<string>): string {
  const format =
    formats.get(language) ?? new Intl.ListFormat(language, { type: 'conjunction', style: 'narrow' });
  formats.set(language, format);
  return format.format(parts);
}
