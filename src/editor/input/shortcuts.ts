import { keyOf, matchesPlace, modifierFrom, placeOf } from '../../ui/keymap';
import { keymap } from '../../ui/keymap.svelte';
import { type KeyPress, matchesShortcut } from '../../ui/shortcuts';
import type { EditorCommand } from '../model/editor-types';
import type { HoldKey } from '../keys/hold-machine';

/** A key for a command. `shortcut` is what people are shown; see `matchesShortcut`. */
export interface KeyBinding {
  command: EditorCommand;
  shortcut: string;
}

/** The editor's default keys, as data: the first binding of a command is the one that is shown. */
export const EDITOR_KEYS: readonly KeyBinding[] = [
  { command: 'tool.brush', shortcut: 'b' },
  { command: 'tool.eraser', shortcut: 'e' },
  { command: 'tool.rect', shortcut: 'm' },
  { command: 'tool.ellipse', shortcut: 'shift+m' },
  { command: 'tool.lasso', shortcut: 'l' },
  { command: 'tool.polygon', shortcut: 'shift+l' },
  { command: 'tool.fill', shortcut: 'g' },
  { command: 'tool.wand', shortcut: 'w' },
  { command: 'tool.range', shortcut: 'v' },
  { command: 'tool.gradient', shortcut: 'shift+g' },
  { command: 'tool.quick', shortcut: 's' },
  { command: 'tool.quickBox', shortcut: 'shift+w' },
  { command: 'tool.smart', shortcut: 'o' },
  { command: 'tool.paint', shortcut: 'k' },
  { command: 'tool.paintEraser', shortcut: 'shift+k' },
  { command: 'tool.clone', shortcut: 'shift+c' },
  { command: 'tool.heal', shortcut: 'shift+h' },
  { command: 'tool.paintFill', shortcut: 'j' },
  { command: 'tool.paintGradient', shortcut: 'shift+j' },
  { command: 'tool.place', shortcut: 'shift+p' },
  { command: 'tool.hand', shortcut: 'h' },
  { command: 'tool.swap', shortcut: 'x' },
  { command: 'combine.add', shortcut: 'a' },
  { command: 'combine.subtract', shortcut: 'd' },
  { command: 'combine.intersect', shortcut: 'i' },
  { command: 'brush.unit', shortcut: 'u' },
  { command: 'brush.tip', shortcut: 't' },
  { command: 'brush.source', shortcut: 'f' },
  { command: 'brush.smaller', shortcut: '[' },
  { command: 'brush.larger', shortcut: ']' },
  { command: 'brush.softer', shortcut: 'shift+[' },
  { command: 'brush.harder', shortcut: 'shift+]' },
  { command: 'brush.rougher', shortcut: ';' },
  { command: 'brush.smoother', shortcut: "'" },
  { command: 'brush.opacity.10', shortcut: '1' },
  { command: 'brush.opacity.20', shortcut: '2' },
  { command: 'brush.opacity.30', shortcut: '3' },
  { command: 'brush.opacity.40', shortcut: '4' },
  { command: 'brush.opacity.50', shortcut: '5' },
  { command: 'brush.opacity.60', shortcut: '6' },
  { command: 'brush.opacity.70', shortcut: '7' },
  { command: 'brush.opacity.80', shortcut: '8' },
  { command: 'brush.opacity.90', shortcut: '9' },
  { command: 'brush.opacity.100', shortcut: '0' },
  { command: 'history.undo', shortcut: 'mod+z' },
  { command: 'history.redo', shortcut: 'mod+shift+z' },
  { command: 'history.redo', shortcut: 'mod+y' },
  { command: 'mask.all', shortcut: 'mod+a' },
  { command: 'mask.clear', shortcut: 'mod+d' },
  { command: 'mask.invert', shortcut: 'mod+i' },
  { command: 'mask.invert', shortcut: 'mod+shift+i' },
  { command: 'view.fit', shortcut: 'mod+0' },
  { command: 'view.actual', shortcut: 'mod+1' },
  { command: 'view.mask', shortcut: 'shift+0' },
  { command: 'view.in', shortcut: '+' },
  { command: 'view.in', shortcut: 'mod+=' },
  { command: 'view.out', shortcut: '-' },
  { command: 'view.out', shortcut: 'mod+-' },
  { command: 'view.rotateLeft', shortcut: '<' },
  { command: 'view.rotateRight', shortcut: 'shift+r' },
  { command: 'view.rotateRight', shortcut: '>' },
  { command: 'view.rotateReset', shortcut: 'shift+1' },
  { command: 'view.mirror', shortcut: 'y' },
  { command: 'view.maskOnly', shortcut: 'q' },
];

