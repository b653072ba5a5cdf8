import { t } from '../../i18n/index.svelte';
import type { Command } from '../../ui/commands.svelte';
import type { SeedChoice } from '../../workflows/run-again';
import { MARKS } from '../gallery-commands';
import type { ViewerView } from './viewer-view.svelte';

/** Verbs of the viewer that need more than the view. */
export interface ViewerVerbs {
  back: () => void;
  toggleDetails: () => void;
  runAgain: (seeds: SeedChoice) => void;
}

/** The context menu of the picture in the viewer. */
export const VIEWER_MENU = [
  'gallery.viewer.edit',
  'gallery.viewer.openAsForm',
  null,
  'gallery.viewer.runAgain',
  'gallery.viewer.runSame',
  null,
  ...MARKS,
  null,
  'gallery.viewer.download',
  'gallery.viewer.copyPrompt',
  'gallery.viewer.copySeed',
  null,
  'gallery.viewer.fit',
  'gallery.viewer.actual',
  'gallery.viewer.details',
  null,
  'gallery.viewer.remove',
] as const;

/** What can be done with the picture in the viewer. */
export function viewerCommands(viewer: ViewerView, verbs: ViewerVerbs): Command[] {
  const { room, stage } = viewer;
  const isThere = (): boolean => viewer.item !== undefined;
  const isImage = (): boolean => viewer.item?.output.media === 'image';
  const canRemove = (): boolean => viewer.item !== undefined && room.actions.canRemove(viewer.item);
  const canEdit = (): boolean => viewer.item !== undefined && room.actions.canEdit(viewer.item);
  const command = (
    id: string,
    title: () => string,
    shortcuts: readonly string[],
    run: () => void,
    enabled = isThere,
  ): Command => ({ id: `gallery.viewer.${id}`, group: 'gallery', title, shortcuts, run, enabled });
  const copy = (text: string | undefined, what: string): void =>
    void (text === undefined ? undefined : room.actions.copy(text, what));
  return [
    command(
      'back',
      () => t('gallery.viewer.back'),
      ['escape'],
      verbs.back,
      () => true,
    ),
    command(
      'next',
      () => t('gallery.viewer.next'),
      ['arrowright'],
      () => viewer.go(1),
    ),
    command(
      'previous',
      () => t('gallery.viewer.previous'),
      ['arrowleft'],
      () => viewer.go(-1),
    ),
    command(
      'first',
      () => t('gallery.command.first'),
      ['home'],
      () => viewer.toFirst(),
    ),
    command(
      'last',
      () => t('gallery.command.last'),
      ['end'],
      () => viewer.toLast(),
    ),
    command(
      'zoomIn',
      () => t('gallery.viewer.zoomIn'),
      ['+', '='],
      () => stage.step(1),
      isImage,
    ),
    command(
      'zoomOut',
      () => t('gallery.viewer.zoomOut'),
      ['-'],
      () => stage.step(-1),
      isImage,
    ),
    command(
      'fit',
      () => t('gallery.viewer.fit'),
      ['mod+0'],
      () => stage.fit(),
      isImage,
    ),
    command(
      'actual',
      () => t('gallery.viewer.actual'),
      ['mod+1', 'z'],
      () => stage.zoomTo(1),
      isImage,
    ),
    command('details', () => t('gallery.details.title'), ['i'], verbs.toggleDetails),
    command(
      'edit',
      () => t('gallery.command.edit'),
      ['e'],
      () => viewer.item && room.actions.edit(viewer.item),
      canEdit,
    ),
    command(
      'openAsForm',
      () => t('gallery.action.openAsForm'),
      ['f'],
      () => viewer.item && room.actions.openAsForm(viewer.item),
    ),
    command(
      'runAgain',
      () => t('queue.again.withNewSeed'),
      [],
      () => verbs.runAgain('new'),
    ),
    command(
      'runSame',
      () => t('queue.again.withSameSeed'),
      [],
      () => verbs.runAgain('same'),
    ),
    command(
      'download',
      () => t('gallery.action.download'),
      [],
      () => viewer.item && room.actions.download(viewer.item),
      () => viewer.item !== undefined && room.actions.canDownload(viewer.item),
    ),
    command(
      'remove',
      () => t('gallery.action.remove'),
      ['delete'],
      () => viewer.remove(),
      canRemove,
    ),
    command(
      'copyPrompt',
      () => t('gallery.command.copyPrompt'),
      ['mod+c'],
      () => copy(viewer.item?.job.summary?.prompt ?? undefined, t('gallery.details.prompt')),
      () => Boolean(viewer.item?.job.summary?.prompt) && getSelection()?.isCollapsed !== false,
    ),
    command(
      'copySeed',
      () => t('gallery.command.copySeed'),
      [],
      () => copy(viewer.item?.job.summary?.seed?.toString(), t('gallery.details.seed')),
      () => viewer.item?.job.summary?.seed != null,
    ),
  ];
}
