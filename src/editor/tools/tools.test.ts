import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoxTool } from './box-tool';
import type { TipShape } from '../mask/brush';
import { BrushTool } from './brush-tool';
import { Copies } from './copy-tool';
import { FillTool } from './fill-tool';
import { dragBox, snapAngle } from './geometry';
import { LassoTool } from './lasso-tool';
import { PolygonTool } from './polygon-tool';
import { combineOf } from './selection';
import { FakeHost } from './testing/fake-host';
import { SmartSelection } from '../smart/smart-selection.svelte';
import { makeTools } from './tools';
import { PlaceTool } from './place-tool';
import { QuickTool } from './quick-tool';
import { WandTool } from './wand-tool';

const key = (name: string, more: Partial<KeyboardEvent> = {}): KeyboardEvent =>
  ({ key: name, ctrlKey: false, metaKey: false, shiftKey: false, ...more }) as KeyboardEvent;

describe('geometry', () => {
  it('snaps drags to whole pixels, squares and centres', () => {
    const keys = { straight: false, centre: false };
    const at = (x: number, y: number) => ({ x, y });
    expect(dragBox(at(10.4, 20.6), at(5, 30), keys)).toEqual({ x0: 5, y0: 21, x1: 10, y1: 30 });
    expect(dragBox(at(10, 10), at(4, 30), { ...keys, straight: true })).toEqual({
      x0: -10,
      y0: 10,
      x1: 10,
      y1: 30,
    });
    expect(dragBox(at(10, 10), at(14, 13), { ...keys, centre: true })).toEqual({
      x0: 6,
      y0: 7,
      x1: 14,
      y1: 13,
    });
    expect(dragBox(at(10, 10), at(14, 13), { straight: true, centre: true })).toEqual({
      x0: 6,
      y0: 6,
      x1: 14,
      y1: 14,
    });
  });

  it('snaps angles to 15° and keeps lengths', () => {
    const coordinate = fc.double({ min: -1000, max: 1000, noNaN: true });
    fc.assert(
      fc.property(coordinate, coordinate, coordinate, coordinate, (x0, y0, x1, y1) => {
        const from = { x: x0, y: y0 };
        const to = snapAngle(from, { x: x1, y: y1 });
        const length = Math.hypot(x1 - x0, y1 - y0);
        expect(Math.hypot(to.x - x0, to.y - y0)).toBeCloseTo(length, 6);
        if (length > 1) {
          const steps = Math.atan2(to.y - y0, to.x - x0) / (Math.PI / 12);
          expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-6);
          const off = Math.atan2(y1 - y0, x1 - x0) - Math.atan2(to.y - y0, to.x - x0);
          expect(Math.abs(Math.atan2(Math.sin(off), Math.cos(off)))).toBeLessThanOrEqual(Math.PI / 24 + 1e-9);
        }
      }),
    );
    for (const [x, y] of [
      [50, 1],
      [-50, 2],
      [1, 50],
      [-2, -50],
    ] as const) {
      const to = snapAngle({ x: 0, y: 0 }, { x, y });
      expect([to.x, to.y]).toContain(0);
    }
  });
});

describe('how a gesture combines with the mask', () => {
  it('goes by keys and buttons before the setting', () => {
    for (const choice of ['add', 'subtract', 'intersect'] as const) {
      expect(combineOf({ subtract: false, intersect: false }, choice)).toBe(choice);
      expect(combineOf({ subtract: true, intersect: false }, choice)).toBe('subtract');
      expect(combineOf({ subtract: true, intersect: true }, choice)).toBe('intersect');
    }
  });
});

