import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeTile } from '../mask/mask-grid';
import {
  boxOf,
  CORNERS,
  cornerAt,
  firstPlacement,
  gripAt,
  moved,
  type Placement,
  placesUnder,
  placeWork,
  pulled,
  scaled,
  turned,
  turnedBy,
  turnHandle,
} from './placement';

const VISIBLE = { x0: 100, y0: 0, x1: 900, y1: 600 };
const PLACE: Placement = { x: 100, y: 200, width: 300, height: 150, angle: 0 };
/** Length of the stem of the handle, image px. */
const STEM = 28;
const side = fc.integer({ min: 1, max: 4000 });

describe('where a picture comes to lie', () => {
  it('is the middle of what is seen, at its own size if that fits', () => {
    expect(firstPlacement({ width: 200, height: 100 }, VISIBLE)).toEqual({
      x: 400,
      y: 250,
      width: 200,
      height: 100,
      angle: 0,
    });
    expect(firstPlacement({ width: 4000, height: 2000 }, VISIBLE)).toEqual({
      x: 220,
      y: 160,
      width: 560,
      height: 280,
      angle: 0,
    });
    expect(firstPlacement({ width: 2, height: 9000 }, VISIBLE).width).toBe(1);
  });

  it('is whole pixels after every move', () => {
    expect(moved(PLACE, 10.4, -0.6)).toEqual({ ...PLACE, x: 110, y: 199 });
  });

  it('keeps its shape and the corner across when one is pulled', () => {
    fc.assert(
      fc.property(
        fc.record({
          x: side,
          y: side,
          width: side,
          height: side,
          angle: fc.constantFrom(0, 90, 180, 270, 33.3),
        }),
        fc.constantFrom(...CORNERS),
        fc.record({ x: side, y: side }),
        (place, corner, to) => {
          const across = CORNERS[3 - CORNERS.indexOf(corner)] ?? 'nw';
          const after = pulled(place, corner, to);
          const [before, now] = [cornerAt(place, across), cornerAt(after, across)];
          const off = place.angle === 0 ? 0 : 0.75;
          expect(Math.abs(now.x - before.x)).toBeLessThanOrEqual(off);
          expect(Math.abs(now.y - before.y)).toBeLessThanOrEqual(off);
          expect(after.width).toBeGreaterThan(0);
          expect(after.height).toBeGreaterThan(0);
          const [long, short] =
            place.width > place.height ? ['width', 'height'] : (['height', 'width'] as const);
          const wanted = (after[long as 'width'] * place[short as 'width']) / place[long as 'width'];
          expect(Math.abs(after[short as 'width'] - Math.max(1, wanted))).toBeLessThanOrEqual(1);
        },
      ),
    );
    expect(pulled(PLACE, 'se', { x: 700, y: 220 })).toEqual({
      x: 100,
      y: 200,
      width: 600,
      height: 300,
      angle: 0,
    });
    expect(pulled(PLACE, 'nw', { x: 250, y: 350 })).toEqual({
      x: 250,
      y: 275,
      width: 150,
      height: 75,
      angle: 0,
    });
  });

  it('is scaled about its middle, never to nothing', () => {
    expect(scaled(PLACE, 2)).toEqual({ x: -50, y: 125, width: 600, height: 300, angle: 0 });
    expect(scaled({ x: 0, y: 0, width: 1, height: 1, angle: 0 }, 0.1)).toEqual({
      x: 0,
      y: 0,
      width: 1,
      height: 1,
      angle: 0,
    });
  });
});

