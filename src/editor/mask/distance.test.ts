import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rasterShape } from './coverage';
import { NearestPixels, growMask } from './distance';
import { featherMask } from './feather';
import { MaskGrid } from './mask-grid';

function gridOf(width: number, height: number, value: (x: number, y: number) => number): MaskGrid {
  const grid = new MaskGrid(width, height);
  const values = Uint8Array.from({ length: width * height }, (_, i) =>
    value(i % width, Math.floor(i / width)),
  );
  grid.writeRect({ x0: 0, y0: 0, x1: width, y1: height }, values);
  return grid;
}

function whole(grid: MaskGrid): Uint8Array {
  return grid.readRect({ x0: 0, y0: 0, x1: grid.width, y1: grid.height });
}

function invert(grid: MaskGrid): MaskGrid {
  return gridOf(grid.width, grid.height, (x, y) => 255 - grid.valueAt(x, y));
}

describe('NearestPixels', () => {
  it('finds what a search through all pixels finds, the leftmost and uppermost of equals', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.tuple(fc.nat(59), fc.nat(59)), { maxLength: 40 }),
        fc.nat(20),
        (width, height, dots, block) => {
          const values = new Uint8Array(width * height);
          for (const [x, y] of dots) {
            if (x < width && y < height) {
              values[y * width + x] = 200;
            }
          }
          for (let y = 0; y < Math.min(height, block); y++) {
            values.fill(200, y * width, y * width + Math.min(width, block));
          }
          const nearest = new NearestPixels();
          nearest.prepare(values, width, height, 0, height, 128, 100);
          const squares = new Int32Array(width);
          const places = new Int32Array(width);
          for (let y = 0; y < height; y++) {
            const any = nearest.row(y, 0, width, squares, places);
            for (let x = 0; x < width; x++) {
              let best = Infinity;
              let at = -1;
              for (let px = 0; px < width; px++) {
                for (let py = 0; py < height; py++) {
                  const square = (px - x) ** 2 + (py - y) ** 2;
                  if (values[py * width + px] === 200 && square < best) {
                    best = square;
                    at = py * width + px;
                  }
                }
              }
              expect(any).toBe(at >= 0);
              if (any) {
                expect([squares[x], places[x]]).toEqual([best, at]);
              }
            }
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('growMask', () => {
  it.each([1, 3, 7.5, 32])('is the disc around every pixel for hard masks, grown by %d px', (px) => {
    const blobs = (x: number, y: number): number =>
      (x > 200 && x < 300 && y > 40 && y < 90) || (x === 20 && y === 20) || (x + y) % 131 === 0 ? 255 : 0;
    const grid = gridOf(320, 130, blobs);
    const grown = growMask(grid, px);
    const painted: [number, number][] = [];
    whole(grid).forEach((value, i) => {
      if (value) {
        painted.push([i % 320, Math.floor(i / 320)]);
      }
    });
    for (let y = 0; y < 130; y += 3) {
      for (let x = 0; x < 320; x += 2) {
        const away = Math.sqrt(
          painted.reduce((least, [a, b]) => Math.min(least, (a - x) ** 2 + (b - y) ** 2), Infinity),
        );
        const wanted = Math.round(255 * Math.min(1, Math.max(0, 1 + px - away)));
        if (Math.abs(grown.valueAt(x, y) - wanted) > 1) {
          expect.fail(`${x},${y}: ${grown.valueAt(x, y)}, wanted ${wanted}`);
        }
      }
    }
  });

  it('keeps the edges of discs smooth, whatever the amount, in both directions', () => {
    const size = { width: 700, height: 600 };
    const disc = (radius: number): MaskGrid =>
      rasterShape(
        { kind: 'ellipse', x0: 350.3 - radius, y0: 290.7 - radius, x1: 350.3 + radius, y1: 290.7 + radius },
        size,
      );
    for (const px of [1, 4.5, 20, 60, -1, -20, -59.5]) {
      const grown = whole(growMask(disc(150), px));
      const wanted = whole(disc(150 + px));
      let off = 0;
      let bias = 0;
      let edge = 0;
      grown.forEach((value, i) => {
        const right = wanted[i] ?? 0;
        off += Math.abs(value - right);
        bias += value - right;
        edge += right % 255 === 0 ? 0 : 1;
      });
      // Edge pixels are accurate to about a seventh of a px, and so is the edge's position as a whole.
      expect(off / edge).toBeLessThan(40);
      expect(Math.abs(bias / edge)).toBeLessThan(30);
    }
  });

  it('moves soft ramps outwards and keeps their width and the levels of flat parts', () => {
    // A ramp 40 px wide down to the right, then a flat part of 150.
    const ramp = gridOf(600, 300, (x) => Math.max(0, Math.min(255, Math.round(255 - (x - 200) * 6.4))));
    const grown = growMask(ramp, 30);
    for (let x = 0; x < 600; x++) {
      const wanted = ramp.valueAt(Math.max(0, x - 30), 100);
      expect(Math.abs(grown.valueAt(x, 100) - wanted)).toBeLessThan(14);
    }
    const flat = gridOf(600, 300, (x, y) => (x > 250 && x < 400 && y > 100 && y < 200 ? 150 : 0));
    const wide = growMask(flat, 20);
    expect([230, 231, 235, 260, 300, 419, 420].map((x) => wide.valueAt(x, 150))).toEqual([
      0, 150, 150, 150, 150, 150, 0,
    ]);
  });

  it('never loses what was painted, grows with px, and shrinks as the unpainted part grows', () => {
    const noise = gridOf(300, 280, (x, y) => {
      const wave = Math.sin(x / 17) * Math.cos(y / 23) + Math.sin((x + y) / 41);
      return Math.max(0, Math.min(255, Math.round(wave * 200)));
    });
    const before = whole(noise);
    const some = whole(growMask(noise, 5));
    expect(some.every((value, i) => value >= (before[i] ?? 0))).toBe(true);
    expect(growMask(noise, 12).coverage()).toBeGreaterThan(growMask(noise, 5).coverage());
    expect(Buffer.compare(whole(growMask(noise, -6)), whole(invert(growMask(invert(noise), 6))))).toBe(0);
    expect(Buffer.compare(whole(growMask(noise, 0)), before)).toBe(0);
  });

  it('neither eats into nor widens a mask from the picture’s border', () => {
    const half = gridOf(400, 300, (x) => (x < 200 ? 255 : 0));
    const shrunk = growMask(half, -50);
    expect([0, 149, 150].map((x) => shrunk.valueAt(x, 0))).toEqual([255, 255, 0]);
    expect(growMask(invert(new MaskGrid(400, 300)), -100).coverage()).toBe(1);
    expect(growMask(new MaskGrid(400, 300), 100).empty).toBe(true);
  });
});

describe('featherMask', () => {
  it('is three successive box means, the picture continued beyond its edges', () => {
    const grid = gridOf(330, 290, (x, y) =>
      ((x >> 5) + (y >> 4)) % 3 === 0 ? 255 : (x * y) % 97 === 0 ? 200 : 0,
    );
    for (const px of [1, 2, 7]) {
      let values = Float64Array.from(whole(grid));
      const at = (x: number, y: number): number =>
        values[Math.min(289, Math.max(0, y)) * 330 + Math.min(329, Math.max(0, x))] ?? 0;
      for (const radius of [0, 1, 2].map((i) => Math.floor((px + i) / 3))) {
        for (const [dx, dy] of [
          [1, 0],
          [0, 1],
        ] as const) {
          const next = new Float64Array(values.length);
          for (let i = 0; i < next.length; i++) {
            let sum = 0;
            for (let k = -radius; k <= radius; k++) {
              sum += at((i % 330) + k * dx, Math.floor(i / 330) + k * dy);
            }
            next[i] = sum / (2 * radius + 1);
          }
          values = next;
        }
      }
      const soft = featherMask(grid, px);
      for (let y = 20; y < 270; y++) {
        for (let x = 20; x < 310; x++) {
          if (Math.abs(soft.valueAt(x, y) - at(x, y)) > 0.6) {
            expect.fail(`${px}: ${x},${y}: ${soft.valueAt(x, y)} for ${at(x, y)}`);
          }
        }
      }
    }
  });

  it.each([6, 31, 200])(
    'fades from %i px inside to as far outside, and not at the picture’s border',
    (px) => {
      const grid = rasterShape(
        { kind: 'rect', x0: 0, y0: 0, x1: 600, y1: 900 },
        { width: 1200, height: 900 },
      );
      const soft = featherMask(grid, px);
      expect(soft.valueAt(599 - px, 450)).toBe(255);
      expect(soft.valueAt(600 + px, 450)).toBe(0);
      expect(soft.valueAt(600 + px - Math.ceil(px / 2), 450)).toBeGreaterThan(0);
      for (let x = 1; x < 1200; x++) {
        expect(soft.valueAt(x, 0)).toBeLessThanOrEqual(soft.valueAt(x - 1, 0));
        expect(Math.abs(soft.valueAt(599 - x, 899) + soft.valueAt(600 + x, 899) - 255) <= 2 || x > 599).toBe(
          true,
        );
      }
      expect(soft.valueAt(0, 0)).toBe(255);
      expect(featherMask(grid, 0).valueAt(600, 0)).toBe(0);
    },
  );
});
