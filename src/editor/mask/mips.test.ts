import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaskGrid } from './mask-grid';
import { MipChain } from './mips';

/** The whole grid halved the slow way. */
function halveFlat(values: Uint8Array, width: number, height: number): Uint8Array {
  const w = Math.ceil(width / 2);
  const h = Math.ceil(height / 2);
  const out = new Uint8Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      let sum = 0;
      for (const [dx, dy] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const) {
        sum += values[Math.min(height - 1, y * 2 + dy) * width + Math.min(width - 1, x * 2 + dx)] ?? 0;
      }
      out[y * w + x] = (sum + 2) >> 2;
    }
  }
  return out;
}

function flat(mips: MipChain, level: number): Uint8Array {
  const { width, height, columns, length } = mips.geometry(level);
  const copy = new MaskGrid(width, height);
  for (let index = 0; index < length; index++) {
    copy.put(index, mips.tile(level, index));
  }
  expect(columns).toBe(copy.columns);
  return copy.readRect({ x0: 0, y0: 0, x1: width, y1: height });
}

function chainOf(grid: MaskGrid): MipChain {
  return new MipChain({
    width: grid.width,
    height: grid.height,
    viewTile: (index) => grid.tile(index),
    fullTile: (index) => grid.fullTile(index),
  });
}

describe('MipChain', () => {
  it('ends with one tile', () => {
    expect(chainOf(new MaskGrid(8192, 8192)).top).toBe(5);
    expect(chainOf(new MaskGrid(256, 256)).top).toBe(0);
    expect(chainOf(new MaskGrid(257, 1)).top).toBe(1);
    const chain = chainOf(new MaskGrid(4097, 900));
    expect(chain.geometry(chain.top).length).toBe(1);
  });

  it('equals halving the whole mask after any sequence of changes, seen or not', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 500, max: 1300 }),
        fc.integer({ min: 257, max: 700 }),
        fc.array(
          fc.record({
            x: fc.nat(1200),
            y: fc.nat(650),
            w: fc.integer({ min: 1, max: 700 }),
            h: fc.integer({ min: 1, max: 500 }),
            value: fc.constantFrom(0, 90, 255),
            look: fc.boolean(),
          }),
          { minLength: 1, maxLength: 5 },
        ),
        (width, height, writes) => {
          const grid = new MaskGrid(width, height);
          const mips = chainOf(grid);
          for (const { x, y, w, h, value, look } of writes) {
            const rect = { x0: x, y0: y, x1: x + w, y1: y + h };
            grid.writeRect(rect, new Uint8Array(w * h).fill(value));
            mips.invalidate(rect);
            if (look) {
              mips.tile(mips.top, 0);
            }
          }
          let wanted = grid.readRect({ x0: 0, y0: 0, x1: width, y1: height });
          let [w, h] = [width, height];
          for (let level = 1; level <= mips.top; level++) {
            wanted = halveFlat(wanted, w, h);
            [w, h] = [Math.ceil(w / 2), Math.ceil(h / 2)];
            expect(Buffer.compare(flat(mips, level), wanted)).toBe(0);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('holds nothing for empty and full masks', () => {
    const grid = new MaskGrid(1000, 1000);
    const mips = chainOf(grid);
    const whole = { x0: 0, y0: 0, x1: 1000, y1: 1000 };
    grid.writeRect(whole, new Uint8Array(1_000_000).fill(255));
    mips.invalidate(whole);
    expect(mips.settle(() => true)).toBe(true);
    expect(mips.isFull(mips.top, 0)).toBe(true);
    expect(mips.bytes()).toBe(0);
    grid.writeRect(whole, new Uint8Array(1_000_000));
    mips.invalidate(whole);
    mips.settle(() => true);
    expect(mips.tile(mips.top, 0)).toBeNull();
  });

  it('stops settling when told, and continues later', () => {
    const grid = new MaskGrid(2048, 2048);
    const mips = chainOf(grid);
    const whole = { x0: 0, y0: 0, x1: 2048, y1: 2048 };
    grid.writeRect({ x0: 3, y0: 3, x1: 2000, y1: 2000 }, new Uint8Array(1997 * 1997).fill(200));
    mips.invalidate(whole);
    let turns = 3;
    expect(mips.settle(() => turns-- > 0)).toBe(false);
    expect(mips.settle(() => true)).toBe(true);
    expect(mips.settle(() => false)).toBe(true);
  });
});
