import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeTile } from '../mask/mask-grid';
import {
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
} from './placement';

const VISIBLE = { x0: 100, y0: 0, x1: 900, y1: 600 };
const PLACE: Placement = { x: 100, y: 200, width: 300, height: 150 };
const side = fc.integer({ min: 1, max: 4000 });

describe('where a picture comes to lie', () => {
  it('is the middle of what is seen, at its own size if that fits', () => {
    expect(firstPlacement({ width: 200, height: 100 }, VISIBLE)).toEqual({
      x: 400,
      y: 250,
      width: 200,
      height: 100,
    });
    expect(firstPlacement({ width: 4000, height: 2000 }, VISIBLE)).toEqual({
      x: 220,
      y: 160,
      width: 560,
      height: 280,
    });
    expect(firstPlacement({ width: 2, height: 9000 }, VISIBLE).width).toBe(1);
  });

  it('is whole pixels after every move', () => {
    expect(moved(PLACE, 10.4, -0.6)).toEqual({ ...PLACE, x: 110, y: 199 });
  });

  it('keeps its shape and the corner across when one is pulled', () => {
    fc.assert(
      fc.property(
        fc.record({ x: side, y: side, width: side, height: side }),
        fc.constantFrom(...CORNERS),
        fc.record({ x: side, y: side }),
        (place, corner, to) => {
          const across = CORNERS[3 - CORNERS.indexOf(corner)] ?? 'nw';
          const after = pulled(place, corner, to);
          expect(cornerAt(after, across)).toEqual(cornerAt(place, across));
          expect(after.width).toBeGreaterThan(0);
          expect(after.height).toBeGreaterThan(0);
          const [long, short] =
            place.width > place.height ? ['width', 'height'] : (['height', 'width'] as const);
          const wanted = (after[long as 'width'] * place[short as 'width']) / place[long as 'width'];
          expect(Math.abs(after[short as 'width'] - Math.max(1, wanted))).toBeLessThanOrEqual(1);
        },
      ),
    );
    expect(pulled(PLACE, 'se', { x: 700, y: 220 })).toEqual({ x: 100, y: 200, width: 600, height: 300 });
    expect(pulled(PLACE, 'nw', { x: 250, y: 350 })).toEqual({ x: 250, y: 275, width: 150, height: 75 });
  });

  it('is scaled about its middle, never to nothing', () => {
    expect(scaled(PLACE, 2)).toEqual({ x: -50, y: 125, width: 600, height: 300 });
    expect(scaled({ x: 0, y: 0, width: 1, height: 1 }, 0.1)).toEqual({ x: 0, y: 0, width: 1, height: 1 });
  });
});

describe('what a press takes hold of', () => {
  it('is a corner near one, the picture inside, and nothing beside it', () => {
    expect(gripAt(PLACE, { x: 396, y: 352 }, 10)).toBe('se');
    expect(gripAt(PLACE, { x: 94, y: 195 }, 10)).toBe('nw');
    expect(gripAt(PLACE, { x: 250, y: 300 }, 10)).toBe('inside');
    expect(gripAt(PLACE, { x: 250, y: 380 }, 10)).toBeNull();
  });

  it('is still the middle of a picture smaller than a finger', () => {
    const small = { x: 100, y: 100, width: 12, height: 12 };
    expect(gripAt(small, { x: 106, y: 106 }, 24)).toBe('inside');
    expect(gripAt(small, { x: 120, y: 120 }, 24)).toBe('se');
  });
});

describe('the paint it becomes', () => {
  const size = { width: 600, height: 300 };

  it('touches only the tiles below it', () => {
    expect(placesUnder({ x: 250, y: 10, width: 10, height: 10 }, size)).toEqual([0, 1]);
    expect(placesUnder({ x: -500, y: -500, width: 2000, height: 2000 }, size)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(placesUnder({ x: 700, y: 10, width: 10, height: 10 }, size)).toEqual([]);
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
