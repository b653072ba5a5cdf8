import { t } from '../i18n/index.svelte';
import type { GalleryItem } from '../jobs/job-store.svelte';
import type { Command } from '../ui/commands.svelte';
import { goTo, routes } from '../ui/routes';
import type { GridView } from './grid/grid-view.svelte';
import { SIZES, type ViewSettings } from './grid/view-settings.svelte';
import type { ItemActions } from './item-actions';

const SIZE_STEP = 32;

/** What can be done with the grid. `active` is false while the viewer lies over it. */
export function gridCommands(
  grid: GridView,
  settings: ViewSettings,
  actions: ItemActions,
  active: () => boolean,
): Command[] {
  const item = (): GalleryItem | undefined => grid.current;
  const resize = (step: number): void =>
    settings.setSize(Math.min(SIZES.max, Math.max(SIZES.min, settings.size(grid.width) + step)));
  const withItem = (run: (item: GalleryItem) => void) => (): void => {
    const current = item();
    if (current) {
      run(current);
    }
  };
  return [
    {
      id: 'gallery.move',
      group: 'gallery',
      title: () => t('gallery.command.move'),
      shortcuts: ['arrowleft', 'arrowright', 'arrowup', 'arrowdown', 'home', 'end'],
      enabled: active,
      handledElsewhere: true,
      run: () => void grid.reveal(grid.tabStop),
    },
    {
      id: 'gallery.open',
      group: 'gallery',
      title: () => t('gallery.command.open'),
      shortcuts: ['enter'],
      enabled: () => active() && item() !== undefined,
      handledElsewhere: true,
      run: withItem(({ job, output }) => goTo(routes.output(job.id, output.index))),
    },
    {
      id: 'gallery.edit',
      group: 'gallery',
      title: () => t('gallery.command.edit'),
      shortcuts: ['e'],
      enabled: () => {
        const current = item();
        return active() && current !== undefined && actions.canEdit(current);
      },
      run: withItem((current) => actions.edit(current)),
    },
    {
      id: 'gallery.remove',
      group: 'gallery',
      title: () => t('gallery.action.remove'),
      shortcuts: ['delete'],
      enabled: () => {
        const current = item();
        return active() && current !== undefined && actions.canRemove(current);
      },
      run: withItem((current) => actions.remove(current)),
    },
    {
      id: 'gallery.larger',
      group: 'gallery',
      title: () => t('gallery.command.larger'),
      shortcuts: ['+', '='],
      enabled: active,
      run: () => resize(SIZE_STEP),
    },
    {
      id: 'gallery.smaller',
      group: 'gallery',
      title: () => t('gallery.command.smaller'),
      shortcuts: ['-'],
      enabled: active,
      run: () => resize(-SIZE_STEP),
    },
    {
      id: 'gallery.layout',
      group: 'gallery',
      title: () => t('gallery.command.layout'),
      shortcuts: ['l'],
      enabled: active,
      run: () => settings.setMode(settings.mode === 'justified' ? 'uniform' : 'justified'),
    },
    {
      id: 'gallery.newest',
      group: 'gallery',
      title: () => t('gallery.command.newest'),
      enabled: active,
      run: () => grid.toTop(),
    },
  ];
}
