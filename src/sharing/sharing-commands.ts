import { t } from '../i18n/index.svelte';
import { sharingPort } from '../ports/sharing.svelte';
import type { Command } from '../ui/commands.svelte';

/** What can be done about sharing, wherever one is. */
export function sharingCommands(open: (what: 'shares' | 'pair') => void): Command[] {
  return [
    {
      id: 'gallery.share',
      group: 'gallery',
      title: () => t('sharing.command.share'),
      shortcuts: ['s'],
      enabled: () => sharingPort.picked.length > 0,
      run: () => sharingPort.share({ kind: 'pictures', keys: [...sharingPort.picked] }),
    },
    { id: 'app.shares', group: 'app', title: () => t('sharing.command.shares'), run: () => open('shares') },
    { id: 'app.pair', group: 'app', title: () => t('sharing.command.pair'), run: () => open('pair') },
  ];
}