describe('rectangle', () => {
  it('masks exactly what was dragged, as one step', () => {
    const host = new FakeHost();
    host.drag(new BoxTool('rect'), [
      [20, 30],
      [90, 100],
      [60, 70],
    ]);
    expect(host.isBox({ x0: 20, y0: 30, x1: 60, y1: 70 })).toBe(true);
    expect(host.steps).toEqual(['rect']);
    void host.document.undo();
    expect(host.document.grid.empty).toBe(true);
  });

  it('subtracts and intersects', () => {
    const host = new FakeHost();
    const rect = new BoxTool('rect');
    host.drag(rect, [
      [0, 0],
      [100, 100],
    ]);
    host.drag(
      rect,
      [
        [50, 0],
        [200, 120],
      ],
      { subtract: true },
    );
    expect(host.isBox({ x0: 0, y0: 0, x1: 50, y1: 100 })).toBe(true);
    host.drag(
      rect,
      [
        [10, 20],
        [200, 60],
      ],
      { subtract: true, intersect: true },
    );
    expect(host.isBox({ x0: 10, y0: 20, x1: 50, y1: 60 })).toBe(true);
    host.settings.areas.rect.combine = 'subtract';
    host.drag(rect, [
      [0, 0],
      [200, 40],
    ]);
    expect(host.isBox({ x0: 10, y0: 40, x1: 50, y1: 60 })).toBe(true);
  });

  it('is a square with Shift, pressed before or after, and nothing without a size', () => {
    const host = new FakeHost();
    const rect = new BoxTool('rect');
    host.drag(
      rect,
      [
        [20, 20],
        [60, 30],
      ],
      {},
      { straight: true },
    );
    expect(host.isBox({ x0: 20, y0: 20, x1: 60, y1: 60 })).toBe(true);
    host.click(rect, 100, 100);
    host.drag(rect, [
      [100, 100],
      [150, 100.3],
    ]);
    expect(host.steps).toEqual(['rect']);
  });

  it('leaves nothing when it is cancelled', () => {
    const host = new FakeHost();
    const gesture = host.press(new BoxTool('rect'), 10, 10);
    gesture?.move([{ x: 50, y: 50, pressure: 0.5 }], { straight: false, centre: false });
    gesture?.cancel();
    expect(host.document.grid.empty).toBe(true);
  });

  it('has the strength and the soft edge it is set to', async () => {
    const host = new FakeHost();
    host.settings.areas.rect.opacity = 0.5;
    host.drag(new BoxTool('rect'), [
      [20, 20],
      [60, 60],
    ]);
    expect([host.value(40, 40), host.value(70, 40)]).toEqual([128, 0]);
    const soft = new FakeHost();
    soft.settings.areas.rect.feather = 8;
    soft.drag(new BoxTool('rect'), [
      [40, 40],
      [100, 100],
    ]);
    await soft.still();
    const row = Array.from({ length: 30 }, (_, i) => soft.value(25 + i, 70));
    expect(row[0]).toBe(0);
    expect(row.at(-1)).toBe(255);
    expect(row).toEqual([...row].sort((a, b) => a - b));
    expect(new Set(row).size).toBeGreaterThan(8);
  });
});

describe('ellipse', () => {
  it('fills its box, soft at the edge or not', () => {
    for (const antialias of [true, false]) {
      const host = new FakeHost();
      host.settings.areas.ellipse.antialias = antialias;
      host.drag(new BoxTool('ellipse'), [
        [20, 20],
        [100, 80],
      ]);
      const values = host.document.grid.readRect({ x0: 0, y0: 0, x1: 200, y1: 120 });
      const area = values.reduce((sum, value) => sum + value, 0) / 255;
      expect(Math.abs(area - Math.PI * 40 * 30)).toBeLessThan(30);
      expect(values.some((value) => value > 0 && value < 255)).toBe(antialias);
      expect(host.document.grid.bounds()).toEqual({ x0: 20, y0: 20, x1: 100, y1: 80 });
    }
  });
});

