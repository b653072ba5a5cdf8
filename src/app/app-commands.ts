import { LOCALES, t } from '../i18n/index.svelte';
import type { Command } from '../ui/commands.svelte';
import { goTo, routes } from '../ui/routes';
import type { Overlay } from './overlay.svelte';
import { queueAside } from './queue-aside.svelte';
import { settings, THEMES } from './settings.svelte';

/** Commands available in every room. */
export function appCommands(overlay: Overlay): Command[] {
  return [
    {
      id: 'go.gallery',
      group: 'go',
      title: () => t('shell.command.goGallery'),
      shortcuts: ['alt+1'],
      run: () => goTo(routes.gallery()),
    },
    {
      id: 'go.queue',
      group: 'go',
      title: () => t('shell.command.goQueue'),
      shortcuts: ['alt+2'],
      run: () => goTo(routes.queue()),
    },
    {
      id: 'go.editor',
      group: 'go',
      title: () => t('shell.command.goEditor'),
      shortcuts: ['alt+3'],
      run: () => goTo(routes.edit()),
    },
    {
      id: 'go.workflows',
      group: 'go',
      title: () => t('shell.command.goWorkflows'),
      shortcuts: ['alt+4'],
      run: () => goTo(routes.workflows()),
    },
    {
      id: 'app.newPicture',
      group: 'app',
      title: () => t('shell.command.newPicture'),
      shortcuts: ['alt+n'],
      run: () => overlay.show('newPicture'),
    },
    {
      id: 'app.palette',
      group: 'app',
      title: () => t('shell.command.openPalette'),
      shortcuts: ['mod+k'],
      run: () => overlay.show('palette'),
    },
    {
      id: 'app.sheet',
      group: 'app',
      title: () => t('shell.command.openSheet'),
      shortcuts: ['?'],
      run: () => overlay.show('sheet'),
    },
    {
      id: 'app.settings',
      group: 'app',
      title: () => t('shell.command.openSettings'),
      shortcuts: ['mod+,'],
      run: () => overlay.show('settings'),
    },
    {
      id: 'app.wildcards',
      group: 'app',
      title: () => t('shell.command.openWildcards'),
      run: () => overlay.show('wildcards'),
    },
    {
      id: 'app.toggleQueue',
      group: 'app',
      title: () => t('shell.command.toggleQueue'),
      shortcuts: ['shift+q'],
      run: () => queueAside.toggle(),
    },
    {
      id: 'app.theme',
      group: 'app',
      title: () => t('shell.command.themeNext'),
      run: () => settings.setTheme(next(THEMES, settings.theme)),
    },
    {
      id: 'app.locale',
      group: 'app',
      title: () => t('shell.command.localeNext'),
      run: () => void settings.setLocale(next(LOCALES, settings.locale)),
    },
  ];
}

function next<T>(list: readonly T[], current: T): T {
  return list[(list.indexOf(current) + 1) % list.length] ?? current;
}