describe('a turned picture', () => {
  const anyPlace = fc.record({
    ...{ x: fc.integer({ min: -500, max: 500 }), y: fc.integer({ min: -500, max: 500 }) },
    ...{ width: fc.integer({ min: 1, max: 600 }), height: fc.integer({ min: 1, max: 600 }) },
  });

  it('lies on whole pixels at every quarter turn, and on the same ones after four', () => {
    fc.assert(
      fc.property(anyPlace, fc.constantFrom(90, 180, 270), (upright, angle) => {
        const place = turned({ ...upright, angle: 0 }, angle);
        for (const corner of CORNERS) {
          const { x, y } = cornerAt(place, corner);
          expect([x, y]).toEqual([Math.round(x), Math.round(y)]);
        }
        const { x0, y0, x1, y1 } = boxOf(place);
        const sides = angle === 180 ? [place.width, place.height] : [place.height, place.width];
        expect([x1 - x0, y1 - y0]).toEqual(sides);
        expect(turned(place, 360 - angle)).toEqual({ ...upright, angle: 0 });
      }),
    );
  });

  it('follows its handle, in steps where that is wished', () => {
    const from = { x: 250, y: 172 };
    const to = { x: 353, y: 275 };
    expect(turnedBy(PLACE, from, to, 0).angle).toBe(90);
    expect(turnedBy(PLACE, from, { x: 350, y: 290 }, 0).angle).toBeCloseTo(98.5, 0);
    expect(turnedBy(PLACE, from, { x: 350, y: 290 }, 15).angle).toBe(105);
    expect(turnedBy(PLACE, from, { x: 350, y: 280 }, 15).angle).toBe(90);
    expect(turned(PLACE, -0.04).angle).toBe(0);
    expect(turned(PLACE, -1).angle).toBe(359);
  });

  it('is taken by its corners and its handle where they lie', () => {
    const place = turned(PLACE, 90);
    // Its middle is (250, 275); the upper edge is now the right one.
    expect(cornerAt(place, 'nw')).toEqual({ x: 325, y: 125 });
    expect(gripAt(place, { x: 327, y: 123 }, 10, STEM)).toBe('nw');
    expect(gripAt(place, { x: 325 + STEM, y: 275 }, 10, STEM)).toBe('turn');
    expect(gripAt(place, { x: 250, y: 400 }, 10, STEM)).toBe('inside');
    expect(gripAt(place, { x: 380, y: 340 }, 10, STEM)).toBeNull();
    expect(turnHandle(place, STEM).to).toEqual({ x: 325 + STEM, y: 275 });
  });

  it('touches every tile it lies on', () => {
    const size = { width: 1024, height: 1024 };
    // 400 × 20 px about (512, 512): upright it lies in two rows of tiles, turned in three.
    const flat = { x: 312, y: 502, width: 400, height: 20, angle: 0 };
    expect(placesUnder(flat, size)).toEqual([5, 6, 9, 10]);
    expect(placesUnder({ ...flat, angle: 90 }, size)).toEqual([5, 6, 9, 10]);
    const far = { x: 0, y: 0, width: 600, height: 10, angle: 45 };
    expect(placesUnder(far, size)).toEqual([0, 1, 2]);
  });
});

describe('what a press takes hold of', () => {
  it('is a corner near one, the picture inside, and nothing beside it', () => {
    expect(gripAt(PLACE, { x: 396, y: 352 }, 10, STEM)).toBe('se');
    expect(gripAt(PLACE, { x: 94, y: 195 }, 10, STEM)).toBe('nw');
    expect(gripAt(PLACE, { x: 250, y: 300 }, 10, STEM)).toBe('inside');
    expect(gripAt(PLACE, { x: 250, y: 380 }, 10, STEM)).toBeNull();
  });

  it('is still the middle of a picture smaller than a finger', () => {
    const small = { x: 100, y: 100, width: 12, height: 12, angle: 0 };
    expect(gripAt(small, { x: 106, y: 106 }, 24, STEM)).toBe('inside');
    expect(gripAt(small, { x: 120, y: 120 }, 24, STEM)).toBe('se');
  });
});

describe('the paint it becomes', () => {
  const size = { width: 600, height: 300 };

  it('touches only the tiles below it', () => {
    expect(placesUnder({ x: 250, y: 10, width: 10, height: 10, angle: 0 }, size)).toEqual([0, 1]);
    expect(placesUnder({ x: -500, y: -500, width: 2000, height: 2000, angle: 0 }, size)).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
    expect(placesUnder({ x: 700, y: 10, width: 10, height: 10, angle: 0 }, size)).toEqual([]);
  });

  it('is its colours, as opaque as wished and as the mask lets it, and nothing beyond the edge', () => {
    const rgba = (): Uint8ClampedArray => {
      const all = new Uint8ClampedArray(256 * 256 * 4);
      for (let i = 0; i < all.length; i += 4) {
        all.set([10, 20, 30, 200], i);
      }
      return all;
    };
    const mask = makeTile();
    mask.data.fill(255, 0, 256);
    const work = placeWork({ rgba, opacity: 0.5, limit: [null, null, null, null, null, mask] }, size);
    const none = [null, null, null, null] as const;
    expect(work(0, none)).toBeNull();
    // The last tile: 88 × 44 px of it are picture.
    const made = work(5, none)?.map((plane) => [plane[0], plane[87], plane[88], plane[256]]);
    expect(made).toEqual([
      [10, 10, 0, 0],
      [20, 20, 0, 0],
      [30, 30, 0, 0],
      [100, 100, 0, 0],
    ]);
    const open = placeWork({ rgba, opacity: 1, limit: null }, size)(5, none);
    expect([open?.[3][43 * 256], open?.[3][44 * 256]]).toEqual([200, 0]);
  });
});
