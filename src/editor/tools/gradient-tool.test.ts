import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TILE } from '../mask/mask-grid';
import { gradientGrid } from '../mask/gradient-mask';
import { GradientTool } from './gradient-tool';
import { ramp, RAMP_SHAPES } from '../mask/ramp';
import { FakeHost } from './testing/fake-host';

describe('a gradient on the mask', () => {
  it('is what the ramp says at every pixel, whatever tiles it skips', () => {
    const width = 600;
    const height = 300;
    const place = fc.record({
      x: fc.integer({ min: -200, max: 800 }),
      y: fc.integer({ min: -200, max: 500 }),
    });
    fc.assert(
      fc.property(fc.constantFrom(...RAMP_SHAPES), place, place, (shape, from, to) => {
        const grid = gradientGrid({ shape, from, to }, width, height);
        const along = ramp(shape, from, to);
        for (let y = 0; y < height; y += 7) {
          for (let x = 0; x < width; x += 7) {
            expect(grid.valueAt(x, y)).toBe(Math.round(255 * (1 - along(x + 0.5, y + 0.5))));
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('finds a small ring in the middle of a tile', () => {
    const from = { x: TILE + 128, y: 128 };
    const grid = gradientGrid({ shape: 'radial', from, to: { x: from.x + 20, y: 128 } }, 3 * TILE, TILE);
    expect(grid.valueAt(from.x, from.y)).toBeGreaterThan(245);
    expect(grid.tile(0)).toBeNull();
    expect(grid.tile(2)).toBeNull();
  });

  it('keeps full and empty tiles for nothing', () => {
    const grid = gradientGrid(
      { shape: 'linear', from: { x: 300, y: 0 }, to: { x: 500, y: 0 } },
      4 * TILE,
      2 * TILE,
    );
    expect(grid.isFull(0)).toBe(true);
    expect(grid.isFull(4)).toBe(true);
    expect(grid.tile(2)).toBeNull();
    expect(grid.tile(3)).toBeNull();
  });
});

describe('GradientTool', () => {
  const line = [
    [50, 60],
    [150, 60],
  ] as const;

  it('is dragged from where the mask is full to where it ends, as one step', async () => {
    const host = new FakeHost();
    host.drag(new GradientTool(), line);
    await host.still();
    expect(host.steps).toEqual(['gradient']);
    expect([host.value(10, 5), host.value(49, 100)]).toEqual([255, 255]);
    expect(Math.abs(host.value(100, 20) - 127)).toBeLessThan(3);
    expect([host.value(151, 60), host.value(199, 119)]).toEqual([0, 0]);
  });

  it('spreads in rings, at its opacity', async () => {
    const host = new FakeHost();
    host.settings.gradient.shape = 'radial';
    host.settings.gradient.opacity = 0.5;
    host.drag(new GradientTool(), [
      [100, 60],
      [150, 60],
    ]);
    await host.still();
    expect(Math.abs(host.value(100, 60) - 127)).toBeLessThan(4);
    expect(Math.abs(host.value(100, 35) - 64)).toBeLessThan(4);
    expect(host.value(20, 60)).toBe(0);
  });

  it('cuts, and keeps what is shared', async () => {
    const host = new FakeHost();
    host.document.selectAll();
    host.drag(new GradientTool(), line, { subtract: true });
    await host.still();
    expect([host.value(10, 60), host.value(190, 60)]).toEqual([0, 255]);
    host.document.selectAll();
    host.settings.gradient.combine = 'intersect';
    host.drag(new GradientTool(), line);
    await host.still();
    expect([host.value(10, 60), host.value(190, 60)]).toEqual([255, 0]);
  });

  it('goes in steps of 15° with Shift', async () => {
    const host = new FakeHost();
    host.drag(
      new GradientTool(),
      [
        [50, 60],
        [150, 64],
      ],
      {},
      { straight: true },
    );
    await host.still();
    expect(host.value(100, 5)).toBe(host.value(100, 115));
  });

  it('makes nothing of a click, nor of a cancelled drag', async () => {
    const host = new FakeHost();
    const tool = new GradientTool();
    host.click(tool, 50, 60);
    const gesture = host.press(tool, 50, 60);
    gesture?.move([{ x: 150, y: 60, pressure: 0.5 }], { straight: false, centre: false });
    gesture?.cancel();
    await host.still();
    expect(host.steps).toEqual([]);
  });
});
