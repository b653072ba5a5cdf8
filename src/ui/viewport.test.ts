import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  STICKY_STEPS,
  StickyZoom,
  ZOOM_STEPS,
  centreOn,
  clamp,
  fit,
  fitBox,
  fitScale,
  nextStep,
  pan,
  pinch,
  resize,
  scaleLimits,
  snap,
  toImage,
  toView,
  visibleBox,
  zoomAt,
} from './viewport';

const length = fc.double({ min: 1, max: 9000, noNaN: true });
const size = fc.record({ width: length, height: length });
const place = fc.double({ min: -5000, max: 5000, noNaN: true });
const point = fc.record({ x: place, y: place });
const viewport = fc.record({ scale: fc.double({ min: 0.02, max: 32, noNaN: true }), x: place, y: place });

describe('viewport', () => {
  it('translates there and back', () => {
    fc.assert(
      fc.property(viewport, point, (v, p) => {
        const back = toImage(v, toView(v, p));
        expect(back.x).toBeCloseTo(p.x, 6);
        expect(back.y).toBeCloseTo(p.y, 6);
      }),
    );
  });

  it('fits the whole picture, centred, never above the largest scale asked for', () => {
    fc.assert(
      fc.property(
        size,
        size,
        fc.constantFrom(0, 16),
        fc.constantFrom(1, 4),
        (image, view, padding, maxScale) => {
          const v = fit(image, view, { padding, maxScale });
          expect(v.scale).toBeLessThanOrEqual(maxScale);
          expect(v.scale).toBe(fitScale(image, view, { padding, maxScale }));
          expect(image.width * v.scale).toBeLessThanOrEqual(Math.max(1, view.width - 2 * padding) + 1e-6);
          expect(image.height * v.scale).toBeLessThanOrEqual(Math.max(1, view.height - 2 * padding) + 1e-6);
          const middle = toView(v, { x: image.width / 2, y: image.height / 2 });
          expect(middle.x).toBeCloseTo(view.width / 2, 6);
          expect(middle.y).toBeCloseTo(view.height / 2, 6);
        },
      ),
    );
    expect(fit({ width: 100, height: 50 }, { width: 800, height: 600 })).toEqual({
      scale: 1,
      x: 350,
      y: 275,
    });
    expect(fit({ width: 4000, height: 100 }, { width: 400, height: 400 }).scale).toBe(0.1);
    expect(fitBox({ x: 10, y: 20, width: 2, height: 2 }, { width: 40, height: 40 }, { maxScale: 8 })).toEqual(
      centreOn({ x: 10, y: 20, width: 2, height: 2 }, { width: 40, height: 40 }, 8),
    );
  });

  it('keeps the image point under the pointer while zooming', () => {
    fc.assert(
      fc.property(viewport, point, fc.double({ min: 0.02, max: 32, noNaN: true }), (v, p, scale) => {
        const before = toImage(v, p);
        const after = toImage(zoomAt(v, p, scale), p);
        expect(after.x).toBeCloseTo(before.x, 4);
        expect(after.y).toBeCloseTo(before.y, 4);
      }),
    );
    expect(zoomAt({ scale: 1, x: 0, y: 0 }, { x: 5, y: 5 }, 100, { min: 0.1, max: 32 }).scale).toBe(32);
    expect(zoomAt({ scale: 1, x: 0, y: 0 }, { x: 5, y: 5 }, 0.01, { min: 0.1, max: 32 }).scale).toBe(0.1);
  });

  it('lets the fingers keep what they hold', () => {
    const v = { scale: 0.5, x: 10, y: 20 };
    const held = toImage(v, { x: 200, y: 100 });
    const after = pinch(v, { x: 230, y: 90 }, 2, 30, -10);
    expect(toView(after, held)).toEqual({ x: 230, y: 90 });
    expect(after.scale).toBe(1);
  });

  it('never loses the picture', () => {
    fc.assert(
      fc.property(viewport, size, size, (v, image, view) => {
        const loose = clamp(v, image, view);
        const kept = (at: number, side: number, room: number): number =>
          Math.min(at + side, room) - Math.max(at, 0);
        expect(kept(loose.x, image.width * v.scale, view.width)).toBeGreaterThan(
          Math.min(48, image.width * v.scale, view.width) - 1e-6,
        );
        expect(clamp(loose, image, view)).toEqual(loose);
        const tight = clamp(v, image, view, { mode: 'tight' });
        if (image.height * v.scale <= view.height) {
          expect(tight.y).toBeCloseTo((view.height - image.height * v.scale) / 2, 9);
        } else {
          expect(tight.y).toBeLessThanOrEqual(0);
          expect(tight.y + image.height * v.scale).toBeGreaterThanOrEqual(view.height - 1e-6);
        }
      }),
    );
    const here = { scale: 1, x: 3, y: 4 };
    expect(clamp(here, { width: 100, height: 100 }, { width: 300, height: 300 })).toEqual(here);
  });

  it('tells what is in view', () => {
    expect(
      visibleBox({ scale: 2, x: -100, y: 50 }, { width: 400, height: 300 }, { width: 600, height: 400 }),
    ).toEqual({
      x: 50,
      y: 0,
      width: 300,
      height: 175,
    });
    const off = visibleBox(
      { scale: 1, x: 5000, y: 0 },
      { width: 100, height: 100 },
      { width: 300, height: 300 },
    );
    expect(off.width).toBe(0);
  });

  it('keeps a fitted picture fitted when the view changes, and else its middle', () => {
    const image = { width: 2000, height: 1000 };
    const before = { width: 800, height: 600 };
    const after = { width: 500, height: 700 };
    expect(resize(fit(image, before), image, before, after)).toEqual(fit(image, after));
    const v = { scale: 1, x: -300, y: -100 };
    const moved = resize(v, image, before, after);
    expect(toImage(moved, { x: 250, y: 350 })).toEqual(toImage(v, { x: 400, y: 300 }));
  });

  it('has limits that hold 100 % and the whole picture', () => {
    fc.assert(
      fc.property(size, size, (image, view) => {
        const { min, max } = scaleLimits(image, view);
        expect(min).toBeLessThanOrEqual(fit(image, view).scale);
        expect(min).toBeLessThanOrEqual(1);
        expect(max).toBeGreaterThan(1);
      }),
    );
  });

  it('snaps to device pixels', () => {
    expect(snap({ scale: 0.3, x: 10.3, y: -4.4 }, 2)).toEqual({ scale: 0.3, x: 10.5, y: -4.5 });
    expect(pan({ scale: 2, x: 1, y: 1 }, 4, -5)).toEqual({ scale: 2, x: 5, y: -4 });
  });
});

