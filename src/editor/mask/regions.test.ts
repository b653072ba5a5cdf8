import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rasterShape } from './coverage';
import { MaskGrid, type TileChange } from './mask-grid';
import { fillHoles, removeSpecks } from './regions';

const WIDTH = 530;
const HEIGHT = 300;

function apply(grid: MaskGrid, changes: readonly TileChange[]): Uint8Array {
  const result = new MaskGrid(grid.width, grid.height);
  grid.snapshot().forEach((tile, index) => result.put(index, tile));
  for (const { index, tile } of changes) {
    expect(tile).toBe(grid.normal(index, tile));
    result.put(index, tile);
  }
  return result.readRect({ x0: 0, y0: 0, x1: grid.width, y1: grid.height });
}

/** Every region by a flood from each pixel. */
function regions(values: Uint8Array, belongs: (value: number) => boolean, corners: boolean): number[][] {
  const seen = new Uint8Array(values.length);
  const found: number[][] = [];
  for (let start = 0; start < values.length; start++) {
    if (seen[start] || !belongs(values[start] ?? 0)) {
      continue;
    }
    const region = [start];
    seen[start] = 1;
    for (const at of region) {
      const x = at % WIDTH;
      const y = Math.floor(at / WIDTH);
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const next = at + dy * WIDTH + dx;
          const inside = x + dx >= 0 && x + dx < WIDTH && y + dy >= 0 && y + dy < HEIGHT;
          if (inside && (corners || dx === 0 || dy === 0) && !seen[next] && belongs(values[next] ?? 0)) {
            seen[next] = 1;
            region.push(next);
          }
        }
      }
    }
    found.push(region);
  }
  return found;
}

const picture = fc.record({
  seed: fc.nat(1e9),
  scale: fc.constantFrom(2, 5, 20),
  share: fc.double({ min: 0.2, max: 0.8, noNaN: true }),
});

function draw({ seed, scale, share }: { seed: number; scale: number; share: number }): MaskGrid {
  const grid = new MaskGrid(WIDTH, HEIGHT);
  const values = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const x = Math.floor((i % WIDTH) / scale);
    const y = Math.floor(i / WIDTH / scale);
    const hash = Math.imul(Math.imul(x + 1, 0x9e3779b1) ^ Math.imul(y + seed, 0x85ebca77), 0xc2b2ae3d) >>> 0;
    return (hash / 2 ** 32 < share ? 255 : 0) ^ (hash % 11 === 0 ? 100 : 0);
  });
  grid.writeRect({ x0: 0, y0: 0, x1: WIDTH, y1: HEIGHT }, values);
  return grid;
}

describe('regions', () => {
  it('are those a flood finds: holes', () => {
    fc.assert(
      fc.property(picture, fc.constantFrom(5, 60, 2000, Infinity), (options, maxArea) => {
        const grid = draw(options);
        const values = apply(grid, []);
        const wanted = values.slice();
        for (const region of regions(values, (value) => value < 255, false)) {
          const outside = region.some(
            (at) => at % WIDTH === 0 || at % WIDTH === WIDTH - 1 || at < WIDTH || at >= WIDTH * (HEIGHT - 1),
          );
          if (!outside && region.length <= maxArea) {
            region.forEach((at) => (wanted[at] = 255));
          }
        }
        expect(Buffer.compare(apply(grid, fillHoles(grid, maxArea)), wanted)).toBe(0);
      }),
      { numRuns: 15 },
    );
  });

  it('are those a flood finds: specks', () => {
    fc.assert(
      fc.property(picture, fc.constantFrom(1, 30, 900), (options, maxArea) => {
        const grid = draw(options);
        const values = apply(grid, []);
        const wanted = values.slice();
        for (const region of regions(values, (value) => value > 0, true)) {
          if (region.length <= maxArea) {
            region.forEach((at) => (wanted[at] = 0));
          }
        }
        expect(Buffer.compare(apply(grid, removeSpecks(grid, maxArea)), wanted)).toBe(0);
      }),
      { numRuns: 15 },
    );
  });

  it('leaves out tiles it does not change, and does not read flat ones', () => {
    const size = { width: 8192, height: 8192 };
    expect(fillHoles(new MaskGrid(8192, 8192))).toEqual([]);
    const disc = rasterShape({ kind: 'ellipse', x0: 1000, y0: 1000, x1: 7000, y1: 7000 }, size);
    expect(fillHoles(disc)).toEqual([]);
    expect(removeSpecks(disc, 1000)).toEqual([]);
    const index = 12 * 32 + 12;
    disc.put(index, null);
    expect(fillHoles(disc, 65_535)).toEqual([]);
    expect(fillHoles(disc, 65_536)).toEqual([{ index, tile: disc.fullTile(index) }]);
  });
});
