import { t } from '../i18n/index.svelte';
import type { GalleryItem } from '../jobs/job-store.svelte';
import type { Command } from '../ui/commands.svelte';
import type { EditorRoom } from './editor-room.svelte';
import type { EditorCommand } from './editor-types';
import { acceptResult, acceptResultInMask, againWithNewSeed, discardResult, goBack } from './staging-actions';

/** What can be done while a picture is open. Keys of the painting session are listed here and handled there. */
export function editorCommands(room: EditorRoom): Command[] {
  const { session } = room;
  const ready = (): boolean => session.status === 'ready';
  const painting = (id: EditorCommand, title: () => string, ...shortcuts: string[]): Command => ({
    id: `editor.${id}`,
    group: 'editor',
    title,
    shortcuts,
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
    painting('tool.brush', () => t('editor.tool.brush'), 'b'),
    painting('tool.eraser', () => t('editor.tool.eraser'), 'e'),
    painting('tool.hand', () => t('editor.tool.hand'), 'h'),
    painting('tool.swap', () => t('editor.command.swap'), 'x'),
    painting('brush.smaller', () => t('editor.command.smaller'), '['),
    painting('brush.larger', () => t('editor.command.larger'), ']'),
    painting('brush.softer', () => t('editor.command.softer'), 'shift+['),
    painting('brush.harder', () => t('editor.command.harder'), 'shift+]'),
    painting('history.undo', () => t('editor.undo'), 'mod+z'),
    painting('history.redo', () => t('editor.redo'), 'shift+mod+z', 'mod+y'),
    painting('mask.all', () => t('editor.selectAll'), 'mod+a'),
    painting('mask.clear', () => t('editor.clear'), 'mod+d'),
    painting('mask.invert', () => t('editor.invert'), 'mod+i', 'shift+mod+i'),
    painting('view.fit', () => t('editor.fit'), 'mod+0'),
    painting('view.actual', () => t('editor.actual'), 'mod+1'),
    painting('view.mask', () => t('editor.fitMask'), 'shift+0'),
    painting('view.in', () => t('editor.zoomIn'), '+', 'mod+='),
    painting('view.out', () => t('editor.zoomOut'), '-', 'mod+-'),
    painting('view.rotateLeft', () => t('editor.view.rotateLeft'), 'shift+,'),
    painting('view.rotateRight', () => t('editor.view.rotateRight'), 'shift+r', 'shift+.'),
    painting('view.rotateReset', () => t('editor.view.rotateReset'), 'shift+1'),
    painting('view.maskOnly', () => t('editor.maskOnly'), 'q'),
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
      'shift+m',
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
