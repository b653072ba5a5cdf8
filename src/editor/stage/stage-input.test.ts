import { setMaxListeners } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type StageHandlers, type StageWheel, listenToStage } from './stage-input';

/** An element as large as the view, at a place of the page. */
class FakeElement extends EventTarget {
  readonly dataset = {};

  constructor(readonly parentElement: FakeElement | null) {
    super();
  }

  getBoundingClientRect(): { left: number; top: number } {
    return { left: 100, top: 40 };
  }
}

/** A wheel event as browsers send it. */
function wheelEvent(facts: Partial<WheelEvent>): Event {
  const event = new Event('wheel', { cancelable: true });
  return Object.assign(event, {
    deltaX: 0,
    deltaY: 0,
    deltaMode: 0,
    clientX: 0,
    clientY: 0,
    shiftKey: false,
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    ...facts,
  });
}

const keyEvent = (type: 'keydown' | 'keyup', key: string): Event => Object.assign(new Event(type), { key });

let page: EventTarget;
const turned: StageWheel[] = [];
const ground = new FakeElement(null);
const stage = new FakeElement(ground);
let off: () => void;

beforeEach(() => {
  // One signal removes many listeners.
  setMaxListeners(50);
  page = new EventTarget();
  vi.stubGlobal('window', page);
  turned.length = 0;
  off = listenToStage(stage as unknown as HTMLElement, {
    pointer: () => undefined,
    wheel: (wheel) => turned.push(wheel),
    keyDown: () => undefined,
    keyUp: () => undefined,
    blur: () => undefined,
  } satisfies StageHandlers);
});

afterEach(() => {
  off();
  vi.unstubAllGlobals();
});

it('hears the wheel over what lies on the stage too, and keeps the page from zooming', () => {
  const event = wheelEvent({ deltaY: -120, clientX: 130, clientY: 60, ctrlKey: true });
  ground.dispatchEvent(event);
  expect(event.defaultPrevented).toBe(true);
  expect(turned).toMatchObject([{ deltaY: -120, x: 30, y: 20, ctrl: false, pinch: true }]);
});

it('tells a held key from a pinch', () => {
  page.dispatchEvent(keyEvent('keydown', 'Control'));
  ground.dispatchEvent(wheelEvent({ deltaY: 3, ctrlKey: true }));
  page.dispatchEvent(keyEvent('keyup', 'Control'));
  ground.dispatchEvent(wheelEvent({ deltaY: 3, ctrlKey: true }));
  ground.dispatchEvent(wheelEvent({ deltaY: 3 }));
  expect(turned.map(({ ctrl, pinch }) => [ctrl, pinch])).toEqual([
    [true, false],
    [false, true],
    [false, false],
  ]);
});

it('hears nothing once removed', () => {
  off();
  ground.dispatchEvent(wheelEvent({ deltaY: 3 }));
  expect(turned).toEqual([]);
});