describe('lasso', () => {
  it('takes what it encloses', () => {
    const host = new FakeHost();
    host.drag(new LassoTool(), [
      [20, 20],
      [80, 20],
      [80, 60],
      [20, 60],
    ]);
    expect(host.isBox({ x0: 20, y0: 20, x1: 80, y1: 60 })).toBe(true);
    expect(host.steps).toEqual(['lasso']);
  });

  it('ignores a click and a trembling hand', () => {
    const host = new FakeHost();
    const lasso = new LassoTool();
    host.click(lasso, 30, 30);
    host.drag(lasso, [
      [30, 30],
      [30.2, 30.1],
      [30.1, 30.3],
    ]);
    expect(host.steps).toEqual([]);
  });
});

describe('polygon', () => {
  const triangle = (host: FakeHost, tool: PolygonTool): void => {
    host.click(tool, 20, 20);
    host.click(tool, 100, 20);
    host.click(tool, 100, 80);
  };
  const make = (): { host: FakeHost; tool: PolygonTool; wait: (ms: number) => void } => {
    let time = 0;
    const tool = new PolygonTool(() => (time += 1000));
    return { host: new FakeHost(), tool, wait: (ms) => (time += ms) };
  };

  it('closes on the first corner, by Enter, or by a double click', () => {
    const byClick = make();
    triangle(byClick.host, byClick.tool);
    byClick.host.click(byClick.tool, 24, 17);
    const byKey = make();
    triangle(byKey.host, byKey.tool);
    expect(byKey.tool.key(key('Enter'), byKey.host)).toBe(true);
    let now = 0;
    const byDouble = { host: new FakeHost(), tool: new PolygonTool(() => now) };
    for (const [x, y] of [
      [20, 20],
      [100, 20],
      [100, 80],
    ] as const) {
      now += 1000;
      byDouble.host.click(byDouble.tool, x, y);
    }
    now += 200;
    byDouble.host.click(byDouble.tool, 101, 80);
    const shapes = [byClick, byKey, byDouble].map(({ host, tool }) => {
      expect([host.steps, tool.unfinished]).toEqual([['polygon'], null]);
      return [...host.document.grid.readRect({ x0: 0, y0: 0, x1: 200, y1: 120 })];
    });
    expect(shapes[1]).toEqual(shapes[0]);
    expect(shapes[2]).toEqual(shapes[0]);
    expect([byKey.host.value(90, 30), byKey.host.value(30, 70)]).toEqual([255, 0]);
  });

  it('takes back corners and discards all', () => {
    const { host, tool } = make();
    expect(tool.key(key('Escape'), host)).toBe(false);
    triangle(host, tool);
    tool.key(key('Backspace'), host);
    // Two corners are not an area yet: Enter is left to whoever sets corners by keyboard.
    expect(tool.key(key('Enter'), host)).toBe(false);
    expect(tool.unfinished?.complete).toBe(false);
    tool.unfinished?.finish(host);
    const told = host.overlays;
    tool.unfinished?.back(host);
    expect([tool.unfinished?.complete, host.overlays]).toEqual([false, told + 1]);
    tool.key(key('Backspace'), host);
    expect([tool.unfinished, tool.key(key('Backspace'), host)]).toEqual([null, false]);
    triangle(host, tool);
    expect(tool.unfinished?.complete).toBe(true);
    tool.key(key('Escape'), host);
    expect([tool.unfinished, host.steps]).toEqual([null, []]);
    triangle(host, tool);
    tool.leave();
    expect(tool.unfinished).toBeNull();
  });

  it('combines with the mask as its first corner said', () => {
    const { host, tool } = make();
    host.document.selectAll();
    host.click(tool, 20, 20, { subtract: true });
    host.click(tool, 100, 20);
    host.click(tool, 100, 80);
    tool.key(key('Enter'), host);
    expect([host.value(90, 30), host.value(30, 70)]).toEqual([0, 255]);
  });

  it('drops the corner of a cancelled press', () => {
    const { host, tool } = make();
    host.press(tool, 20, 20)?.cancel();
    expect(tool.unfinished).toBeNull();
  });

  it('is not closed by the first of two fingers', () => {
    const { host, tool } = make();
    triangle(host, tool);
    host.press(tool, 21, 20, { device: 'touch' })?.cancel();
    expect([tool.unfinished?.complete, host.steps]).toEqual([true, []]);
    host.click(tool, 21, 20, { device: 'touch' });
    expect([tool.unfinished, host.steps]).toEqual([null, ['polygon']]);
  });
});

