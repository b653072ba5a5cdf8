import { t } from '../i18n/index.svelte';
import type { JobRecord } from '../jobs/state/job';
import type { MenuAction } from '../ui/menu-action';
import { goTo, routes } from '../ui/routes';
import type { QueueDesk } from './queue-desk.svelte';

/**
 * What can be done with a waiting job, or with all of a batch: everything that dragging can do, too.
 * @param onasktimes asks how many times it is to run once more.
 */
export function pendingMenu(
  job: JobRecord,
  ids: readonly string[],
  desk: QueueDesk,
  onasktimes: () => void,
): MenuAction[] {
  const steer: MenuAction[] = [
    { label: t('steering.runNext'), run: () => void desk.runNext(ids) },
    { label: t('steering.toEnd'), run: () => void desk.move(ids, null) },
    { label: t('steering.up'), run: () => void desk.step(ids, -1) },
    { label: t('steering.down'), run: () => void desk.step(ids, 1) },
    { label: t('steering.hold'), run: () => void desk.hold(ids) },
  ];
  return [
    ...(desk.fixed(job) === null ? steer : []),
    { label: t('steering.runTimes'), takesFocus: true, run: onasktimes },
    { label: t('queue.openAsForm'), run: () => goTo(routes.openForm(job.id)) },
    { label: t('steering.sweep'), run: () => goTo(routes.openSweep(job.id)) },
    {
      label: t('steering.select'),
      run: () => {
        desk.selecting = true;
        desk.select(ids, true);
      },
    },
  ];
}
