import { formatDuration, formatTime, t } from '../i18n/index.svelte';
import { isCertain, type Span } from '../jobs/estimate/estimate';

/** A length of time in words: `about 40 s`, or `30 s–50 s` until it is certain. */
export function spanWords(span: Span): string {
  return isCertain(span)
    ? t('steering.about', { time: rounded(span.likely) })
    : t('steering.between', { low: rounded(span.low), high: rounded(span.high) });
}

/** The time of day at which a span from `now` (ms since the epoch) is over. */
export function endWords(span: Span, now: number): string {
  const clock = (ms: number): string => formatTime(now + ms, { hour: '2-digit', minute: '2-digit' });
  const [low, high] = [clock(span.low), clock(span.high)];
  return low === high || isCertain(span)
    ? t('steering.doneAt', { time: clock(span.likely) })
    : t('steering.doneBetween', { low, high });
}

/** Nobody knows such times to a tenth of a second. */
function rounded(ms: number): string {
  const seconds = Math.max(1, ms / 1000);
  const step = seconds < 20 ? 1 : seconds < 120 ? 5 : 30;
  return formatDuration(Math.round(seconds / step) * step * 1000);
}
