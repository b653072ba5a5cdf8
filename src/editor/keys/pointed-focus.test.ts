import { describe, expect, it } from 'vitest';
import { PointedFocus } from './pointed-focus';

interface Control extends EventTarget {
  parentNode: Control | null;
}

const control = (parentNode: Control | null = null): Control =>
  Object.assign(new EventTarget(), { parentNode });

/** A page whose events are triggered by hand. */
function page(): {
  pointed: PointedFocus;
  press: (on: Control) => void;
  focus: (on: Control) => void;
  key: (name: string) => void;
  leave: () => void;
} {
  const listeners = new Map<string, (event: Event) => void>();
  const off = new AbortController();
  const pointed = new PointedFocus();
  pointed.listen(
    {
      addEventListener: (type, listener, options) => {
        listeners.set(type, listener as (event: Event) => void);
        (options as AddEventListenerOptions).signal?.addEventListener('abort', () => listeners.delete(type));
      },
    },
    off.signal,
  );
  const tell = (type: string, facts: object): void => listeners.get(type)?.(facts as Event);
  return {
    pointed,
    press: (on) => tell('pointerdown', { target: on }),
    focus: (on) => tell('focusin', { target: on }),
    key: (name) => tell('keydown', { key: name }),
    leave: () => off.abort(),
  };
}

describe('PointedFocus', () => {
  it('tells what was clicked from what was reached by keyboard', () => {
    const { pointed, press, focus, key } = page();
    const [brush, eraser] = [control(), control()];
    focus(brush);
    expect(pointed.has(brush)).toBe(false);
    press(brush);
    focus(brush);
    key('b');
    expect([pointed.has(brush), pointed.has(eraser), pointed.has(null)]).toEqual([true, false, false]);
    key('Tab');
    focus(eraser);
    key('Tab');
    focus(brush);
    expect([pointed.has(brush), pointed.has(eraser)]).toEqual([false, false]);
  });

  it('counts a click on what already had the focus, and on what lies within it', () => {
    const { pointed, press, focus, key } = page();
    const button = control();
    key('Tab');
    focus(button);
    expect(pointed.has(button)).toBe(false);
    press(control(button));
    expect(pointed.has(button)).toBe(true);
  });

  it('leaves things unchanged when Escape returns the focus', () => {
    const { pointed, press, focus, key } = page();
    const [clicked, tabbed, inside] = [control(), control(), control()];
    press(clicked);
    focus(clicked);
    focus(inside);
    key('Escape');
    focus(clicked);
    expect(pointed.has(clicked)).toBe(true);
    key('Tab');
    focus(tabbed);
    key('Enter');
    focus(inside);
    key('Escape');
    focus(tabbed);
    expect(pointed.has(tabbed)).toBe(false);
  });

  it('hears nothing once it has ended', () => {
    const { pointed, press, leave } = page();
    leave();
    const button = control();
    press(button);
    expect(pointed.has(button)).toBe(false);
  });
});