describe('zoom steps', () => {
  it('go up and down through all of them and stop at the ends', () => {
    let scale = ZOOM_STEPS[0] ?? 0;
    const seen = [scale];
    for (let i = 0; i < ZOOM_STEPS.length + 2; i++) {
      scale = nextStep(scale, 1);
      seen.push(scale);
    }
    expect([...new Set(seen)]).toEqual([...ZOOM_STEPS]);
    expect(nextStep(0.9, 1)).toBe(1);
    expect(nextStep(1.1, -1)).toBe(1);
    expect(nextStep(0.001, -1)).toBe(ZOOM_STEPS[0]);
  });
});

describe('StickyZoom', () => {
  const zoom = (from: number, factor: number, times: number): number[] => {
    const sticky = new StickyZoom();
    const scales: number[] = [];
    let scale = from;
    for (let i = 0; i < times; i++) {
      scale = sticky.apply(scale, factor);
      scales.push(scale);
    }
    return scales;
  };

  it('rests at each round scale on the way, in both directions', () => {
    for (const factor of [1.03, 1.15, 1.4]) {
      expect(
        zoom(0.3, factor, 400).filter(
          (scale, i, all) => STICKY_STEPS.includes(scale) && all[i - 1] !== scale,
        ),
      ).toEqual([...STICKY_STEPS]);
      expect(
        zoom(20, 1 / factor, 400).filter(
          (scale, i, all) => STICKY_STEPS.includes(scale) && all[i - 1] !== scale,
        ),
      ).toEqual([...STICKY_STEPS].reverse());
    }
  });

  it('holds small movements for a while and lets a notch through', () => {
    expect(zoom(0.99, 1.02, 6)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(zoom(0.99, 1.02, 12).at(-1)).toBeGreaterThan(1);
    expect(zoom(0.99, 1.15, 2)).toEqual([1, 1.15]);
  });

  it('does not hold after the scale was set by other means', () => {
    const sticky = new StickyZoom();
    expect(sticky.apply(0.99, 1.02)).toBe(1);
    expect(sticky.apply(1.3, 1.02)).toBeCloseTo(1.326, 9);
  });

  it('never overshoots more than one round scale a step', () => {
    expect(zoom(0.4, 30, 1)).toEqual([0.5]);
    expect(zoom(9, 1 / 30, 1)).toEqual([8]);
  });
});
