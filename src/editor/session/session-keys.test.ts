import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest';
import { press } from '../../ui/testing/key-press';
import { type KeyParts, SessionKeys } from './session-keys';
import { SessionCore } from './session-core.svelte';

/** An element, as far as `SessionKeys` looks at it. */
class FakeElement extends EventTarget {
  parentNode = null;

  /** @param matched which of the selectors asked for match it or an ancestor. */
  constructor(readonly matched: RegExp = /^$/) {
    super();
  }

  closest(selectors: string): FakeElement | null {
    return this.matched.test(selectors) ? this : null;
  }

  matches(): boolean {
    return false;
  }
}

class FakeInput extends FakeElement {
  constructor(readonly type: string) {
    super(/input/);
  }
}

type Called = 'preventDefault' | 'stopPropagation';
type Pressed = Omit<KeyboardEvent, Called> & Readonly<Record<Called, Mock<() => void>>>;

function keyOn(target: EventTarget, key: string, code: string, more: Partial<KeyboardEvent> = {}): Pressed {
  const event = {
    ...press(key, code),
    target,
    repeat: false,
    isComposing: false,
    defaultPrevented: false,
    preventDefault: vi.fn(),
    stopPropagation: vi.fn(),
    ...more,
  };
  return event as unknown as Pressed;
}

let core: SessionCore;
let keys: SessionKeys;
let toolKey: ReturnType<typeof vi.fn<(event: KeyboardEvent) => boolean>>;
const stage = new FakeElement();

beforeEach(() => {
  vi.stubGlobal('HTMLElement', FakeElement);
  vi.stubGlobal('HTMLInputElement', FakeInput);
  vi.stubGlobal('document', { body: new FakeElement() });
  core = new SessionCore();
  core.container = stage as unknown as HTMLElement;
  toolKey = vi.fn(() => false);
  keys = new SessionKeys({
    core,
    edits: { painting: false },
    keyboard: { cursor: null, press: () => false, release: () => false },
    pointers: { keysChanged: () => undefined },
    tool: { key: toolKey },
    run: () => undefined,
    heldChanged: () => undefined,
  } as unknown as KeyParts);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

/** The pointer presses something, as the page would report it. */
function point(target: EventTarget): void {
  core.pointed.listen(
    {
      addEventListener: (type, listener) => {
        if (type === 'pointerdown') {
          (listener as (event: Event) => void)({ target } as Event);
        }
      },
    },
    new AbortController().signal,
  );
}

describe('keys to hold', () => {
  it('act on the stage', () => {
    expect(keys.down(keyOn(stage, ' ', 'Space'))).toBe(true);
    expect(core.held.is('pan')).toBe(true);
    expect(keys.up(keyOn(stage, ' ', 'Space'))).toBe(true);
    expect(core.held.is('pan')).toBe(false);
  });

  it('act after a click on a button or a slider, which does not see them', () => {
    for (const control of [new FakeElement(), new FakeInput('range'), new FakeInput('checkbox')]) {
      point(control);
      const space = keyOn(control, ' ', 'Space');
      expect(keys.down(space)).toBe(true);
      expect([space.preventDefault.mock.calls.length, space.stopPropagation.mock.calls.length]).toEqual([
        1, 1,
      ]);
      expect(core.held.is('pan')).toBe(true);
      const up = keyOn(control, ' ', 'Space');
      keys.up(up);
      // Firefox clicks when the key goes up.
      expect(up.preventDefault).toHaveBeenCalled();
      keys.down(keyOn(control, 'Alt', 'AltLeft', { altKey: true }));
      expect(core.held.is('erase')).toBe(true);
      core.held.clear();
    }
  });

  it('stay with elements reached by keyboard, with fields, and with whatever floats over the page', () => {
    const dialog = new FakeElement(/role="dialog"/);
    const area = new FakeElement(/textarea/);
    const text = new FakeInput('text');
    point(dialog);
    point(area);
    point(text);
    for (const control of [new FakeElement(), dialog, area, text]) {
      const space = keyOn(control, ' ', 'Space');
      expect(keys.down(space)).toBe(false);
      expect([space.preventDefault.mock.calls.length, core.held.is('pan')]).toEqual([0, false]);
    }
  });
});

describe('keys of a tool', () => {
  it('do not take Enter from elements reached by keyboard', () => {
    toolKey.mockReturnValue(true);
    const button = new FakeElement();
    expect(keys.down(keyOn(button, 'Enter', 'Enter'))).toBe(false);
    expect(keys.down(keyOn(button, 'Backspace', 'Backspace'))).toBe(true);
    point(button);
    expect(keys.down(keyOn(button, 'Enter', 'Enter'))).toBe(true);
    expect(keys.down(keyOn(stage, 'Enter', 'Enter'))).toBe(true);
  });
});
