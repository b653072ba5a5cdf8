import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AreaHandle,
  areaOfBounds,
  autoArea,
  fitArea,
  moveArea,
  ownWorkingSize,
  MAX_PARTS,
  resizeArea,
  separateAreas,
  workingSize,
} from './inpaint-area';
import type { AreaRect, PixelSize } from './recipe';

const HANDLES: readonly AreaHandle[] = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'];
const CANVAS: PixelSize = { width: 4096, height: 3000 };

const side = fc.integer({ min: 1, max: 5000 });
const canvasAndRect = fc.record({ width: side, height: side }).chain((canvas) =>
  fc.record({ x: fc.nat(canvas.width - 1), y: fc.nat(canvas.height - 1) }).chain(({ x, y }) =>
    fc.record({
      canvas: fc.constant(canvas),
      rect: fc.record({
        x: fc.constant(x),
        y: fc.constant(y),
        width: fc.integer({ min: 1, max: canvas.width - x }),
        height: fc.integer({ min: 1, max: canvas.height - y }),
      }),
    }),
  ),
);

function expectInside(area: AreaRect, canvas: PixelSize): void {
  for (const value of Object.values(area) as number[]) {
    expect(Number.isInteger(value)).toBe(true);
  }
  expect(area.width).toBeGreaterThan(0);
  expect(area.height).toBeGreaterThan(0);
  expect(area.x).toBeGreaterThanOrEqual(0);
  expect(area.y).toBeGreaterThanOrEqual(0);
  expect(area.x + area.width).toBeLessThanOrEqual(canvas.width);
  expect(area.y + area.height).toBeLessThanOrEqual(canvas.height);
}

/** Multiples of 8, or all there is. */
function expectSteps(area: AreaRect, canvas: PixelSize): void {
  expect(area.width % 8 === 0 || area.width === canvas.width).toBe(true);
  expect(area.height % 8 === 0 || area.height === canvas.height).toBe(true);
}

function holds(outer: AreaRect, inner: AreaRect): boolean {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height
  );
}

describe('the automatic area', () => {
  it('lies on the canvas in steps of 8 and holds the mask and its reach, whatever both are', () => {
    fc.assert(
      fc.property(
        canvasAndRect,
        fc.float({ min: 0, max: 4, noNaN: true }),
        fc.nat(200),
        ({ canvas, rect }, padding, reach) => {
          const area = autoArea(rect, canvas, { padding, reach });
          expectInside(area, canvas);
          expectSteps(area, canvas);
          expect(holds(area, rect)).toBe(true);
          const left = Math.max(0, rect.x - reach);
          const right = Math.min(canvas.width, rect.x + rect.width + reach);
          expect(area.x).toBeLessThanOrEqual(left);
          expect(area.x + area.width).toBeGreaterThanOrEqual(right);
          expect(area.width).toBeGreaterThanOrEqual(Math.min(512, canvas.width));
          expect(area.height).toBeGreaterThanOrEqual(Math.min(512, canvas.height));
        },
      ),
    );
  });

  it('pads a square mask by half its side', () => {
    const area = autoArea({ x: 1000, y: 1000, width: 400, height: 400 }, CANVAS);
    expect(area).toEqual({ x: 800, y: 800, width: 800, height: 800 });
  });

  it('is at least 512 px around a speck, wherever it is', () => {
    expect(autoArea({ x: 2000, y: 1500, width: 2, height: 2 }, CANVAS)).toEqual({
      x: 1745,
      y: 1245,
      width: 512,
      height: 512,
    });
    expect(autoArea({ x: 0, y: 2999, width: 1, height: 1 }, CANVAS)).toEqual({
      x: 0,
      y: 2488,
      width: 512,
      height: 512,
    });
  });

  it('drifts towards a square', () => {
    const mask = { x: 200, y: 1500, width: 1600, height: 100 };
    const area = autoArea(mask, CANVAS);
    // Padded by 425 to each side: 2450 × 950, then the short side half the way up.
    expect(area.width).toBe(2456);
    expect(area.height).toBe(1704);
  });

  it('sees more with more padding and the mask alone with none', () => {
    const mask = { x: 1000, y: 1000, width: 800, height: 800 };
    expect(autoArea(mask, CANVAS, { padding: 0 })).toEqual(mask);
    expect(autoArea(mask, CANVAS, { padding: 2 }).width).toBe(2400);
  });

  it('is the whole picture where that is smaller', () => {
    const canvas = { width: 301, height: 17 };
    expect(autoArea({ x: 5, y: 5, width: 9, height: 9 }, canvas)).toEqual({ x: 0, y: 0, ...canvas });
    expect(autoArea({ x: 0, y: 0, width: 1, height: 1 }, { width: 1, height: 1 })).toEqual({
      x: 0,
      y: 0,
      width: 1,
      height: 1,
    });
  });

  it('takes half open bounds', () => {
    expect(areaOfBounds({ x0: 3, y0: 4, x1: 10, y1: 6 })).toEqual({ x: 3, y: 4, width: 7, height: 2 });
  });
});

