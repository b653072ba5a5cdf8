import { describe, expect, it } from 'vitest';
import { rasterShape } from './coverage';
import { MaskGrid } from './mask-grid';
import { PixelSource } from './pixel-source';
import { softenEdges, wand, wandPreview } from './wand';

const WIDTH = 600;
const HEIGHT = 500;

/** Two red discs and a dark red one on a green background that goes from dark to light. */
function picture(): PixelSource {
  const source = new PixelSource(WIDTH, HEIGHT);
  const row = new Uint8Array(WIDTH * 4);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const [r, g] = disc(x, y, 150, 250)
        ? [200, 20]
        : disc(x, y, 300, 250)
          ? [150, 15]
          : disc(x, y, 450, 250)
            ? [200, 20]
            : [10, (60 + (x * 120) / WIDTH) | 0];
      row.set([r, g, 30, (x * y) & 255], x * 4);
    }
    source.setRows(y, row);
  }
  return source;
}

function disc(x: number, y: number, middleX: number, middleY: number): boolean {
  return Math.hypot(x - middleX, y - middleY) < 60;
}

/** All pixels of a grid: those above 0 as a set of `y · width + x`. */
function count(grid: MaskGrid, inside: (x: number, y: number) => boolean): { right: number; wrong: number } {
  let right = 0;
  let wrong = 0;
  for (let y = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++) {
      const value = grid.valueAt(x, y);
      if (value === (inside(x, y) ? 255 : 0)) {
        right += value === 255 ? 1 : 0;
      } else {
        wrong++;
      }
    }
  }
  return { right, wrong };
}

describe('PixelSource', () => {
  it('keeps the colours of rows in bands, and their means at a quarter of the size', () => {
    const source = new PixelSource(10, 515);
    const rgba = new Uint8Array(10 * 4 * 515);
    for (let i = 0; i < rgba.length; i++) {
      rgba[i] = (i * 31 + (i >> 5)) & 255;
    }
    source.setRows(0, rgba.subarray(0, 10 * 4 * 300));
    source.setRows(300, rgba.subarray(10 * 4 * 300));
    const at = (x: number, y: number): number[] => [
      ...source
        .band(y)
        .subarray(((y & 255) * 10 + x) * 3)
        .subarray(0, 3),
    ];
    for (const [x, y] of [
      [0, 0],
      [9, 299],
      [3, 300],
      [9, 514],
      [4, 256],
    ] as const) {
      expect(at(x, y)).toEqual([...rgba.subarray((y * 10 + x) * 4, (y * 10 + x) * 4 + 3)]);
    }
    const { coarse } = source;
    expect([coarse.width, coarse.height]).toEqual([3, 129]);
    let sum = 0;
    for (const [x, y] of [
      [8, 512],
      [9, 512],
      [8, 513],
      [9, 513],
      [8, 514],
      [9, 514],
    ] as const) {
      sum += at(x, y)[1] ?? 0;
    }
    expect(coarse.band(128)[(128 * 3 + 2) * 3 + 1]).toBe(Math.round(sum / 6));
    expect(source.bytes()).toBe(10 * 515 * 3 + 3 * 129 * 3);
    expect(coarse).toBe(source.coarse);
  });

  it('averages the colours around a pixel, inside the picture only', () => {
    const source = new PixelSource(3, 2);
    source.setRows(
      0,
      Uint8Array.from({ length: 24 }, (_, i) => (i >> 2) * 10),
    );
    expect(source.meanColor(0, 0)[0]).toBe((0 + 10 + 30 + 40) / 4);
    expect(source.meanColor(1, 1)[2]).toBe(25);
  });
});

