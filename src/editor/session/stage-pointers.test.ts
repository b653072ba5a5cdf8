import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PointerInput } from '../input/pointer-policy';
import type { StageWheel } from '../stage/stage-input';
import { type PointerParts, StagePointers } from './stage-pointers.svelte';

const camera = { panBy: vi.fn(), zoomSticky: vi.fn(), toImage: (at: unknown) => at, zoom: 1 };
const options = { step: vi.fn(), setSize: vi.fn(), setHardness: vi.fn(), sized: true, softens: true };
const settings = { wheel: 'zoom' };
const edits = {
  painting: false,
  begin: vi.fn(),
  move: vi.fn(),
  end: vi.fn(),
  whenStill: (act: () => void) => {
    act();
  },
};
let pointers: StagePointers;

beforeEach(() => {
  vi.clearAllMocks();
  settings.wheel = 'zoom';
  options.sized = true;
  pointers = new StagePointers({
    core: { ready: true, moves: false, held: { sync: () => false, is: () => false } },
    camera,
    options: Object.assign(options, { brush: { hardness: 0.5 }, size: 50 }),
    view: { settings },
    edits,
    keyboard: { moveTo: () => undefined },
    hovered: () => undefined,
    heldChanged: () => undefined,
  } as unknown as PointerParts);
});

const turn = (facts: Partial<StageWheel>): void => {
  const none = { deltaX: 0, deltaY: 0, deltaMode: 0, timeStamp: 0, x: 10, y: 20 };
  pointers.turnWheel({ ...none, ctrl: false, alt: false, shift: false, pinch: false, ...facts });
};

const point = (facts: Partial<PointerInput>): void => {
  const none = { id: 1, x: 0, y: 0, time: 0, button: -1, buttons: 0, alt: false, shift: false };
  pointers.handle({ kind: 'move', device: 'mouse', ...none, ...facts }, []);
};

describe('the wheel', () => {
  it('zooms at its position, and moves the ring along only over the stage', () => {
    turn({ deltaY: -100 });
    expect(camera.zoomSticky).toHaveBeenCalledWith(expect.closeTo(1.15), { x: 10, y: 20 });
    expect(pointers.hover).toBeNull();
    point({ x: 1, y: 2 });
    turn({ deltaY: -100, x: 3, y: 4 });
    expect(pointers.hover).toEqual({ x: 3, y: 4 });
  });

  it('adjusts the tool in hand with Ctrl, gradually on a touchpad', () => {
    turn({ deltaY: 100, ctrl: true });
    expect(options.step.mock.calls).toEqual([[-1]]);
    for (let i = 0; i < 20; i++) {
      turn({ deltaY: -4, ctrl: true });
    }
    expect(options.step.mock.calls).toEqual([[-1], [1], [1]]);
    expect(camera.zoomSticky).not.toHaveBeenCalled();
  });

  it('moves the picture if set to; then Ctrl and pinching zoom, and Alt adjusts the tool', () => {
    settings.wheel = 'move';
    turn({ deltaX: 4, deltaY: -7 });
    expect(camera.panBy.mock.calls).toEqual([[-4, 7]]);
    turn({ deltaY: -100, ctrl: true });
    turn({ deltaY: -3, pinch: true });
    expect(camera.zoomSticky).toHaveBeenCalledTimes(2);
    turn({ deltaY: -100, alt: true });
    expect(options.step.mock.calls).toEqual([[1]]);
    turn({ deltaY: 30, shift: true });
    expect(camera.panBy.mock.lastCall).toEqual([-30, 0]);
  });
});

describe('a drag with Alt and the right button', () => {
  const adjust = (): void => {
    point({ kind: 'down', button: 2, buttons: 2, alt: true });
    point({ buttons: 2, alt: true, x: 10, y: -20 });
    point({ kind: 'up', button: 2, alt: true });
  };

  it('changes a brush in hand, and nothing with any other tool', () => {
    adjust();
    expect([options.setSize.mock.lastCall, options.setHardness.mock.lastCall]).toEqual([[70], [0.6]]);
    vi.clearAllMocks();
    options.sized = false;
    adjust();
    expect(options.setSize).not.toHaveBeenCalled();
  });
});

describe('what is painted before the next picture is shown', () => {
  const stroke = (x: number): void => {
    point({ kind: 'down', button: 0, buttons: 1, x });
    point({ buttons: 1, x: x + 9 });
    point({ kind: 'up', button: 0, x: x + 9 });
  };
  const begun = (): unknown[] => edits.begin.mock.calls.map(([start]) => (start as { x: number }).x);

  it('is painted on that one, in order', () => {
    const release = pointers.hold();
    stroke(5);
    stroke(40);
    expect([pointers.waiting, begun()]).toEqual([true, []]);
    release(true);
    expect([pointers.waiting, begun(), edits.end.mock.calls.length]).toEqual([false, [5, 40], 2]);
    stroke(70);
    expect(begun()).toEqual([5, 40, 70]);
  });

  it('goes on in the stroke that is still under way', () => {
    const release = pointers.hold();
    point({ kind: 'down', button: 0, buttons: 1, x: 5 });
    release(true);
    point({ buttons: 1, x: 20 });
    point({ kind: 'up', button: 0, x: 20 });
    expect([begun(), edits.end.mock.calls.length]).toEqual([[5], 1]);
  });

  it('is dropped when it would come out elsewhere, or yet another picture is asked for', () => {
    const first = pointers.hold();
    stroke(5);
    const second = pointers.hold();
    first(true);
    expect([pointers.waiting, begun()]).toEqual([true, []]);
    stroke(40);
    second(false);
    expect([pointers.waiting, begun()]).toEqual([false, []]);
  });

  it('stays where it was seen: the wheel waits too', () => {
    const release = pointers.hold();
    turn({ deltaY: -100 });
    expect(camera.zoomSticky).toHaveBeenCalledTimes(1);
    stroke(5);
    turn({ deltaY: -100 });
    expect(camera.zoomSticky).toHaveBeenCalledTimes(1);
    release(true);
    turn({ deltaY: -100 });
    expect(camera.zoomSticky).toHaveBeenCalledTimes(2);
  });
});
