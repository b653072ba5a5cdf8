import { tick } from 'svelte';

/**
 * Does something that takes a tile out of the strip. When the focus was within the tile, it goes to the tile
 * that is chosen, or to the strip itself: at the page's top, where it would fall, nobody looks for it.
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
