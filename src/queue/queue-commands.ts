import { t } from '../i18n/index.svelte';
import type { JobStore } from '../jobs/job-store.svelte';
import type { Command } from '../ui/commands.svelte';
import type { QueueActions } from './queue-actions';
import type { QueueDesk } from './queue-desk.svelte';

/** What can be done with the queue from anywhere it is shown. */
export function queueCommands(jobs: JobStore, actions: QueueActions, desk: QueueDesk): Command[] {
  return [
    {
      id: 'queue.interrupt',
      group: 'queue',
      title: () => t('queue.command.interrupt'),
      shortcuts: ['shift+escape'],
      enabled: () => jobs.running.length > 0,
      run: () => jobs.running.forEach(({ id }) => void actions.interrupt(id)),
    },
    {
      id: 'queue.clearPending',
      group: 'queue',
      title: () => t('queue.command.clearPending'),
      enabled: () => jobs.pending.length > 0,
      run: () => void desk.clear(),
    },
    {
      id: 'queue.pause',
      group: 'queue',
      title: () => t('queue.command.pause'),
      enabled: () => desk.ready && !desk.paused,
      run: () => void desk.pause('finish'),
    },
    {
      id: 'queue.goOn',
      group: 'queue',
      title: () => t('queue.command.goOn'),
      enabled: () => desk.paused,
      run: () => void desk.goOn(),
    },
  ];
}
