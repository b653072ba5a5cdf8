import type { KeyPress } from './shortcuts';

/** Shortcuts a person chose instead of those a command comes with, by id of the command. */
export type KeyOverrides = Readonly<Record<string, readonly string[]>>;

/** Signs by the place of their key on a US keyboard, plain and with Shift. */
const SIGNS: Readonly<Record<string, readonly [string, string]>> = {
  Backquote: ['`', '~'],
  Minus: ['-', '_'],
  Equal: ['=', '+'],
  BracketLeft: ['[', '{'],
  BracketRight: [']', '}'],
  Backslash: ['\\', '|'],
  Semicolon: [';', ':'],
  Quote: ["'", '"'],
  Comma: [',', '<'],
  Period: ['.', '>'],
  Slash: ['/', '?'],
};
const MODIFIERS: Readonly<Record<string, string>> = {
  Control: 'control',
  Shift: 'shift',
  Alt: 'alt',
  Meta: 'meta',
};

const isMac = (): boolean => typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The key of a shortcut without its modifiers. */
export function keyOf(shortcut: string): string {
  return (
    shortcut
      .toLowerCase()
      .split(/\+(?!$)/)
      .at(-1) ?? ''
  );
}

/** The place of a shortcut's key (`KeyboardEvent.code`) on a US keyboard; undefined for keys with a name. */
export function placeOf(shortcut: string): string | undefined {
  const key = keyOf(shortcut);
  if (/^[a-z]$/.test(key)) {
    return `Key${key.toUpperCase()}`;
  }
  if (/^\d$/.test(key)) {
    return `Digit${key}`;
  }
  return key === 'space' ? 'Space' : Object.entries(SIGNS).find(([, signs]) => signs.includes(key))?.[0];
}

/**
 * A shortcut in the one form that equal ones share: modifiers in order, signs that a US keyboard types with
 * Shift by their plain sign.
 */
export function normalShortcut(shortcut: string): string {
  const parts = shortcut.toLowerCase().split(/\+(?!$)/);
  const modifiers = new Set(parts.slice(0, -1));
  let key = parts.at(-1) ?? '';
  const shifted = Object.values(SIGNS).find((signs) => signs[1] === key);
  if (shifted) {
    key = shifted[0];
    modifiers.add('shift');
  }
  return [...['mod', 'alt', 'shift'].filter((one) => modifiers.has(one)), key].join('+');
}

/** Whether two shortcuts are pressed in the same way. */
export function sameShortcut(a: string, b: string): boolean {
  return normalShortcut(a) === normalShortcut(b);
}

/**
 * Whether a key press is at the place of a shortcut's key, when the layout types something else there:
 * Cyrillic letters, brackets behind Shift or AltGr, digits behind Shift.
 */
export function matchesPlace(shortcut: string, event: KeyPress, mac = isMac()): boolean {
  const place = placeOf(shortcut);
  if (place === undefined || place !== event.code || /^[a-z]$/i.test(event.key)) {
    return false;
  }
  const modifiers = shortcut
    .toLowerCase()
    .split(/\+(?!$)/)
    .slice(0, -1);
  const shifted = SIGNS[place]?.[1] === keyOf(shortcut);
  return (
    (mac ? event.metaKey : event.ctrlKey) === modifiers.includes('mod') &&
    !(mac ? event.ctrlKey : event.metaKey) &&
    event.shiftKey === (shifted || modifiers.includes('shift')) &&
    event.altKey === modifiers.includes('alt')
  );
}

/**
 * The shortcut a key press is, for binding it: by what the key types, and by its place where that is no Latin
 * letter. Null while only modifiers are down.
 */
export function shortcutFrom(event: KeyPress, mac = isMac()): string | null {
  if (event.key in MODIFIERS || event.key === 'Dead' || event.key === 'Unidentified') {
    return null;
  }
  const key = keyName(event);
  const mod = mac ? event.metaKey : event.ctrlKey;
  return [mod && 'mod', event.altKey && 'alt', event.shiftKey && 'shift', key].filter(Boolean).join('+');
}

/** The modifier a key press is, for keys that act while held; null for other keys. */
export function modifierFrom(event: Pick<KeyPress, 'key'>): string | null {
  return MODIFIERS[event.key] ?? null;
}

function keyName({ key, code }: KeyPress): string {
  if (key === ' ' || code === 'Space') {
    return 'space';
  }
  if (key.length > 1 || /^\p{Script=Latin}$/u.test(key)) {
    return key.toLowerCase();
  }
  const letterOrDigit = /^(?:Key([A-Z])|Digit(\d))$/.exec(code);
  const place = letterOrDigit?.[1] ?? letterOrDigit?.[2];
  const sign = SIGNS[code];
  if (place !== undefined) {
    return place.toLowerCase();
  }
  // A sign of the US keyboard, Shift being named beside it; on other layouts what the key types.
  return sign?.includes(key) || (sign && key.charCodeAt(0) > 127) ? (sign?.[0] ?? key) : key;
}

/** Stored overrides made whole: what is no list of texts is left out. */
export function readOverrides(stored: unknown): KeyOverrides {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) {
    return {};
  }
  return Object.fromEntries(
    Object.entries(stored as Record<string, unknown>).filter(
      (entry): entry is [string, string[]] =>
        Array.isArray(entry[1]) &&
        entry[1].every((shortcut) => typeof shortcut === 'string' && shortcut !== ''),
    ),
  );
}

/** The overrides with other shortcuts for a command; those it comes with are no override. */
export function withShortcuts(
  overrides: KeyOverrides,
  id: string,
  shortcuts: readonly string[],
  defaults: readonly string[],
): KeyOverrides {
  const rest = Object.fromEntries(Object.entries(overrides).filter(([key]) => key !== id));
  const same =
    shortcuts.length === defaults.length &&
    shortcuts.every((shortcut, i) => sameShortcut(shortcut, defaults[i] ?? ''));
  return same ? rest : { ...rest, [id]: shortcuts };
}

/** What has keys: a command with the shortcuts it has now. */
export interface KeyOwner {
  id: string;
  shortcuts?: readonly string[] | undefined;
}

/** Who else uses a shortcut. */
export function ownersOf<T extends KeyOwner>(owners: readonly T[], shortcut: string, except: string): T[] {
  return owners.filter(
    ({ id, shortcuts }) => id !== except && shortcuts?.some((other) => sameShortcut(other, shortcut)),
  );
}

/** All pairs of owners that share a shortcut. */
export function conflictsAmong<T extends KeyOwner>(owners: readonly T[]): [T, T, string][] {
  return owners.flatMap((owner, i) =>
    (owner.shortcuts ?? []).flatMap((shortcut) =>
      ownersOf(owners.slice(i + 1), shortcut, owner.id).map((other): [T, T, string] => [
        owner,
        other,
        shortcut,
      ]),
    ),
  );
}
