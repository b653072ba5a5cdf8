import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScrollSpace, TALLEST } from './scroll-space';

const VIEW = 900;

function spaceOf(height: number, tallest?: number): ScrollSpace {
  const space = new ScrollSpace(tallest);
  space.resize(height, VIEW);
  return space;
}

describe('the space that is scrolled', () => {
  it('is the whole where that is no taller than an element may be', () => {
    const space = spaceOf(50_000);
    expect(space.elementHeight(50_000)).toBe(50_000);
    expect([space.place(1234), space.moved(1250), space.shift]).toEqual([1234, 1250, 0]);
    expect(space.resize(60_000, VIEW)).toBe(false);
  });

  it('is never taller than that, and reaches both ends of the whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: TALLEST + 1, max: 2e8 }), (height) => {
        const space = spaceOf(height);
        expect(space.elementHeight(height)).toBe(TALLEST);
        expect(space.moved(TALLEST - VIEW)).toBeCloseTo(height - VIEW, 3);
        expect(space.moved(0)).toBe(0);
        expect(space.place(height - VIEW)).toBe(TALLEST - VIEW);
      }),
    );
  });

  it('goes with small steps px by px, from wherever it was placed', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        fc.array(fc.integer({ min: -300, max: 300 }), { maxLength: 20 }),
        (part, steps) => {
          const space = spaceOf(42_000_000);
          let top = part * 42_000_000;
          let physical = space.place(top);
          for (const step of steps) {
            physical += step;
            top += step;
            expect(space.moved(physical)).toBeCloseTo(top, 3);
            expect(physical + space.shift).toBeCloseTo(top, 3);
          }
        },
      ),
    );
  });

  it('leads a wheel from one end to the other, whichever way, without ever standing still', () => {
    for (const direction of [1, -1]) {
      const space = spaceOf(40_000, 8000);
      let top = direction > 0 ? 0 : 40_000 - VIEW;
      let physical = space.place(top);
      for (let i = 0; i < 200; i++) {
        const before = top;
        physical = Math.max(0, Math.min(8000 - VIEW, physical + direction * 400));
        top = space.moved(physical);
        if (space.endsEarly) {
          physical = space.place(top);
        }
        const isAtEnd = direction > 0 ? before >= 40_000 - VIEW - 1 : before <= 1;
        expect(isAtEnd || Math.abs(top - before) > 100).toBe(true);
      }
      expect(top).toBeCloseTo(direction > 0 ? 40_000 - VIEW : 0, 0);
    }
  });

  it('tells when a place has to be found anew', () => {
    const space = spaceOf(7_000_000);
    expect(space.resize(9_000_000, VIEW)).toBe(true);
    expect(space.resize(9_000_000, VIEW)).toBe(false);
    expect(space.resize(6_000_000, VIEW)).toBe(true);
    expect(space.shift).toBe(0);
  });
});
