import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RAMP_SHAPES, ramp } from './ramp';

const at = fc.record({ x: fc.integer({ min: -50, max: 900 }), y: fc.integer({ min: -50, max: 900 }) });

describe('the geometry of a gradient', () => {
  it('runs from 0 to 1 between its ends, and stays within', () => {
    fc.assert(
      fc.property(at, at, at, (from, to, point) => {
        fc.pre(from.x !== to.x || from.y !== to.y);
        for (const shape of RAMP_SHAPES) {
          const value = ramp(shape, from, to);
          expect(value(from.x, from.y)).toBe(0);
          expect(value(to.x, to.y)).toBeCloseTo(1, 9);
          expect(value((from.x + to.x) / 2, (from.y + to.y) / 2)).toBeCloseTo(0.5, 9);
          expect(value(point.x, point.y)).toBeGreaterThanOrEqual(0);
          expect(value(point.x, point.y)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('is level across the line when linear, and around the centre when radial', () => {
    const linear = ramp('linear', { x: 100, y: 50 }, { x: 300, y: 50 });
    expect([linear(150, -40), linear(150, 900), linear(20, 50), linear(999, 50)]).toEqual([0.25, 0.25, 0, 1]);
    const radial = ramp('radial', { x: 100, y: 100 }, { x: 100, y: 200 });
    expect([radial(150, 100), radial(100, 50), radial(40, 180), radial(100, 999)]).toEqual([0.5, 0.5, 1, 1]);
  });

  it('is over at once when it has no length', () => {
    for (const shape of RAMP_SHAPES) {
      expect(ramp(shape, { x: 5, y: 5 }, { x: 5, y: 5 })(5, 5)).toBe(1);
    }
  });
});
