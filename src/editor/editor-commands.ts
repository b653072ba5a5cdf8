import { t } from '../i18n/index.svelte';
import type { GalleryItem } from '../jobs/job-store.svelte';
import type { Command } from '../ui/commands.svelte';
import { formatShortcut } from '../ui/shortcuts';
import type { EditorRoom } from './editor-room.svelte';
import type { EditorCommand } from './model/editor-types';
import { HOLD_KEYS, commandId, defaultShortcuts } from './input/shortcuts';
import { maskCommands } from './mask-list/mask-commands';
import {
  acceptResult,
  acceptResultInMask,
  againWithNewSeed,
  discardResult,
  goBack,
} from './results/result-actions';

/** What can be done while a picture is open. Keys of the painting session are listed here and handled there. */
export function editorCommands(room: EditorRoom): Command[] {
  const { session } = room;
  const ready = (): boolean => session.status === 'ready';
  const painting = (id: EditorCommand, title: () => string): Command => ({
    id: commandId(id),
    group: 'editor',
    title,
    shortcuts: defaultShortcuts(id),
    enabled: () => session.can(id),
    handledElsewhere: true,
    run: () => session.run(id),
  });
  return [
    {
      id: 'editor.generate',
      group: 'editor',
      title: () => t('editor.generate.run'),
      shortcuts: ['mod+enter'],
      enabled: () => ready() && room.canGenerate,
      run: () => void room.generate(),
    },
    {
      id: 'editor.generateFront',
      group: 'editor',
      title: () => t('editor.generate.runFront'),
      shortcuts: ['shift+mod+enter'],
      enabled: () => ready() && room.canGenerate,
      run: () => void room.generate({ front: true }),
    },
    ...resultCommands(room),
    ...toolCommands(painting),
    painting('brush.smaller', () => t('editor.command.smaller')),
    painting('brush.larger', () => t('editor.command.larger')),
    painting('brush.softer', () => t('editor.command.softer')),
    painting('brush.harder', () => t('editor.command.harder')),
    painting('brush.rougher', () => t('editor.command.rougher')),
    painting('brush.smoother', () => t('editor.command.smoother')),
    painting('history.undo', () => t('editor.undo')),
    painting('history.redo', () => t('editor.redo')),
    painting('mask.all', () => t('editor.selectAll')),
    painting('mask.clear', () => t('editor.clear')),
    painting('mask.invert', () => t('editor.invert')),
    ...maskCommands(room),
    painting('view.fit', () => t('editor.fit')),
    painting('view.actual', () => t('editor.actual')),
    painting('view.mask', () => t('editor.fitMask')),
    painting('view.in', () => t('editor.zoomIn')),
    painting('view.out', () => t('editor.zoomOut')),
    painting('view.rotateLeft', () => t('editor.view.rotateLeft')),
    painting('view.rotateRight', () => t('editor.view.rotateRight')),
    painting('view.rotateReset', () => t('editor.view.rotateReset')),
    painting('view.maskOnly', () => t('editor.maskOnly')),
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
      enabled: () => ready() && room.form.recipe?.supports.area === true,
      run: () => room.area.setMode(room.area.mode === 'hand' ? 'auto' : 'hand'),
    },
    ...wheelGestures(room),
  ];
}

const OPACITIES = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100] as const;

/** Tools, how they meet the mask, and keys that are held. */
function toolCommands(painting: (id: EditorCommand, title: () => string) => Command): Command[] {
  const tools = ['brush', 'eraser', 'rect', 'ellipse', 'lasso', 'polygon', 'fill', 'wand', 'hand'] as const;
  const combines = ['add', 'subtract', 'intersect'] as const;
  const holds = ['pan', 'erase', 'turn', 'peek'] as const;
  return [
    ...tools.map((tool) => painting(`tool.${tool}`, () => t(`tools.name.${tool}`))),
    painting('tool.swap', () => t('tools.swap')),
    ...combines.map((choice) => painting(`combine.${choice}`, () => t(`tools.combine.${choice}`))),
    painting('brush.unit', () => t('tools.unit.swap')),
    ...OPACITIES.map((value) =>
      painting(`brush.opacity.${value}`, () => t('tools.opacityCommand', { value })),
    ),
    ...holds.map((hold): Command => ({
      id: commandId(`hold.${hold}`),
      group: 'editor',
      title: () => t(`tools.hold.${hold}`),
      shortcuts: [HOLD_KEYS[hold]],
      // Listed with its key; there is nothing to run.
      enabled: () => false,
      handledElsewhere: true,
      run: () => undefined,
    })),
  ];
}

/** What the wheel does, by what is held and by what the person wants of it. See `wheelMeaning`. */
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
  const { staging } = room;
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
          room.show(staging.shown ? null : (staging.results.at(-1)?.key ?? null));
        },
      ),
      // Held down: see the stage's overlays. From the palette it goes to and fro.
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
      withShown((item) => acceptResult(room, item)),
    ),
    command(
      'acceptInMask',
      () => t('inpaint.acceptInMask'),
      'shift+alt+a',
      () => shown() && !room.session.isEmpty && room.step === 'idle',
      withShown((item) => acceptResultInMask(room, item)),
    ),
    command(
      'discard',
      () => t('inpaint.discard'),
      'shift+delete',
      shown,
      withShown((item) => {
        discardResult(room, item);
      }),
    ),
    command(
      'again',
      () => t('inpaint.again'),
      'shift+n',
      shown,
      withShown((item) => againWithNewSeed(room, item)),
    ),
    command(
      'back',
      () => t('inpaint.strip.back'),
      'shift+backspace',
      () => room.parent !== null,
      () => {
        void goBack(room);
      },
    ),
  ];
}
