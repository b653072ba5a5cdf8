import { tick } from 'svelte';
import { on } from 'svelte/events';
import { commands } from '../ui/commands.svelte';
import type { GalleryRoom } from './gallery-room.svelte';
import { organise } from './marks/organise.svelte';
import { selectionPart } from './selection-part';
import { tileCommandsPart } from './viewer-part';

/** A key press, and the picture it was meant for. */
export interface EarlyPress {
  event: KeyboardEvent;
  key: string | undefined;
}

/**
 * Keeps the keys that nobody takes until the code of all commands is there; then they act. Until the component that
 * called it is gone.
 * @param load loads what brings the commands.
 */
export function followEarlyKeys(room: GalleryRoom, load: () => void): void {
  const presses: EarlyPress[] = [];
  const more = $derived(organise.parts && selectionPart.value && tileCommandsPart.value);
  $effect(() => {
    if (more) {
      // Once they are registered.
      void tick().then(() => more.actEarly(room, presses));
      return;
    }
    const hold = (event: KeyboardEvent): void => {
      if (!event.defaultPrevented && !commands.takes(event)) {
        presses.push({ event, key: room.openKey ?? room.grid.current?.key });
        load();
      }
    };
    return on(window, 'keydown', hold);
  });
}
