import { describe, expect, it } from 'vitest';
import { type CombineMode, combineTiles, combineValue } from './combine';
import { MaskGrid, TILE_BYTES, type Tile } from './mask-grid';

const MODES: CombineMode[] = ['add', 'subtract', 'intersect', 'replace'];

/** Tiles: empty, full and mixed in all pairings, with cut-off tiles at the right and at the bottom. */
function pair(): { mask: MaskGrid; selection: MaskGrid } {
  const mask = new MaskGrid(900, 700);
  const selection = new MaskGrid(900, 700);
  const values = Uint8Array.from({ length: 256 * 700 }, (_, i) => (i * 7 + (i >> 8) * 3) & 255);
  mask.writeRect({ x0: 0, y0: 0, x1: 256, y1: 700 }, new Uint8Array(256 * 700).fill(255));
  mask.writeRect({ x0: 256, y0: 0, x1: 512, y1: 700 }, values);
  mask.writeRect({ x0: 768, y0: 0, x1: 900, y1: 700 }, new Uint8Array(132 * 700).fill(255));
  selection.writeRect({ x0: 0, y0: 0, x1: 900, y1: 256 }, new Uint8Array(900 * 256).fill(255));
  selection.writeRect(
    { x0: 0, y0: 256, x1: 900, y1: 512 },
    Uint8Array.from({ length: 900 * 256 }, (_, i) => (i * 11) & 255),
  );
  return { mask, selection };
}

function whole(grid: MaskGrid): Uint8Array {
  return grid.readRect({ x0: 0, y0: 0, x1: grid.width, y1: grid.height });
}

describe('combineValue', () => {
  it('follows the law of real numbers to about a level', () => {
    for (const opacity of [0, 0.3, 1]) {
      for (let m = 0; m < 256; m += 5) {
        for (let s = 0; s < 256; s += 5) {
          const amount = (s / 255) * opacity;
          const wanted: Record<CombineMode, number> = {
            add: m + (255 - m) * amount,
            subtract: m * (1 - amount),
            intersect: m * (1 - opacity * (1 - s / 255)),
            replace: 255 * amount,
          };
          for (const mode of MODES) {
            expect(Math.abs(combineValue(mode, m, s, opacity) - wanted[mode])).toBeLessThan(1.01);
          }
        }
      }
    }
  });
});

describe('combineTiles', () => {
  it.each(MODES.flatMap((mode) => [1, 0.4, 0].map((opacity) => ({ mode, opacity }))))(
    'follows the law at every pixel: $mode at $opacity',
    ({ mode, opacity }) => {
      const { mask, selection } = pair();
      const before = whole(mask);
      const chosen = whole(selection);
      const old = mask.snapshot();
      const changes = combineTiles(mask, selection, mode, opacity);
      expect(Buffer.compare(whole(mask), before)).toBe(0);
      for (const { index, tile } of changes) {
        expect(tile).toBe(mask.normal(index, tile));
        expect(tile).not.toBe(old[index]);
        mask.put(index, tile);
      }
      const wrong = whole(mask).findIndex(
        (value, i) => value !== combineValue(mode, before[i] ?? 0, chosen[i] ?? 0, opacity),
      );
      expect(wrong).toBe(-1);
      expect(changes.length > 0).toBe(opacity > 0 || mode === 'replace');
      // Nothing may be painted outside the picture.
      const edge = mask.tile(3) as Tile;
      expect(edge === null || edge.data[200] === 0).toBe(true);
    },
  );

  it('returns only tiles that change', () => {
    const { mask, selection } = pair();
    expect(combineTiles(mask, new MaskGrid(900, 700), 'add')).toEqual([]);
    expect(combineTiles(mask, new MaskGrid(900, 700), 'subtract')).toEqual([]);
    expect(combineTiles(mask, mask, 'replace')).toEqual([]);
    const clear = combineTiles(mask, new MaskGrid(900, 700), 'intersect');
    expect(clear.map(({ index }) => index)).toEqual([0, 1, 3, 4, 5, 7, 8, 9, 11]);
    expect(clear.every(({ tile }) => tile === null)).toBe(true);
    expect(combineTiles(mask, selection, 'add').map(({ index }) => index)).toEqual([1, 2, 5, 6]);
  });

  it('never lets two grids write the same tile', () => {
    const mask = new MaskGrid(300, 300);
    const selection = new MaskGrid(300, 300);
    selection.writeRect({ x0: 3, y0: 3, x1: 9, y1: 9 }, new Uint8Array(36).fill(200));
    for (const { index, tile } of combineTiles(mask, selection, 'add')) {
      mask.put(index, tile);
    }
    mask.writeRect({ x0: 0, y0: 0, x1: 1, y1: 1 }, Uint8Array.of(1));
    expect(selection.valueAt(0, 0)).toBe(0);
    expect(mask.valueAt(5, 5)).toBe(200);
    expect(TILE_BYTES).toBe(65_536);
  });

  it('refuses a selection of another size', () => {
    expect(() => combineTiles(new MaskGrid(5, 5), new MaskGrid(5, 6), 'add')).toThrow(RangeError);
  });
});
