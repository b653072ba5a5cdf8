import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canvasSize,
  extendsPicture,
  NO_EXTENSION,
  outpaintPresets,
  presetExtension,
  pullSide,
  type CanvasSide,
} from './outpaint';

const side = fc.integer({ min: 1, max: 8192 });

describe('presets for extending a picture', () => {
  it.each(outpaintPresets.map((preset) => [preset.id, preset] as const))(
    'never cut, come out in steps of 8 and nearly as wanted: %s',
    (_id, preset) => {
      fc.assert(
        fc.property(side, side, (width, height) => {
          const extension = presetExtension(preset, { width, height });
          const canvas = canvasSize({ width, height }, extension);
          for (const [before, after] of [
            [width, canvas.width],
            [height, canvas.height],
          ] as const) {
            expect(after).toBeGreaterThanOrEqual(before);
            expect(after === before || after % 8 === 0).toBe(true);
            expect(after).toBeLessThanOrEqual(16384);
          }
          expect(Math.abs(extension.left - extension.right)).toBeLessThanOrEqual(1);
          expect(Math.abs(extension.top - extension.bottom)).toBeLessThanOrEqual(1);
          if (preset.ratio !== undefined && Math.max(canvas.width, canvas.height) < 16384) {
            expect(Math.abs(canvas.width - canvas.height * preset.ratio)).toBeLessThanOrEqual(
              4.5 * Math.max(1, preset.ratio),
            );
          }
        }),
      );
    },
  );

  it('add to one direction alone', () => {
    const size = { width: 1000, height: 800 };
    expect(presetExtension({ ratio: 16 / 9 }, size)).toMatchObject({
      left: 212,
      right: 212,
      top: 0,
      bottom: 0,
    });
    expect(presetExtension({ ratio: 9 / 16 }, size)).toMatchObject({
      left: 0,
      right: 0,
      top: 488,
      bottom: 488,
    });
    expect(presetExtension({ grow: 0.25 }, size)).toMatchObject({
      left: 124,
      right: 124,
      top: 100,
      bottom: 100,
    });
  });

  it('add nothing to what has the proportions already', () => {
    expect(extendsPicture(presetExtension({ ratio: 1 }, { width: 777, height: 777 }))).toBe(false);
    expect(extendsPicture(null)).toBe(false);
  });
});

describe('pulling a side out', () => {
  it('keeps the canvas in steps of 8 and the other sides as they are', () => {
    fc.assert(
      fc.property(
        side,
        side,
        fc.constantFrom<CanvasSide>('left', 'top', 'right', 'bottom'),
        fc.integer({ min: -500, max: 20000 }),
        fc.nat(300),
        (width, height, pulled, px, other) => {
          const start = { ...NO_EXTENSION, right: other, bottom: other };
          const extension = pullSide(start, pulled, px, { width, height });
          const canvas = canvasSize({ width, height }, extension);
          const along = pulled === 'left' || pulled === 'right' ? canvas.width : canvas.height;
          expect(extension[pulled]).toBeGreaterThanOrEqual(0);
          expect(extension[pulled] === 0 || along % 8 === 0).toBe(true);
          expect(along).toBeLessThanOrEqual(16384);
          expect({ ...extension, [pulled]: 0 }).toEqual({ ...start, [pulled]: 0 });
        },
      ),
    );
  });

  it('goes back to nothing', () => {
    const size = { width: 1001, height: 500 };
    expect(pullSide(NO_EXTENSION, 'left', 100, size).left).toBe(103);
    expect(pullSide({ ...NO_EXTENSION, left: 103 }, 'left', 2, size).left).toBe(0);
    expect(pullSide({ ...NO_EXTENSION, left: 103 }, 'left', -50, size).left).toBe(0);
  });
});
