import type { Command } from '../../ui/commands.svelte';
import type { GalleryRoom } from '../gallery-room.svelte';
import { Kin } from '../lineage/kin';
import { moreCommands } from './more-commands';

/** What else can be done with the tile that is pointed at; loaded with the viewer. */
export function tileCommands(room: GalleryRoom, active: () => boolean): Command[] {
  const kin = new Kin(room.items);
  return moreCommands({ prefix: 'gallery', room, kin, item: () => room.grid.current, active });
}
