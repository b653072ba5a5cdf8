import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  conflictsAmong,
  matchesPlace,
  modifierFrom,
  normalShortcut,
  ownersOf,
  placeOf,
  readOverrides,
  sameShortcut,
  shortcutFrom,
  withShortcuts,
} from './keymap';
import { matchesShortcut } from './shortcuts';
import { press } from './testing/key-press';

describe('shortcutFrom', () => {
  it.each([
    [press('b', 'KeyB'), 'b'],
    [press('B', 'KeyB', { shiftKey: true }), 'shift+b'],
    [press('k', 'KeyK', { ctrlKey: true }), 'mod+k'],
    [press('{', 'BracketLeft', { shiftKey: true }), 'shift+['],
    [press('?', 'Slash', { shiftKey: true }), 'shift+/'],
    [press('+', 'Equal', { shiftKey: true }), 'shift+='],
    [press(' ', 'Space'), 'space'],
    [press('ArrowLeft', 'ArrowLeft', { altKey: true }), 'alt+arrowleft'],
    [press('F5', 'F5'), 'f5'],
    // AZERTY and German by what is typed, Russian by the place.
    [press('a', 'KeyQ'), 'a'],
    [press('à', 'Digit0'), 'à'],
    [press('Ü', 'BracketLeft', { shiftKey: true }), 'shift+ü'],
    [press('и', 'KeyB'), 'b'],
    [press('х', 'BracketLeft'), '['],
  ] as const)('%o is %s', (event, wanted) => {
    expect(shortcutFrom(event, false)).toBe(wanted);
  });

  it('waits for a key beside modifiers', () => {
    for (const key of ['Control', 'Shift', 'Alt', 'Meta', 'Dead']) {
      expect(shortcutFrom(press(key, ''))).toBeNull();
    }
    expect(modifierFrom(press('Alt', 'AltLeft'))).toBe('alt');
    expect(modifierFrom(press('a', 'KeyA'))).toBeNull();
  });

  it('reads ⌘ on a Mac', () => {
    expect(shortcutFrom(press('k', 'KeyK', { metaKey: true }), true)).toBe('mod+k');
  });

  it('gives letters, digits and named keys that match the very press again', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...'abcxyz0189', 'Enter', 'Delete', 'ArrowUp', 'ü', 'ñ'),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (key, ctrlKey, altKey, shiftKey) => {
          const event = press(key, '', { ctrlKey, altKey, shiftKey });
          const shortcut = shortcutFrom(event, false) ?? '';
          expect(matchesShortcut(shortcut, event, false)).toBe(true);
          expect(matchesShortcut(shortcut, { ...event, shiftKey: !shiftKey }, false)).toBe(false);
        },
      ),
    );
  });
});

describe('shortcuts', () => {
  it('are the same when they are pressed in the same way', () => {
    expect(sameShortcut('mod+shift+z', 'shift+mod+Z')).toBe(true);
    expect(sameShortcut('?', 'shift+/')).toBe(true);
    expect(sameShortcut('{', 'shift+[')).toBe(true);
    expect(sameShortcut('[', 'shift+[')).toBe(false);
    expect(sameShortcut('+', 'mod+=')).toBe(false);
    expect(normalShortcut('mod++')).toBe('mod+shift+=');
  });

  it('know the place of their key', () => {
    expect(['b', 'mod+shift+z', '0', '[', 'shift+[', '?', 'space', '+'].map(placeOf)).toEqual([
      'KeyB',
      'KeyZ',
      'Digit0',
      'BracketLeft',
      'BracketLeft',
      'Slash',
      'Space',
      'Equal',
    ]);
    expect(placeOf('enter')).toBeUndefined();
  });

  it('are found by their place only with the Shift they need there', () => {
    const period = press('ю', 'Period');
    const shifted = press('Ю', 'Period', { shiftKey: true });
    expect([period, shifted].map((event) => matchesPlace('.', event, false))).toEqual([true, false]);
    expect([period, shifted].map((event) => matchesPlace('>', event, false))).toEqual([false, true]);
    expect(matchesPlace('>', press('.', 'Period'), false)).toBe(false);
  });
});

describe('overrides', () => {
  const owners = [
    { id: 'brush', shortcuts: ['b'] },
    { id: 'undo', shortcuts: ['mod+z'] },
    { id: 'help', shortcuts: ['?'] },
    { id: 'none' },
  ];

  it('hold only what differs from what a command comes with', () => {
    const changed = withShortcuts({}, 'brush', ['n'], ['b']);
    expect(changed).toEqual({ brush: ['n'] });
    expect(withShortcuts(changed, 'brush', ['B'], ['b'])).toEqual({});
    expect(withShortcuts(changed, 'undo', [], ['mod+z'])).toEqual({ brush: ['n'], undo: [] });
  });

  it('are read with what is wrong left out', () => {
    expect(readOverrides({ a: ['x'], b: 'y', c: [1], d: [], e: [''] })).toEqual({ a: ['x'], d: [] });
    expect([readOverrides(null), readOverrides([]), readOverrides('x')]).toEqual([{}, {}, {}]);
  });

  it('show who uses a shortcut', () => {
    expect(ownersOf(owners, 'shift+/', 'brush').map(({ id }) => id)).toEqual(['help']);
    expect(ownersOf(owners, 'b', 'brush')).toEqual([]);
    expect(conflictsAmong(owners)).toEqual([]);
    expect(conflictsAmong([...owners, { id: 'new', shortcuts: ['shift+mod+z', 'B'] }])).toMatchObject([
      [{ id: 'brush' }, { id: 'new' }, 'b'],
    ]);
  });
});
