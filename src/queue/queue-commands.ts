import { t } from '../i18n/index.svelte';
import type { JobStore } from '../jobs/job-store.svelte';
import type { Command } from '../ui/commands.svelte';
import type { QueueActions } from './queue-actions';

/** What can be done with the queue from anywhere it is shown. */
export function queueCommands(jobs: JobStore, actions: QueueActions): Command[] {
  return [
    {
      id: 'queue.interrupt',
      group: 'queue',
      title: () => t('queue.command.interrupt'),
      shortcuts: ['shift+escape'],
      enabled: () => jobs.running.length > 0,
      run: () => jobs.running.forEach(({ id }) => void actions.cancel(id)),
    },
    {
      id: 'queue.clearPending',
      group: 'queue',
      title: () => t('queue.command.clearPending'),
      enabled: () => jobs.pending.length > 0,
      run: () => void actions.clearPending(),
    },
  ];
}
