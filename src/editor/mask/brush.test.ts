import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BrushProfile,
  CoverageGrid,
  type Dab,
  type Joint,
  type Piece,
  type TipShape,
  paintDab,
  paintPieces,
} from './brush';

const SIZE = 600;

function values(grid: CoverageGrid): Uint8Array {
  const out = new Uint8Array(grid.width * grid.height);
  for (let y = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++) {
      const tile = grid.tile((y >> 8) * grid.columns + (x >> 8));
      out[y * grid.width + x] = tile?.[((y & 255) << 8) | (x & 255)] ?? 0;
    }
  }
  return out;
}

function painted(paint: (grid: CoverageGrid) => void, size = SIZE): Uint8Array {
  const grid = new CoverageGrid(size, size);
  paint(grid);
  return values(grid);
}

const area = (cover: Uint8Array): number => cover.reduce((sum, value) => sum + value, 0) / 255;
const dab = (x: number, y: number, radius: number, strength = 1): Dab => ({ x, y, radius, strength });

const anyHardness = fc.constantFrom(0, 0.3, 0.8, 1);
const anyTip = fc.constantFrom<TipShape[]>('round', 'square');

/** A distance as the tip measures it. */
const away = (tip: TipShape, x: number, y: number): number =>
  tip === 'round' ? Math.hypot(x, y) : Math.max(Math.abs(x), Math.abs(y));

describe('BrushProfile', () => {
  it('falls from 1 to 0 and never rises', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.5, max: 1000, noNaN: true }),
        (hardness, radius) => {
          const profile = new BrushProfile(hardness);
          expect(profile.outer(radius) - profile.inner(radius)).toBeGreaterThanOrEqual(1 - 1e-9);
          let before = 1;
          for (let i = 0; i <= 50; i++) {
            const value = profile.at((i / 50) * (radius + 1), radius);
            expect(value).toBeLessThanOrEqual(before + 1e-6);
            before = value;
          }
          expect(profile.at(0, radius)).toBe(1);
          expect(profile.at(radius + 0.5, radius)).toBe(0);
        },
      ),
    );
  });

  it('is half covered at the edge of a hard brush', () => {
    expect(new BrushProfile(1).at(40, 40)).toBeCloseTo(0.5, 2);
  });
});

