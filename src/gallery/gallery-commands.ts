import { t } from '../i18n/index.svelte';
import type { GalleryItem } from '../jobs/job-store.svelte';
import type { Command } from '../ui/commands.svelte';
import { goTo, routes } from '../ui/routes';
import { viewSuffix } from './gallery-address';
import type { GridView } from './grid/grid-view.svelte';
import { SIZES, type ViewSettings } from './grid/view-settings.svelte';
import type { ItemActions } from './item-actions';

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
  'gallery.download',
  'gallery.cleanCopy',
  'gallery.copyPrompt',
  'gallery.copySeed',
  null,
  'gallery.remove',
  'gallery.delete',
] as const;

/** What can be done with the grid. `active` is false while the viewer lies over it. */
export function gridCommands(
  grid: GridView,
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
      run: withItem(({ job, output }) => goTo(routes.output(job.id, output.index) + viewSuffix())),
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
      id: 'gallery.runAgain',
      group: 'gallery',
      title: () => t('queue.again.withNewSeed'),
      enabled: () => active() && item() !== undefined,
      run: withItem((current) => void actions.runAgain(current, 'new')),
    },
    {
      id: 'gallery.runSame',
      group: 'gallery',
      title: () => t('queue.again.withSameSeed'),
      enabled: () => active() && item() !== undefined,
      run: withItem((current) => void actions.runAgain(current, 'same')),
    },
    {
      id: 'gallery.download',
      group: 'gallery',
      title: () => t('gallery.action.download'),
      enabled: () => {
        const current = item();
        return active() && current !== undefined && actions.canDownload(current);
      },
      why,
      run: withItem((current) => actions.download(current)),
    },
    {
      id: 'gallery.copyPrompt',
      group: 'gallery',
      title: () => t('gallery.command.copyPrompt'),
      enabled: () => active() && Boolean(item()?.job.summary?.prompt),
      run: withItem(({ job }) => void actions.copy(job.summary?.prompt ?? '', t('gallery.details.prompt'))),
    },
    {
      id: 'gallery.copySeed',
      group: 'gallery',
      title: () => t('gallery.command.copySeed'),
      enabled: () => active() && item()?.job.summary?.seed != null,
      run: withItem(({ job }) => void actions.copy(String(job.summary?.seed), t('gallery.details.seed'))),
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
    {
      id: 'gallery.newest',
      group: 'gallery',
      title: () => t('gallery.command.newest'),
      enabled: active,
      run: () => grid.toTop(),
    },
  ];
}
