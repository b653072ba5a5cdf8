import type { GalleryRoom } from './gallery-room.svelte';

/**
 * Selects with the clicks that come before the code of the selection is there: left to the browser, they would open
 * tabs. From then on that code takes them.
 * @returns stops it.
 */
export function takeEarlyPicks(node: HTMLElement, room: GalleryRoom): () => void {
  const take = (event: MouseEvent): void => {
    const tile = (event.target as Element).closest<HTMLElement>('a[data-key]');
    const key = tile?.dataset['key'];
    // Without a pointer it is the Enter key, which opens.
    if (key === undefined || event.detail === 0 || !(event.ctrlKey || event.metaKey || event.shiftKey)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    room.grid.point(key);
    const isRange = event.shiftKey;
    void room.select((selection) => (isRange ? selection.extendTo(key) : selection.toggle(key)));
  };
  node.addEventListener('click', take, { capture: true });
  return () => node.removeEventListener('click', take, { capture: true });
}
