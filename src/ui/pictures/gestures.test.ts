import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type GestureHandlers, Gestures, type PointerSample } from './gestures';

let log: string[] = [];
let zoomed = false;
let gestures: Gestures;
let clock = 0;

const round = (value: number): number => Math.round(value * 100) / 100;
const handlers: GestureHandlers = {
  canPan: () => zoomed,
  pan: (dx, dy) => log.push(`pan ${dx} ${dy}`),
  pinch: ({ x, y }, factor, dx, dy) => log.push(`pinch ${x},${y} ×${round(factor)} ${dx} ${dy}`),
  swipe: (axis, distance) => log.push(`swipe ${axis} ${distance}`),
  swipeEnd: (axis, distance, speed) =>
    log.push(`end ${axis} ${distance} ${speed === null ? '-' : round(speed)}`),
  doubleTap: ({ x, y }) => log.push(`double ${x},${y}`),
};

function sample(id: number, x: number, y: number, touch = true, wait = 10): PointerSample {
  clock += wait;
  return { id, x, y, touch, at: clock };
}

beforeEach(() => {
  log = [];
  zoomed = false;
  clock = 0;
  gestures = new Gestures(handlers);
});

describe('one finger', () => {
  it('swipes along the axis it began with', () => {
    gestures.down(sample(1, 200, 100));
    gestures.move(sample(1, 205, 101));
    gestures.move(sample(1, 180, 104));
    gestures.move(sample(1, 150, 160));
    gestures.up(sample(1, 150, 160));
    expect(log).toEqual(['swipe x -20', 'swipe x -50', 'end x -50 -1.25']);
  });

  it('swipes up and down too', () => {
    gestures.down(sample(1, 100, 300));
    gestures.move(sample(1, 104, 200));
    gestures.up(sample(1, 104, 200, true, 200));
    expect(log).toEqual(['swipe y -100', 'end y -100 -0.48']);
  });

  it('moves a picture that is larger than the view', () => {
    zoomed = true;
    gestures.down(sample(1, 0, 0));
    gestures.move(sample(1, 10, 0));
    gestures.move(sample(1, 14, 5));
    gestures.up(sample(1, 14, 5));
    expect(log).toEqual(['pan 10 0', 'pan 4 5']);
  });

  it('zooms by tapping twice at one place', () => {
    const tap = (x: number, wait: number): void => {
      gestures.down(sample(1, x, 50, true, wait));
      gestures.up(sample(1, x + 2, 50));
    };
    tap(50, 0);
    tap(52, 100);
    expect(log).toEqual(['double 54,50']);
    tap(52, 100);
    expect(log).toHaveLength(1);
    tap(52, 400);
    tap(200, 100);
    expect(log).toHaveLength(1);
  });

  it('is taken away without a result', () => {
    gestures.down(sample(1, 0, 0));
    gestures.move(sample(1, 40, 0));
    gestures.cancel(1);
    gestures.move(sample(1, 80, 0));
    gestures.up(sample(1, 80, 0));
    expect(log).toEqual(['swipe x 40', 'end x 40 -']);
  });
});

describe('two fingers', () => {
  it('pinch around their middle', () => {
    gestures.down(sample(1, 100, 100));
    gestures.down(sample(2, 200, 100));
    gestures.move(sample(2, 300, 100));
    expect(log).toEqual(['pinch 200,100 ×2 50 0']);
  });

  it('end a swipe that had begun', () => {
    gestures.down(sample(1, 100, 100));
    gestures.move(sample(1, 140, 100));
    gestures.down(sample(2, 300, 100));
    gestures.up(sample(2, 300, 100));
    gestures.up(sample(1, 140, 100));
    expect(log).toEqual(['swipe x 40', 'end x 40 -']);
  });

  it('let the one that stays go on dragging, without a jump', () => {
    zoomed = true;
    gestures.down(sample(1, 100, 100));
    gestures.down(sample(2, 200, 100));
    gestures.up(sample(1, 100, 100));
    gestures.move(sample(2, 203, 104));
    expect(log).toEqual(['pan 3 4']);
  });

  it('never count as taps', () => {
    gestures.down(sample(1, 100, 100));
    gestures.down(sample(2, 120, 100));
    gestures.up(sample(1, 100, 100));
    gestures.up(sample(2, 120, 100));
    gestures.down(sample(1, 100, 100));
    gestures.up(sample(1, 100, 100));
    expect(log).toEqual([]);
  });
});

describe('a mouse', () => {
  it('never swipes, but drags and double-clicks', () => {
    gestures.down(sample(1, 0, 0, false));
    gestures.move(sample(1, 90, 0, false));
    gestures.up(sample(1, 90, 0, false));
    expect(log).toEqual([]);
    zoomed = true;
    gestures.down(sample(1, 0, 0, false));
    gestures.move(sample(1, 90, 0, false));
    gestures.up(sample(1, 90, 0, false));
    expect(log).toEqual(['pan 90 0']);
  });
});

describe('any pointers', () => {
  it('pan by exactly as much as the pointer moved once it moves the picture', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }))),
        (steps) => {
          let x = 0;
          let y = 0;
          let started = false;
          let expected = [0, 0];
          const moved = [0, 0];
          const tracker = new Gestures({
            ...handlers,
            canPan: () => true,
            pan: (dx, dy) => {
              moved[0] = (moved[0] ?? 0) + dx;
              moved[1] = (moved[1] ?? 0) + dy;
            },
          });
          tracker.down(sample(1, 0, 0));
          for (const [dx, dy] of steps) {
            x += dx;
            y += dy;
            started ||= Math.hypot(x, y) >= 8;
            expected = started ? [(expected[0] ?? 0) + dx, (expected[1] ?? 0) + dy] : expected;
            tracker.move(sample(1, x, y));
          }
          expect(moved).toEqual(expected);
        },
      ),
    );
  });

  it('leave nothing behind when all are gone', () => {
    const events = fc.array(
      fc.record({
        kind: fc.constantFrom('down' as const, 'move' as const, 'up' as const, 'cancel' as const),
        id: fc.integer({ min: 1, max: 3 }),
        x: fc.integer({ min: 0, max: 400 }),
        y: fc.integer({ min: 0, max: 400 }),
      }),
    );
    fc.assert(
      fc.property(events, (list) => {
        gestures = new Gestures(handlers);
        for (const { kind, id, x, y } of list) {
          if (kind === 'cancel') {
            gestures.cancel(id);
          } else {
            gestures[kind](sample(id, x, y));
          }
        }
        [1, 2, 3].forEach((id) => gestures.cancel(id));
        log = [];
        gestures.move(sample(1, 390, 0));
        gestures.up(sample(1, 390, 0));
        expect(log).toEqual([]);
      }),
    );
  });
});
