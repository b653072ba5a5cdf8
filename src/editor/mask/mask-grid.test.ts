import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FULL_TILE,
  MaskGrid,
  TILE,
  TILE_BYTES,
  invertTile,
  makeTile,
  sameTile,
  touchTile,
  uniformValue,
} from './mask-grid';

const rectIn = (width: number, height: number) =>
  fc
    .record({
      x: fc.integer({ min: 0, max: width - 1 }),
      y: fc.integer({ min: 0, max: height - 1 }),
      w: fc.integer({ min: 1, max: 300 }),
      h: fc.integer({ min: 1, max: 300 }),
    })
    .map(({ x, y, w, h }) => ({
      x0: x,
      y0: y,
      x1: Math.min(width, x + w),
      y1: Math.min(height, y + h),
    }));

describe('MaskGrid', () => {
  it('has edge tiles that reach as far as the picture', () => {
    const grid = new MaskGrid(600, 257);
    expect([grid.columns, grid.rows, grid.length]).toEqual([3, 2, 6]);
    expect([grid.insideWidth(2), grid.insideHeight(2)]).toEqual([88, 256]);
    expect([grid.insideWidth(5), grid.insideHeight(5)]).toEqual([88, 1]);
  });

  it.each([0, -1, 1.5, 65_537, Number.NaN])('refuses a side of %s px', (side) => {
    expect(() => new MaskGrid(side, 10)).toThrow(RangeError);
    expect(() => new MaskGrid(10, side)).toThrow(RangeError);
  });

  it('reads back what was written, like a flat picture', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(rectIn(530, 300), fc.constantFrom(0, 1, 128, 254, 255)), { maxLength: 6 }),
        rectIn(530, 300),
        (writes, probe) => {
          const grid = new MaskGrid(530, 300);
          const flat = new Uint8Array(530 * 300);
          for (const [rect, value] of writes) {
            grid.writeRect(rect, new Uint8Array((rect.x1 - rect.x0) * (rect.y1 - rect.y0)).fill(value));
            for (let y = rect.y0; y < rect.y1; y++) {
              flat.fill(value, y * 530 + rect.x0, y * 530 + rect.x1);
            }
          }
          const wanted: number[] = [];
          for (let y = probe.y0; y < probe.y1; y++) {
            wanted.push(...flat.subarray(y * 530 + probe.x0, y * 530 + probe.x1));
          }
          expect([...grid.readRect(probe)]).toEqual(wanted);
          expect(grid.valueAt(probe.x0, probe.y0)).toBe(wanted[0]);
          expect(grid.coverage()).toBeCloseTo(flat.reduce((sum, v) => sum + v, 0) / (255 * flat.length), 12);
          const total = flat.reduce((sum, v) => sum + v, 0);
          const share = grid.shareWithin(probe);
          expect(share === null).toBe(total === 0);
          expect((share ?? 0) * total).toBeCloseTo(
            wanted.reduce((sum, v) => sum + v, 0),
            6,
          );
          expect(grid.shareWithin({ x0: -9, y0: -9, x1: 9999, y1: 9999 })).toBe(total === 0 ? null : 1);
          expect(grid.shareWithin({ x0: 530, y0: 0, x1: 600, y1: 900 })).toBe(total === 0 ? null : 0);
          const painted = [...flat.keys()].filter((i) => flat[i] !== 0);
          const xs = painted.map((i) => i % 530);
          const ys = painted.map((i) => Math.floor(i / 530));
          expect(grid.bounds()).toEqual(
            painted.length === 0
              ? null
              : {
                  x0: xs.reduce((a, b) => Math.min(a, b)),
                  y0: ys.reduce((a, b) => Math.min(a, b)),
                  x1: xs.reduce((a, b) => Math.max(a, b)) + 1,
                  y1: ys.reduce((a, b) => Math.max(a, b)) + 1,
                },
          );
          // Normal form: no tile of its own holds only 0 or only 255.
          for (let index = 0; index < grid.length; index++) {
            const tile = grid.tile(index);
            if (tile && !grid.isFull(index)) {
              expect(uniformValue(tile.data, grid.insideWidth(index), grid.insideHeight(index))).toBe(-1);
            }
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('reads zeros outside the picture', () => {
    const grid = new MaskGrid(10, 10);
    grid.writeRect({ x0: 0, y0: 0, x1: 10, y1: 10 }, new Uint8Array(100).fill(255));
    expect([...grid.readRect({ x0: -1, y0: 9, x1: 2, y1: 11 })]).toEqual([0, 255, 255, 0, 0, 0]);
    expect(grid.valueAt(10, 0)).toBe(0);
    expect(grid.valueAt(0, -1)).toBe(0);
  });

  it('turns uniform tiles into the shared ones, edges included, and holds no bytes for them', () => {
    const grid = new MaskGrid(300, 300);
    grid.writeRect({ x0: 0, y0: 0, x1: 300, y1: 300 }, new Uint8Array(90_000).fill(255));
    expect(grid.tile(0)).toBe(FULL_TILE);
    for (let index = 0; index < 4; index++) {
      expect(grid.isFull(index)).toBe(true);
    }
    expect(grid.bytes()).toBe(0);
    const corner = grid.tile(3);
    expect(corner?.data[0]).toBe(255);
    expect(corner?.data[44]).toBe(0);
    grid.writeRect({ x0: 0, y0: 0, x1: 300, y1: 300 }, new Uint8Array(90_000));
    expect(grid.empty).toBe(true);
  });

  it('copies a tile before writing when somebody else holds it', () => {
    const grid = new MaskGrid(256, 256);
    const first = grid.editable(0);
    first.data[0] = 7;
    touchTile(first);
    expect(grid.editable(0)).toBe(first);
    const [kept] = grid.snapshot();
    const second = grid.editable(0);
    second.data[0] = 9;
    expect(second).not.toBe(first);
    expect(kept?.data[0]).toBe(7);
    expect(grid.valueAt(0, 0)).toBe(9);
    grid.put(0, FULL_TILE);
    grid.editable(0).data[5] = 0;
    expect(FULL_TILE.data[5]).toBe(255);
  });

  it('gives every content another rev', () => {
    const grid = new MaskGrid(256, 256);
    const tile = grid.editable(0);
    const before = tile.rev;
    touchTile(tile);
    expect(tile.rev).toBeGreaterThan(before);
    expect(makeTile().rev).toBeGreaterThan(tile.rev);
  });
});

describe('tiles', () => {
  it('compares by value, null being zeros', () => {
    const zeros = makeTile();
    const one = makeTile();
    one.data[TILE_BYTES - 1] = 1;
    expect(sameTile(zeros, null)).toBe(true);
    expect(sameTile(null, one)).toBe(false);
    expect(sameTile(one, zeros)).toBe(false);
    expect(sameTile(one, makeTile(one.data.slice()))).toBe(true);
  });

  it('recognises uniform contents whatever the inside size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: TILE }),
        fc.integer({ min: 1, max: TILE }),
        fc.constantFrom(0 as const, 255 as const),
        fc.nat(),
        (width, height, value, spot) => {
          const data = new Uint8Array(TILE_BYTES);
          for (let y = 0; y < height; y++) {
            data.fill(value, y * TILE, y * TILE + width);
          }
          expect(uniformValue(data, width, height)).toBe(value);
          if (width * height > 1) {
            const x = spot % width;
            const y = Math.floor(spot / width) % height;
            data[y * TILE + x] = 255 - value;
            expect(uniformValue(data, width, height)).toBe(-1);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('inverts the inside and leaves the outside 0; twice gives the same', () => {
    const tile = makeTile(Uint8Array.from({ length: TILE_BYTES }, (_, i) => (i % TILE < 77 ? i % 251 : 0)));
    tile.data.fill(0, 50 * TILE);
    const inverted = invertTile(tile, 77, 50);
    expect(inverted.data[3]).toBe(255 - 3);
    expect(inverted.data[77]).toBe(0);
    expect(inverted.data[50 * TILE]).toBe(0);
    expect(sameTile(invertTile(inverted, 77, 50), tile)).toBe(true);
    const wide = makeTile(Uint8Array.from({ length: TILE_BYTES }, (_, i) => i % 256));
    expect(invertTile(wide, TILE, TILE).data.every((v, i) => v === 255 - (i % 256))).toBe(true);
  });
});
