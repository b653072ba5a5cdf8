import { t } from '../../i18n/index.svelte';
import type { Command } from '../../ui/commands.svelte';
import { pickWorkflow } from './pick-workflow';
import type { WorkflowsRoom } from './workflows-room.svelte';

/** What can be done everywhere in the room. */
export function roomCommands(room: WorkflowsRoom): Command[] {
  return [
    {
      id: 'workflows.openFile',
      group: 'workflows',
      title: () => t('workflows.command.openFile'),
      shortcuts: ['mod+o'],
      run: () => pickWorkflow((file) => void room.takeFile(file)),
    },
  ];
}
