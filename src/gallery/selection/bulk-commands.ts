import Columns2 from '@lucide/svelte/icons/columns-2';
import Download from '@lucide/svelte/icons/download';
import EyeOff from '@lucide/svelte/icons/eye-off';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import FolderInput from '@lucide/svelte/icons/folder-input';
import Heart from '@lucide/svelte/icons/heart';
import PanelsTopLeft from '@lucide/svelte/icons/panels-top-left';
import Share2 from '@lucide/svelte/icons/share-2';
import Tag from '@lucide/svelte/icons/tag';
import Trash2 from '@lucide/svelte/icons/trash-2';
import type { Component } from 'svelte';
import { t } from '../../i18n/index.svelte';
import { libraryPort } from '../../ports/library.svelte';
import { type Command, commands } from '../../ui/commands.svelte';
import { goTo } from '../../ui/routes';
import { canCompare, COMPARE_LIMITS, compareRoute } from '../compare/compare-address';
import type { BulkMarks } from './bulk-marks';
import type { Selection } from './selection.svelte';

/** Something that can be done with everything selected. */
export interface BulkCommand extends Command {
  icon: Component<{ size?: number | string }>;
  /** On a button. The title says the same to whoever sees it without the selection beside it. */
  label: () => string;
}

/** Shares what is selected; there for pages whose server can. */
const SHARE = 'gallery.share';

/** What can be done with everything selected, in the order of the bar. */
export function bulkCommands(selection: Selection, marks: BulkMarks, active: () => boolean): BulkCommand[] {
  const can = (): boolean => active() && selection.active;
  const command = (
    name:
      | 'favourite'
      | 'tag'
      | 'collect'
      | 'move'
      | 'hide'
      | 'download'
      | 'page'
      | 'compare'
      | 'share'
      | 'remove',
    icon: BulkCommand['icon'],
    run: () => void,
    enabled = can,
  ): BulkCommand => ({
    id: `gallery.selected.${name}`,
    group: 'gallery',
    title: () => t(`selection.title.${name}`),
    label: () => t(`selection.action.${name}`),
    icon,
    enabled,
    run,
  });
  const compared = (): boolean =>
    can() &&
    selection.count >= COMPARE_LIMITS.min &&
    selection.count <= COMPARE_LIMITS.max &&
    canCompare(selection.items().map(({ output }) => output.ref));
  return [
    command('favourite', Heart, () => marks.favourite()),
    command('tag', Tag, () => selection.ask('tags')),
    command('collect', FolderPlus, () => selection.ask('collections')),
    command(
      'move',
      FolderInput,
      () => selection.ask('move'),
      () => can() && libraryPort.verbs !== null,
    ),
    command('hide', EyeOff, () => marks.hide()),
    command('download', Download, () => selection.ask('download')),
    command('page', PanelsTopLeft, () => selection.ask('page')),
    command(
      'compare',
      Columns2,
      () => goTo(compareRoute(selection.items().map(({ output }) => output.ref))),
      compared,
    ),
    command(
      'share',
      Share2,
      () => commands.run(SHARE),
      () => can() && commands.can(SHARE),
    ),
    command('remove', Trash2, () => selection.ask('remove')),
  ];
}

/** Whether the page has what a command needs at all; others are not shown. */
export function isThere({ id }: Command): boolean {
  switch (id) {
    case 'gallery.selected.share':
      return commands.get(SHARE) !== undefined;
    case 'gallery.selected.move':
      return libraryPort.verbs !== null;
    default:
      return true;
  }
}