describe('moving and fitting', () => {
  it('stops at the canvas and keeps the size', () => {
    const area = { x: 100, y: 100, width: 512, height: 512 };
    expect(moveArea(area, -1e6, 1e6, CANVAS)).toEqual({ x: 0, y: 2488, width: 512, height: 512 });
    expect(moveArea(area, 3.4, -3.6, CANVAS)).toEqual({ x: 103, y: 96, width: 512, height: 512 });
  });

  it('makes a valid area of any rectangle', () => {
    const any = fc.integer({ min: -6000, max: 6000 });
    const length = fc.integer({ min: 0, max: 9000 });
    const rects = fc.record({ x: any, y: any, width: length, height: length });
    fc.assert(
      fc.property(rects, side, side, (rect, width, height) => {
        const area = fitArea(rect, { width, height });
        expectInside(area, { width, height });
        expectSteps(area, { width, height });
        expect(fitArea(area, { width, height })).toEqual(area);
      }),
    );
  });
});

describe('resizing by a handle', () => {
  const delta = fc.integer({ min: -6000, max: 6000 });

  it('stays on the canvas, in steps, above the least side, with and without an aspect', () => {
    fc.assert(
      fc.property(
        canvasAndRect,
        fc.constantFrom(...HANDLES),
        delta,
        delta,
        fc.constantFrom(null, 1, 16 / 9, 2 / 3, 3),
        ({ canvas, rect }, handle, dx, dy, aspect) => {
          const start = fitArea(rect, canvas);
          const area = resizeArea(start, handle, dx, dy, canvas, { aspect });
          expectInside(area, canvas);
          expect(area.width).toBeGreaterThanOrEqual(Math.min(8, canvas.width));
        },
      ),
    );
  });

  it('keeps the opposite side where it is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...HANDLES), delta, delta, (handle, dx, dy) => {
        const start = { x: 1000, y: 800, width: 640, height: 512 };
        const area = resizeArea(start, handle, dx, dy, CANVAS);
        const [right, bottom] = [start.x + start.width, start.y + start.height];
        if (area.width !== CANVAS.width && !handle.includes('w')) {
          expect(area.x).toBe(start.x);
        }
        if (area.width !== CANVAS.width && !handle.includes('e')) {
          expect(area.x + area.width).toBe(right);
        }
        if (area.height !== CANVAS.height && !handle.startsWith('n')) {
          expect(area.y).toBe(start.y);
        }
        if (area.height !== CANVAS.height && !handle.startsWith('s')) {
          expect(area.y + area.height).toBe(bottom);
        }
        expectSteps(area, CANVAS);
        expect(Math.min(area.width, area.height)).toBeGreaterThanOrEqual(64);
      }),
    );
  });

  it('snaps to 8 px', () => {
    const start = { x: 96, y: 96, width: 512, height: 512 };
    expect(resizeArea(start, 'se', 11, 13, CANVAS)).toEqual({ x: 96, y: 96, width: 520, height: 528 });
    expect(resizeArea(start, 'nw', 11, 13, CANVAS)).toEqual({ x: 104, y: 112, width: 504, height: 496 });
  });

  it('keeps an aspect as near as steps of 8 allow', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...HANDLES),
        fc.integer({ min: -300, max: 900 }),
        fc.integer({ min: -300, max: 900 }),
        fc.constantFrom(1, 16 / 9, 2 / 3),
        (handle, dx, dy, aspect) => {
          const start = { x: 1200, y: 1200, width: 800, height: 800 / aspect };
          const area = resizeArea(fitArea(start, CANVAS), handle, dx, dy, CANVAS, { aspect });
          expect(Math.abs(area.width - area.height * aspect)).toBeLessThanOrEqual(8 * Math.max(1, aspect));
        },
      ),
    );
  });

  it('takes the neighbouring sides along to both sides when one side is dragged with an aspect', () => {
    const start = { x: 1000, y: 1000, width: 512, height: 512 };
    expect(resizeArea(start, 'e', 256, 0, CANVAS, { aspect: 1 })).toEqual({
      x: 1000,
      y: 872,
      width: 768,
      height: 768,
    });
  });

  it('becomes the whole picture when it is pulled over every side', () => {
    const canvas = { width: 1001, height: 777 };
    const right = resizeArea({ x: 0, y: 0, width: 512, height: 512 }, 'se', 9999, 9999, canvas);
    expect(right).toEqual({ x: 0, y: 0, ...canvas });
  });

  it('leaves a tiny picture whole', () => {
    const whole = { x: 0, y: 0, width: 5, height: 3 };
    expect(resizeArea(whole, 'se', -4, -2, whole)).toEqual(whole);
  });
});

