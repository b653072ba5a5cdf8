import { formatTime, t } from '../i18n/index.svelte';
import type { ShareWish } from '../ports/sharing.svelte';

/** What is to be shared, as one of the choices. */
export function scopeLabel(wish: ShareWish, count: number): string {
  if (wish.kind === 'pictures') {
    return count === 1 ? t('sharing.form.picture') : t('sharing.form.pictures', { count });
  }
  return t(`sharing.form.${wish.kind}`);
}

/** What a link is called when nobody gives it a title. Not by the prompt: guests may not be meant to see it. */
export function wishTitle(wish: ShareWish | { kind: 'new' }, count: number, now = Date.now()): string {
  if (wish.kind === 'search' || wish.kind === 'collection') {
    return wish.name;
  }
  const day = formatTime(now, { dateStyle: 'medium' });
  return `${wish.kind === 'new' ? t('sharing.form.new') : t('sharing.form.pictures', { count })}, ${day}`;
}
