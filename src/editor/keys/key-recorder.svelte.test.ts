import { beforeEach, describe, expect, it } from 'vitest';
import { KeyRecorder, type KeyTarget } from './key-recorder.svelte';
import { press } from '../../ui/testing/key-press';

let keys: Map<string, readonly string[]>;
let recorder: KeyRecorder;

const targets = (): KeyTarget[] =>
  [...keys].map(([id, shortcuts]) => ({ id, shortcuts, defaults: [], held: id.startsWith('hold') }));

beforeEach(() => {
  keys = new Map([
    ['brush', ['b']],
    ['redo', ['mod+y', 'mod+shift+z']],
    ['help', ['?']],
    ['hold.pan', ['space']],
  ]);
  recorder = new KeyRecorder(targets, { set: (id, shortcuts) => keys.set(id, shortcuts) });
});

describe('KeyRecorder', () => {
  it('takes the first complete shortcut pressed', () => {
    expect(recorder.press(press('n'))).toBe(false);
    recorder.start('brush', 0);
    expect(recorder.press(press('Shift', 'ShiftLeft', { shiftKey: true }))).toBe(true);
    expect(recorder.recording).not.toBeNull();
    recorder.press(press('N', 'KeyN', { shiftKey: true }));
    expect([recorder.recording, keys.get('brush')]).toEqual([null, ['shift+n']]);
  });

  it('adds, replaces and removes one of several', () => {
    recorder.start('redo', 2);
    recorder.press(press('F8', 'F8'));
    recorder.start('redo', 0);
    recorder.press(press('F9', 'F9'));
    expect(keys.get('redo')).toEqual(['f9', 'mod+shift+z', 'f8']);
    recorder.remove('redo', 1);
    expect(keys.get('redo')).toEqual(['f9', 'f8']);
  });

  it('keeps the old keys on Escape', () => {
    recorder.start('brush', 0);
    recorder.press(press('Escape', 'Escape'));
    expect([recorder.recording, keys.get('brush')]).toEqual([null, ['b']]);
  });

  it('asks before it takes keys from another command', () => {
    recorder.start('brush', 0);
    recorder.press(press('?', 'Slash', { shiftKey: true }));
    expect(recorder.conflict).toMatchObject({ id: 'brush', shortcut: 'shift+/', others: ['help'] });
    expect([keys.get('brush'), keys.get('help')]).toEqual([['b'], ['?']]);
    recorder.take();
    expect([keys.get('brush'), keys.get('help'), recorder.conflict]).toEqual([['shift+/'], [], null]);
    recorder.start('help', 0);
    recorder.press(press('y', 'KeyY', { ctrlKey: true }));
    recorder.cancel();
    expect([keys.get('help'), keys.get('redo')]).toEqual([[], ['mod+y', 'mod+shift+z']]);
  });

  it('takes single keys, modifiers included, for holding', () => {
    recorder.start('hold.pan', 0);
    recorder.press(press('Control', 'ControlLeft', { ctrlKey: true }));
    expect(keys.get('hold.pan')).toEqual(['control']);
    recorder.start('hold.pan', 0);
    recorder.press(press('V', 'KeyV', { shiftKey: true }));
    expect(keys.get('hold.pan')).toEqual(['v']);
  });
});
