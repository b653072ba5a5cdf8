import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conflictsAmong } from '../../ui/keymap';
import type { KeyPress } from '../../ui/shortcuts';
import { DEFAULT_PRESSURE, PressureMeter, pressedBrush, pressureFactor } from './pressure';
import { type SampledEvent, expandSamples } from './sampler';
import { EDITOR_KEYS, defaultShortcuts, editorCommand, holdKey } from './shortcuts';
import { WheelSteps, WheelZoom, wheelMeaning, wheelPixels } from './wheel';
import { press } from '../../ui/testing/key-press';

describe('expandSamples', () => {
  const at = (clientX: number, pressure = 0.5): SampledEvent => ({ clientX, clientY: 0, pressure });

  it('uses the event itself where browsers report no more, as on plain-http pages', () => {
    expect(expandSamples(at(4))).toEqual([at(4)]);
    const silent = { ...at(4), getCoalescedEvents: () => [] };
    expect(expandSamples(silent)).toEqual([silent]);
  });

  it('takes all positions on the way, repeated ones once', () => {
    const event = { ...at(4), getCoalescedEvents: () => [at(1), at(2), at(2), at(2, 0.6), at(4)] };
    expect(expandSamples(event)).toEqual([at(1), at(2), at(2, 0.6), at(4)]);
  });

  it('calls the method on its event', () => {
    class Event {
      clientX = 1;
      clientY = 2;
      pressure = 0;
      getCoalescedEvents(): SampledEvent[] {
        return [{ clientX: this.clientX + 1, clientY: 0, pressure: 0 }];
      }
    }
    expect(expandSamples(new Event())[0]?.clientX).toBe(2);
  });
});

describe('PressureMeter', () => {
  type Device = 'mouse' | 'pen' | 'touch';
  /** What is reported sample by sample, and at the end. */
  const told = (device: Device, raw: number[]): number[][] => {
    const meter = new PressureMeter(device);
    return [...raw.map((value) => meter.next(value)), meter.finish()];
  };
  const read = (device: Device, raw: number[]): number[] => told(device, raw).flat();
  const peak = (device: Device, raw: number[]): number => {
    const meter = new PressureMeter(device);
    raw.forEach((value) => meter.next(value));
    return meter.peak;
  };

  it('counts mice and fingers as full at once, whatever they report', () => {
    expect(told('mouse', [0.5, 0.5, 0])).toEqual([[1], [1], [1], []]);
    expect(read('touch', [0, 1, 0.37])).toEqual([1, 1, 1]);
    expect(peak('mouse', [0.5])).toBe(1);
  });

  it('counts pens without a sensor as full', () => {
    expect(read('pen', [0.5, 0.5, 0.5])).toEqual([1, 1, 1]);
    expect(read('pen', [0.5])).toEqual([1]);
    expect(peak('pen', [0.5, 0.5, 0.5])).toBe(1);
  });

  it('gives the first samples of a pen the pressure of the third', () => {
    expect(told('pen', [0.9, 0.8, 0.3, 0.6, 0])).toEqual([[], [], [0.3, 0.3, 0.3], [0.6], [0.6], []]);
    expect(read('pen', [0.05, 0.1, 0.7])).toEqual([0.7, 0.7, 0.7]);
    expect(read('pen', [0.5, 0.52, 0.5])).toEqual([0.5, 0.5, 0.5]);
    expect(read('pen', [0.2, 0.6, 0, 0.4])).toEqual([0.6, 0.6, 0.6, 0.4]);
  });

  it('gives a tap the highest pressure it had', () => {
    expect(told('pen', [0.1, 0.8])).toEqual([[], [], [0.8, 0.8]]);
    expect(read('pen', [0.7, 0])).toEqual([0.7, 0.7]);
    expect(read('pen', [])).toEqual([]);
  });

  it('knows the highest pressure, except for spikes at the start', () => {
    expect([peak('pen', [0.9]), peak('pen', [0.9, 0.2, 0.3, 0.6, 0.1, 0])]).toEqual([0.9, 0.6]);
    expect(peak('pen', [0.3, 0.4, 0])).toBe(0.4);
  });

  it('reports every sample, in order and within 0 to 1', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1.2, noNaN: true })), (raw) => {
        const all = read('pen', raw);
        expect(all).toHaveLength(raw.length);
        expect(all.every((value) => value >= 0 && value <= 1)).toBe(true);
        if (raw.some((value) => value !== 0.5)) {
          const start = Math.min(2, raw.length);
          expect(new Set(all.slice(0, start + 1)).size).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('pressure', () => {
  it('goes from the minimum to 1 and never falls', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (curve, minimum) => {
          expect(pressureFactor(0, { curve, minimum })).toBeCloseTo(minimum, 9);
          expect(pressureFactor(1, { curve, minimum })).toBeCloseTo(1, 9);
          expect(pressureFactor(7, { curve, minimum })).toBeCloseTo(1, 9);
          let before = -1;
          for (let i = 0; i <= 20; i++) {
            const factor = pressureFactor(i / 20, { curve, minimum });
            expect(factor).toBeGreaterThanOrEqual(before);
            before = factor;
          }
        },
      ),
    );
    expect(pressureFactor(0.5, { curve: -1, minimum: 0 })).toBeGreaterThan(0.5);
    expect(pressureFactor(0.5, { curve: 0, minimum: 0 })).toBe(0.5);
    expect(pressureFactor(0.5, { curve: 1, minimum: 0 })).toBeLessThan(0.5);
  });

  it('acts on what is switched on, and never below one pixel', () => {
    expect(pressedBrush(100, 1, DEFAULT_PRESSURE)).toEqual({ radius: 50, strength: 1 });
    expect(pressedBrush(100, 0.5, { ...DEFAULT_PRESSURE, minimum: 0 })).toEqual({ radius: 25, strength: 1 });
    expect(pressedBrush(100, 0.5, { toSize: false, toOpacity: true, curve: 0, minimum: 0 })).toEqual({
      radius: 50,
      strength: 0.5,
    });
    expect(pressedBrush(1, 0, DEFAULT_PRESSURE).radius).toBe(0.5);
  });
});

