import { deleteOutputFile } from '../../comfy/assets';
import type { ComfyClient } from '../../comfy/client';
import { describeError } from '../../i18n/describe-error';
import { t } from '../../i18n/index.svelte';
import { complain } from '../../ui/toasts.svelte';
import { offerUndo } from '../../ui/undoable';
import { countWords } from './count-words';
import { deletable, ServerDeletion } from './server-deletion';
import type { Selection } from './selection.svelte';

/** Has the server delete the files of what is selected, unless that is undone first. */
export function deleteFiles(selection: Selection, client: ComfyClient): void {
  const items = deletable(selection.items());
  const { room } = selection;
  selection.clear();
  const deletion = new ServerDeletion(items, {
    items: room.items,
    jobs: room.jobs,
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
