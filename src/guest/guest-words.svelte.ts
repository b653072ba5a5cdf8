import { reporting } from '../base/report';
import { guest } from '../i18n/en/guest';
import { type Locale, preferredLocale } from '../i18n/locales';
import { listIn } from '../i18n/list-in';
import { type KeysOf, Messages, type MessageValues } from '../i18n/messages';

/** Every message of the guest's page. */
export type GuestMessage = KeysOf<typeof guest>;

const current = $state<{ locale: Locale }>({ locale: 'en' });
const english = new Messages('en');
const chinese = new Messages('zh-CN');
english.add(guest);

/** Speaks the language the browser asks for. Without its words, English. */
export async function speak(wanted: readonly string[] = navigator.languages): Promise<void> {
  if (preferredLocale(wanted) === 'zh-CN') {
    await import('../i18n/zh-cn/guest').then((words) => {
      chinese.add(words.guest);
      current.locale = 'zh-CN';
    }, reporting('guest.words'));
  }
  document.documentElement.lang = current.locale;
}

/** A message in the guest's language. `count` chooses the plural form. */
export function t(key: GuestMessage, values: MessageValues = {}): string {
  const messages = current.locale === 'en' ? english : chinese;
  return messages.say(key, values) ?? english.say(key, values) ?? key;
}

/** Making a format costs a hundred times as much as using it, and every tile that comes into view writes numbers. */
const numberFormats = new Map<Locale, Intl.NumberFormat>();

export function formatNumber(value: number): string {
  const format = numberFormats.get(current.locale) ?? new Intl.NumberFormat(current.locale);
  numberFormats.set(current.locale, format);
  return format.format(value);
}

/** Texts joined as the language separates them. */
export function formatList(parts: Iterable<string>): string {
  return listIn(current.locale, parts);
}

/** A date and a time of day. */
export function formatTime(ms: number): string {
  return new Intl.DateTimeFormat(current.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(ms);
}

/** A day, and near it the time of day as well. */
export function formatUntil(ms: number, now = Date.now()): string {
  const isNear = ms - now < 36 * 3_600_000;
  return new Intl.DateTimeFormat(
    current.locale,
    isNear ? { weekday: 'short', hour: 'numeric', minute: '2-digit' } : { day: 'numeric', month: 'short' },
  ).format(ms);
}

/** Minutes and seconds, `3:05`. */
export function formatElapsed(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