describe('WheelZoom', () => {
  const wheel = (deltaY: number, timeStamp = 0, deltaMode = 0) => ({
    deltaX: 0,
    deltaY,
    deltaMode,
    timeStamp,
  });

  it('zooms in upwards and out downwards, and back the same way', () => {
    for (const event of [wheel(-100), wheel(-3, 0, 1), wheel(-7.5), wheel(-1, 0, 2)]) {
      const into = new WheelZoom().factor(event, false);
      const out = new WheelZoom().factor({ ...event, deltaY: -event.deltaY }, false);
      expect(into).toBeGreaterThan(1);
      expect(into * out).toBeCloseTo(1, 9);
    }
    expect(new WheelZoom().factor(wheel(0), false)).toBe(1);
  });

  it('goes faster when the wheel is turned quickly in one direction', () => {
    const zoom = new WheelZoom();
    const first = zoom.factor(wheel(-120, 0), false);
    expect(zoom.factor(wheel(-120, 30), false)).toBeGreaterThan(first);
    expect(zoom.factor(wheel(-120, 500), false)).toBe(first);
    expect(zoom.factor(wheel(120, 510), false)).toBeCloseTo(1 / first, 9);
  });

  it('is the same for a touchpad however its movement is sampled', () => {
    const zoom = new WheelZoom();
    let product = 1;
    for (let i = 0; i < 10; i++) {
      product *= zoom.factor(wheel(-4.5, i * 8), false);
    }
    expect(product).toBeCloseTo(new WheelZoom().factor(wheel(-45.0001), false), 3);
    expect(new WheelZoom().factor(wheel(-5), true)).toBeGreaterThan(new WheelZoom().factor(wheel(-5), false));
  });

  it('never more than doubles', () => {
    expect(new WheelZoom().factor(wheel(-5000.5), true)).toBe(2);
    expect(new WheelZoom().factor(wheel(5000.5), false)).toBe(0.5);
  });

  it('knows lines and pages', () => {
    expect(wheelPixels({ deltaX: 1, deltaY: 3, deltaMode: 1, timeStamp: 0 })).toEqual({ x: 16, y: 48 });
    expect(wheelPixels({ deltaX: 0, deltaY: 1, deltaMode: 2, timeStamp: 0 })).toEqual({ x: 0, y: 400 });
  });
});

describe('what the wheel means', () => {
  const none = { ctrl: false, alt: false, shift: false, pinch: false };

  it.each([
    [{}, 'zoom', 'move'],
    [{ pinch: true }, 'zoom', 'zoom'],
    [{ ctrl: true }, 'step', 'zoom'],
    [{ alt: true }, 'zoom', 'step'],
    [{ shift: true }, 'sideways', 'sideways'],
  ] as const)('with %o: %s, or %s where it moves the picture', (held, zooming, moving) => {
    expect(wheelMeaning({ ...none, ...held }, false)).toBe(zooming);
    expect(wheelMeaning({ ...none, ...held }, true)).toBe(moving);
  });

  it('counts notches one by one, and a touchpad by distance', () => {
    const wheel = (deltaY: number, deltaMode = 0) => ({ deltaX: 0, deltaY, deltaMode, timeStamp: 0 });
    const steps = new WheelSteps();
    expect([wheel(-120), wheel(240), wheel(3, 1), wheel(0)].map((event) => steps.take(event))).toEqual([
      1, -1, -1, 0,
    ]);
    const way = Array.from({ length: 40 }, () => steps.take(wheel(-4)));
    expect(way.reduce((sum, step) => sum + step, 0)).toBe(5);
    // The way back counts from where it turns.
    expect([wheel(25), wheel(4), wheel(2)].map((event) => steps.take(event))).toEqual([0, 0, -1]);
  });
});