describe('paintDab', () => {
  it('covers the area of its circle when hard', () => {
    for (const radius of [3, 10.5, 64, 200]) {
      const cover = painted((grid) => {
        paintDab(grid, new BrushProfile(1), dab(300.3, 299.8, radius));
      });
      const wanted = Math.PI * radius * radius;
      expect(Math.abs(area(cover) - wanted) / wanted).toBeLessThan(0.01);
    }
  });

  it('paints exactly one pixel at 1 px size and a pixel centre', () => {
    const cover = painted((grid) => {
      paintDab(grid, new BrushProfile(1), dab(10.5, 20.5, 0.5));
    });
    expect(cover[20 * SIZE + 10]).toBe(255);
    expect(area(cover)).toBe(1);
  });

  it('paints a hard square to the pixel where its edges are those of pixels', () => {
    const square = new BrushProfile(1, 'square');
    for (const [middle, side] of [
      [20, 8],
      [20.5, 7],
      [20.5, 1],
      [256, 300],
    ] as const) {
      const cover = painted((grid) => {
        paintDab(grid, square, dab(middle, middle, side / 2));
      });
      const from = middle - side / 2;
      const inside = (at: number): boolean => at >= from && at < from + side;
      expect(
        cover.every((value, i) => value === (inside(i % SIZE) && inside(Math.floor(i / SIZE)) ? 255 : 0)),
      ).toBe(true);
    }
  });

  it('covers by their share the pixels that the edge of a hard square crosses', () => {
    const cover = painted((grid) => {
      paintDab(grid, new BrushProfile(1, 'square'), dab(40.25, 40, 10));
    });
    const row = 40 * SIZE;
    expect([29, 30, 31, 49, 50, 51].map((x) => cover[row + x])).toEqual([0, 191, 255, 255, 64, 0]);
  });

  it('is symmetric in all eight ways around a pixel centre or corner', () => {
    fc.assert(
      fc.property(
        anyTip,
        anyHardness,
        fc.double({ min: 0.5, max: 120, noNaN: true }),
        fc.boolean(),
        (tip, hardness, radius, corner) => {
          const size = 300;
          const centre = corner ? 150 : 150.5;
          const cover = painted((grid) => {
            paintDab(grid, new BrushProfile(hardness, tip), dab(centre, centre, radius));
          }, size);
          const last = Math.round(2 * centre) - 1;
          const at = (x: number, y: number): number =>
            x < size && y < size ? (cover[y * size + x] ?? 0) : -1;
          const odd: string[] = [];
          for (let y = 2; y < 298; y++) {
            for (let x = 2; x < 298; x++) {
              const value = at(x, y);
              if (at(y, x) !== value || at(last - x, y) !== value || at(x, last - y) !== value) {
                odd.push(`${x},${y}`);
              }
            }
          }
          expect(odd).toEqual([]);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('has the profile’s value at every pixel, at any sub-pixel position', () => {
    fc.assert(
      fc.property(
        anyTip,
        anyHardness,
        fc.double({ min: 0.5, max: 90, noNaN: true }),
        fc.double({ min: 90, max: 200, noNaN: true }),
        fc.double({ min: 90, max: 200, noNaN: true }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (tip, hardness, radius, x, y, strength) => {
          const profile = new BrushProfile(hardness, tip);
          const cover = painted((grid) => {
            paintDab(grid, profile, dab(x, y, radius, strength));
          }, 300);
          let worst = 0;
          for (let py = 0; py < 300; py++) {
            for (let px = 0; px < 300; px++) {
              const wanted = profile.at(away(tip, px + 0.5 - x, py + 0.5 - y), radius) * strength * 255;
              worst = Math.max(worst, Math.abs((cover[py * 300 + px] ?? 0) - wanted));
            }
          }
          expect(worst).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('stays inside the picture, and outside does nothing', () => {
    const grid = new CoverageGrid(300, 300);
    paintDab(grid, new BrushProfile(0.5), dab(299, 299, 50));
    paintDab(grid, new BrushProfile(0.5), dab(-80, 40, 50));
    paintDab(grid, new BrushProfile(0.5), dab(40, 500, 50));
    for (const index of grid.dirty.touched) {
      const rect = { x0: 0, y0: 0, x1: 0, y1: 0 };
      grid.dirty.read(index, rect);
      expect((index % grid.columns) * 256 + rect.x1).toBeLessThanOrEqual(300);
      expect(Math.floor(index / grid.columns) * 256 + rect.y1).toBeLessThanOrEqual(300);
    }
    const corner = grid.tile(3);
    expect(corner?.[43 * 256 + 43]).toBe(255);
    expect(corner?.[44 * 256 + 44]).toBe(0);
    expect(grid.tile(0)?.some((value) => value > 0) ?? false).toBe(false);
  });

  it('marks every pixel it changes as dirty', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -50, max: 650 }),
        fc.integer({ min: -50, max: 650 }),
        fc.integer({ min: 1, max: 150 }),
        anyHardness,
        anyTip,
        (x, y, radius, hardness, tip) => {
          const grid = new CoverageGrid(SIZE, SIZE);
          paintDab(grid, new BrushProfile(hardness, tip), dab(x, y, radius));
          const cover = values(grid);
          const rect = { x0: 0, y0: 0, x1: 0, y1: 0 };
          for (let index = 0; index < 9; index++) {
            const has = grid.dirty.read(index, rect);
            for (let ty = 0; ty < 256; ty += 5) {
              for (let tx = 0; tx < 256; tx++) {
                const px = (index % 3) * 256 + tx;
                const py = Math.floor(index / 3) * 256 + ty;
                if (px < SIZE && py < SIZE && (cover[py * SIZE + px] ?? 0) > 0) {
                  expect(has && tx >= rect.x0 && tx < rect.x1 && ty >= rect.y0 && ty < rect.y1).toBe(true);
                }
              }
            }
          }
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe('paintPieces', () => {
  const line = (grid: CoverageGrid, profile: BrushProfile, from: Dab, to: Dab): void => {
    paintPieces(grid, profile, [{ from, to }], null, true);
  };
  const chain = (dabs: readonly Dab[]): Piece[] =>
    dabs.flatMap((to, i) => {
      const from = dabs[i - 1];
      return from ? [{ from, to }] : [];
    });

  /** Distance of a pixel's centre to a piece, px: the least of those to all places where it can be least. */
  const distance = (tip: TipShape, x: number, y: number, { from, to }: Piece): number => {
    const px = x + 0.5 - from.x;
    const py = y + 0.5 - from.y;
    const vx = to.x - from.x;
    const vy = to.y - from.y;
    const least =
      tip === 'round'
        ? [(px * vx + py * vy) / (vx * vx + vy * vy)]
        : [px / vx, py / vy, (px - py) / (vx - vy), (px + py) / (vx + vy)];
    let nearest = Math.min(away(tip, px, py), away(tip, px - vx, py - vy));
    for (const t of least) {
      if (t > 0 && t < 1) {
        nearest = Math.min(nearest, away(tip, px - t * vx, py - t * vy));
      }
    }
    return nearest;
  };

  it('covers the area of a stadium when hard', () => {
    for (const [x, y] of [
      [500, 100],
      [100, 480],
      [420, 390],
      [101, 100],
    ] as const) {
      const cover = painted((grid) => {
        line(grid, new BrushProfile(1), dab(100, 100, 40), dab(x, y, 40));
      });
      const wanted = Math.PI * 1600 + 80 * Math.hypot(x - 100, y - 100);
      expect(Math.abs(area(cover) - wanted) / wanted).toBeLessThan(0.01);
    }
  });

  it('covers the area of the hexagon that a hard square sweeps', () => {
    for (const [x, y] of [
      [500, 100],
      [100, 480],
      [420, 390],
      [101, 100],
      [500, 60],
    ] as const) {
      const cover = painted((grid) => {
        line(grid, new BrushProfile(1, 'square'), dab(100, 100, 40), dab(x, y, 40));
      });
      const wanted = 80 * 80 + 80 * (Math.abs(x - 100) + Math.abs(y - 100));
      expect(Math.abs(area(cover) - wanted) / wanted).toBeLessThan(0.003);
    }
  });

  it('gives every pixel the profile of its distance to the nearest piece, at any turns', () => {
    const corner = fc.tuple(
      fc.double({ min: 10, max: 290, noNaN: true }),
      fc.double({ min: 10, max: 290, noNaN: true }),
    );
    fc.assert(
      fc.property(
        anyTip,
        anyHardness,
        fc.double({ min: 0.5, max: 70, noNaN: true }),
        fc.array(fc.oneof(corner, fc.tuple(fc.constantFrom(100, 100.3, 150), fc.constantFrom(100, 150))), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.double({ min: 0.2, max: 1, noNaN: true }),
        (tip, hardness, radius, corners, strength) => {
          const profile = new BrushProfile(hardness, tip);
          const dabs = corners.map(([x, y]) => dab(x, y, radius, strength));
          const [first] = dabs;
          const pieces = first ? [{ from: first, to: first }, ...chain(dabs)] : [];
          const cover = painted((grid) => {
            paintPieces(grid, profile, pieces, null, true);
          }, 300);
          let worst = 0;
          for (let y = 0; y < 300; y += 2) {
            for (let x = 0; x < 300; x += 2) {
              const near = Math.min(...pieces.map((piece) => distance(tip, x, y, piece)));
              const wanted = 255 * strength * profile.at(near, radius);
              worst = Math.max(worst, Math.abs((cover[y * 300 + x] ?? 0) - wanted));
            }
          }
          expect(worst).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives the same result at once or in parts, final and still open', () => {
    fc.assert(
      fc.property(
        anyTip,
        anyHardness,
        fc.array(fc.tuple(fc.nat(300), fc.nat(300), fc.constantFrom(20, 20, 20, 33)), {
          minLength: 2,
          maxLength: 6,
        }),
        fc.nat(5),
        (tip, hardness, corners, cut) => {
          const profile = new BrushProfile(hardness, tip);
          const pieces = chain(corners.map(([x, y, radius]) => dab(x, y, radius)));
          const whole = painted((grid) => {
            paintPieces(grid, profile, pieces, null, true);
          }, 300);
          const parts = painted((grid) => {
            let joint: Joint = null;
            joint = paintPieces(grid, profile, pieces.slice(0, cut), joint, false);
            joint = paintPieces(grid, profile, [], joint, false);
            paintPieces(grid, profile, pieces.slice(cut), joint, true);
            if (cut >= pieces.length) {
              paintPieces(grid, profile, pieces, null, true);
            }
          }, 300);
          expect(Buffer.compare(parts, whole)).toBe(0);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('covers at least every dab along a line that widens or thins', () => {
    fc.assert(
      fc.property(
        anyTip,
        anyHardness,
        fc.array(
          fc.tuple(
            fc.integer({ min: 60, max: 240 }),
            fc.integer({ min: 60, max: 240 }),
            fc.integer({ min: 2, max: 50 }),
          ),
          {
            minLength: 2,
            maxLength: 5,
          },
        ),
        (tip, hardness, corners) => {
          const profile = new BrushProfile(hardness, tip);
          const dabs = corners.map(([x, y, radius]) => dab(x, y, radius));
          const cover = painted((grid) => {
            paintPieces(grid, profile, chain(dabs), null, true);
          }, 300);
          const alone = painted((grid) => {
            for (const one of dabs) {
              paintDab(grid, profile, one);
            }
          }, 300);
          expect(alone.every((value, i) => value <= (cover[i] ?? 0))).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('costs little more area than it covers', () => {
    const grid = new CoverageGrid(SIZE, SIZE);
    const dabs = Array.from({ length: 40 }, (_, i) => dab(100 + i * 10, 300 + Math.sin(i / 6) * 60, 40));
    paintPieces(grid, new BrushProfile(1), chain(dabs), null, false);
    const open = area(values(grid));
    paintPieces(grid, new BrushProfile(1), chain(dabs.slice(-2)), null, true);
    // Only the last round end was missing.
    expect(area(values(grid)) - open).toBeLessThan(Math.PI * 1600 * 0.52);
    expect(area(values(grid)) - open).toBeGreaterThan(Math.PI * 1600 * 0.48);
  });

  it('leaves out the end of a square that others will follow, too', () => {
    const grid = new CoverageGrid(SIZE, SIZE);
    const square = new BrushProfile(1, 'square');
    const pieces = chain([dab(100, 300, 40), dab(300, 300, 40), dab(400, 260, 40)]);
    paintPieces(grid, square, pieces, null, false);
    const open = area(values(grid));
    paintPieces(grid, square, pieces, null, true);
    // Half of it, on the far side of its diagonal.
    expect((area(values(grid)) - open) / 6400).toBeCloseTo(0.5, 1);
  });

  it('never lowers what is there', () => {
    const grid = new CoverageGrid(SIZE, SIZE);
    paintDab(grid, new BrushProfile(1), dab(300, 300, 50));
    const before = values(grid);
    line(grid, new BrushProfile(0), dab(250, 300, 80, 0.3), dab(350, 320, 80, 0.9));
    expect(values(grid).every((value, i) => value >= (before[i] ?? 0))).toBe(true);
  });

  it('is empty again after a reset', () => {
    const grid = new CoverageGrid(SIZE, SIZE);
    paintDab(grid, new BrushProfile(0), dab(300, 300, 200));
    grid.reset();
    expect(values(grid).every((value) => value === 0)).toBe(true);
    paintDab(grid, new BrushProfile(0), dab(10, 10, 3));
    expect(area(values(grid))).toBeLessThan(30);
  });
});
