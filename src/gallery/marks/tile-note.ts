import { t } from '../../i18n/index.svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { libraryPort } from '../../ports/library.svelte';
import type { TileNote } from './organise.svelte';
import Note from './TileNote.svelte';

/** What is said of a picture whose file is not there as it was; `null` of all others. Reactive. */
export function noteOf(item: GalleryItem): TileNote | null {
  const words = [
    ...(item.replaced ? [t('gallery.tile.replaced')] : []),
    ...(isAway(item) ? [t('organise.away')] : []),
  ];
  return words.length > 0 ? { Note, words } : null;
}

/** Whether the folder of a picture's file cannot be read just now, so that only what is kept of it is shown. Reactive. */
export function isAway({ output }: GalleryItem): boolean {
  const { status } = libraryPort;
  return status?.on === true && status.trees.find(({ kind }) => kind === output.ref.type)?.online === false;
}
