import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Extension } from '../../../workflows/recipe';
import { OutpaintPlan } from '../outpaint/outpaint-plan.svelte';
import type { PixelRect } from '../../mask/rect';
import { islandsOf } from '../../mask/islands';
import { MaskGrid } from '../../mask/mask-grid';
import { rasterShape } from '../../mask/coverage';
import { InpaintChoices } from '../inpaint-choices.svelte';
import { AreaPlan, freshBox } from './area-plan.svelte';

vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });

const side = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 300 }));
const cases = fc
  .record({ width: fc.integer({ min: 20, max: 900 }), height: fc.integer({ min: 20, max: 900 }) })
  .chain((picture) =>
    fc.record({
      picture: fc.constant(picture),
      extension: fc.record({ left: side, top: side, right: side, bottom: side, overlap: side }),
      mask: fc.option(
        fc
          .tuple(fc.nat(picture.width - 2), fc.nat(picture.height - 2), fc.nat(400), fc.nat(400))
          .map(([x0, y0, width, height]): PixelRect => ({
            x0,
            y0,
            x1: Math.min(picture.width, x0 + 1 + width),
            y1: Math.min(picture.height, y0 + 1 + height),
          })),
      ),
    }),
  );

/** Whether a pixel of the canvas is to be repainted, by definition. */
function isFresh(
  x: number,
  y: number,
  mask: PixelRect | null,
  size: { width: number; height: number },
  e: Extension,
): boolean {
  const [u, v] = [x - e.left, y - e.top];
  const inMask = mask !== null && u >= mask.x0 && u < mask.x1 && v >= mask.y0 && v < mask.y1;
  return inMask || u < 0 || v < 0 || u >= size.width || v >= size.height;
}

describe('the box around everything new', () => {
  it('contains every pixel of mask and extension, and lies on the canvas', () => {
    fc.assert(
      fc.property(cases, ({ picture, extension, mask }) => {
        const box = freshBox(mask, picture, extension);
        const width = picture.width + extension.left + extension.right;
        const height = picture.height + extension.top + extension.bottom;
        const xs = [0, extension.left - 1, extension.left, width - extension.right, width - 1];
        const ys = [0, extension.top - 1, extension.top, height - extension.bottom, height - 1];
        if (mask) {
          xs.push(mask.x0 + extension.left, mask.x1 + extension.left - 1);
          ys.push(mask.y0 + extension.top, mask.y1 + extension.top - 1);
        }
        for (const x of xs.filter((at) => at >= 0 && at < width)) {
          for (const y of ys.filter((at) => at >= 0 && at < height)) {
            if (isFresh(x, y, mask, picture, extension)) {
              expect(box).not.toBeNull();
              expect(box && x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height).toBe(
                true,
              );
            }
          }
        }
        if (box) {
          expect(box.x >= 0 && box.y >= 0).toBe(true);
          expect(box.x + box.width <= width && box.y + box.height <= height).toBe(true);
        }
      }),
    );
  });

  it('is just the mask where nothing is added, and null for nothing', () => {
    const mask = { x0: 10, y0: 20, x1: 40, y1: 60 };
    expect(freshBox(mask, { width: 100, height: 100 }, null)).toEqual({
      x: 10,
      y: 20,
      width: 30,
      height: 40,
    });
    expect(freshBox(null, { width: 100, height: 100 }, null)).toBeNull();
  });

  it('is a strip with its overlap where one side is added', () => {
    const right = { left: 0, top: 0, right: 50, bottom: 0, overlap: 20 };
    expect(freshBox(null, { width: 100, height: 80 }, right)).toEqual({ x: 80, y: 0, width: 70, height: 80 });
  });
});

