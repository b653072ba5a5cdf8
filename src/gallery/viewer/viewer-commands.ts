import type { FileRef } from '../../comfy/file-ref';
import { t } from '../../i18n/index.svelte';
import type { JobGraph } from '../../jobs/state/job';
import type { Command } from '../../ui/commands.svelte';
import type { SeedChoice } from '../../workflows/run-again';
import { MARKS } from '../gallery-commands';
import { HOLD_KEY } from '../held-key';
import { moreCommands, moreIds } from '../menu/more-commands';
import type { SlideShow } from './slide-show.svelte';
import type { ViewerView } from './viewer-view.svelte';

const MORE = moreIds('gallery.viewer');

/** Verbs of the viewer that need more than the view. */
export interface ViewerVerbs {
  back: () => void;
  toggleDetails: () => void;
  runAgain: (seeds: SeedChoice) => void;
  slides: SlideShow;
  /** The graph of the picture, where only its file tells it. */
  known: () => JobGraph | null;
}

/** What the button with further actions offers: the rest has buttons of its own. */
export const MORE_MENU: readonly string[] = [
  ...MORE.compare,
  ...MORE.make,
  ...MORE.files,
  'gallery.viewer.filmstrip',
  'gallery.viewer.slides',
  'gallery.viewer.delete',
];

/** The context menu of the picture in the viewer. */
export const VIEWER_MENU: readonly (string | null)[] = [
  'gallery.viewer.edit',
  'gallery.viewer.openAsForm',
  null,
  ...MORE.compare,
  null,
  'gallery.viewer.runAgain',
  'gallery.viewer.runSame',
  ...MORE.make,
  null,
  ...MARKS,
  null,
  'gallery.share',
  'gallery.viewer.download',
  ...MORE.files,
  'gallery.viewer.copyPrompt',
  'gallery.viewer.copySeed',
  null,
  'gallery.viewer.fit',
  'gallery.viewer.actual',
  'gallery.viewer.details',
  'gallery.viewer.filmstrip',
  'gallery.viewer.slides',
  null,
  'gallery.viewer.remove',
  'gallery.viewer.delete',
];

/**
 * What can be done with the picture in the viewer.
 * @param isWide whether there is room for the filmstrip.
 */
export function viewerCommands(viewer: ViewerView, verbs: ViewerVerbs, isWide: boolean): Command[] {
  const { room, stage } = viewer;
  const { slides } = verbs;
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
  const filmstrip = command(
    'filmstrip',
    () => t('lineage.showFilmstrip'),
    ['shift+t'],
    () => room.settings.setFilmstrip(!room.settings.filmstrip),
  );
  const copy = (text: string | undefined, what: string): void =>
    void (text === undefined ? undefined : room.actions.copy(text, what));
  return [
    ...moreCommands({
      prefix: 'gallery.viewer',
      room,
      kin: viewer.kin,
      item: () => viewer.item,
      active: () => true,
      known: verbs.known,
    }),
    command(
      'slides',
      () => t(slides.running ? 'lineage.slides.end' : 'lineage.slides.start'),
      ['shift+s'],
      () => (slides.running ? slides.end() : slides.start()),
    ),
    command(
      'pause',
      () => t(slides.paused ? 'lineage.slides.go' : 'lineage.slides.pause'),
      ['space'],
      // A button that has the focus takes the key for itself.
      () => slides.setPaused(!slides.paused),
      () => slides.running && !document.activeElement?.matches('button, select'),
    ),
    ...(isWide ? [filmstrip] : []),
    {
      ...command(
        'hold',
        () => t('lineage.hold'),
        HOLD_KEY,
        () => undefined,
        () => parentOf(viewer) !== null,
      ),
      handledElsewhere: true,
    },
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

function parentOf({ item, kin }: ViewerView): FileRef | null {
  return item?.output.media === 'image' ? kin.parentOf(item.output.ref) : null;
}