describe('a brush with a pen', () => {
  const NO_KEYS = { straight: false, centre: false };
  /** A row of samples with their pressures, one px apart; returns the host after pen-up. */
  function pen(
    pressures: readonly number[],
    straight = false,
    host = new FakeHost(),
    tip: TipShape = 'round',
  ): FakeHost {
    const [first = 0, ...rest] = pressures;
    const keys = { ...NO_KEYS, straight };
    const tool = new BrushTool('brush', { last: null });
    host.settings.tools.brush = {
      ...{ size: 40, tip, hardness: 1 },
      ...{ opacity: 1, smoothing: 0, binary: false },
    };
    host.settings.pressure = { toSize: true, toOpacity: false, curve: 0, minimum: 0 };
    const start = {
      x: 60,
      y: 60,
      pressure: first,
      device: 'pen',
      subtract: false,
      intersect: false,
    } as const;
    const gesture = tool.begin({ ...start, ...keys }, host);
    for (const [i, pressure] of [first, ...rest].entries()) {
      gesture.move([{ x: 60 + i * (straight ? 10 : 1), y: 60, pressure }], keys);
      gesture.frame();
    }
    gesture.end();
    return host;
  }
  const height = (host: FakeHost): number => {
    const box = host.document.grid.bounds();
    return box ? box.y1 - box.y0 : 0;
  };

  it('paints squares as large as they were pressed', () => {
    const host = new FakeHost();
    pen([0.4, 0.4, 0.4], false, host, 'square');
    const box = host.document.grid.bounds();
    const [width, tall] = box ? [box.x1 - box.x0, box.y1 - box.y0] : [];
    expect([width, tall]).toEqual([18, 16]);
    expect([host.value(52, 52), host.value(69, 67)]).toEqual([255, 255]);
  });

  it('paints a tap as large as it was pressed', () => {
    expect(height(pen([0.2, 0.8]))).toBeGreaterThanOrEqual(32);
    expect(height(pen([1]))).toBeGreaterThanOrEqual(40);
  });

  it('begins a stroke as wide as it continues', () => {
    const host = pen([0.02, 0.05, 0.5, 0.5, 0.5]);
    // Straight above where the pen came down.
    expect([host.value(60, 51), host.value(60, 49)]).toEqual([255, 0]);
  });

  it('draws a straight line as wide as it was pressed, however it is lifted', () => {
    const host = pen([0.1, 0.3, 0.5, 0.6, 0.5, 0.1, 0.02], true);
    expect([host.value(61, 50), host.value(118, 50)]).toEqual([255, 255]);
    expect(height(host)).toBeLessThanOrEqual(26);
  });

  it('ends a line between two clicks with the pressure of the second', () => {
    const host = new FakeHost();
    const tool = new BrushTool('brush', { last: { x: 20, y: 60, radius: 10, strength: 1 } });
    host.settings.tools.brush.size = 40;
    host.settings.pressure.minimum = 0;
    const at = { x: 150, y: 60 };
    const keys = { ...NO_KEYS, straight: true };
    const gesture = tool.begin(
      { ...at, ...keys, pressure: 0.1, device: 'pen', subtract: false, intersect: false },
      host,
    );
    for (const pressure of [0.1, 0.4, 0.9, 0.9, 0.1]) {
      gesture.move([{ ...at, pressure }], keys);
      gesture.frame();
    }
    gesture.end();
    expect(host.value(150, 60 + 12)).toBe(255);
  });
});

