import { describe, expect, it } from 'vitest';
import { holdKey } from '../input/shortcuts';
import { type HoldKey, HoldMachine } from './hold-machine';
import { press } from '../../ui/testing/key-press';

const SPACE = press(' ', 'Space');
const ALT = press('Alt', 'AltLeft', { altKey: true });
const ALT_RIGHT = press('Alt', 'AltRight', { altKey: true });

/** Everything that can happen, and what it does to the set of keys that are down. */
const EVENTS: Record<string, (machine: HoldMachine, down: Map<string, HoldKey>) => void> = {
  spaceDown: (machine, down) => {
    expect(machine.press(SPACE)).toBe(true);
    down.set('Space', 'pan');
  },
  altDown: (machine, down) => {
    expect(machine.press(ALT)).toBe(true);
    down.set('AltLeft', 'erase');
  },
  otherAltDown: (machine, down) => {
    expect(machine.press(ALT_RIGHT)).toBe(true);
    down.set('AltRight', 'erase');
  },
  controlSpace: (machine, down) => {
    // A shortcut with Ctrl is none of these, unless Space is already held and repeats.
    expect(machine.press({ ...SPACE, ctrlKey: true })).toBe(down.has('Space'));
  },
  letter: (machine) => {
    expect(machine.press(press('b', 'KeyB'))).toBe(false);
  },
  spaceUp: (machine, down) => {
    expect(machine.release({ code: 'Space' })).toBe(down.delete('Space'));
  },
  altUp: (machine, down) => {
    expect(machine.release({ code: 'AltLeft' })).toBe(down.delete('AltLeft'));
  },
  withoutAlt: (machine, down) => {
    expect(machine.sync(SPACE)).toBe([...down.keys()].some((code) => code.startsWith('Alt')));
    down.delete('AltLeft');
    down.delete('AltRight');
  },
  withAlt: (machine) => {
    expect(machine.sync(ALT)).toBe(false);
  },
  blur: (machine, down) => {
    machine.clear();
    down.clear();
  },
};

describe('HoldMachine', () => {
  it('knows what is held after every sequence of four events', () => {
    const names = Object.keys(EVENTS);
    const total = names.length ** 4;
    for (let number = 0; number < total; number++) {
      const machine = new HoldMachine((event) => holdKey(event));
      const down = new Map<string, HoldKey>();
      for (let rest = number, step = 0; step < 4; step++, rest = Math.floor(rest / names.length)) {
        EVENTS[names[rest % names.length] ?? '']?.(machine, down);
        const held = new Set(down.values());
        if (machine.is('pan') !== held.has('pan') || machine.is('erase') !== held.has('erase')) {
          throw new Error(`sequence ${number} differs after step ${step + 1}`);
        }
      }
    }
  });
});
