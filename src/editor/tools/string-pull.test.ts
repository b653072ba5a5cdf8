import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StringPull, stringLength } from './string-pull';

interface Place {
  x: number;
  y: number;
}

const place = fc.record({
  x: fc.double({ min: -500, max: 500, noNaN: true }),
  y: fc.double({ min: -500, max: 500, noNaN: true }),
});
const away = (a: Place, b: Place): number => Math.hypot(a.x - b.x, a.y - b.y);
const lengthOf = (path: readonly Place[]): number =>
  path.slice(1).reduce((sum, at, i) => sum + away(at, path[i] ?? at), 0);

describe('StringPull', () => {
  it('leaves everything as it is without a string', () => {
    fc.assert(
      fc.property(fc.array(place), (samples) => {
        const pull = new StringPull(0);
        expect(samples.map((sample) => pull.next(sample))).toEqual(samples);
        expect(pull.finish()).toBeNull();
      }),
    );
  });

  it('stays within the string, never takes a longer way, and ends at the pointer', () => {
    fc.assert(
      fc.property(
        fc.array(place, { minLength: 1 }),
        fc.double({ min: 0.1, max: 200, noNaN: true }),
        (samples, length) => {
          const pull = new StringPull<Place>(length);
          const path: Place[] = [];
          for (const sample of samples) {
            const at = pull.next(sample);
            if (at) {
              path.push(at);
            }
            expect(away(path.at(-1) ?? sample, sample)).toBeLessThanOrEqual(length + 1e-6);
          }
          const tail = pull.finish();
          if (tail) {
            path.push(tail);
          }
          const last = samples.at(-1);
          expect(last && away(path.at(-1) ?? last, last)).toBe(0);
          expect(lengthOf(path)).toBeLessThanOrEqual(lengthOf(samples) + 1e-6);
          expect(pull.finish()).toBeNull();
        },
      ),
    );
  });

  it('absorbs trembling shorter than the string', () => {
    const pull = new StringPull<Place>(10);
    const samples = Array.from({ length: 101 }, (_, i) => ({ x: i * 3, y: i % 2 === 0 ? 4 : -4 }));
    const ys = samples.flatMap((sample) => pull.next(sample)?.y ?? []).slice(10);
    expect(Math.max(...ys) - Math.min(...ys)).toBeLessThan(4);
  });

  it('does not depend on how a straight movement is sampled', () => {
    const end = (steps: number): Place | null => {
      const pull = new StringPull<Place>(25);
      let at: Place | null = null;
      for (let i = 0; i <= steps; i++) {
        at = pull.next({ x: (i / steps) * 200, y: 0 }) ?? at;
      }
      return at;
    };
    expect(end(3)?.x).toBeCloseTo(175, 6);
    expect(end(997)?.x).toBeCloseTo(175, 6);
  });

  it('is equally long on the screen at any zoom', () => {
    expect(stringLength(0, 1)).toBe(0);
    expect(stringLength(1, 0.25) * 0.25).toBe(stringLength(1, 4) * 4);
  });
});
