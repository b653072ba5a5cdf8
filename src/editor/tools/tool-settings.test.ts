import { describe, expect, it } from 'vitest';
import {
  DEFAULT_SETTINGS,
  FEATHER_MOST,
  imageSize,
  keptSize,
  readSettings,
  selectionOf,
  steppedFeather,
  steppedSize,
  steppedTolerance,
  validSize,
} from './tool-settings';

describe('sizes', () => {
  it('go through the same series up and down, and end at the limits', () => {
    const up = [1];
    while ((up.at(-1) ?? 0) < 2000 && up.length < 200) {
      up.push(steppedSize(up.at(-1) ?? 1, 1));
    }
    const down = [2000];
    while ((down.at(-1) ?? 0) > 1 && down.length < 200) {
      down.push(steppedSize(down.at(-1) ?? 1, -1));
    }
    expect(down.reverse()).toEqual(up);
    expect(up.length).toBeLessThan(70);
    expect(steppedSize(2000, 1)).toBe(2000);
    expect(steppedSize(1, -1)).toBe(1);
  });

  it('continue from sizes between the steps', () => {
    expect(steppedSize(63.4, 1)).toBe(70);
    expect(steppedSize(63.4, -1)).toBe(60);
    expect(steppedSize(9.5, 1)).toBe(10);
    expect(validSize(0)).toBe(1);
    expect(validSize(1e9)).toBe(2000);
    expect(validSize(33.33)).toBe(33.3);
  });
});

describe('steps of a soft edge and of a tolerance', () => {
  it('end at their limits and come back the same way', () => {
    expect([steppedFeather(0, -1), steppedFeather(0, 1), steppedFeather(1, -1)]).toEqual([0, 1, 0]);
    expect([steppedFeather(10, 1), steppedFeather(15, -1)]).toEqual([15, 10]);
    expect(steppedFeather(FEATHER_MOST, 1)).toBe(FEATHER_MOST);
    expect([steppedTolerance(12, 1), steppedTolerance(13, -1), steppedTolerance(12.5, -1)]).toEqual([
      13, 12, 12,
    ]);
    expect([steppedTolerance(100, 1), steppedTolerance(0, -1)]).toEqual([100, 0]);
  });
});

describe('sizes on the screen', () => {
  it('grow in the picture as the view zooms out, within the limits', () => {
    expect(imageSize(50, 'screen', 0.5)).toBe(100);
    expect(imageSize(50, 'screen', 8)).toBe(6.3);
    expect(imageSize(50, 'image', 0.5)).toBe(50);
    expect(imageSize(1000, 'screen', 0.1)).toBe(2000);
    expect(imageSize(2, 'screen', 16)).toBe(1);
  });

  it('are stored so that the brush has the size asked for', () => {
    for (const scale of [0.1, 0.37, 1, 4]) {
      for (const unit of ['image', 'screen'] as const) {
        expect(imageSize(keptSize(120, unit, scale), unit, scale)).toBeCloseTo(120, 0);
      }
    }
  });
});

const SELECTING = ['rect', 'ellipse', 'lasso', 'polygon', 'fill', 'wand', 'quick', 'quickBox'] as const;

describe('readSettings', () => {
  it('takes what is valid and defaults the rest', () => {
    expect(readSettings(null)).toEqual(DEFAULT_SETTINGS);
    expect(readSettings('text')).toEqual(DEFAULT_SETTINGS);
    const read = readSettings({
      tools: { brush: { size: 12, hardness: 7, binary: true, smoothing: 2 }, eraser: { tip: 'square' } },
      paint: { tip: 'star' },
      areas: { lasso: { feather: 12, antialias: false }, rect: { feather: -1, opacity: 'all' } },
      wand: { tolerance: 30, contiguous: 'no' },
      quick: { size: 33, sensitivity: 4, antialias: false },
      combine: 'replace',
      sizeUnit: 'screen',
      side: 'right',
      pressure: { toOpacity: true, curve: Number.NaN },
      maskColor: 'red',
      maskOpacity: 0.2,
    });
    expect(read.tools.brush).toEqual({ ...DEFAULT_SETTINGS.tools.brush, size: 12, binary: true });
    expect(read.areas.lasso).toEqual({ combine: 'add', opacity: 1, antialias: false, feather: 12 });
    expect(read.areas.rect).toEqual(DEFAULT_SETTINGS.areas.rect);
    expect(read.wand).toEqual({ ...DEFAULT_SETTINGS.wand, tolerance: 30 });
    expect(read.quick).toEqual({ ...DEFAULT_SETTINGS.quick, size: 33, antialias: false });
    expect([read.sizeUnit, read.side]).toEqual(['screen', 'right']);
    expect(read.tools.eraser).toEqual({ ...DEFAULT_SETTINGS.tools.eraser, tip: 'square' });
    expect([read.tools.brush.tip, read.paint.tip]).toEqual(['round', 'round']);
    expect(read.pressure).toEqual({ ...DEFAULT_SETTINGS.pressure, toOpacity: true });
    expect(read.maskColor).toBe(DEFAULT_SETTINGS.maskColor);
    expect(read.maskOpacity).toBe(0.2);
    expect(readSettings(JSON.parse(JSON.stringify(read)))).toEqual(read);
  });

  it('keeps each tool’s combine mode, and applies the former common choice to all', () => {
    const read = readSettings({
      areas: { lasso: { combine: 'intersect' }, rect: { combine: 'nonsense' } },
      wand: { combine: 'subtract' },
    });
    expect(SELECTING.map((tool) => selectionOf(read, tool)?.combine)).toEqual([
      'add',
      'add',
      'intersect',
      'add',
      'add',
      'subtract',
      'add',
      'add',
    ]);
    const old = readSettings({ combine: 'subtract', wand: { combine: 'add' } });
    expect(SELECTING.map((tool) => selectionOf(old, tool)?.combine)).toEqual([
      ...Array.from({ length: 5 }, () => 'subtract'),
      'add',
      'add',
      'add',
    ]);
    expect((['brush', 'eraser', 'hand'] as const).map((tool) => selectionOf(read, tool))).toEqual([
      null,
      null,
      null,
    ]);
  });
});
