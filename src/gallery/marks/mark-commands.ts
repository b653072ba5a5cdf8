import { t } from '../../i18n/index.svelte';
import type { Command } from '../../ui/commands.svelte';
import type { GalleryMarks } from './gallery-marks.svelte';
import { stepWords } from './step-words';

const RATINGS = [0, 1, 2, 3, 4, 5] as const;

/** Keys that sort pictures out, the same in the grid and in the viewer. */
export function markCommands(marks: GalleryMarks): Command[] {
  const any = (): boolean => marks.any;
  const pick = (what: 'tags' | 'collections') => (): void => {
    marks.pick(what, marks.targets());
  };
  const command = (
    id: string,
    key: string,
    title: () => string,
    run: () => void,
    enabled = any,
  ): Command => ({
    ...{ id: `gallery.mark.${id}`, group: 'gallery', title, run, enabled },
    shortcuts: key === '' ? [] : [key],
  });
  const marking = (id: string, key: string, title: () => string, run: () => void): Command =>
    command(id, key, () => marks.saying(title()), run);
  const are = (mark: 'favourite' | 'rejected' | 'hidden'): boolean =>
    marks.any && marks.are(marks.targets(), mark);
  return [
    marking(
      'favourite',
      'p',
      () => t(are('favourite') ? 'organise.command.unfavourite' : 'organise.command.favourite'),
      () => marks.toggle('favourite'),
    ),
    marking(
      'reject',
      'x',
      () => t(are('rejected') ? 'organise.command.unreject' : 'organise.command.reject'),
      () => marks.toggle('rejected'),
    ),
    ...RATINGS.map((rating) =>
      marking(
        `rate${rating}`,
        String(rating),
        () =>
          rating === 0 ? t('organise.command.unrate') : t('organise.command.rate', { count: rating, rating }),
        () => marks.press({ rating }),
      ),
    ),
    marking('tag', 't', () => t('organise.command.tag'), pick('tags')),
    marking('collect', 'b', () => t('organise.command.collect'), pick('collections')),
    marking(
      'hide',
      'h',
      () => t(are('hidden') ? 'organise.command.show' : 'organise.command.hide'),
      () => marks.toggleHidden(),
    ),
    command(
      'advance',
      '',
      () => t(marks.advances ? 'organise.command.stay' : 'organise.command.advance'),
      () => marks.setAdvances(!marks.advances),
      () => true,
    ),
    command(
      'undo',
      'mod+z',
      () => {
        const step = marks.book.lastStep;
        return step
          ? t('organise.command.undo', { what: stepWords(step, marks.book.collections) })
          : t('common.undo');
      },
      () => marks.undo(),
      () => marks.book.lastStep !== null,
    ),
  ];
}
