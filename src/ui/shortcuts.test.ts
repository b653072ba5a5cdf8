import { describe, expect, it } from 'vitest';
import { formatShortcut, type KeyPress, matchesShortcut } from './shortcuts';

function press(key: string, modifiers: Partial<KeyPress> = {}): KeyPress {
  return { key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers };
}

describe('a shortcut', () => {
  it.each([
    ['b', press('b'), true],
    ['b', press('B'), true],
    ['b', press('b', { ctrlKey: true }), false],
    ['b', press('B', { shiftKey: true }), false],
    ['shift+b', press('B', { shiftKey: true }), true],
    ['mod+k', press('k', { ctrlKey: true }), true],
    ['mod+k', press('k', { metaKey: true }), false],
    ['mod+k', press('k'), false],
    ['shift+mod+z', press('Z', { ctrlKey: true, shiftKey: true }), true],
    ['mod+z', press('Z', { ctrlKey: true, shiftKey: true }), false],
    ['?', press('?', { shiftKey: true }), true],
    ['?', press('?'), true],
    ['\\', press('\\', { altKey: true }), true],
    ['+', press('+', { shiftKey: true }), true],
    ['mod++', press('+', { ctrlKey: true }), true],
    ['space', press(' '), true],
    ['escape', press('Escape'), true],
    ['shift+escape', press('Escape', { shiftKey: true }), true],
    ['alt+1', press('1', { altKey: true }), true],
    ['1', press('1', { altKey: true }), false],
  ])('%s against a key press', (shortcut, event, expected) => {
    expect(matchesShortcut(shortcut, event, false)).toBe(expected);
  });

  it('means the command key on a Mac', () => {
    expect(matchesShortcut('mod+k', press('k', { metaKey: true }), true)).toBe(true);
    expect(matchesShortcut('mod+k', press('k', { ctrlKey: true }), true)).toBe(false);
  });

  it.each([
    ['mod+k', 'Ctrl+K', '⌘K'],
    ['shift+mod+z', 'Ctrl+Shift+Z', '⌘⇧Z'],
    ['alt+1', 'Alt+1', '⌥1'],
    ['?', '?', '?'],
    ['mod+enter', 'Ctrl+Enter', '⌘Enter'],
    ['arrowleft', '←', '←'],
    ['space', 'Space', 'Space'],
  ])('%s is shown as %s', (shortcut, other, mac) => {
    expect(formatShortcut(shortcut, false)).toBe(other);
    expect(formatShortcut(shortcut, true)).toBe(mac);
  });
});
