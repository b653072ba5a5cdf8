import { t } from '../../i18n/index.svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { isAway } from './away';
import type { TileNote } from './organise.svelte';
import Note from './TileNote.svelte';

/** What is said of a picture whose file is not there as it was, or not on the server; `null` of all others. Reactive. */
export function noteOf(item: GalleryItem): TileNote | null {
  const away = isAway(item) ? t('organise.away') : null;
  const device = item.job.device ? t('organise.onDevice') : null;
  const words = [item.replaced ? t('gallery.tile.replaced') : null, away, device].filter(
    (each) => each !== null,
  );
  return words.length > 0 ? { Note, words, away } : null;
}