describe('the size that is sampled', () => {
  it('comes in multiples of 8 with the proportions of the area', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 64, max: 4096 }),
        fc.integer({ min: 64, max: 4096 }),
        fc.integer({ min: 256 * 256, max: 2048 * 2048 }),
        (width, height, pixels) => {
          const size = workingSize({ width, height }, { pixels });
          expect([size.width % 8, size.height % 8]).toEqual([0, 0]);
          const factor = Math.sqrt(pixels / (width * height));
          expect(Math.abs(size.width - width * factor)).toBeLessThanOrEqual(8);
          expect(Math.abs(size.height - height * factor)).toBeLessThanOrEqual(8);
        },
      ),
    );
  });

  it('enlarges small areas and reduces large ones', () => {
    expect(workingSize({ width: 256, height: 256 }, { pixels: 1024 * 1024 })).toEqual({
      width: 1024,
      height: 1024,
      scale: 4,
    });
    expect(workingSize({ width: 4096, height: 2048 }, { side: 1024 })).toEqual({
      width: 1024,
      height: 512,
      scale: 0.25,
    });
    expect(workingSize({ width: 500, height: 300 }, { scale: 1 })).toMatchObject({ width: 504, height: 304 });
  });

  it('is never nothing and never beyond what nodes take', () => {
    expect(workingSize({ width: 16000, height: 8 }, { pixels: 1 })).toMatchObject({ width: 48, height: 8 });
    expect(workingSize({ width: 10, height: 10 }, { side: 1e9 })).toMatchObject({
      width: 16384,
      height: 16384,
    });
  });

  it('rounds the own size of an area up', () => {
    expect(ownWorkingSize({ width: 1001, height: 776 })).toEqual({ width: 1008, height: 776 });
  });
});

describe('areas of their own for parts that lie far apart', () => {
  const CANVAS_4K: PixelSize = { width: 4096, height: 4096 };
  const dot = (x: number, y: number): AreaRect => ({ x, y, width: 40, height: 40 });

  it('are two for dots in opposite corners', () => {
    expect(separateAreas([dot(10, 20), dot(4040, 4050)], CANVAS_4K)).toEqual([
      { x: 0, y: 0, width: 512, height: 512 },
      { x: 3584, y: 3584, width: 512, height: 512 },
    ]);
  });

  it('are none where one area does as well, or for noise', () => {
    expect(separateAreas([], CANVAS_4K)).toEqual([]);
    expect(separateAreas([dot(0, 0)], CANVAS_4K)).toEqual([]);
    expect(separateAreas([dot(1000, 1000), dot(1300, 1000)], CANVAS_4K)).toEqual([]);
    const large = { width: 1800, height: 4000 };
    expect(
      separateAreas(
        [
          { x: 0, y: 0, ...large },
          { x: 2200, y: 0, ...large },
        ],
        CANVAS_4K,
      ),
    ).toEqual([]);
    const grid = Array.from({ length: 25 }, (_, at) => dot((at % 5) * 4000, Math.floor(at / 5) * 4000));
    expect(separateAreas(grid, { width: 16_384, height: 16_384 })).toEqual([]);
    expect(grid.length).toBeGreaterThan(MAX_PARTS);
    const specks = Array.from({ length: 500 }, (_, at) => dot((at * 37) % 4000, (at * 1013) % 4000));
    expect(separateAreas(specks, CANVAS_4K)).toEqual([]);
  });

  it('never overlap, and hold every island', () => {
    const island = fc.record({
      x: fc.nat(3900),
      y: fc.nat(3900),
      width: fc.integer({ min: 1, max: 190 }),
      height: fc.integer({ min: 1, max: 190 }),
    });
    const found = { some: false };
    fc.assert(
      fc.property(fc.array(island, { minLength: 2, maxLength: 9 }), fc.nat(60), (islands, reach) => {
        const areas = separateAreas(islands, CANVAS_4K, { reach });
        found.some ||= areas.length > 2;
        const holds = (area: AreaRect, one: AreaRect): boolean =>
          one.x >= area.x &&
          one.y >= area.y &&
          one.x + one.width <= area.x + area.width &&
          one.y + one.height <= area.y + area.height;
        if (areas.length > 0) {
          expect(islands.every((one) => areas.filter((area) => holds(area, one)).length === 1)).toBe(true);
        }
        const apart = (a: AreaRect, b: AreaRect): boolean =>
          a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(areas.every((a, at) => areas.slice(at + 1).every((b) => apart(a, b)))).toBe(true);
      }),
    );
    expect(found.some).toBe(true);
  });
});
