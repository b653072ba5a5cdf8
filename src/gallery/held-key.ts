import { isDialogOpen, isTyping } from '../ui/commands.svelte';
import { matchesPlace } from '../ui/keymap';
import { keymap } from '../ui/keymap.svelte';
import { matchesShortcut } from '../ui/shortcuts';

/** The key that shows the other picture, or what a picture was made from, for as long as it is held. */
export const HOLD_KEY: readonly string[] = ['\\'];

/**
 * Follows a key that has an effect only while it is held, until the returned function is called. The key is let
 * go too when the window loses the focus, since nobody would tell.
 * @param id of the command under which people find, and change, the key.
 */
export function followHeldKey(id: string, set: (held: boolean) => void): () => void {
  const listeners = new AbortController();
  const { signal } = listeners;
  /** By its place: with another modifier down, the key that is let go types something else. */
  let held: string | null = null;
  const release = (): void => {
    if (held !== null) {
      held = null;
      set(false);
    }
  };
  addEventListener(
    'keydown',
    (event) => {
      const matches = keymap
        .of(id, HOLD_KEY)
        .some((shortcut) => matchesShortcut(shortcut, event) || matchesPlace(shortcut, event));
      if (matches && !event.defaultPrevented && !isTyping(event) && !isDialogOpen()) {
        event.preventDefault();
        if (held === null) {
          held = event.code;
          set(true);
        }
      }
    },
    { signal },
  );
  addEventListener('keyup', (event) => event.code === held && release(), { signal });
  addEventListener('blur', release, { signal });
  return () => {
    listeners.abort();
    release();
  };
}
