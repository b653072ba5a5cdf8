import { isDeviceId } from '../comfy/device-ref';
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
      enabled: () => shareable().length > 0,
      run: () => sharingPort.share({ kind: 'pictures', keys: shareable() }),
    },
    { id: 'app.shares', group: 'app', title: () => t('sharing.command.shares'), run: () => open('shares') },
    { id: 'app.pair', group: 'app', title: () => t('sharing.command.pair'), run: () => open('pair') },
  ];
}

/** What is picked of the server's: files of this device are not there. */
function shareable(): string[] {
  return sharingPort.picked.filter((key) => !isDeviceId(key));
}