describe('editor keys', () => {
  const command = (event: KeyPress, mac = false): string | null => editorCommand(event, EDITOR_KEYS, mac);

  it('have no two meanings', () => {
    const owners = EDITOR_KEYS.map(({ command, shortcut }) => ({ id: command, shortcuts: [shortcut] }));
    expect(conflictsAmong(owners)).toEqual([]);
    expect(conflictsAmong([...owners, { id: 'view.fit', shortcuts: ['b'] }])).toHaveLength(1);
  });

  it.each([
    [press('b', 'KeyB'), 'tool.brush'],
    [press('B', 'KeyB'), 'tool.brush'],
    [press('M', 'KeyM', { shiftKey: true }), 'tool.ellipse'],
    [press('L', 'KeyL', { shiftKey: true }), 'tool.polygon'],
    [press('g', 'KeyG'), 'tool.fill'],
    [press('i', 'KeyI'), 'combine.intersect'],
    [press('[', 'BracketLeft'), 'brush.smaller'],
    [press('{', 'BracketLeft', { shiftKey: true }), 'brush.softer'],
    [press('}', 'BracketRight', { shiftKey: true }), 'brush.harder'],
    [press('0', 'Digit0'), 'brush.opacity.100'],
    [press('0', 'Digit0', { ctrlKey: true }), 'view.fit'],
    [press(')', 'Digit0', { shiftKey: true }), 'view.mask'],
    [press('z', 'KeyZ', { ctrlKey: true }), 'history.undo'],
    [press('Z', 'KeyZ', { ctrlKey: true, shiftKey: true }), 'history.redo'],
    [press('y', 'KeyY', { ctrlKey: true }), 'history.redo'],
    [press('+', 'Equal', { shiftKey: true }), 'view.in'],
    [press('-', 'Minus'), 'view.out'],
    [press('I', 'KeyI', { ctrlKey: true, shiftKey: true }), 'mask.invert'],
  ] as const)('%o means %s', (event, wanted) => {
    expect(command(event)).toBe(wanted);
  });

  it('follow the letter on other Latin layouts and the position on the rest', () => {
    // AZERTY: undo is where W is on QWERTY.
    expect(command(press('z', 'KeyW', { ctrlKey: true }))).toBe('history.undo');
    expect(command(press('w', 'KeyZ', { ctrlKey: true }))).toBeNull();
    // Russian.
    expect(command(press('и', 'KeyB'))).toBe('tool.brush');
    expect(command(press('я', 'KeyZ', { ctrlKey: true }))).toBe('history.undo');
    expect(command(press('х', 'BracketLeft'))).toBe('brush.smaller');
    // AZERTY digits are behind Shift.
    expect(command(press('à', 'Digit0'))).toBe('brush.opacity.100');
  });

  it('are not confused by unrelated modifiers', () => {
    expect(command(press('b', 'KeyB', { ctrlKey: true }))).toBeNull();
    expect(command(press('b', 'KeyB', { altKey: true }))).toBeNull();
    expect(command(press('[', 'BracketLeft', { altKey: true }))).toBeNull();
    expect(command(press('z', 'KeyZ', { metaKey: true }))).toBeNull();
    expect(command(press('z', 'KeyZ', { metaKey: true }), true)).toBe('history.undo');
    expect(command(press('z', 'KeyZ', { ctrlKey: true }), true)).toBeNull();
    expect(command(press('F5', 'F5'))).toBeNull();
  });

  it('names the keys a command comes with', () => {
    expect(defaultShortcuts('history.redo')).toEqual(['mod+shift+z', 'mod+y']);
    expect(defaultShortcuts('tool.hand')).toEqual(['h']);
  });

  it('knows the keys that act while held', () => {
    expect(holdKey(press(' ', 'Space'))).toBe('pan');
    expect(holdKey(press('Alt', 'AltLeft', { altKey: true }))).toBe('erase');
    expect(holdKey(press(' ', 'Space', { ctrlKey: true }))).toBeNull();
    expect(holdKey(press('a', 'KeyA'))).toBeNull();
    expect(holdKey(press('r', 'KeyR'))).toBe('turn');
    expect(holdKey(press('R', 'KeyR', { shiftKey: true }))).toBeNull();
    expect(holdKey(press('`', 'Backquote'))).toBe('peek');
    // With Shift the erase key intersects; on a Russian layout R is where К is.
    expect(holdKey(press('Alt', 'AltLeft', { altKey: true, shiftKey: true }))).toBe('erase');
    expect(holdKey(press('к', 'KeyR'))).toBe('turn');
  });

  it('uses other keys for holding when the person chose others', () => {
    const keys = (hold: string): string[] => (hold === 'pan' ? ['v'] : hold === 'erase' ? ['control'] : []);
    expect(holdKey(press('v', 'KeyV'), keys)).toBe('pan');
    expect(holdKey(press('Control', 'ControlLeft', { ctrlKey: true }), keys)).toBe('erase');
    expect(holdKey(press(' ', 'Space'), keys)).toBeNull();
    expect(holdKey(press('Alt', 'AltLeft', { altKey: true }), keys)).toBeNull();
  });
});
