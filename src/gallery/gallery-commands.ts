import { t } from '../i18n/index.svelte';
import type { GalleryItem } from '../jobs/job-store.svelte';
import type { Command } from '../ui/commands.svelte';
import { goTo } from '../ui/routes';
import { routeOf } from './gallery-address';
import type { GridView } from './grid/grid-view.svelte';
import { SIZES, type ViewSettings } from './grid/view-settings.svelte';
import type { ItemActions } from './item-actions';
import type { StackedList } from './stacked-list.svelte';

/** What the context menus offer to mark a picture with; registered once that code is there. */
export const MARKS = [
  'gallery.mark.favourite',
  'gallery.mark.reject',
  'gallery.mark.tag',
  'gallery.mark.collect',
  'gallery.mark.hide',
] as const;

const SIZE_STEP = 32;
const MODES = ['justified', 'uniform', 'list'] as const;

/** The context menu of a tile. */
export const TILE_MENU = [
  'gallery.open',
  'gallery.select',
  'gallery.edit',
  'gallery.openAsForm',
  null,
  'gallery.runAgain',
  'gallery.runSame',
  'gallery.variations',
  null,
  'gallery.compare',
  'gallery.compareParent',
  'gallery.pin',
  null,
  ...MARKS,
  null,
  'gallery.share',
  'gallery.download',
  'gallery.cleanCopy',
  'gallery.copyPrompt',
  'gallery.copySeed',
  null,
  'gallery.remove',
  'gallery.delete',
] as const;

/** The same of a tile that other pictures of its job share, or could. */
export const STACK_MENU = [...TILE_MENU.slice(0, 1), 'gallery.stack', ...TILE_MENU.slice(1)] as const;

/** What can be done with the grid. `active` is false while the viewer lies over it. */
export function gridCommands(
  grid: GridView,
  stacks: StackedList,
  settings: ViewSettings,
  actions: ItemActions,
  active: () => boolean,
  search: () => void,
  picking: { has: (key: string) => boolean; toggle: (key: string) => void; all: () => void },
): Command[] {
  const item = (): GalleryItem | undefined => grid.current;
  const why = (): string | null => {
    const current = item();
    return current ? actions.whyNot(current) : null;
  };
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
      id: 'gallery.search',
      group: 'gallery',
      title: () => t('gallery.search'),
      shortcuts: ['/', 'mod+f'],
      enabled: active,
      run: search,
    },
    {
      id: 'gallery.open',
      group: 'gallery',
      title: () => t('gallery.command.open'),
      shortcuts: ['enter'],
      enabled: () => active() && item() !== undefined,
      handledElsewhere: true,
      run: withItem((current) => goTo(routeOf(current, stacks.of(current)))),
    },
    {
      id: 'gallery.select',
      group: 'gallery',
      title: () => t(`gallery.command.${picking.has(item()?.key ?? '') ? 'unselect' : 'select'}`),
      shortcuts: ['space'],
      enabled: () => active() && item() !== undefined,
      handledElsewhere: true,
      run: withItem(({ key }) => picking.toggle(key)),
    },
    {
      id: 'gallery.selectAll',
      group: 'gallery',
      title: () => t('gallery.command.selectAll'),
      shortcuts: ['mod+a'],
      enabled: active,
      run: picking.all,
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
      why,
      run: withItem((current) => actions.edit(current)),
    },
    {
      id: 'gallery.openAsForm',
      group: 'gallery',
      title: () => t('gallery.action.openAsForm'),
      shortcuts: ['f'],
      enabled: () => active() && item() !== undefined,
      run: withItem((current) => actions.openAsForm(current)),
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
      run: () => settings.setMode(MODES[(MODES.indexOf(settings.mode) + 1) % MODES.length] ?? 'justified'),
    },
  ];
}