describe('areas for parts of the mask that lie far apart', () => {
  function planned(): { plan: AreaPlan; outpaint: OutpaintPlan; grid: MaskGrid } {
    const size = { width: 4096, height: 4096 };
    const grid = new MaskGrid(4096, 4096);
    for (const at of [20, 4030]) {
      grid.writeRect({ x0: at, y0: at, x1: at + 40, y1: at + 40 }, new Uint8Array(1600).fill(255));
    }
    const subject = {
      picture: size,
      mask: { bounds: () => grid.bounds(), islands: () => islandsOf(grid), shareWithin: () => null },
      camera: { showBox: () => undefined, zoomTo: () => undefined },
    };
    const choices = new InpaintChoices();
    choices.set({ areaMode: 'auto', islands: false });
    const outpaint = new OutpaintPlan(subject, choices);
    const plan = new AreaPlan(subject, choices, outpaint);
    plan.refresh();
    return { plan, outpaint, grid };
  }

  it('are offered, and used once chosen', () => {
    const { plan, grid } = planned();
    expect([plan.apart.length, plan.parts.length]).toEqual([2, 0]);
    expect(plan.planned()(grid.bounds(), islandsOf(grid))).toMatchObject({
      area: { width: 4096, height: 4096 },
      parts: [],
    });
    plan.separate(true);
    expect(plan.parts).toEqual(plan.apart);
    const { parts, area } = plan.planned()(grid.bounds(), islandsOf(grid));
    expect(area).toMatchObject({ width: 4096, height: 4096 });
    expect(parts.map((part) => part.area)).toEqual(plan.apart);
    expect(parts.map((part) => part.working)).toEqual([
      { width: 1024, height: 1024 },
      { width: 1024, height: 1024 },
    ]);
    plan.separate(false);
    expect(plan.parts).toEqual([]);
  });

  it('are none by hand, for the whole picture, with an extension, or once the mask is one', () => {
    const { plan, outpaint, grid } = planned();
    plan.separate(true);
    for (const mode of ['hand', 'whole'] as const) {
      plan.setMode(mode);
      expect([plan.apart, plan.planned()(grid.bounds(), islandsOf(grid)).parts]).toEqual([[], []]);
    }
    plan.setMode('auto');
    plan.refresh();
    expect(plan.apart).toHaveLength(2);
    outpaint.toggle();
    outpaint.pull('left', 200);
    expect(plan.apart).toEqual([]);
    outpaint.toggle();
    grid.writeRect({ x0: 4030, y0: 4030, x1: 4070, y1: 4070 }, new Uint8Array(1600));
    grid.normalise(grid.length - 1);
    plan.refresh();
    expect(plan.apart).toEqual([]);
  });
});

describe('what a box placed by hand leaves out', () => {
  /** A plan for a picture of 1000 × 800 px with this part masked. */
  function planned(mask: PixelRect | null): { plan: AreaPlan; outpaint: OutpaintPlan } {
    const size = { width: 1000, height: 800 };
    const grid = mask ? rasterShape({ kind: 'rect', ...mask }, size) : new MaskGrid(1000, 800);
    const subject = {
      picture: size,
      mask: {
        bounds: () => grid.bounds(),
        islands: () => islandsOf(grid),
        shareWithin: (rect: PixelRect) => grid.shareWithin(rect),
      },
      camera: { showBox: () => undefined, zoomTo: () => undefined },
    };
    const choices = new InpaintChoices();
    const outpaint = new OutpaintPlan(subject, choices);
    return { plan: new AreaPlan(subject, choices, outpaint), outpaint };
  }
  const mask = { x0: 100, y0: 100, x1: 300, y1: 200 };

  it('is the part of the mask beside it, updated with mask and box', () => {
    const { plan } = planned(mask);
    plan.place({ x: 200, y: 0, width: 400, height: 400 });
    plan.refresh();
    expect([plan.outside, plan.leavesNothing]).toEqual([0.5, false]);
    plan.place({ x: 320, y: 0, width: 400, height: 400 });
    plan.refresh();
    expect([plan.outside, plan.leavesNothing]).toEqual([1, true]);
  });

  it('is nothing when the area is automatic or the whole picture, or nothing is masked', () => {
    const { plan } = planned(mask);
    plan.place({ x: 320, y: 0, width: 400, height: 400 });
    for (const mode of ['auto', 'whole'] as const) {
      plan.setMode(mode);
      plan.refresh();
      expect([plan.outside, plan.leavesNothing]).toEqual([0, false]);
    }
    const empty = planned(null).plan;
    empty.place({ x: 320, y: 0, width: 400, height: 400 });
    empty.refresh();
    expect([empty.outside, empty.leavesNothing]).toEqual([0, false]);
  });

  it('is included once the box is enlarged, with everything that was in it and the edge', () => {
    const { plan } = planned(mask);
    plan.place({ x: 320, y: 0, width: 400, height: 400 });
    plan.enlarge();
    expect([plan.outside, plan.leavesNothing]).toEqual([0, false]);
    const box = plan.box;
    expect(box && [box.x <= 100, box.y, box.x + box.width >= 720, box.y + box.height >= 400]).toEqual([
      true,
      0,
      true,
      true,
    ]);
  });

  it('still leaves something to do when an extension, whose corner moves the mask, is in the box', () => {
    const { plan, outpaint } = planned(mask);
    outpaint.toggle();
    outpaint.pull('left', 200);
    plan.place({ x: 500, y: 0, width: 400, height: 400 });
    plan.refresh();
    expect([plan.outside, plan.leavesNothing]).toEqual([1, true]);
    plan.place({ x: 0, y: 0, width: 400, height: 400 });
    plan.refresh();
    expect([plan.outside, plan.leavesNothing]).toEqual([0.5, false]);
    plan.place({ x: 0, y: 400, width: 240, height: 400 });
    plan.refresh();
    expect([plan.outside, plan.leavesNothing]).toEqual([1, false]);
  });
});
