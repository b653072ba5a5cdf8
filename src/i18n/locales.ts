/** Languages with a complete catalogue; a test proves that they are. */
export const LOCALES = ['en', 'zh-CN'] as const;
export type Locale = (typeof LOCALES)[number];

/** What each language calls itself. */
export const LOCALE_NAMES: Record<Locale, string> = { en: 'English', 'zh-CN': '简体中文' };

/** The best of our languages for what the browser asks for. */
export function preferredLocale(wanted: readonly string[]): Locale {
  return wanted.some((tag) => /^zh\b/i.test(tag)) && !/^en\b/i.test(wanted[0] ?? '') ? 'zh-CN' : 'en';
}
