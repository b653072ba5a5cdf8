import { t } from '../../i18n/index.svelte';
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
  return [
    {
      id: 'gallery.stack',
      group: 'gallery',
      title: () => {
        const { open = false, items = [] } = stack() ?? {};
        return t(`lineage.stack.${open ? 'close' : 'open'}`, { count: items.length });
      },
      shortcuts: ['o'],
      enabled: () => stack() !== null,
      run: () => void room.grid.toggleStack(room.grid.current?.key ?? '', room.stacks),
    },
    ...moreCommands({ prefix: 'gallery', room, kin, item: () => room.grid.current, active }),
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
