import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TURN_STEP, TurnGesture, settledTurn } from './turn-gesture';

const VIEW = { width: 800, height: 600 };
const around = (angle: number, radius = 200): { x: number; y: number } => ({
  x: 400 + radius * Math.cos(angle),
  y: 300 + radius * Math.sin(angle),
});

/** Drags from one direction to another in small steps; returns the last angle shown. */
function drag(gesture: TurnGesture, from: number, to: number, stepped = false): number {
  let shown = 0;
  for (let i = 1; i <= 40; i++) {
    const before = around(from + ((to - from) * (i - 1)) / 40);
    const at = around(from + ((to - from) * i) / 40);
    shown = gesture.move(at, at.x - before.x, at.y - before.y, VIEW, stepped);
  }
  return shown;
}

describe('rotating by a drag', () => {
  it('follows the pointer around the middle, across every direction and more than once around', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -4, max: 4, noNaN: true }),
        fc.double({ min: -9, max: 9, noNaN: true }),
        (from, turn) => {
          expect(drag(new TurnGesture(0.2), from, from + turn)).toBeCloseTo(0.2 + turn, 6);
        },
      ),
    );
  });

  it('snaps to steps while Shift is held, and remembers what was in between', () => {
    const gesture = new TurnGesture(0);
    expect(drag(gesture, 0, 0.3, true)).toBeCloseTo(TURN_STEP, 9);
    expect(drag(gesture, 0.3, 0.31)).toBeCloseTo(0.31, 6);
  });

  it('ignores directions at the very middle', () => {
    expect(new TurnGesture(1).move({ x: 401, y: 300 }, -200, 3, VIEW, false)).toBe(1);
  });
});

describe('a rotation by two fingers', () => {
  it('becomes a quarter turn when it ends close to one', () => {
    expect(settledTurn(0.05)).toBe(0);
    expect(settledTurn(Math.PI / 2 - 0.06)).toBe(Math.PI / 2);
    expect(settledTurn(-Math.PI + 0.03)).toBe(Math.PI);
    expect(settledTurn(0.2)).toBe(0.2);
  });
});
