import { commands } from '../../ui/commands.svelte';
import type { EarlyPress } from '../early-keys.svelte';
import type { GalleryRoom } from '../gallery-room.svelte';

/** A key pressed longer ago than this no longer acts, ms. */
const PATIENCE = 10_000;

/** Has keys act that were pressed before their commands were there: in turn, each on the picture it was meant for. */
export function actEarly(room: GalleryRoom, presses: readonly EarlyPress[]): void {
  const { grid } = room;
  const now = grid.current?.key;
  let last: string | undefined;
  for (const { event, key } of presses) {
    // The key before it may have gone on to the next picture, which this one means then.
    if (key !== undefined && key !== last) {
      grid.point(key);
    }
    last = key;
    const isMeant = room.openKey === null || room.openKey === key;
    if (isMeant && performance.now() - event.timeStamp < PATIENCE) {
      commands.handleKey(event);
    }
  }
  if (room.openKey === null && presses.some(({ key }) => key !== now)) {
    // Somebody went on meanwhile: earlier keys do not take the focus away.
    void grid.reveal((last === now ? grid.current?.key : now) ?? null);
  }
}
