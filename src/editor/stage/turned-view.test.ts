import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PixelRect } from '../mask/rect';
import {
  type ScreenView,
  deviceRect,
  isAligned,
  isUpright,
  pictureView,
  screenPoint,
  screenRect,
  toScreen,
  turnMatrix,
} from './device-view';
import { gridLines, showsGrid } from './pixel-grid';

const view: fc.Arbitrary<ScreenView> = fc.record({
  scale: fc.double({ min: 0.02, max: 40, noNaN: true }),
  ratio: fc.constantFrom(1, 1.5, 2),
  x: fc.integer({ min: -4000, max: 4000 }),
  y: fc.integer({ min: -4000, max: 4000 }),
  angle: fc.oneof(
    fc.constantFrom(0, Math.PI / 2, Math.PI, -Math.PI / 2),
    fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
  ),
  mirrored: fc.boolean(),
  clip: fc.constant({ x0: 0, y0: 0, x1: 1440, y1: 900 }),
});
const place = fc.integer({ min: 0, max: 8000 });
const side = fc.integer({ min: 1, max: 900 });
const rect: fc.Arbitrary<PixelRect> = fc
  .tuple(place, place, side, side)
  .map(([x0, y0, width, height]) => ({ x0, y0, x1: x0 + width, y1: y0 + height }));

const inside = ({ x, y }: { x: number; y: number }, { x0, y0, x1, y1 }: PixelRect): boolean =>
  x >= x0 - 1e-3 && x <= x1 + 1e-3 && y >= y0 - 1e-3 && y <= y1 + 1e-3;

describe('rotated views', () => {
  it('draw where the screen shows it: the context puts a painter’s px on the px of the point', () => {
    fc.assert(
      fc.property(view, place, place, (screen, imageX, imageY) => {
        const own = pictureView(screen, screen.clip);
        const [a, b, c, d, e, f] = isUpright(screen) ? [1, 0, 0, 1, 0, 0] : turnMatrix(screen);
        const x = imageX * own.scale + own.x;
        const y = imageY * own.scale + own.y;
        const at = screenPoint(screen, imageX, imageY);
        expect(a * x + c * y + e).toBeCloseTo(at.x, 3);
        expect(b * x + d * y + f).toBeCloseTo(at.y, 3);
      }),
    );
  });

  it('damage everything that image px may touch', () => {
    fc.assert(
      fc.property(view, rect, (screen, box) => {
        const damage = screenRect(screen, box, 1);
        for (const x of [box.x0, box.x1]) {
          for (const y of [box.y0, box.y1]) {
            expect(inside(screenPoint(screen, x, y), damage)).toBe(true);
          }
        }
      }),
    );
  });

  it('give painters a clip that covers the screen’s', () => {
    fc.assert(
      fc.property(view, rect, (screen, clip) => {
        const back = toScreen(screen, pictureView(screen, clip).clip);
        expect(back.x0).toBeLessThanOrEqual(clip.x0);
        expect(back.y0).toBeLessThanOrEqual(clip.y0);
        expect(back.x1).toBeGreaterThanOrEqual(clip.x1);
        expect(back.y1).toBeGreaterThanOrEqual(clip.y1);
      }),
    );
  });

  it('leave upright ones exactly as they are, and quarter turns on whole px', () => {
    const upright: ScreenView = {
      scale: 0.37,
      ratio: 2,
      x: 11,
      y: -7,
      angle: 0,
      mirrored: false,
      clip: { x0: 3, y0: 4, x1: 50, y1: 60 },
    };
    const { angle, mirrored, ...plain } = upright;
    expect(mirrored).toBe(false);
    expect(pictureView(upright, upright.clip)).toEqual(plain);
    const box = { x0: 5, y0: 6, x1: 70, y1: 80 };
    expect(screenRect(upright, box, 2)).toEqual(deviceRect(plain, box, 2));
    const quarter = { ...upright, angle: Math.PI / 2 };
    expect(pictureView(quarter, { x0: 0, y0: 0, x1: 20, y1: 10 }).clip).toEqual({
      x0: 7,
      y0: -9,
      x1: 17,
      y1: 11,
    });
    expect([angle, Math.PI / 2, Math.PI, 0.3, 1.5].map(isAligned)).toEqual([true, true, true, false, false]);
  });
});

describe('pixel grid', () => {
  const at = (zoom: number, ratio = 1): ScreenView => ({
    scale: zoom * ratio,
    ratio,
    x: -30,
    y: 5,
    angle: 0,
    mirrored: false,
    clip: { x0: 0, y0: 0, x1: 40, y1: 40 },
  });

  it('begins at 800 % on any screen', () => {
    expect([at(7.9), at(8), at(8, 2), at(7.9, 2), at(32)].map(showsGrid)).toEqual([
      false,
      true,
      true,
      false,
      true,
    ]);
  });

  it('has a line at every pixel edge in the clip, and none beside the picture', () => {
    expect(gridLines(at(8), 100, 'x')).toEqual([-6, 2, 10, 18, 26, 34, 42]);
    expect(gridLines(at(8), 2, 'y')).toEqual([5, 13, 21]);
    expect(gridLines(at(8), 2, 'x')).toEqual([]);
  });
});
