import { t } from '../../i18n/index.svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { Command } from '../../ui/commands.svelte';
import type { GalleryRoom } from '../gallery-room.svelte';
import type { Stack } from '../stacked-list.svelte';
import { HOLD_KEY } from '../held-key';
import { Kin } from '../lineage/kin';
import { moreCommands } from './more-commands';

/** What else can be done with the tile that is pointed at; loaded with the viewer. */
export function tileCommands(room: GalleryRoom, active: () => boolean): Command[] {
  const kin = new Kin(room.items);
  const parent = (): boolean => {
    const ref = room.grid.current?.output.ref;
    return active() && ref !== undefined && kin.parentOf(ref) !== null;
  };
  const stack = (): Stack | null => {
    const current = room.grid.current;
    return active() && current ? room.stacks.of(current) : null;
  };
  const item = (): GalleryItem | undefined => room.grid.current;
  const withItem = (run: (item: GalleryItem) => void) => (): void => {
    const current = item();
    if (current) {
      run(current);
    }
  };
  return [
    {
      id: 'gallery.stack',
      group: 'gallery',
      title: () => {
        const { open = false, items = [], sheet } = stack() ?? {};
        return t(`lineage.${sheet ? 'sheet' : 'stack'}.${open ? 'close' : 'open'}`, { count: items.length });
      },
      shortcuts: ['o'],
      enabled: () => stack() !== null,
      run: () => void room.grid.toggleStack(room.grid.current?.key ?? '', room.stacks),
    },
    {
      id: 'gallery.runAgain',
      group: 'gallery',
      title: () => t('queue.again.withNewSeed'),
      enabled: () => active() && item() !== undefined,
      run: withItem((current) => void room.actions.runAgain(current, 'new')),
    },
    {
      id: 'gallery.runSame',
      group: 'gallery',
      title: () => t('queue.again.withSameSeed'),
      enabled: () => active() && item() !== undefined,
      run: withItem((current) => void room.actions.runAgain(current, 'same')),
    },
    {
      id: 'gallery.copyPrompt',
      group: 'gallery',
      title: () => t('gallery.command.copyPrompt'),
      enabled: () => active() && Boolean(item()?.job.summary?.prompt),
      run: withItem(
        ({ job }) => void room.actions.copy(job.summary?.prompt ?? '', t('gallery.details.prompt')),
      ),
    },
    {
      id: 'gallery.copySeed',
      group: 'gallery',
      title: () => t('gallery.command.copySeed'),
      enabled: () => active() && item()?.job.summary?.seed != null,
      run: withItem(
        ({ job }) => void room.actions.copy(String(job.summary?.seed), t('gallery.details.seed')),
      ),
    },
    {
      id: 'gallery.download',
      group: 'gallery',
      title: () => t('gallery.action.download'),
      enabled: () => {
        const current = item();
        return active() && current !== undefined && room.actions.canDownload(current);
      },
      why: () => {
        const current = item();
        return current ? room.actions.whyNot(current) : null;
      },
      run: withItem((current) => room.actions.download(current)),
    },
    {
      id: 'gallery.newest',
      group: 'gallery',
      title: () => t('gallery.command.newest'),
      enabled: active,
      run: () => room.grid.toTop(),
    },
    ...moreCommands({ prefix: 'gallery', room, kin, item, active }),
    {
      id: 'gallery.hold',
      group: 'gallery',
      title: () => t('lineage.hold'),
      shortcuts: HOLD_KEY,
      enabled: parent,
      handledElsewhere: true,
      run: () => undefined,
    },
  ];
}
