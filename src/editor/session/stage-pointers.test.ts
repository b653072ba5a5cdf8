import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PointerInput } from '../input/pointer-policy';
import type { StageWheel } from '../stage/stage-input';
import { type PointerParts, StagePointers } from './stage-pointers.svelte';

const camera = { panBy: vi.fn(), zoomSticky: vi.fn(), toImage: (at: unknown) => at, zoom: 1 };
const options = { step: vi.fn(), setSize: vi.fn(), setHardness: vi.fn(), paints: true, softens: true };
const settings = { wheel: 'zoom' };
let pointers: StagePointers;

beforeEach(() => {
  vi.clearAllMocks();
  settings.wheel = 'zoom';
  options.paints = true;
  pointers = new StagePointers({
    core: { ready: true, moves: false, held: { sync: () => false, is: () => false } },
    camera,
    options: Object.assign(options, { brush: { hardness: 0.5 }, size: 50 }),
    view: { settings },
    edits: { painting: false },
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
    options.paints = false;
    adjust();
    expect(options.setSize).not.toHaveBeenCalled();
  });
});