describe('wand', () => {
  it('takes what is connected, or everything alike', () => {
    const source = picture();
    const near = { x: 150.5, y: 250.2, tolerance: 5, soft: false };
    expect(count(wand(source, { ...near, contiguous: true }), (x, y) => disc(x, y, 150, 250)).wrong).toBe(0);
    const both = count(
      wand(source, { ...near, contiguous: false }),
      (x, y) => disc(x, y, 150, 250) || disc(x, y, 450, 250),
    );
    expect(both.wrong).toBe(0);
    expect(both.right).toBeGreaterThan(20_000);
    const more = wand(source, { ...near, tolerance: 15, contiguous: false });
    expect(count(more, (x, y) => [150, 300, 450].some((middle) => disc(x, y, middle, 250))).wrong).toBe(0);
  });

  it('grows with the tolerance until it takes everything', () => {
    const source = picture();
    let before = 0;
    for (const tolerance of [0, 2, 6, 12, 25, 60, 100]) {
      const part = wand(source, { x: 10, y: 10, tolerance, contiguous: true }).coverage();
      expect(part).toBeGreaterThanOrEqual(before);
      before = part;
    }
    expect(before).toBe(1);
  });

  it('stops at painted pixels when a border is given', () => {
    const source = picture();
    const border = rasterShape(
      { kind: 'rect', x0: 140, y0: 0, x1: 160, y1: 500 },
      { width: WIDTH, height: HEIGHT },
    );
    const grid = wand(source, { x: 110, y: 250, tolerance: 5, contiguous: true, soft: false, border });
    expect(count(grid, (x, y) => x < 140 && disc(x, y, 150, 250)).wrong).toBe(0);
    const everywhere = wand(source, { x: 110, y: 250, tolerance: 5, contiguous: false, soft: false, border });
    expect(everywhere.valueAt(150, 250)).toBe(0);
    expect(everywhere.valueAt(450, 250)).toBe(255);
  });

  it('selects at least the clicked pixel, and nothing outside', () => {
    const source = new PixelSource(20, 20);
    source.setRows(
      10,
      Uint8Array.from({ length: 80 }, (_, i) => (i === 40 ? 255 : 0)),
    );
    const dot = wand(source, { x: 10, y: 10, tolerance: 0, contiguous: true, soft: false });
    expect(dot.bounds()).toEqual({ x0: 10, y0: 10, x1: 11, y1: 11 });
    expect(wand(source, { x: -1, y: 5, tolerance: 50, contiguous: true }).empty).toBe(true);
    expect(wandPreview(source, { x: 5, y: 20, tolerance: 50, contiguous: true }).empty).toBe(true);
  });

  it('previews much the same at a quarter of the size', () => {
    const source = picture();
    for (const contiguous of [true, false]) {
      const options = { x: 150, y: 250, tolerance: 5, contiguous };
      const small = wandPreview(source, options);
      expect([small.width, small.height]).toEqual([150, 125]);
      expect(Math.abs(small.coverage() - wand(source, options).coverage())).toBeLessThan(0.01);
    }
    const border = rasterShape(
      { kind: 'rect', x0: 140, y0: 0, x1: 160, y1: 500 },
      { width: WIDTH, height: HEIGHT },
    );
    const cut = wandPreview(source, { x: 110, y: 250, tolerance: 5, contiguous: true, border });
    expect(cut.valueAt(28, 62)).toBe(255);
    expect(cut.valueAt(45, 62)).toBe(0);
  });
});

describe('softenEdges', () => {
  it('is the weighted mean of 3 × 3 px with the picture continued beyond its edges', () => {
    const grid = new MaskGrid(600, 300);
    const values = Uint8Array.from({ length: 600 * 300 }, (_, i) => (((i * 2654435761) >>> 7) & 1 ? 255 : 0));
    values.fill(255, 600 * 100, 600 * 140);
    grid.writeRect({ x0: 0, y0: 0, x1: 600, y1: 300 }, values);
    const soft = softenEdges(grid);
    const at = (x: number, y: number): number =>
      grid.valueAt(Math.min(599, Math.max(0, x)), Math.min(299, Math.max(0, y)));
    for (let y = 0; y < 300; y++) {
      for (let x = 0; x < 600; x++) {
        let sum = 8;
        for (let dy = -1; dy <= 1; dy++) {
          for (let dx = -1; dx <= 1; dx++) {
            sum += at(x + dx, y + dy) * (2 - Math.abs(dx)) * (2 - Math.abs(dy));
          }
        }
        if (soft.valueAt(x, y) !== sum >> 4) {
          expect.fail(`${x},${y}`);
        }
      }
    }
  });

  it('leaves flat tiles unchanged, and finds edges between them', () => {
    const size = { width: 1280, height: 1280 };
    const soft = softenEdges(rasterShape({ kind: 'rect', x0: 256, y0: 256, x1: 1024, y1: 1280 }, size));
    expect(soft.isFull(2 * 5 + 2)).toBe(true);
    expect(soft.tile(0)).not.toBeNull();
    expect([254, 255, 256, 257].map((x) => soft.valueAt(x, 700))).toEqual([0, 64, 191, 255]);
    expect(soft.valueAt(700, 1279)).toBe(255);
  });
});
