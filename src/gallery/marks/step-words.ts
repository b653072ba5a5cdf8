import { formatList } from '../../i18n/format-list';
import { formatNumber, t } from '../../i18n/index.svelte';
import type { Collections, Marks, MarksChange } from '../../jobs/marks/marks';

/** One toast tells of the step made last: of fifty key presses in a row nobody reads fifty. */
export const MARKS_TOAST = 'marks';

/** What a step did, as people say it: "12 pictures tagged “sky”". */
export function stepWords(
  { count, change }: { count: number; change: MarksChange },
  collections: Collections,
): string {
  const values = { count, formatted: formatNumber(count) };
  const named = (names: readonly string[]): { name: string } => ({ name: formatList(names) });
  const called = (ids: readonly string[]): { name: string } =>
    named(ids.map((id) => collections.all.find((each) => each.id === id)?.name ?? '?'));
  if (change.hidden !== undefined) {
    return t(change.hidden ? 'organise.step.hidden' : 'organise.step.shown', values);
  }
  if (change.rejected !== undefined && (change.rejected || change.favourite === undefined)) {
    return t(change.rejected ? 'organise.step.rejected' : 'organise.step.unrejected', values);
  }
  if (change.favourite !== undefined) {
    return t(change.favourite ? 'organise.step.favourite' : 'organise.step.unfavourite', values);
  }
  if (change.rating !== undefined) {
    return change.rating > 0
      ? t('organise.step.rated', { ...values, rating: change.rating })
      : t('organise.step.unrated', values);
  }
  if (change.addTags?.length) {
    return t('organise.step.tagged', { ...values, ...named(change.addTags) });
  }
  if (change.removeTags?.length) {
    return t('organise.step.untagged', { ...values, ...named(change.removeTags) });
  }
  return change.addCollections?.length
    ? t('organise.step.collected', { ...values, ...called(change.addCollections) })
    : t('organise.step.uncollected', { ...values, ...called(change.removeCollections ?? []) });
}

/** The marks of a picture as a screen reader says them; empty when there are none. */
export function marksWords({ favourite, rating, rejected, hidden, tags }: Marks): string {
  const words = [
    favourite && t('organise.favourite'),
    rating > 0 && t('organise.rated', { rating }),
    rejected && t('organise.rejected'),
    hidden && t('organise.hidden'),
    tags.length > 0 && t('organise.tagged', { name: formatList(tags) }),
  ];
  return formatList(words.filter((word) => word !== false));
}
