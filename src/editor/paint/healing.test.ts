import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaskGrid } from '../mask/mask-grid';
import { PixelSource } from '../mask/pixel-source';
import { copyWork } from './copy-work';
import { Healing } from './healing';
import { FREE, HELD, newMembrane, OUTSIDE, solve } from './membrane';
import type { PaintData, PaintTile } from './planes';
import { SeenPixels } from './seen-pixels';

const NOTHING: PaintTile = [null, null, null, null];

type ColorAt = (x: number, y: number) => [number, number, number];

function pictureOf(width: number, height: number, colorAt: ColorAt): SeenPixels {
  const source = new PixelSource(width, height);
  for (let y = 0; y < height; y++) {
    const row = new Uint8Array(width * 4);
    for (let x = 0; x < width; x++) {
      row.set([...colorAt(x, y), 255], x * 4);
    }
    source.setRows(y, row);
  }
  return new SeenPixels(source);
}

/** A disc, fully covered, in a grid of this size. */
function disc(width: number, height: number, cx: number, cy: number, radius: number): MaskGrid {
  const grid = new MaskGrid(width, height);
  const box = { x0: cx - radius, y0: cy - radius, x1: cx + radius + 1, y1: cy + radius + 1 };
  const side = radius * 2 + 1;
  const values = Uint8Array.from({ length: side * side }, (_, i) =>
    Math.hypot((i % side) - radius, Math.floor(i / side) - radius) <= radius ? 255 : 0,
  );
  grid.writeRect(box, values);
  return grid;
}

/** The colours a copy leaves at a place; null where it paints nothing. */
function copied(cover: MaskGrid, seen: SeenPixels, dx: number, dy: number, heal: boolean) {
  const work = copyWork({ cover, seen, dx, dy }, heal);
  const tiles = new Map<number, PaintData | null>();
  return (x: number, y: number): number[] | null => {
    const index = (y >> 8) * cover.columns + (x >> 8);
    const tile = tiles.get(index) ?? work(index, NOTHING);
    tiles.set(index, tile);
    const at = ((y & 255) << 8) | (x & 255);
    return tile?.[3][at] ? [tile[0][at] ?? 0, tile[1][at] ?? 0, tile[2][at] ?? 0] : null;
  };
}

/** Grain that says where it comes from. */
const grain = (x: number, y: number): number => ((x * 7 + y * 13) % 11) - 5;

describe('a membrane', () => {
  it('is where each free cell is the mean of its neighbours, whatever its edge holds', () => {
    const side = fc.integer({ min: 6, max: 26 });
    fc.assert(
      fc.property(
        side,
        side,
        fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 104, maxLength: 104 }),
        fc.array(fc.nat(675), { maxLength: 30 }),
        (width, height, edge, outside) => {
          const membrane = newMembrane(width, height);
          for (let y = 1; y < height - 1; y++) {
            for (let x = 1; x < width - 1; x++) {
              const at = y * width + x;
              const held = x === 1 || y === 1 || x === width - 2 || y === height - 2;
              membrane.kinds[at] = outside.includes(at) ? OUTSIDE : held ? HELD : FREE;
              membrane.values[0][at] = held ? (edge[x + y * 2] ?? 0) : 0;
            }
          }
          solve(membrane);
          const exact = exactly(membrane.kinds, membrane.values[0], width);
          const off = exact.map((value, at) =>
            membrane.kinds[at] === FREE ? Math.abs(value - (membrane.values[0][at] ?? 0)) : 0,
          );
          expect(Math.max(...off)).toBeLessThan(2);
        },
      ),
      { numRuns: 60, seed: 14 },
    );
  });
});

/** The same the long way. */
function exactly(kinds: Uint8Array, start: Float32Array, width: number): number[] {
  const values = [...start];
  const free = values.flatMap((_, at) => {
    const near = [at - 1, at + 1, at - width, at + width].filter((to) => kinds[to]);
    return kinds[at] === FREE && near.length > 0 ? [{ at, near }] : [];
  });
  for (let round = 0; round < 3000; round++) {
    for (const { at, near } of free) {
      values[at] = near.reduce((sum, to) => sum + (values[to] ?? 0), 0) / near.length;
    }
  }
  return values;
}

describe('cloning', () => {
  it('copies what is seen there, pixel for pixel, and nothing from beyond the picture', () => {
    const seen = pictureOf(700, 300, (x, y) => [x & 255, y & 255, (x + y) & 255]);
    const at = copied(disc(700, 300, 520, 150, 90), seen, 260, -20, false);
    expect(at(520, 150)).toEqual([260 & 255, 170, (260 + 170) & 255]);
    expect(at(512, 100)).toEqual([252, 120, (252 + 120) & 255]);
    expect(at(420, 150)).toBeNull();
    const edge = copied(disc(700, 300, 60, 60, 50), seen, 40, 30, false);
    expect(edge(40, 60)).toEqual([0, 30, 30]);
    expect([edge(39, 60), edge(60, 29)]).toEqual([null, null]);
  });
});