describe('bucket', () => {
  const framed = (): FakeHost => {
    const host = new FakeHost();
    const rect = new BoxTool('rect');
    host.drag(rect, [
      [20, 20],
      [80, 80],
    ]);
    host.drag(
      rect,
      [
        [30, 30],
        [70, 70],
      ],
      { subtract: true },
    );
    return host;
  };

  it('fills what an outline encloses', async () => {
    const host = framed();
    host.click(new FillTool(), 50, 50);
    await host.still();
    expect(host.isBox({ x0: 20, y0: 20, x1: 80, y1: 80 })).toBe(true);
    expect(host.steps.at(-1)).toBe('fill');
  });

  it('removes a region, and does nothing outside the picture or on the other kind', async () => {
    const host = framed();
    const fill = new FillTool();
    host.click(fill, 25, 25);
    host.click(fill, -5, 10);
    await host.still();
    expect(host.steps).toHaveLength(2);
    host.click(fill, 25, 25, { subtract: true });
    await host.still();
    expect(host.document.grid.empty).toBe(true);
  });
});

describe('wand', () => {
  it('takes the clicked colour, and sends the picture once', async () => {
    const host = new FakeHost();
    const tool = new WandTool();
    tool.enter(host);
    host.settings.wand.antialias = false;
    host.click(tool, 30, 30);
    await host.still();
    expect(host.isBox({ x0: 0, y0: 0, x1: 100, y1: 120 })).toBe(true);
    host.click(tool, 30, 30, { subtract: true });
    await host.still();
    expect(host.document.grid.empty).toBe(true);
    expect(host.pictures).toEqual([host.picture.source]);
    expect(host.steps).toEqual(['wand', 'wand']);
  });

  it('goes by the pixels on screen: a result being shown, and the picture again', async () => {
    const host = new FakeHost();
    const tool = new WandTool();
    const { source } = host.picture;
    const result = new Blob(['result']);
    for (const pixels of [source, result, result, source]) {
      host.pixels = pixels;
      host.click(tool, 30, 30);
      await host.still();
    }
    expect(host.pictures).toEqual([source, result, source]);
  });

  it('changes its tolerance by a sideways drag, previewed, exact at the end', async () => {
    const host = new FakeHost();
    const tool = new WandTool();
    const gesture = host.press(tool, 30, 30);
    for (const x of [32, 60, 530]) {
      gesture?.move([{ x, y: 30, pressure: 0.5 }], { straight: false, centre: false });
    }
    await new Promise((resolve) => setTimeout(resolve));
    expect(host.previews.at(-1)).toBe(100);
    gesture?.end();
    await host.still();
    expect(host.settings.wand.tolerance).toBe(100);
    expect(host.isBox({ x0: 0, y0: 0, x1: 200, y1: 120 })).toBe(true);
  });

  it('does nothing when it is cancelled', async () => {
    const host = new FakeHost();
    const gesture = host.press(new WandTool(), 30, 30);
    gesture?.move([{ x: 200, y: 30, pressure: 0.5 }], { straight: false, centre: false });
    gesture?.cancel();
    await host.still();
    expect([host.steps, host.settings.wand.tolerance]).toEqual([[], 12]);
  });
});

