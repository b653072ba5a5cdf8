/** The part of a key event a shortcut is compared with. */
export interface KeyPress {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

const isMac = (): boolean => typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

const NAMES: Record<string, string> = {
  arrowleft: '←',
  arrowright: '→',
  arrowup: '↑',
  arrowdown: '↓',
  escape: 'Esc',
  enter: 'Enter',
  delete: 'Del',
  backspace: '⌫',
  alt: 'Alt',
  shift: 'Shift',
  control: 'Ctrl',
  meta: '⌘',
  ' ': 'Space',
  space: 'Space',
  home: 'Home',
  end: 'End',
  pageup: 'PgUp',
  pagedown: 'PgDn',
};

/**
 * Whether a key press is the shortcut, such as `mod+k`, `shift+delete` or `?`. Letters compare by what the
 * key types, so that they work on every layout; signs that need Shift somewhere match without naming it.
 */
export function matchesShortcut(shortcut: string, event: KeyPress, mac = isMac()): boolean {
  const { key, mod, alt, shift } = parse(shortcut);
  const pressed = event.key.toLowerCase();
  const isSign = key.length === 1 && !/[\p{L}\p{N} ]/u.test(key);
  return (
    pressed === key &&
    (mac ? event.metaKey : event.ctrlKey) === mod &&
    !(mac ? event.ctrlKey : event.metaKey) &&
    (isSign || (event.altKey === alt && event.shiftKey === shift))
  );
}

/** A shortcut as shown to people: `Ctrl+K`, on a Mac `⌘K`. */
export function formatShortcut(shortcut: string, mac = isMac()): string {
  const { key, mod, alt, shift } = parse(shortcut);
  const name = NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  const modifiers = mac
    ? [mod && '⌘', alt && '⌥', shift && '⇧']
    : [mod && 'Ctrl', alt && 'Alt', shift && 'Shift'];
  return [...modifiers.filter(Boolean), name].join(mac ? '' : '+');
}

function parse(shortcut: string): { key: string; mod: boolean; alt: boolean; shift: boolean } {
  const parts = shortcut.toLowerCase().split(/\+(?!$)/);
  const key = parts.at(-1) === 'space' ? ' ' : (parts.at(-1) ?? '');
  const modifiers = parts.slice(0, -1);
  const has = (name: string): boolean => modifiers.includes(name);
  return { key, mod: has('mod'), alt: has('alt'), shift: has('shift') };
}
