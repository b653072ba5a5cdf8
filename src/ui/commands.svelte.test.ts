import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Command, commands } from './commands.svelte';
import { keymap } from './keymap.svelte';

let dialog = false;
const ran: string[] = [];
let unregister = (): void => undefined;

const command = (id: string, shortcuts: string[], more: Partial<Command> = {}): Command => ({
  id,
  group: 'app',
  title: () => id,
  shortcuts,
  run: () => ran.push(id),
  ...more,
});

const press = (key: string, code = '', more: Partial<KeyboardEvent> = {}): boolean =>
  commands.handleKey({
    key,
    code,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    target: null,
    preventDefault: () => undefined,
    ...more,
  } as KeyboardEvent);

beforeEach(() => {
  dialog = false;
  ran.length = 0;
  keymap.resetAll();
  vi.stubGlobal('HTMLElement', class {});
  vi.stubGlobal('document', { querySelector: () => (dialog ? {} : null) });
  unregister = commands.register([
    command('old', ['b']),
    command('new', ['b', 'mod+k']),
    command('sign', ['shift+[']),
    command('elsewhere', ['e'], { handledElsewhere: true }),
    command('off', ['o'], { enabled: () => false }),
  ]);
});

afterEach(() => {
  unregister();
  vi.unstubAllGlobals();
});

describe('shortcuts of commands', () => {
  it('run the newest command that may run, and no others', () => {
    expect([press('b'), press('k', 'KeyK', { ctrlKey: true }), press('e'), press('o')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(ran).toEqual(['new', 'new']);
  });

  it('do nothing while a dialog is open', () => {
    dialog = true;
    expect([press('b'), press('k', 'KeyK', { ctrlKey: true })]).toEqual([false, false]);
    dialog = false;
    expect(press('b')).toBe(true);
    expect(ran).toEqual(['new']);
  });

  it('are those the person chose', () => {
    keymap.set('new', ['n'], commands.defaults('new'));
    expect([commands.shortcut('new'), commands.hint('new')]).toEqual(['n', 'N']);
    press('b');
    press('n');
    press('k', 'KeyK', { ctrlKey: true });
    expect(ran).toEqual(['old', 'new']);
    keymap.reset('new');
    expect(commands.all.find(({ id }) => id === 'new')?.shortcuts).toEqual(['b', 'mod+k']);
  });

  it('work by the place of the key on other layouts', () => {
    press('{', 'BracketLeft', { shiftKey: true });
    press('и', 'KeyB');
    press('b', 'KeyN');
    expect(ran).toEqual(['sign', 'new', 'new']);
  });
});
