import { t } from '../../i18n/index.svelte';
import type { Command } from '../../ui/commands.svelte';
import { HOLD_KEY } from '../held-key';
import type { CompareMode, CompareView } from './compare-view.svelte';

/** The command whose key shows the other picture for as long as it is held. */
export const HOLD = 'gallery.compare.hold';

const MODE_KEYS: Record<CompareMode, string> = { slider: 's', side: 'g', blink: 'b', difference: 'd' };

/** What can be done while pictures are compared. */
export function compareCommands(
  view: CompareView,
  { back, toggleSettings }: { back: () => void; toggleSettings: () => void },
): Command[] {
  const command = (
    id: string,
    title: () => string,
    shortcuts: readonly string[],
    run: () => void,
  ): Command => ({
    id: `gallery.compare.${id}`,
    group: 'gallery',
    title,
    shortcuts,
    run,
  });
  /** Keys that buttons take too: whatever has the focus goes first. */
  const blinking = (...args: Parameters<typeof command>): Command => ({
    ...command(...args),
    enabled: () => view.mode === 'blink' && !document.activeElement?.matches('button, a, select'),
  });
  const { stage } = view;
  return [
    command('back', () => t('compare.back'), ['escape'], back),
    ...(Object.keys(MODE_KEYS) as CompareMode[]).map((mode) =>
      command(
        mode,
        () => t(`compare.mode.${mode}`),
        [MODE_KEYS[mode]],
        () => view.setMode(mode),
      ),
    ),
    blinking(
      'next',
      () => t('compare.next'),
      ['space', 'arrowright'],
      () => view.turn(1),
    ),
    blinking(
      'previous',
      () => t('compare.previous'),
      ['arrowleft'],
      () => view.turn(-1),
    ),
    command(
      'swap',
      () => t('compare.swap'),
      ['x'],
      () => view.swap(),
    ),
    {
      ...command(
        'hold',
        () => t('compare.hold'),
        HOLD_KEY,
        () => undefined,
      ),
      handledElsewhere: true,
    },
    command(
      'zoomIn',
      () => t('gallery.viewer.zoomIn'),
      ['+', '='],
      () => stage.step(1),
    ),
    command(
      'zoomOut',
      () => t('gallery.viewer.zoomOut'),
      ['-'],
      () => stage.step(-1),
    ),
    command(
      'fit',
      () => t('gallery.viewer.fit'),
      ['0'],
      () => stage.fit(),
    ),
    command(
      'actual',
      () => t('gallery.viewer.actual'),
      ['1'],
      () => stage.zoomTo(1),
    ),
    command('settings', () => t('compare.show'), ['i'], toggleSettings),
  ];
}
