import { tick } from 'svelte';

/**
 * Does something that removes a tile from its strip (a `section`). If the tile had the focus, the chosen tile
 * gets it, or the strip itself: it would otherwise fall to the top of the page, where nobody looks for it.
 */
export async function handOverFocus(tile: HTMLElement, leave: () => void | Promise<void>): Promise<void> {
  const strip = tile.closest('section');
  const focused = tile.contains(document.activeElement);
  await leave();
  await tick();
  if (focused && !tile.isConnected && document.activeElement === document.body) {
    (strip?.querySelector<HTMLElement>('[aria-pressed="true"]') ?? strip)?.focus();
  }
}
