import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StageView } from './stage-view.svelte';

function stageOf(width: number, height: number, ratio = 1, view = { width: 1000, height: 800 }): StageView {
  const stage = new StageView();
  stage.setView(view.width, view.height, ratio);
  stage.open({ width, height });
  return stage;
}

describe('the picture in the viewer', () => {
  it('is shown whole and centred at first', () => {
    const stage = stageOf(2000, 1000);
    expect(stage.box).toEqual({ left: 0, top: 150, width: 1000, height: 500 });
    expect([stage.percent, stage.isFitted, stage.canPan]).toEqual([50, true, false]);
  });

  it('is not blown up when it is small', () => {
    expect(stageOf(300, 200).box).toEqual({ left: 350, top: 300, width: 300, height: 200 });
    // One px of the picture on one CSS px, also where that is several px of the screen.
    expect(stageOf(300, 200, 2).box).toEqual({ left: 350, top: 300, width: 300, height: 200 });
  });

  it('has one px of its own on one px of the screen at 100 %', () => {
    const stage = stageOf(4000, 4000, 2);
    stage.zoomTo(1);
    expect(stage.box.width).toBe(2000);
    expect(stage.percent).toBe(100);
  });

  it('switches between whole and 100 % where it is tapped', () => {
    const stage = stageOf(4000, 3200);
    stage.toggle({ x: 250, y: 200 });
    expect(stage.percent).toBe(100);
    expect(stage.box).toMatchObject({ left: -750, top: -600 });
    stage.toggle({ x: 10, y: 10 });
    expect(stage.isFitted).toBe(true);
    const small = stageOf(500, 400);
    small.toggle();
    expect(small.percent).toBe(200);
  });

  it('keeps the point under the pointer while zooming, as long as there is picture to show', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 900 }),
        fc.integer({ min: 100, max: 700 }),
        fc.double({ min: 1.01, max: 3, noNaN: true }),
        (x, y, factor) => {
          const stage = stageOf(4000, 3200);
          stage.zoomTo(0.5, { x, y });
          const before = stage.box;
          const scale = stage.scale;
          stage.zoomTo(scale * factor, { x, y });
          const after = stage.box;
          const share = (box: typeof before): number => (x - box.left) / box.width;
          expect(Math.abs(share(after) - share(before))).toBeLessThan(0.002);
        },
      ),
    );
  });

  it('never leaves a gap beside a picture larger than the view', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -3000, max: 3000 }), fc.integer({ min: -3000, max: 3000 }))),
        fc.double({ min: 0.2, max: 8, noNaN: true }),
        (moves, scale) => {
          const stage = stageOf(4000, 3200);
          stage.zoomTo(scale);
          moves.forEach(([dx, dy]) => stage.pan(dx, dy));
          const { left, top, width, height } = stage.box;
          expect(left).toBeLessThanOrEqual(1);
          expect(top).toBeLessThanOrEqual(1);
          expect(left + width).toBeGreaterThanOrEqual(999);
          expect(top + height).toBeGreaterThanOrEqual(799);
        },
      ),
    );
  });

  it('stays whole when its size becomes known or the window changes', () => {
    const stage = stageOf(1024, 1024);
    stage.setImage({ width: 3000, height: 1000 });
    expect(stage.isFitted).toBe(true);
    expect(stage.box.width).toBe(1000);
    stage.setView(600, 600, 1);
    expect(stage.isFitted).toBe(true);
    expect(stage.box.width).toBe(600);
  });

  it('stays zoomed when the window changes', () => {
    const stage = stageOf(4000, 3200);
    stage.zoomTo(1);
    stage.setView(600, 600, 1);
    expect(stage.percent).toBe(100);
  });

  it('never shrinks below whole, nor grows without end', () => {
    const stage = stageOf(4000, 3200);
    stage.zoomTo(0.001);
    expect(stage.isFitted).toBe(true);
    stage.zoomTo(1e6);
    expect(stage.scale).toBe(32);
  });

  it('goes through round scales by its buttons', () => {
    const stage = stageOf(4000, 3200);
    const seen = [1, 1, 1, 1, -1, -1].map((direction) => {
      stage.step(direction as 1 | -1);
      return stage.percent;
    });
    expect(seen).toEqual([33, 50, 67, 100, 67, 50]);
  });
});
