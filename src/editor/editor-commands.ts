import { t } from '../i18n/index.svelte';
import type { GalleryItem } from '../jobs/job-store.svelte';
import type { Command } from '../ui/commands.svelte';
import { formatShortcut } from '../ui/shortcuts';
import type { EditorRoom } from './editor-room.svelte';
import { maskCommands } from './mask-list/mask-commands';
import {
  acceptResult,
  acceptResultInMask,
  againWithNewSeed,
  discardResult,
  goBack,
} from './results/result-actions';
import { editCommands, toolCommands, viewCommands } from './session/painting-commands';

/** What can be done while a picture is open, for buttons, keys, the palette and the shortcut sheet. */
export function editorCommands(room: EditorRoom): Command[] {
  const { session, generation, errands } = room;
  const ready = (): boolean => session.status === 'ready';
  return [
    {
      id: 'editor.generate',
      group: 'editor',
      title: () => t(errands.now ? 'errand.use' : 'editor.generate.run'),
      shortcuts: ['mod+enter'],
      enabled: () => ready() && (errands.now ? errands.ready : generation.ready),
      run: () => void (errands.now ? errands.finish() : generation.start()),
    },
    {
      id: 'editor.generateFront',
      group: 'editor',
      title: () => t('editor.generate.runFront'),
      shortcuts: ['shift+mod+enter'],
      enabled: () => ready() && generation.ready && !errands.now,
      run: () => void generation.start({ front: true }),
    },
    ...resultCommands(room),
    ...toolCommands(session),
    ...editCommands(session),
    ...maskCommands(room),
    ...viewCommands(session),
    {
      id: 'editor.panels',
      group: 'editor',
      title: () => t('editor.panels.toggle'),
      shortcuts: ['p'],
      enabled: ready,
      run: () => session.view.setBare(!session.view.bare),
    },
    {
      id: 'editor.areaByHand',
      group: 'editor',
      title: () => t('editor.panels.areaByHand'),
      shortcuts: ['c'],
      enabled: () => ready() && !errands.now && room.form.recipe?.supports.area === true,
      run: () => room.area.setMode(room.area.mode === 'hand' ? 'auto' : 'hand'),
    },
    ...wheelGestures(room),
  ];
}

/** What the wheel does, depending on held keys and the person's preference. See `wheelMeaning`. */
function wheelGestures({ session }: EditorRoom): Command[] {
  const moves = (): boolean => session.view.settings.wheel === 'move';
  const gesture = (id: string, title: () => string, held: () => string): Command => ({
    id: `editor.wheel.${id}`,
    group: 'editor',
    title,
    gesture: () => formatShortcut(held() + t('editor.view.wheel.name')),
    enabled: () => false,
    run: () => undefined,
  });
  return [
    gesture(
      'zoom',
      () => t('editor.view.wheel.toZoom'),
      () => (moves() ? 'mod+' : ''),
    ),
    gesture(
      'move',
      () => t(moves() ? 'editor.view.wheel.toMove' : 'editor.view.wheel.toSide'),
      () => (moves() ? '' : 'shift+'),
    ),
    gesture(
      'step',
      () => t('editor.view.wheel.toStep'),
      () => (moves() ? 'alt+' : 'mod+'),
    ),
  ];
}

/** What can be done with the results in the strip. */
function resultCommands(room: EditorRoom): Command[] {
  const { staging, accepting, run, session } = room;
  const some = (): boolean => staging.results.length > 0;
  const withShown =
    (work: (item: GalleryItem) => unknown): (() => void) =>
    () => {
      if (staging.shown) {
        work(staging.shown);
      }
    };
  const command = (
    id: string,
    title: () => string,
    shortcut: string,
    enabled: () => boolean,
    run: () => void,
  ): Command => ({ id: `editor.${id}`, group: 'editor', title, shortcuts: [shortcut], enabled, run });
  const shown = (): boolean => staging.shown !== null;
  return [
    {
      ...command(
        'compare',
        () => t('inpaint.compare.holdCommand'),
        '\\',
        some,
        () => {
          staging.show(staging.shown ? null : (staging.results.at(-1)?.key ?? null));
        },
      ),
      // Held down: see the stage's overlays. From the palette it toggles.
      handledElsewhere: true,
    },
    command(
      'previous',
      () => t('inpaint.compare.previous'),
      ',',
      some,
      () => staging.step(-1),
    ),
    command(
      'next',
      () => t('inpaint.compare.next'),
      '.',
      some,
      () => staging.step(1),
    ),
    command(
      'blink',
      () => t('inpaint.compare.blink'),
      'shift+b',
      some,
      () => staging.toggleMode('blink'),
    ),
    command(
      'slider',
      () => t('inpaint.compare.slider'),
      'shift+s',
      some,
      () => staging.toggleMode('slider'),
    ),
    command(
      'difference',
      () => t('inpaint.compare.difference'),
      'shift+d',
      some,
      () => staging.toggleMode('difference'),
    ),
    command(
      'underMask',
      () => t('inpaint.compare.underMask'),
      'shift+u',
      shown,
      () => staging.setUnderMask(!staging.underMask),
    ),
    command(
      'accept',
      () => t('inpaint.accept'),
      'shift+a',
      shown,
      withShown((item) => acceptResult(accepting, item)),
    ),
    command(
      'acceptInMask',
      () => t('inpaint.acceptInMask'),
      'shift+alt+a',
      () => shown() && !session.mask.empty && run.step === 'idle',
      withShown((item) => acceptResultInMask(accepting, item)),
    ),
    command(
      'discard',
      () => t('inpaint.discard'),
      'shift+delete',
      shown,
      withShown((item) => {
        discardResult(staging, item);
      }),
    ),
    command(
      'again',
      () => t('inpaint.again'),
      'shift+n',
      shown,
      withShown((item) => againWithNewSeed(run, staging, item)),
    ),
    command(
      'back',
      () => t('inpaint.strip.backCommand'),
      'shift+backspace',
      () => accepting.parent !== null,
      () => {
        void goBack(accepting);
      },
    ),
  ];
}