describe('quick select', () => {
  const NOTHING = { straight: false, centre: false };

  it('grows from a stroke to the edge of what it is on, as one step', async () => {
    const host = new FakeHost();
    host.settings.quick.size = 12;
    host.settings.quick.antialias = false;
    host.drag(new QuickTool('quick'), [
      [30, 30],
      [40, 60],
      [50, 90],
    ]);
    await host.still();
    expect(host.isBox({ x0: 0, y0: 0, x1: 100, y1: 120 })).toBe(true);
    expect(host.steps).toEqual(['quick']);
  });

  it('shows what it would select during the stroke, and nothing of it when cancelled', async () => {
    const host = new FakeHost();
    const tool = new QuickTool('quick');
    const gesture = host.press(tool, 30, 30);
    await expect.poll(() => host.quickPreviews).toBe(1);
    gesture?.move([{ x: 30, y: 80, pressure: 0.5 }], NOTHING);
    gesture?.frame();
    await expect.poll(() => host.quickPreviews).toBe(2);
    await expect.poll(() => host.overlays).toBeGreaterThanOrEqual(2);
    const before = host.overlays;
    gesture?.cancel();
    // What was shown is gone from the picture at once.
    expect(host.overlays).toBeGreaterThan(before);
    await host.still();
    expect(host.steps).toEqual([]);
  });

  it('asks for a preview only when there is something new', async () => {
    const host = new FakeHost();
    const gesture = host.press(new QuickTool('quick'), 30, 30);
    for (let frame = 0; frame < 5; frame++) {
      gesture?.move([{ x: 30.1, y: 30, pressure: 0.5 }], NOTHING);
      gesture?.frame();
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(host.quickPreviews).toBe(1);
    gesture?.cancel();
  });

  it('takes away and intersects', async () => {
    const host = new FakeHost();
    Object.assign(host.settings.quick, { size: 12, antialias: false });
    const tool = new QuickTool('quick');
    host.document.selectAll();
    host.drag(
      tool,
      [
        [150, 30],
        [150, 90],
      ],
      { subtract: true },
    );
    await host.still();
    expect(host.isBox({ x0: 0, y0: 0, x1: 100, y1: 120 })).toBe(true);
    host.drag(
      tool,
      [
        [150, 30],
        [150, 90],
      ],
      { intersect: true },
    );
    await host.still();
    expect(host.document.grid.empty).toBe(true);
    expect(host.steps).toEqual(['all', 'quick', 'quick']);
  });

  it('selects what a box is drawn around, and nothing for a click', async () => {
    const host = new FakeHost();
    Object.assign(host.settings.quick, { antialias: false });
    const tool = new QuickTool('quickBox');
    host.click(tool, 20, 20);
    await host.still();
    expect(host.steps).toEqual([]);
    host.drag(tool, [
      [80, 0],
      [200, 120],
    ]);
    await host.still();
    expect([host.value(150, 60), host.value(110, 60), host.value(50, 60)]).toEqual([255, 255, 0]);
    expect(host.steps).toEqual(['quick']);
  });

  it('sends the picture once, whichever of the tools that need it is used', async () => {
    const host = new FakeHost();
    const tools = makeTools(new SmartSelection(), new PlaceTool(), new Copies());
    for (const id of ['wand', 'quick', 'quickBox', 'wand'] as const) {
      const tool = tools.get(id);
      tool?.enter?.(host);
      tool?.leave?.(false);
    }
    await host.still();
    expect(host.pictures).toEqual([host.picture.source]);
  });
});

describe('brush', () => {
  const brushes = (): { brush: BrushTool; host: FakeHost } => {
    const host = new FakeHost();
    Object.assign(host.settings.tools.brush, { size: 10, hardness: 1 });
    return { brush: new BrushTool('brush', { last: null }), host };
  };

  it('joins Shift-clicks by straight lines', () => {
    const { brush, host } = brushes();
    host.click(brush, 20, 20);
    host.click(brush, 120, 20, { straight: true });
    host.click(brush, 120, 100, { straight: true });
    expect([host.value(70, 20), host.value(120, 60), host.value(70, 60)]).toEqual([255, 255, 0]);
    expect(host.steps).toHaveLength(3);
  });

  it('snaps a dragged line to 15° and forgets the line a click would have made', () => {
    const { brush, host } = brushes();
    host.click(brush, 20, 100);
    host.drag(
      brush,
      [
        [20, 20],
        [80, 40],
        [150, 26],
      ],
      { straight: true },
    );
    expect([host.value(100, 20), host.value(20, 60), host.value(80, 40)]).toEqual([255, 0, 0]);
  });

  it('leaves only 0 and 255 when binary', () => {
    const { brush, host } = brushes();
    Object.assign(host.settings.tools.brush, { size: 31, hardness: 0.2, opacity: 0.4, binary: true });
    host.drag(brush, [
      [30.3, 30.7],
      [90, 77],
    ]);
    const values = host.document.grid.readRect({ x0: 0, y0: 0, x1: 200, y1: 120 });
    expect(new Set(values)).toEqual(new Set([0, 255]));
  });

  it('paints squares with a square tip, also along a line, and the eraser has its own', async () => {
    const { brush, host } = brushes();
    host.settings.tools.brush.tip = 'square';
    const corners = (x: number, y: number): number[] => [
      ...[
        host.value(x - 5, y - 5),
        host.value(x + 4, y - 5),
        host.value(x + 4, y + 4),
        host.value(x - 5, y + 4),
      ],
      ...[host.value(x - 6, y), host.value(x + 5, y), host.value(x, y - 6), host.value(x, y + 5)],
    ];
    host.click(brush, 20, 20);
    expect(corners(20, 20)).toEqual([255, 255, 255, 255, 0, 0, 0, 0]);
    host.click(brush, 60, 50, { straight: true });
    expect(corners(60, 50).slice(0, 4)).toEqual([255, 255, 255, 255]);
    // The line is as wide as a square looks from there, and no wider.
    expect([host.value(40, 35), host.value(44, 31), host.value(45, 28), host.value(36, 39)]).toEqual([
      255, 255, 0, 255,
    ]);
    const eraser = new BrushTool('eraser', { last: null });
    Object.assign(host.settings.tools.eraser, { size: 10, hardness: 1 });
    host.click(eraser, 40, 35);
    expect([host.value(40, 35), host.value(35, 30)]).toEqual([0, 255]);
    host.settings.tools.eraser.tip = 'square';
    host.click(eraser, 40, 35);
    expect(corners(40, 35).slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(host.steps).toEqual(['brush', 'brush', 'eraser', 'eraser']);
    await host.document.undo();
    expect(host.value(35, 30)).toBe(255);
  });

  it('keeps its size on the screen when measured there', () => {
    const { brush, host } = brushes();
    host.settings.sizeUnit = 'screen';
    host.scale = 0.25;
    host.click(brush, 100, 60);
    const box = host.document.grid.bounds();
    expect(box && box.x1 - box.x0).toBeGreaterThanOrEqual(40);
    expect(box && box.x1 - box.x0).toBeLessThanOrEqual(42);
  });

  it('ends a smoothed stroke where the pointer went up', () => {
    const { brush, host } = brushes();
    host.settings.tools.brush.smoothing = 0.7;
    host.drag(brush, [
      [20, 20],
      [120, 20],
    ]);
    expect([host.value(118, 20), host.value(70, 20)]).toEqual([255, 255]);
  });

  it('erases with the eraser and with a press that subtracts', () => {
    const { brush, host } = brushes();
    host.document.selectAll();
    host.click(brush, 50, 50, { subtract: true });
    host.settings.tools.eraser = { ...host.settings.tools.brush };
    host.click(new BrushTool('eraser', { last: null }), 100, 50);
    expect([host.value(50, 50), host.value(100, 50), host.value(75, 50)]).toEqual([0, 0, 255]);
    expect(host.steps).toEqual(['all', 'eraser', 'eraser']);
  });
});

describe('the tools of a session', () => {
  it('are known by their names', () => {
    const tools = makeTools(new SmartSelection(), new PlaceTool(), new Copies());
    expect([...tools.keys()]).toEqual([
      'brush',
      'eraser',
      'rect',
      'ellipse',
      'lasso',
      'polygon',
      'fill',
      'gradient',
      'wand',
      'range',
      'quick',
      'quickBox',
      'smart',
      'paint',
      'paintEraser',
      'clone',
      'heal',
      'paintFill',
      'paintGradient',
      'place',
    ]);
    expect([...tools].every(([id, tool]) => tool.id === id)).toBe(true);
  });
});
