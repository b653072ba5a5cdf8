import type { Component } from 'svelte';
import { loadWords } from '../../i18n/index.svelte';
import { LatePart } from '../../ui/late-part.svelte';
import type { GallerySearch } from '../search/gallery-search.svelte';

/** The folders beside the grid; load when they are wanted. */
export const foldersPart = new LatePart<Component<{ search: GallerySearch }>>(async () => {
  const [aside] = await Promise.all([import('./FolderAside.svelte'), loadWords('library')]);
  return aside.default;
});
