import { t } from '../../../i18n/index.svelte';
import type { Command } from '../../../ui/commands.svelte';
import { goTo, routes } from '../../../ui/routes';
import type { OpenForm } from '../open-form.svelte';

/** What the page does for its commands. */
export interface FormVerbs {
  run: () => void;
  save: () => void;
  stop: () => void;
}

/** What can be done with an open form. */
export function formCommands(form: OpenForm, verbs: FormVerbs): Command[] {
  return [
    {
      id: 'workflows.run',
      group: 'workflows',
      title: () => t('workflows.command.run'),
      shortcuts: ['mod+enter'],
      run: verbs.run,
    },
    {
      id: 'workflows.save',
      group: 'workflows',
      title: () => t('workflows.command.save'),
      shortcuts: ['mod+s'],
      run: verbs.save,
    },
    {
      id: 'workflows.stop',
      group: 'workflows',
      title: () => t('workflows.command.stop'),
      shortcuts: ['shift+escape'],
      enabled: () => form.active.length > 0,
      run: verbs.stop,
    },
    {
      id: 'workflows.back',
      group: 'workflows',
      title: () => t('workflows.command.back'),
      run: () => goTo(routes.workflows()),
    },
  ];
}
