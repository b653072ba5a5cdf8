import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TileSides, tileOutline } from './contour';

const TILE = 256;
const ALONE: TileSides = { above: null, left: null, lastColumn: false, lastRow: false };

/** Unit edges between pixels on either side of 128, found one by one. */
function bruteEdges(tile: Uint8Array | null, sides: TileSides): Set<string> {
  const at = (x: number, y: number): boolean => {
    const from = x < 0 ? sides.left : y < 0 ? sides.above : x < TILE && y < TILE ? tile : null;
    return (from?.[((y + TILE) % TILE) * TILE + ((x + TILE) % TILE)] ?? 0) >= 128;
  };
  const edges = new Set<string>();
  for (let y = 0; y <= TILE; y++) {
    for (let x = 0; x <= TILE; x++) {
      if (x < TILE && (y < TILE || sides.lastRow) && at(x, y) !== at(x, y - 1)) {
        edges.add(`h ${x} ${y}`);
      }
      if (y < TILE && (x < TILE || sides.lastColumn) && at(x, y) !== at(x - 1, y)) {
        edges.add(`v ${x} ${y}`);
      }
    }
  }
  return edges;
}

/** The same from straight pieces; throws when a unit is covered twice. */
function unitEdges(pieces: number[]): Set<string> {
  const edges = new Set<string>();
  const add = (edge: string): void => {
    expect(edges.has(edge)).toBe(false);
    edges.add(edge);
  };
  for (let i = 0; i < pieces.length; i += 4) {
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = pieces.slice(i, i + 4);
    expect(x0 === x1 || y0 === y1).toBe(true);
    for (let x = x0; x < x1; x++) {
      add(`h ${x} ${y0}`);
    }
    for (let y = y0; y < y1; y++) {
      add(`v ${x0} ${y}`);
    }
  }
  return edges;
}

const noise = fc.array(
  fc.record({
    x: fc.nat(TILE - 1),
    y: fc.nat(TILE - 1),
    width: fc.integer({ min: 1, max: 60 }),
    height: fc.integer({ min: 1, max: 60 }),
    value: fc.constantFrom(0, 127, 128, 255),
  }),
  { maxLength: 12 },
);
const tiles = fc.option(
  noise.map((boxes) => {
    const tile = new Uint8Array(TILE * TILE);
    for (const { x, y, width, height, value } of boxes) {
      for (let row = y; row < Math.min(TILE, y + height); row++) {
        tile.fill(value, row * TILE + x, row * TILE + Math.min(TILE, x + width));
      }
    }
    return tile;
  }),
);

describe('the outline of a tile', () => {
  it('is every edge between masked by half and not, once', () => {
    fc.assert(
      fc.property(
        tiles,
        tiles,
        tiles,
        fc.boolean(),
        fc.boolean(),
        (tile, above, left, lastColumn, lastRow) => {
          const sides = { above, left, lastColumn, lastRow };
          const pieces: number[] = [];
          expect(tileOutline(tile, sides, pieces, Infinity)).toBe(true);
          expect(unitEdges(pieces)).toEqual(bruteEdges(tile, sides));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('joins straight pieces', () => {
    const tile = new Uint8Array(TILE * TILE).fill(255);
    const pieces: number[] = [];
    tileOutline(tile, { ...ALONE, lastColumn: true, lastRow: true }, pieces, 100);
    expect(pieces).toHaveLength(16);
    expect(unitEdges(pieces).size).toBe(4 * TILE);
    expect(tileOutline(null, ALONE, pieces, 0)).toBe(true);
  });

  it('gives up at the limit', () => {
    const dust = Uint8Array.from({ length: TILE * TILE }, (_, i) => (i & 1 && (i >> 8) & 1 ? 255 : 0));
    const pieces: number[] = [];
    expect(tileOutline(dust, ALONE, pieces, 5000)).toBe(false);
    expect(pieces.length).toBeLessThan(5000 + 4 * 4 * TILE);
  });
});
