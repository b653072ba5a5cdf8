import type { FileRef } from '../../comfy/file-ref';
import { t } from '../../i18n/index.svelte';
import { type Command, commands } from '../../ui/commands.svelte';
import { goTo } from '../../ui/routes';
import { say } from '../../ui/toasts.svelte';
import type { SeedChoice } from '../../workflows/run-again';
import { MARKS } from '../gallery-commands';
import { canCompare, compareRoute } from '../compare/compare-address';
import { pins } from '../compare/pins.svelte';
import { HOLD_KEY } from '../held-key';
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
  'gallery.viewer.compare',
  'gallery.viewer.compareParent',
  'gallery.viewer.pin',
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
    ...compareWords(viewer, command),
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

type Make = (
  id: string,
  title: () => string,
  shortcuts: readonly string[],
  run: () => void,
  enabled?: () => boolean,
) => Command;

/** Comparing: with what was pinned before, else with what the picture was made from. */
function compareWords(viewer: ViewerView, command: Make): Command[] {
  const isImage = (): boolean => viewer.item?.output.media === 'image';
  const files = (): FileRef[] => [...pins.files, ...(viewer.item ? [viewer.item.output.ref] : [])];
  const withParent = (): FileRef[] => {
    const parent = parentOf(viewer);
    return parent && viewer.item ? [parent, viewer.item.output.ref] : [];
  };
  const wanted = (): FileRef[] =>
    canCompare(files()) ? files() : pins.files.length > 1 ? [...pins.files] : withParent();
  return [
    command(
      'compare',
      () => t('lineage.compare'),
      ['c'],
      () => goTo(compareRoute(wanted())),
      () => isImage() && canCompare(wanted()),
    ),
    command(
      'compareParent',
      () => t('lineage.compareParent'),
      [],
      () => goTo(compareRoute(withParent())),
      () => isImage() && withParent().length > 0,
    ),
    command(
      'pin',
      () => t(viewer.item && pins.has(viewer.item.output.ref) ? 'lineage.unpin' : 'lineage.pin'),
      ['shift+c'],
      () => viewer.item && togglePin(viewer.item.output.ref),
      isImage,
    ),
  ];
}

function togglePin(file: FileRef): void {
  if (pins.full && !pins.has(file)) {
    say(t('lineage.pinsFull'));
    return;
  }
  pins.toggle(file);
  if (pins.has(file)) {
    say(t('lineage.pinned', { count: pins.files.length, key: commands.hint('gallery.viewer.compare') }));
  }
}

function parentOf({ item, kin }: ViewerView): FileRef | null {
  return item?.output.media === 'image' ? kin.parentOf(item.output.ref) : null;
}
