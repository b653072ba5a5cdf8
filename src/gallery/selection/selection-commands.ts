import { t } from '../../i18n/index.svelte';
import type { Command } from '../../ui/commands.svelte';
import type { Selection } from './selection.svelte';

/** What changes the selection besides the gestures. `active` is false while the viewer lies over the grid. */
export function selectionCommands(selection: Selection, active: () => boolean): Command[] {
  const sheetOnly = (id: string, title: () => string, keys: Partial<Command>): Command => ({
    id,
    group: 'gallery',
    title,
    enabled: active,
    handledElsewhere: true,
    run: () => undefined,
    ...keys,
  });
  return [
    {
      id: 'gallery.unselectAll',
      group: 'gallery',
      title: () => t('selection.clear'),
      shortcuts: ['escape'],
      enabled: () => active() && selection.active,
      run: () => selection.clear(),
    },
    {
      id: 'gallery.invertSelection',
      group: 'gallery',
      title: () => t('selection.invert'),
      shortcuts: ['mod+i'],
      enabled: active,
      run: () => selection.invert(),
    },
    sheetOnly('gallery.selectRange', () => t('selection.range'), {
      shortcuts: ['shift+arrowright', 'shift+arrowdown'],
    }),
    sheetOnly('gallery.selectArea', () => t('selection.area'), { gesture: () => t('selection.drag') }),
  ];
}