/** Default keys that change the meaning of the pointer while held. */
export const HOLD_KEYS: Readonly<Record<HoldKey, string>> = {
  pan: 'space',
  erase: 'alt',
  turn: 'r',
  peek: '`',
};

const HOLDS = Object.keys(HOLD_KEYS) as HoldKey[];

/** The id under which a command's keys are stored, listed and shown. */
export function commandId(command: EditorCommand | `hold.${HoldKey}`): `editor.${string}` {
  return `editor.${command}`;
}

/** A command's default shortcuts, the one to show first. */
export function defaultShortcuts(command: EditorCommand): string[] {
  return EDITOR_KEYS.flatMap((binding) => (binding.command === command ? [binding.shortcut] : []));
}

/** The editor's keys as the person has them. */
export function chosenBindings(): KeyBinding[] {
  return [...new Set(EDITOR_KEYS.map(({ command }) => command))].flatMap((command) =>
    keymap
      .of(commandId(command), defaultShortcuts(command))
      .map((shortcut): KeyBinding => ({ command, shortcut })),
  );
}

/** The keys to hold for something, as the person has them. */
export function chosenHoldKeys(hold: HoldKey): readonly string[] {
  return keymap.of(commandId(`hold.${hold}`), [HOLD_KEYS[hold]]);
}

/** The command a key press stands for; null when none does. */
export function editorCommand(
  event: KeyPress,
  bindings: readonly KeyBinding[] = chosenBindings(),
  mac?: boolean,
): EditorCommand | null {
  const found =
    bindings.find(({ shortcut }) => matchesText(shortcut, event, mac)) ??
    bindings.find(({ shortcut }) => matchesPlace(shortcut, event, mac));
  return found?.command ?? null;
}

/** Characters typed with AltGr must not be taken for the plain key. */
function matchesText(shortcut: string, event: KeyPress, mac?: boolean): boolean {
  const wanted = shortcut
    .toLowerCase()
    .split(/\+(?!$)/)
    .slice(0, -1)
    .includes('alt');
  return matchesShortcut(shortcut, event, mac) && (!event.altKey || wanted || event.key.length > 1);
}

/**
 * Which held key a press is; null when none. Character keys count only without modifiers; the space bar and
 * modifiers also with others.
 */
export function holdKey(
  event: KeyPress,
  keys: (hold: HoldKey) => readonly string[] = chosenHoldKeys,
): HoldKey | null {
  const modifier = modifierFrom(event);
  const blocked = (event.ctrlKey && modifier !== 'control') || (event.metaKey && modifier !== 'meta');
  if (blocked) {
    return null;
  }
  const plain = !event.shiftKey && !event.altKey;
  const is = (shortcut: string): boolean => {
    const key = keyOf(shortcut);
    if (modifier !== null || key === 'space') {
      return modifier === key || (key === 'space' && event.code === 'Space');
    }
    const place = placeOf(key);
    return plain && (event.key.toLowerCase() === key || (place !== undefined && event.code === place));
  };
  return HOLDS.find((hold) => keys(hold).some(is)) ?? null;
}
