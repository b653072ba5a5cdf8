import { type KeyPress, matchesShortcut } from '../../ui/shortcuts';
import type { EditorCommand } from '../editor-types';

/** Keys that act while they are held. */
export type HoldKey = 'pan' | 'erase' | 'turn' | 'peek';

/** A key for a command. `shortcut` is what people are shown; see `matchesShortcut`. */
export interface KeyBinding {
  command: EditorCommand;
  shortcut: string;
  /** Place of the key (`KeyboardEvent.code`), for keys that mean their place and for layouts without Latin letters. */
  code?: string;
}

/** The keys of the editor, as data: the first binding of a command is the one that is shown. */
export const EDITOR_KEYS: readonly KeyBinding[] = [
  { command: 'tool.brush', shortcut: 'b', code: 'KeyB' },
  { command: 'tool.eraser', shortcut: 'e', code: 'KeyE' },
  { command: 'tool.hand', shortcut: 'h', code: 'KeyH' },
  { command: 'tool.swap', shortcut: 'x', code: 'KeyX' },
  { command: 'brush.smaller', shortcut: '[', code: 'BracketLeft' },
  { command: 'brush.larger', shortcut: ']', code: 'BracketRight' },
  { command: 'brush.softer', shortcut: 'shift+[', code: 'BracketLeft' },
  { command: 'brush.harder', shortcut: 'shift+]', code: 'BracketRight' },
  { command: 'brush.opacity.10', shortcut: '1', code: 'Digit1' },
  { command: 'brush.opacity.20', shortcut: '2', code: 'Digit2' },
  { command: 'brush.opacity.30', shortcut: '3', code: 'Digit3' },
  { command: 'brush.opacity.40', shortcut: '4', code: 'Digit4' },
  { command: 'brush.opacity.50', shortcut: '5', code: 'Digit5' },
  { command: 'brush.opacity.60', shortcut: '6', code: 'Digit6' },
  { command: 'brush.opacity.70', shortcut: '7', code: 'Digit7' },
  { command: 'brush.opacity.80', shortcut: '8', code: 'Digit8' },
  { command: 'brush.opacity.90', shortcut: '9', code: 'Digit9' },
  { command: 'brush.opacity.100', shortcut: '0', code: 'Digit0' },
  { command: 'history.undo', shortcut: 'mod+z', code: 'KeyZ' },
  { command: 'history.redo', shortcut: 'mod+shift+z', code: 'KeyZ' },
  { command: 'history.redo', shortcut: 'mod+y', code: 'KeyY' },
  { command: 'mask.all', shortcut: 'mod+a', code: 'KeyA' },
  { command: 'mask.clear', shortcut: 'mod+d', code: 'KeyD' },
  { command: 'mask.invert', shortcut: 'mod+i', code: 'KeyI' },
  { command: 'mask.invert', shortcut: 'mod+shift+i', code: 'KeyI' },
  { command: 'view.fit', shortcut: 'mod+0', code: 'Digit0' },
  { command: 'view.actual', shortcut: 'mod+1', code: 'Digit1' },
  { command: 'view.mask', shortcut: 'shift+0', code: 'Digit0' },
  { command: 'view.in', shortcut: '+', code: 'NumpadAdd' },
  { command: 'view.in', shortcut: 'mod+=', code: 'Equal' },
  { command: 'view.out', shortcut: '-', code: 'NumpadSubtract' },
  { command: 'view.out', shortcut: 'mod+-', code: 'Minus' },
  { command: 'view.rotateLeft', shortcut: 'shift+,', code: 'Comma' },
  { command: 'view.rotateRight', shortcut: 'shift+r', code: 'KeyR' },
  { command: 'view.rotateRight', shortcut: 'shift+.', code: 'Period' },
  { command: 'view.rotateReset', shortcut: 'shift+1', code: 'Digit1' },
  { command: 'view.maskOnly', shortcut: 'q', code: 'KeyQ' },
];

/** Keys that change the meaning of the pointer while they are held. */
export const HOLD_KEYS: Readonly<Record<HoldKey, string>> = {
  pan: 'Space',
  erase: 'Alt',
  turn: 'KeyR',
  peek: 'Backquote',
};

/** The command a key press stands for; null when none does. */
export function editorCommand(
  event: KeyPress,
  bindings: readonly KeyBinding[] = EDITOR_KEYS,
  mac?: boolean,
): EditorCommand | null {
  const found =
    bindings.find((binding) => matchesText(binding, event, mac)) ??
    bindings.find((binding) => matchesPlace(binding, event, mac));
  return found?.command ?? null;
}

/** Signs and digits that need Shift on this layout must not be taken for the plain key. */
function matchesText({ shortcut }: KeyBinding, event: KeyPress, mac?: boolean): boolean {
  return matchesShortcut(shortcut, event, mac) && (!event.altKey || event.key.length > 1);
}

/**
 * The key at the same place, when the layout types something else there: Cyrillic letters, brackets behind
 * Shift or AltGr, digits behind Shift.
 */
function matchesPlace({ shortcut, code }: KeyBinding, event: KeyPress, mac?: boolean): boolean {
  if (code === undefined || code !== event.code || /^[a-z]$/i.test(event.key)) {
    return false;
  }
  const parts = shortcut.split(/\+(?!$)/);
  const apple = mac ?? /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? '');
  return (
    (apple ? event.metaKey : event.ctrlKey) === parts.includes('mod') &&
    !(apple ? event.ctrlKey : event.metaKey) &&
    event.shiftKey === parts.includes('shift') &&
    !event.altKey
  );
}

/** The shortcut to show for a command; undefined when it has none. */
export function shortcutOf(
  command: EditorCommand,
  bindings: readonly KeyBinding[] = EDITOR_KEYS,
): string | undefined {
  return bindings.find((binding) => binding.command === command)?.shortcut;
}

/** Bindings that share their keys with another command. */
export function conflicts(bindings: readonly KeyBinding[]): KeyBinding[] {
  return bindings.filter((binding) =>
    bindings.some((other) => other.command !== binding.command && other.shortcut === binding.shortcut),
  );
}

/** Which held key a press is; null when none. */
export function holdKey(event: KeyPress): HoldKey | null {
  if (event.ctrlKey || event.metaKey) {
    return null;
  }
  if (event.code === 'Space') {
    return 'pan';
  }
  if (!event.shiftKey && !event.altKey && (event.code === HOLD_KEYS.turn || event.code === HOLD_KEYS.peek)) {
    return event.code === HOLD_KEYS.turn ? 'turn' : 'peek';
  }
  return event.key === 'Alt' ? 'erase' : null;
}
