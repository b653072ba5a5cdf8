import type { Component } from 'svelte';
import { loadWords } from '../i18n/index.svelte';
import { LatePart } from '../ui/late-part.svelte';
import type { GalleryRoom } from './gallery-room.svelte';

/** The viewer and the sheet of a sweep, which load on demand. */
export const viewerPart = new LatePart<Component<{ room: GalleryRoom }>>(async () => {
  const [viewer] = await Promise.all([
    import('./sheet/OpenView.svelte'),
    loadWords('viewer'),
    loadWords('lineage'),
  ]);
  return viewer.default;
});

/** What else can be done with a tile: commands that load with the viewer. */
export const tileCommandsPart = new LatePart(async () => {
  const [module] = await Promise.all([import('./menu/parts'), loadWords('lineage')]);
  return module;
});
