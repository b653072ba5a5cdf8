import { report } from '../../base/report';
import { describeError } from '../../i18n/describe-error';
import { t } from '../../i18n/index.svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { isFinished } from '../../jobs/state/job';
import { complain } from '../../ui/toasts.svelte';
import { offerUndo } from '../../ui/undoable';
import type { Together } from '../library/trash.svelte';
import { countWords } from './count-words';
import type { Selection } from './selection.svelte';

/** What forgetting the jobs of pictures would take off the list. */
export interface ForgetPlan {
  /** Jobs that have ended. */
  ids: string[];
  /** Pictures of theirs that go as well, although nobody selected them. */
  others: number;
  /** Jobs that still run: those are the queue's to cancel. */
  active: number;
}

/** A job is forgotten as a whole, with every picture it made. A file that was found has none. */
export function forgettable(items: readonly GalleryItem[]): ForgetPlan {
  const jobs = new Map(items.flatMap(({ job }) => (job.found ? [] : [[job.id, job]])));
  const ended = [...jobs.values()].filter(({ state }) => isFinished(state));
  const selected = new Set(items.map(({ key }) => key));
  const others = ended.flatMap(({ id, outputs }) =>
    outputs.filter(({ index, ref }) => ref.type === 'output' && !selected.has(`${id}/${index}`)),
  ).length;
  return { ids: ended.map(({ id }) => id), others, active: jobs.size - ended.length };
}

/** Takes jobs off the lists together with something else that can be undone. */
export function forgetWith({ room }: Selection, ids: readonly string[]): Together {
  const pending = room.jobs.forget(ids);
  return {
    undo: () => pending.undo(),
    commit: () => {
      pending.commit().catch((error: unknown) => {
        report(error, 'trash.forget');
        pending.undo();
        complain(describeError(error));
      });
    },
  };
}

/** Takes jobs off the lists at once, and off the server when the undo has passed. Their files stay. */
export function forget(selection: Selection, ids: readonly string[]): void {
  offerUndo(selection.room.jobs.forget(ids), {
    done: countWords('selection.remove.forgotten', ids.length),
    undo: t('common.undo'),
    retry: t('common.retry'),
    failed: describeError,
  });
}
