import { describe, expect, it } from 'vitest';
import { oklab } from './oklab';
import { lightness, type PixelRange, previewRange, selectRange } from './pixel-range';
import { PixelSource } from './pixel-source';

type Rgb = readonly [number, number, number];

function picture(width: number, height: number, colorAt: (x: number, y: number) => Rgb): PixelSource {
  const source = new PixelSource(width, height);
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    rgba.set([...colorAt(at % width, Math.floor(at / width)), 255], at * 4);
  }
  source.setRows(0, rgba);
  return source;
}

/** Greys from black on the left to white on the right. */
const greys = picture(256, 4, (x) => [x, x, x]);
const RED: Rgb = [200, 30, 30];
const BLUE: Rgb = [30, 30, 200];
/** Two red patches that touch nowhere, on blue; larger than a tile. */
const patches = picture(600, 300, (x, y) => ((x < 40 && y < 40) || (x >= 560 && y >= 270) ? RED : BLUE));
const color = (given: Rgb, tolerance = 5, softness = 0): PixelRange => ({
  kind: 'color',
  color: given,
  tolerance,
  softness,
});

describe('a range of colours', () => {
  it('is taken wherever it lies, and nothing else', () => {
    const grid = selectRange(patches, color(RED));
    expect(grid.valueAt(0, 0)).toBe(255);
    expect(grid.valueAt(39, 39)).toBe(255);
    expect(grid.valueAt(599, 299)).toBe(255);
    expect(grid.valueAt(40, 40)).toBe(0);
    expect(grid.valueAt(300, 150)).toBe(0);
    expect(grid.coverage()).toBeCloseTo((40 * 40 + 40 * 30) / (600 * 300), 6);
  });

  it('takes an equal colour at tolerance 0', () => {
    const grid = selectRange(patches, color(BLUE, 0));
    expect(grid.valueAt(300, 150)).toBe(255);
    expect(grid.valueAt(0, 0)).toBe(0);
  });

  it('counts fully up to the tolerance, then fades in a straight line over the softness', () => {
    const grid = selectRange(greys, color([128, 128, 128], 10, 20));
    const middle = oklab(128, 128, 128)[0] * 100;
    for (let x = 0; x < 256; x++) {
      const distance = Math.abs(oklab(x, x, x)[0] * 100 - middle);
      const wanted = Math.min(255, Math.max(0, 255 * (1 - (distance - 10) / 20)));
      expect(Math.abs(grid.valueAt(x, 2) - wanted), `grey ${x}`).toBeLessThan(2);
    }
  });

  it('is all or nothing without softness', () => {
    const grid = selectRange(greys, color([128, 128, 128], 10));
    const found = new Set(Array.from({ length: 256 }, (_, x) => grid.valueAt(x, 0)));
    expect(found).toEqual(new Set([0, 255]));
  });

  it('is empty where nothing is near, and full where everything is', () => {
    expect(selectRange(patches, color([0, 255, 0])).empty).toBe(true);
    const all = selectRange(patches, color(RED, 100));
    expect(Array.from({ length: all.length }, (_, i) => all.isFull(i)).every(Boolean)).toBe(true);
  });
});

describe('a range of brightness', () => {
  const light = (from: number, to: number, softness = 0): PixelRange => ({
    kind: 'light',
    from,
    to,
    softness,
  });

  it('holds what lies between its ends, in either order', () => {
    const grid = selectRange(greys, light(30, 60));
    const turned = selectRange(greys, light(60, 30));
    for (let x = 0; x < 256; x++) {
      const value = oklab(x, x, x)[0] * 100;
      if (Math.abs(value - 30) > 0.1 && Math.abs(value - 60) > 0.1) {
        expect(grid.valueAt(x, 1), `grey ${x}`).toBe(value > 30 && value < 60 ? 255 : 0);
      }
      expect(turned.valueAt(x, 1)).toBe(grid.valueAt(x, 1));
    }
  });

  it('fades beyond both ends', () => {
    const grid = selectRange(greys, light(40, 50, 10));
    for (let x = 0; x < 256; x++) {
      const value = oklab(x, x, x)[0] * 100;
      const beyond = Math.max(40 - value, value - 50, 0);
      const wanted = Math.max(0, 255 * (1 - beyond / 10));
      expect(Math.abs(grid.valueAt(x, 1) - wanted), `grey ${x}`).toBeLessThan(3);
    }
  });

  it('reaches to black and white', () => {
    expect(selectRange(greys, light(0, 100)).isFull(0)).toBe(true);
    expect(selectRange(greys, light(0, 0)).valueAt(0, 0)).toBe(255);
    expect(selectRange(greys, light(100, 100)).valueAt(255, 0)).toBe(255);
    expect(lightness([0, 0, 0])).toBe(0);
    expect(lightness([255, 255, 255])).toBeCloseTo(100, 3);
  });
});

it('is previewed exactly, and where the picture is large at a quarter of its size', () => {
  const exact = previewRange(patches, color(RED));
  expect([exact.width, exact.height]).toEqual([600, 300]);
  expect([exact.valueAt(39, 39), exact.valueAt(40, 40)]).toEqual([255, 0]);
  const large = picture(8192, 520, (x) => (x < 4096 ? RED : BLUE));
  const grid = previewRange(large, color(RED));
  expect([grid.width, grid.height]).toEqual([2048, 130]);
  expect([grid.valueAt(1023, 60), grid.valueAt(1024, 60)]).toEqual([255, 0]);
});
