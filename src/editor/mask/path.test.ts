import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dab } from './brush';
import { StrokePath } from './path';

interface Piece {
  from: Dab;
  to: Dab;
}

const dab = (x: number, y: number, radius = 10): Dab => ({ x, y, radius, strength: 1 });

function collect(): [Piece[], (from: Dab, to: Dab) => void] {
  const pieces: Piece[] = [];
  return [pieces, (from, to) => pieces.push({ from, to })];
}

const someSamples = fc.array(
  fc.record({
    x: fc.integer({ min: 0, max: 500 }),
    y: fc.integer({ min: 0, max: 500 }),
    radius: fc.constantFrom(8, 8, 8, 12),
  }),
  { minLength: 1, maxLength: 12 },
);

describe('StrokePath', () => {
  it('draws the first sample at once, as a point', () => {
    const [pieces, sink] = collect();
    new StrokePath(true).add(dab(5, 6), sink);
    expect(pieces).toEqual([{ from: dab(5, 6), to: dab(5, 6) }]);
  });

  it('keeps a straight line straight, in one piece between samples', () => {
    const [pieces, sink] = collect();
    const path = new StrokePath(true);
    for (let i = 0; i < 6; i++) {
      path.add(dab(i * 20, i * 10), sink);
    }
    path.finish(sink);
    expect(pieces).toHaveLength(6);
    for (const { to } of pieces) {
      expect(to.y).toBeCloseTo(to.x / 2, 9);
    }
  });

  it('is one connected line from the first sample to the last, tip included', () => {
    fc.assert(
      fc.property(someSamples, (samples) => {
        const [pieces, sink] = collect();
        const path = new StrokePath(false);
        for (const { x, y, radius } of samples) {
          path.add(dab(x, y, radius), sink);
        }
        const newest = path.last;
        path.finish(sink);
        pieces.forEach((piece, i) => {
          const before = pieces[i - 1];
          if (before) {
            expect(piece.from).toEqual(before.to);
          }
        });
        expect(pieces[pieces.length - 1]?.to).toEqual(newest);
        const last = samples[samples.length - 1];
        if (last && newest) {
          expect(Math.hypot(newest.x - last.x, newest.y - last.y)).toBeLessThan(1);
        }
      }),
    );
  });

  it('does not depend on when tips were drawn', () => {
    fc.assert(
      fc.property(someSamples, fc.array(fc.boolean(), { maxLength: 12 }), (samples, looks) => {
        const [plain, plainSink] = collect();
        const [looked, lookedSink] = collect();
        const a = new StrokePath(true);
        const b = new StrokePath(true);
        samples.forEach(({ x, y, radius }, i) => {
          a.add(dab(x, y, radius), plainSink);
          b.add(dab(x, y, radius), lookedSink);
          if (looks[i]) {
            b.tip(() => undefined);
          }
        });
        a.finish(plainSink);
        b.finish(lookedSink);
        expect(looked).toEqual(plain);
      }),
    );
  });

  it('makes final on finish exactly what the tip showed', () => {
    fc.assert(
      fc.property(someSamples, (samples) => {
        const path = new StrokePath(true);
        for (const { x, y, radius } of samples) {
          path.add(dab(x, y, radius), () => undefined);
        }
        const [tip, tipSink] = collect();
        const [rest, restSink] = collect();
        path.tip(tipSink);
        path.finish(restSink);
        expect(rest).toEqual(tip);
      }),
    );
  });

  it('follows a circle within a pixel', () => {
    const [pieces, sink] = collect();
    const path = new StrokePath(true);
    for (let i = 0; i <= 24; i++) {
      const angle = (i / 24) * 2 * Math.PI;
      path.add(dab(300 + 200 * Math.cos(angle), 300 + 200 * Math.sin(angle), 20), sink);
    }
    path.finish(sink);
    for (const { from, to } of pieces.slice(3, -3)) {
      const middle = Math.hypot((from.x + to.x) / 2 - 300, (from.y + to.y) / 2 - 300);
      expect(Math.abs(middle - 200)).toBeLessThan(1);
    }
  });

  it('follows pressure that grows on the spot', () => {
    const [pieces, sink] = collect();
    const path = new StrokePath(true);
    path.add(dab(50, 50, 5), sink);
    path.add(dab(50, 50, 30), sink);
    path.add(dab(50, 50, 6), sink);
    path.finish(sink);
    expect(Math.max(...pieces.map(({ to }) => to.radius))).toBe(30);
  });

  it('does not pile up points closer than the brush can show', () => {
    const [pieces, sink] = collect();
    const path = new StrokePath(true);
    for (let i = 0; i <= 1000; i++) {
      path.add(dab(100 + i * 0.1, 100, 200), sink);
    }
    path.finish(sink);
    expect(pieces.length).toBeLessThan(40);
    expect(pieces[pieces.length - 1]?.to.x).toBeCloseTo(200, 6);
  });
});
