import { deleteOutputFile } from '../../comfy/assets';
import type { ComfyClient } from '../../comfy/client';
import { describeError } from '../../i18n/describe-error';
import { t } from '../../i18n/index.svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { complain } from '../../ui/toasts.svelte';
import { offerUndo } from '../../ui/undoable';
import type { GalleryRoom } from '../gallery-room.svelte';
import { countWords } from './count-words';
import { ServerDeletion } from './server-deletion';

/** Has the server delete the files of pictures, all of them `deletable`, unless that is undone first. */
export function deleteFiles(
  items: readonly GalleryItem[],
  { items: library, jobs }: Pick<GalleryRoom, 'items' | 'jobs'>,
  client: ComfyClient,
): void {
  const deletion = new ServerDeletion(items, {
    items: library,
    jobs,
    remove: (ref) => deleteOutputFile(client, ref),
    kept: (count) => complain(countWords('selection.remove.kept', count)),
  });
  offerUndo(deletion, {
    done: countWords('selection.remove.deleted', items.length),
    undo: t('common.undo'),
    retry: t('common.retry'),
    failed: describeError,
  });
}