describe('healing', () => {
  it('keeps the texture and takes the tone of the place, whatever tone the source has', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: -60, max: 60 }), fc.integer({ min: -60, max: 60 })),
        fc.integer({ min: 12, max: 60 }),
        fc.tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 })),
        ([red, blue], radius, [across, down]) => {
          // Left of 300 is the source; the place is lighter or darker, and goes on getting so.
          const tone: ColorAt = (x, y) => {
            const more = x < 300 ? 0 : 1;
            const slope = more * ((x - 450) * across + (y - 150) * down) * 0.1;
            const texture = grain(x < 300 ? x : x - 260, x < 300 ? y : y + 20);
            return [120 + texture + more * red + slope, 120 + texture, 120 + texture + more * blue].map(
              (value) => Math.round(value),
            ) as [number, number, number];
          };
          const blemished: ColorAt = (x, y) =>
            Math.hypot(x - 450, y - 150) < radius - 3 ? [0, 255, 0] : tone(x, y);
          const seen = pictureOf(620, 300, blemished);
          const at = copied(disc(620, 300, 450, 150, radius), seen, 260, -20, true);
          for (const [x, y] of [
            [450, 150],
            [450 + radius - 1, 150],
            [450, 150 - radius + 1],
            [446, 153],
          ] as const) {
            const wanted = tone(x, y);
            const off = (at(x, y) ?? [999, 999, 999]).map((value, i) => Math.abs(value - (wanted[i] ?? 0)));
            expect(Math.max(...off)).toBeLessThanOrEqual(3);
          }
        },
      ),
      { numRuns: 25, seed: 7 },
    );
  });

  it('meets what surrounds it, where a clone shows an edge', () => {
    const seen = pictureOf(620, 300, (x, y) =>
      x < 300 ? [90, 90, 90] : [150 + grain(x, y), 170 + Math.round(20 * Math.sin(y / 30)), 200],
    );
    const cover = disc(620, 300, 450, 150, 70);
    const jumps = (heal: boolean): number => {
      const at = copied(cover, seen, 260, 0, heal);
      let most = 0;
      for (let y = 90; y < 210; y++) {
        const x = 450 + Math.floor(Math.sqrt(70 * 70 - (y - 150) ** 2));
        const inside = at(x, y)?.[1] ?? 0;
        const outside = seen.read({ x0: x + 1, y0: y, x1: x + 2, y1: y + 1 })[1] ?? 0;
        most = Math.max(most, Math.abs(inside - outside));
      }
      return most;
    };
    expect(jumps(false)).toBeGreaterThan(50);
    expect(jumps(true)).toBeLessThan(4);
  });

  it('shows no seams between tiles, nor between the coarse and the exact part of a wide stroke', () => {
    const width = 2000;
    const seen = pictureOf(width, 900, (x, y) =>
      y > 590 ? [100, 100, 100] : [Math.round(60 + x / 20), Math.round(90 + y / 10), 120 + 8 * grain(x, y)],
    );
    // Wider than the finest cells reach.
    const cover = new MaskGrid(width, 900);
    cover.writeRect({ x0: 100, y0: 100, x1: 1900, y1: 380 }, new Uint8Array(1800 * 280).fill(255));
    const healing = new Healing({ cover, seen, dx: 0, dy: -500 });
    const one = healing.correction({ x0: 768, y0: 0, x1: 1024, y1: 256 });
    const two = healing.correction({ x0: 1024, y0: 0, x1: 1280, y1: 256 });
    const three = healing.correction({ x0: 768, y0: 256, x1: 1024, y1: 512 });
    let most = 0;
    // The same pixels, where two tiles meet and in the middle of one: the grain at the edge counts for both.
    const across = healing.correction({ x0: 896, y0: 0, x1: 1152, y1: 256 });
    let grainy = 0;
    for (let y = 100; y < 256; y++) {
      most = Math.max(most, Math.abs((one[(y * 256 + 255) * 3] ?? 0) - (two[y * 256 * 3] ?? 0)));
      for (let x = -4; x < 4; x++) {
        const tiled = x < 0 ? one[(y * 256 + 256 + x) * 3 + 2] : two[(y * 256 + x) * 3 + 2];
        grainy = Math.max(grainy, Math.abs((tiled ?? 0) - (across[(y * 256 + 128 + x) * 3 + 2] ?? 0)));
      }
    }
    expect(grainy).toBeLessThan(1);
    for (let x = 0; x < 256; x++) {
      most = Math.max(most, Math.abs((one[(255 * 256 + x) * 3 + 1] ?? 0) - (three[x * 3 + 1] ?? 0)));
    }
    expect(most).toBeLessThan(1.5);
    // Linear tones are as smooth as can be: they go on as they are.
    expect(Math.abs((one[(200 * 256 + 128) * 3] ?? 0) - (Math.round(60 + 896 / 20) - 100))).toBeLessThan(5);
    expect(Math.abs((one[(200 * 256 + 128) * 3 + 1] ?? 0) - (110 - 100))).toBeLessThan(5);
  });
});
