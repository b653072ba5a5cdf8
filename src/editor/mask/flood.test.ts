import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rasterShape } from './coverage';
import { fillRegion, flood } from './flood';
import { MaskGrid, TILE, TILE_BYTES } from './mask-grid';

/** Pixels connected to the seed, one by one. */
function naive(open: Uint8Array, width: number, height: number, x: number, y: number): Uint8Array {
  const out = new Uint8Array(width * height);
  const todo = open[y * width + x] ? [y * width + x] : [];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    if (out[at] || !open[at]) {
      continue;
    }
    out[at] = 255;
    const px = at % width;
    if (px > 0) {
      todo.push(at - 1);
    }
    if (px < width - 1) {
      todo.push(at + 1);
    }
    if (at >= width) {
      todo.push(at - width);
    }
    if (at + width < width * height) {
      todo.push(at + width);
    }
  }
  return out;
}

function whole(grid: MaskGrid): Uint8Array {
  return grid.readRect({ x0: 0, y0: 0, x1: grid.width, y1: grid.height });
}

function openTile(
  open: Uint8Array,
  width: number,
  height: number,
  index: number,
): 'open' | 'closed' | Uint8Array {
  const columns = Math.ceil(width / TILE);
  const left = (index % columns) * TILE;
  const top = Math.floor(index / columns) * TILE;
  const out = new Uint8Array(TILE_BYTES);
  let count = 0;
  const across = Math.min(TILE, width - left);
  const down = Math.min(TILE, height - top);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const value = open[(top + y) * width + left + x] ?? 0;
      out[y * TILE + x] = value;
      count += value;
    }
  }
  return count === 0 ? 'closed' : count === across * down ? 'open' : out;
}

describe('flood', () => {
  it('reaches what a naive flood reaches', () => {
    const walls = fc.array(
      fc.record({
        x: fc.nat(700),
        y: fc.nat(600),
        w: fc.integer({ min: 1, max: 500 }),
        h: fc.integer({ min: 1, max: 400 }),
        hole: fc.nat(900),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(walls, fc.nat(699), fc.nat(599), fc.boolean(), (rects, x, y, dots) => {
        const [width, height] = [700, 600];
        const open = new Uint8Array(width * height).fill(1);
        for (const { x: left, y: top, w, h, hole } of rects) {
          // Outlines with a gap: regions inside regions.
          for (let i = 0; i < 2 * (w + h); i++) {
            const [px, py] =
              i < w
                ? [left + i, top]
                : i < 2 * w
                  ? [left + i - w, top + h]
                  : i < 2 * w + h
                    ? [left, top + i - 2 * w]
                    : [left + w, top + i - 2 * w - h];
            if (px < width && py < height && i !== hole) {
              open[py * width + px] = 0;
            }
          }
        }
        if (dots) {
          for (let i = 0; i < open.length; i += 3) {
            open[i] = (open[i] ?? 0) & (Math.imul(i, 0x9e3779b1) >>> 31);
          }
        }
        const grid = flood(width, height, x, y, (index) => openTile(open, width, height, index));
        expect(Buffer.compare(whole(grid), naive(open, width, height, x, y))).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('follows a spiral through many tiles', () => {
    const [width, height] = [520, 520];
    const open = new Uint8Array(width * height);
    let [x, y, dx, dy] = [0, 0, 1, 0];
    for (let run = 519, turn = 0; run > 2; turn++) {
      for (let i = 0; i < run; i++) {
        open[y * width + x] = 1;
        x += dx;
        y += dy;
      }
      [dx, dy] = [-dy, dx];
      run -= turn > 0 && turn % 2 === 0 ? 2 : 0;
    }
    const grid = flood(width, height, 0, 0, (index) => openTile(open, width, height, index));
    expect(Buffer.compare(whole(grid), naive(open, width, height, 0, 0))).toBe(0);
    expect(grid.coverage()).toBeGreaterThan(0.2);
  });

  it('asks only for tiles it reaches, once each', () => {
    const asked: number[] = [];
    const grid = flood(256 * 5, 256 * 5, 700, 700, (index) => {
      asked.push(index);
      return [12, 13, 17].includes(index) ? 'open' : 'closed';
    });
    expect(asked.sort((a, b) => a - b)).toEqual([7, 8, 11, 12, 13, 14, 16, 17, 18, 22]);
    expect(grid.coverage()).toBeCloseTo(3 / 25);
    expect(grid.bytes()).toBe(0);
  });

  it('finds nothing outside the picture', () => {
    for (const [x, y] of [
      [-1, 0],
      [0, 300],
      [NaN, 2],
    ] as const) {
      expect(flood(300, 300, x, y, () => 'open').empty).toBe(true);
    }
  });
});

describe('fillRegion', () => {
  function ring(soft: number): MaskGrid {
    const grid = new MaskGrid(700, 700);
    const values = new Uint8Array(700 * 700);
    for (let y = 0; y < 700; y++) {
      for (let x = 0; x < 700; x++) {
        const away = Math.abs(Math.hypot(x - 350, y - 350) - 250);
        values[y * 700 + x] = Math.max(0, Math.min(255, Math.round(255 * (1 - (away - 5) / soft))));
      }
    }
    grid.writeRect({ x0: 0, y0: 0, x1: 700, y1: 700 }, values);
    return grid;
  }

  it.each([1, 12])('fills a closed outline up to its ridge and no further, edges %i px soft', (soft) => {
    const grid = ring(soft);
    const region = fillRegion(grid, 350, 350);
    for (let y = 0; y < 700; y += 1) {
      for (let x = 0; x < 700; x += 3) {
        const radius = Math.hypot(x - 350, y - 350);
        const value = region.valueAt(x, y);
        if (radius < 244 ? Math.max(value, grid.valueAt(x, y)) !== 255 : radius > 250 && value !== 0) {
          expect.fail(`${x},${y}: ${value} at ${radius}`);
        }
      }
    }
  });

  it('fills outside, or nothing where it is painted', () => {
    const grid = ring(1);
    expect(fillRegion(grid, 3, 3).valueAt(350, 350)).toBe(0);
    expect(fillRegion(grid, 3, 3).valueAt(699, 699)).toBe(255);
    expect(fillRegion(grid, 350, 100).empty).toBe(true);
    expect(fillRegion(new MaskGrid(700, 700), 5, 5).coverage()).toBe(1);
  });

  it('takes a painted blob with its soft fringe', () => {
    const grid = ring(12);
    const blob = fillRegion(grid, 350, 100, 'painted');
    const expected = whole(grid).map((value) => (value > 0 ? 255 : 0));
    expect(Buffer.compare(whole(blob), expected)).toBe(0);
    expect(fillRegion(grid, 350, 350, 'painted').empty).toBe(true);
  });

  it('costs nothing for an entirely empty picture of any size', () => {
    const region = fillRegion(new MaskGrid(8192, 8192), 4000, 4000);
    expect(region.coverage()).toBe(1);
    expect(region.bytes()).toBe(0);
    const disc = rasterShape(
      { kind: 'ellipse', x0: 100, y0: 100, x1: 8000, y1: 8000 },
      { width: 8192, height: 8192 },
    );
    expect(fillRegion(disc, 2, 2).valueAt(4000, 4000)).toBe(0);
  });
});
