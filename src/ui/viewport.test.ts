import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  STICKY_STEPS,
  StickyZoom,
  type Viewport,
  ZOOM_STEPS,
  centreOn,
  clamp,
  fit,
  fitBox,
  fitScale,
  mirrorAt,
  nearestTurn,
  nextStep,
  normalAngle,
  pan,
  pinch,
  resize,
  scaleLimits,
  snap,
  toImage,
  toView,
  turnAt,
  turnOf,
  turnedBox,
  visibleBox,
  zoomAt,
} from './viewport';

const length = fc.double({ min: 1, max: 9000, noNaN: true });
const size = fc.record({ width: length, height: length });
const place = fc.double({ min: -5000, max: 5000, noNaN: true });
const point = fc.record({ x: place, y: place });
const angle = fc.oneof(
  fc.constantFrom(0, Math.PI / 2, Math.PI, -Math.PI / 2),
  fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
);
const upright = { scale: fc.double({ min: 0.02, max: 32, noNaN: true }), x: place, y: place };
/** Upright, turned and mirrored ones. */
const viewport: fc.Arbitrary<Viewport> = fc.oneof(
  fc.record(upright),
  fc.record({ ...upright, angle }),
  fc.record({ ...upright, angle, mirrored: fc.constant(true) }),
);

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
        angle,
        (image, view, padding, maxScale, angle) => {
          const v = fit(image, view, { padding, maxScale, angle });
          expect(v.scale).toBeLessThanOrEqual(maxScale);
          expect(v.scale).toBe(fitScale(image, view, { padding, maxScale, angle }));
          for (const x of [0, image.width]) {
            for (const y of [0, image.height]) {
              const corner = toView(v, { x, y });
              expect(Math.abs(corner.x - view.width / 2) * 2).toBeLessThanOrEqual(
                Math.max(1, view.width - 2 * padding) + 1e-6,
              );
              expect(Math.abs(corner.y - view.height / 2) * 2).toBeLessThanOrEqual(
                Math.max(1, view.height - 2 * padding) + 1e-6,
              );
            }
          }
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
        const shown = { width: image.width * v.scale, height: image.height * v.scale };
        const around = turnedBox(shown, v.angle, v.mirrored);
        expect(kept(loose.x + around.x, around.width, view.width)).toBeGreaterThan(
          Math.min(48, around.width, view.width) - 1e-6,
        );
        const again = clamp(loose, image, view);
        expect(again.x).toBeCloseTo(loose.x, 6);
        expect(again.y).toBeCloseTo(loose.y, 6);
        const tight = clamp(v, image, view, { mode: 'tight' });
        const top = tight.y + around.y;
        if (around.height <= view.height) {
          expect(top).toBeCloseTo((view.height - around.height) / 2, 6);
        } else {
          expect(top).toBeLessThanOrEqual(1e-6);
          expect(top + around.height).toBeGreaterThanOrEqual(view.height - 1e-6);
        }
        expect([loose.scale, loose.angle, tight.angle]).toEqual([v.scale, v.angle, v.angle]);
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
    fc.assert(
      fc.property(viewport, size, size, point, (v, image, view, p) => {
        const box = visibleBox(v, image, view);
        const at = toImage(v, p);
        const seen = p.x >= 0 && p.x <= view.width && p.y >= 0 && p.y <= view.height;
        if (seen && at.x >= 0 && at.x <= image.width && at.y >= 0 && at.y <= image.height) {
          expect(at.x).toBeGreaterThanOrEqual(box.x - 1e-6);
          expect(at.x).toBeLessThanOrEqual(box.x + box.width + 1e-6);
          expect(at.y).toBeGreaterThanOrEqual(box.y - 1e-6);
          expect(at.y).toBeLessThanOrEqual(box.y + box.height + 1e-6);
        }
      }),
    );
  });

  it('keeps a fitted picture fitted when the view changes, and else its middle', () => {
    const image = { width: 2000, height: 1000 };
    const before = { width: 800, height: 600 };
    const after = { width: 500, height: 700 };
    expect(resize(fit(image, before), image, before, after)).toEqual(fit(image, after));
    const v = { scale: 1, x: -300, y: -100 };
    const moved = resize(v, image, before, after);
    expect(toImage(moved, { x: 250, y: 350 })).toEqual(toImage(v, { x: 400, y: 300 }));
    const turned = { angle: Math.PI / 2 };
    expect(resize(fit(image, before, turned), image, before, after)).toEqual(fit(image, after, turned));
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

  it('turns about a point, which stays where it is, and comes back to where it was', () => {
    fc.assert(
      fc.property(viewport, point, angle, (v, p, to) => {
        const turned = turnAt(v, p, to);
        const before = toImage(v, p);
        expect(toImage(turned, p).x).toBeCloseTo(before.x, 4);
        expect(toImage(turned, p).y).toBeCloseTo(before.y, 4);
        const back = turnAt(turned, p, v.angle ?? 0);
        expect(back.x).toBeCloseTo(v.x, 4);
        expect(back.y).toBeCloseTo(v.y, 4);
        expect(back.scale).toBe(v.scale);
      }),
    );
    // A quarter clockwise: the top left corner goes to the top right.
    const quarter = turnAt({ scale: 1, x: 0, y: 0 }, { x: 50, y: 50 }, Math.PI / 2);
    expect(quarter).toEqual({ scale: 1, x: 100, y: 0, angle: Math.PI / 2 });
    expect(turnAt(quarter, { x: 50, y: 50 }, 0)).toEqual({ scale: 1, x: 0, y: 0 });
  });

  it('mirrors what is seen about a point, and comes back to where it was', () => {
    fc.assert(
      fc.property(viewport, point, point, (v, p, other) => {
        const mirrored = mirrorAt(v, p);
        const seen = toView(v, other);
        const after = toView(mirrored, other);
        expect(after.x).toBeCloseTo(2 * p.x - seen.x, 3);
        expect(after.y).toBeCloseTo(seen.y, 3);
        const back = mirrorAt(mirrored, p);
        expect(toView(back, other).x).toBeCloseTo(seen.x, 3);
        expect(back.mirrored ?? false).toBe(v.mirrored ?? false);
      }),
    );
    expect(mirrorAt({ scale: 2, x: 10, y: 20 }, { x: 50, y: 0 })).toEqual({
      scale: 2,
      x: 90,
      y: 20,
      mirrored: true,
    });
    expect(mirrorAt({ scale: 2, x: 90, y: 20, mirrored: true }, { x: 50, y: 0 })).toEqual({
      scale: 2,
      x: 10,
      y: 20,
    });
  });

  it('fits a mirrored picture into the same place', () => {
    const image = { width: 300, height: 200 };
    const view = { width: 800, height: 600 };
    const mirrored = fit(image, view, { mirrored: true });
    expect(mirrored).toEqual({ scale: 1, x: 550, y: 200, mirrored: true });
    expect(clamp(mirrored, image, view)).toEqual(mirrored);
    expect(resize(mirrored, image, view, { width: 400, height: 600 })).toEqual({ ...mirrored, x: 350 });
  });

  it('lets two fingers turn the picture about their middle', () => {
    const v = { scale: 0.5, x: 10, y: 20 };
    const held = toImage(v, { x: 200, y: 100 });
    const after = pinch(v, { x: 230, y: 90 }, 2, 30, -10, undefined, 0.4);
    expect(toView(after, held).x).toBeCloseTo(230, 9);
    expect(toView(after, held).y).toBeCloseTo(90, 9);
    expect(after).toMatchObject({ scale: 1, angle: 0.4 });
  });

  it('has exact quarter turns and one name for each direction', () => {
    expect([0, 1, 2, 3, 4, -1].map((quarter) => turnOf((quarter * Math.PI) / 2))).toEqual([
      { cos: 1, sin: 0 },
      { cos: 0, sin: 1 },
      { cos: -1, sin: 0 },
      { cos: 0, sin: -1 },
      { cos: 1, sin: 0 },
      { cos: 0, sin: -1 },
    ]);
    fc.assert(
      fc.property(fc.double({ min: -40, max: 40, noNaN: true }), (any) => {
        const normal = normalAngle(any);
        expect(normal).toBeGreaterThan(-Math.PI);
        expect(normal).toBeLessThanOrEqual(Math.PI);
        expect(turnOf(normal).cos).toBeCloseTo(Math.cos(any), 8);
        // Angles within 1e-9 of a quarter turn are taken for it.
        expect(turnOf(normal).sin).toBeCloseTo(Math.sin(any), 8);
      }),
    );
    expect(normalAngle(-Math.PI)).toBe(Math.PI);
    expect(normalAngle(3 * Math.PI * 0.5)).toBe(-Math.PI / 2);
    expect(nearestTurn(0.5, Math.PI / 12)).toBeCloseTo(Math.PI / 6, 9);
    expect(nearestTurn(-0.1, Math.PI / 12)).toBe(0);
    expect(nearestTurn(3.1, Math.PI / 2)).toBe(Math.PI);
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
