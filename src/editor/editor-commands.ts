import { t } from '../i18n/index.svelte';
import type { Command } from '../ui/commands.svelte';
import type { EditorRoom } from './editor-room.svelte';
import type { EditorCommand } from './editor-types';

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
      enabled: () => ready() && canGenerate(room),
      run: () => void room.generate(),
    },
    {
      id: 'editor.generateFront',
      group: 'editor',
      title: () => t('editor.generate.runFront'),
      shortcuts: ['shift+mod+enter'],
      enabled: () => ready() && canGenerate(room),
      run: () => void room.generate({ front: true }),
    },
    {
      id: 'editor.compare',
      group: 'editor',
      title: () => t('editor.command.compare'),
      shortcuts: ['\\'],
      enabled: () => room.results.length > 0,
      run: () => room.show(room.shown ? null : (room.results.at(-1)?.key ?? null)),
    },
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
    painting('view.maskOnly', () => t('editor.maskOnly'), 'q'),
  ];
}

/** Whether pressing Generate would start a job. */
export function canGenerate(room: EditorRoom): boolean {
  return room.step === 'idle' && room.form.ready && !room.session.isEmpty && room.ref !== null;
}
