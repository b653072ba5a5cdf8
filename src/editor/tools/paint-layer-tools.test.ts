import { describe, expect, it } from 'vitest';
import { PLANES } from '../paint/planes';
import { PaintFillTool } from './paint-fill-tool';
import { PaintGradientTool } from './paint-gradient-tool';
import { PaintTool } from './paint-tool';
import { readKept } from '../paint/pending-paint';
import type { Placement } from '../paint/placement';
import { PictureFeed } from './picture-feed';
import { PlaceTool } from './place-tool';
import { FakeHost } from './testing/fake-host';

const at = ({ document }: FakeHost, x: number, y: number): number[] =>
  PLANES.map((plane) => document.paintGrid(plane)?.valueAt(x, y) ?? 0);

/** Masks columns 50 to 149: parts of both halves of the picture. */
function maskMiddle(host: FakeHost): void {
  host.document.beginStroke({ mode: 'paint', hardness: 1, opacity: 1, tool: 'brush', binary: true });
  host.document.strokeTo({ x: 100, y: 60, radius: 50, strength: 1 });
  host.document.endStroke();
}

/** The picture is red on the left and blue on the right, 200 × 120 px. */
describe('the bucket of the paint layer', () => {
  it('fills what looks alike, up to other colours of the picture and of the paint', async () => {
    const host = new FakeHost();
    const fill = new PaintFillTool(new PictureFeed());
    host.settings.paint.color = '#00ff00';
    host.click(fill, 20, 20);
    await host.still();
    expect(at(host, 10, 100)).toEqual([0, 255, 0, 255]);
    expect(at(host, 150, 100)).toEqual([0, 0, 0, 0]);

    // The green is a colour to go by now; what lies below it no longer is.
    const brush = new PaintTool('paint');
    Object.assign(host.settings.paint, { color: '#ffffff', size: 20, hardness: 1 });
    host.click(brush, 50, 60);
    host.settings.paint.color = '#ff00ff';
    host.click(fill, 50, 60);
    await host.still();
    expect([at(host, 50, 60), at(host, 10, 100)]).toEqual([
      [255, 0, 255, 255],
      [0, 255, 0, 255],
    ]);
    expect(host.steps).toEqual(['paint-fill', 'paint', 'paint-fill']);
    await host.document.undo();
    expect(at(host, 50, 60)).toEqual([255, 255, 255, 255]);
  });

  it('takes colour away with the erase key, and stays inside the mask', async () => {
    const host = new FakeHost();
    maskMiddle(host);
    host.settings.paint.inMask = true;
    const fill = new PaintFillTool(new PictureFeed());
    host.click(fill, 80, 60);
    await host.still();
    expect([at(host, 80, 60)[3], at(host, 20, 60)[3], at(host, 120, 60)[3]]).toEqual([255, 0, 0]);
    host.click(fill, 80, 60, { subtract: true });
    await host.still();
    expect(at(host, 80, 60)).toEqual([0, 0, 0, 0]);
    expect(host.steps).toEqual(['brush', 'paint-fill', 'paint-erase']);
  });

  it('does nothing outside the picture', async () => {
    const host = new FakeHost();
    host.click(new PaintFillTool(new PictureFeed()), -3, 20);
    await host.still();
    expect(host.steps).toEqual([]);
  });
});

describe('the brushes of the paint layer', () => {
  it('have a square tip, too', () => {
    const host = new FakeHost();
    Object.assign(host.settings.paint, { color: '#ffffff', size: 20, hardness: 1, tip: 'square' });
    host.click(new PaintTool('paint'), 50, 60);
    expect([at(host, 40, 50), at(host, 59, 69)]).toEqual([
      [255, 255, 255, 255],
      [255, 255, 255, 255],
    ]);
    expect([at(host, 39, 60), at(host, 60, 60)].map(([, , , alpha]) => alpha)).toEqual([0, 0]);
    host.settings.paint.size = 10;
    host.click(new PaintTool('paintEraser'), 45, 55);
    expect([at(host, 40, 50)[3], at(host, 50, 60)[3]]).toEqual([0, 255]);
  });
});

describe('the gradient of the paint layer', () => {
  it('is shown while it is dragged, and is one step in the end', async () => {
    const host = new FakeHost();
    const tool = new PaintGradientTool();
    host.settings.paint.color = '#ff0000';
    const gesture = host.press(tool, 50, 60);
    expect(tool.float).toBeNull();
    gesture?.move([{ x: 150, y: 60, pressure: 0.5 }], { straight: false, centre: false });
    expect(tool.float?.within).toBeNull();
    expect(host.document.paintEmpty).toBe(true);
    gesture?.end();
    await host.still();
    expect(tool.float).toBeNull();
    expect([at(host, 10, 5), at(host, 99, 60)[3], at(host, 180, 60)[3]]).toEqual([[255, 0, 0, 255], 129, 0]);
    expect(host.steps).toEqual(['paint-gradient']);
    await host.document.undo();
    expect(host.document.paintEmpty).toBe(true);
  });

  it('goes straight with Shift, and leaves nothing when it is cancelled or too short', async () => {
    const host = new FakeHost();
    const tool = new PaintGradientTool();
    Object.assign(host.settings.paint, { color: '#000000', second: '#ffffff', toSecond: true });
    const gesture = host.press(tool, 20, 20);
    gesture?.move([{ x: 80, y: 20, pressure: 0.5 }], { straight: false, centre: false });
    gesture?.cancel();
    host.drag(tool, [
      [30, 30],
      [32, 31],
    ]);
    await host.still();
    expect(tool.float).toBeNull();
    expect(host.steps).toEqual([]);
    host.drag(
      tool,
      [
        [0, 60],
        [200, 75],
      ],
      {},
      { straight: true },
    );
    await host.still();
    // Level: the same from top to bottom.
    expect(at(host, 100, 0)).toEqual(at(host, 100, 119));
    expect(Math.abs((at(host, 100, 0)[0] ?? 0) - 128)).toBeLessThanOrEqual(2);
  });

  it('is limited to the mask of the moment it was begun', async () => {
    const host = new FakeHost();
    maskMiddle(host);
    host.settings.paint.inMask = true;
    const tool = new PaintGradientTool();
    const gesture = host.press(tool, 0, 0);
    gesture?.move([{ x: 200, y: 0, pressure: 0.5 }], { straight: false, centre: false });
    expect(tool.float?.within).toBe(host.document.mips);
    gesture?.end();
    await host.still();
    expect(at(host, 60, 60)[3]).toBeGreaterThan(150);
    expect(at(host, 40, 60)).toEqual([0, 0, 0, 0]);
  });
});

describe('undo while the work is still being done', () => {
  it('drops a fill and a gradient, and nothing older', async () => {
    const host = new FakeHost();
    const brush = new PaintTool('paint');
    host.click(brush, 10, 10);
    const fill = new PaintFillTool(new PictureFeed());
    const gradient = new PaintGradientTool();
    expect([fill.recall(), gradient.recall(host)]).toEqual([false, false]);
    host.click(fill, 150, 60);
    host.click(fill, 50, 60);
    const line = [
      [20, 20],
      [90, 20],
    ] as const;
    host.drag(gradient, line);
    host.drag(gradient, line);
    expect([fill.recall(), gradient.recall(host)]).toEqual([true, true]);
    expect(gradient.float).toBeNull();
    await host.still();
    // The first of each is done all the same.
    expect(host.steps.toSorted()).toEqual(['paint', 'paint-fill', 'paint-gradient']);
    expect([fill.recall(), gradient.recall(host)]).toEqual([false, false]);
  });
});

describe('a picture on the paint layer', () => {
  const FILE = new Uint8Array([1, 2, 3]);
  const bitmap = (closed: { yes: boolean } = { yes: false }): ImageBitmap => ({
    width: 40,
    height: 20,
    close: () => {
      closed.yes = true;
    },
  });

  /** Every pixel below the picture is green. */
  const read = (_: unknown, place: Placement): Promise<{ rgba: typeof rgba; close: () => void }> => {
    const { x, y, width, height } = place;
    const rgba = (left: number, top: number): Uint8ClampedArray => {
      const all = new Uint8ClampedArray(256 * 256 * 4);
      for (let at = 0; at < 256 * 256; at++) {
        const [px, py] = [left + (at % 256), top + Math.floor(at / 256)];
        if (px >= x && py >= y && px < x + width && py < y + height) {
          all.set([0, 255, 0, 255], at * 4);
        }
      }
      return all;
    };
    return Promise.resolve({ rgba, close: () => undefined });
  };

  const press = (key: string, more: Partial<KeyboardEvent> = {}): KeyboardEvent =>
    ({
      key,
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      shiftKey: false,
      repeat: false,
      ...more,
    }) as KeyboardEvent;

  it('floats until Enter makes it paint, as one step', async () => {
    const host = new FakeHost();
    const tool = new PlaceTool(read);
    const closed = { yes: false };
    await tool.take({ bitmap: bitmap(closed), file: FILE }, host);
    expect(tool.place).toEqual({ x: 80, y: 50, width: 40, height: 20, angle: 0 });
    expect(host.document.paintEmpty).toBe(true);
    host.drag(tool, [
      [100, 60],
      [40, 30],
    ]);
    expect(tool.place).toEqual({ x: 20, y: 20, width: 40, height: 20, angle: 0 });
    host.drag(tool, [
      [60, 40],
      [100, 60],
    ]);
    expect(tool.place).toEqual({ x: 20, y: 20, width: 80, height: 40, angle: 0 });
    expect(tool.key(press('ArrowRight'), host)).toBe(true);
    tool.key(press('ArrowDown', { shiftKey: true }), host);
    expect(tool.place).toEqual({ x: 21, y: 30, width: 80, height: 40, angle: 0 });
    tool.key(press('Enter'), host);
    expect(tool.place).toBeNull();
    // In view until it is paint, but no longer to be moved.
    expect(tool.float).not.toBeNull();
    expect(host.press(tool, 60, 50)).toBeNull();
    await host.still();
    expect([tool.float, closed.yes, tool.busy]).toEqual([null, true, false]);
    expect([at(host, 21, 30), at(host, 100, 69)]).toEqual([
      [0, 255, 0, 255],
      [0, 255, 0, 255],
    ]);
    expect([at(host, 20, 30), at(host, 101, 69), at(host, 60, 70)]).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(host.steps).toEqual(['paint-place']);
    await host.document.undo();
    expect(host.document.paintEmpty).toBe(true);
  });

  it('goes back step by step, and is gone with Escape', async () => {
    const host = new FakeHost();
    const tool = new PlaceTool(read);
    const closed = { yes: false };
    await tool.take({ bitmap: bitmap(closed), file: FILE }, host);
    const first = tool.place;
    tool.key(press(']'), host);
    tool.key(press('ArrowLeft'), host);
    tool.unfinished?.back(host);
    tool.unfinished?.back(host);
    expect(tool.place).toEqual(first);
    tool.key(press('Escape'), host);
    expect([tool.place, tool.float, closed.yes]).toEqual([null, null, true]);
    expect(tool.key(press('Escape'), host)).toBe(false);
    await host.still();
    expect(host.steps).toEqual([]);
  });

  it('becomes paint when another tool or another picture comes, and is dropped with its document', async () => {
    const host = new FakeHost();
    const tool = new PlaceTool(read);
    await tool.take({ bitmap: bitmap(), file: FILE }, host);
    tool.leave(false);
    await host.still();
    expect(host.steps).toEqual(['paint-place']);
    await tool.take({ bitmap: bitmap(), file: FILE }, host);
    host.drag(tool, [
      [100, 60],
      [50, 30],
    ]);
    await tool.take({ bitmap: bitmap(), file: FILE }, host);
    await host.still();
    expect(host.steps).toEqual(['paint-place', 'paint-place']);
    tool.leave(true);
    expect(tool.busy).toBe(false);
    await host.still();
    expect(host.steps).toHaveLength(2);
  });

  it('floats again when it is undone before it is paint', async () => {
    const host = new FakeHost();
    const tool = new PlaceTool(read);
    await tool.take({ bitmap: bitmap(), file: FILE }, host);
    const { place } = tool;
    void tool.settle(host);
    expect(tool.place).toBeNull();
    expect(tool.recall(host)).toBe(true);
    await host.still();
    expect(tool.place).toEqual(place);
    expect([host.steps, tool.recall(host)]).toEqual([[], false]);
    await tool.settle(host);
    expect(host.steps).toEqual(['paint-place']);
  });

  it('turns by its handle, by steps of 15° with Shift, by keys and by quarters', async () => {
    const host = new FakeHost();
    const tool = new PlaceTool(read);
    await tool.take({ bitmap: bitmap(), file: FILE }, host);
    // The handle stands 28 px above the middle of the upper edge.
    const turnTo = (x: number, y: number, shift: boolean): void => {
      const gesture = host.press(tool, 100, 22);
      gesture?.move([{ x, y, pressure: 1, time: 0 } as never], { straight: shift, centre: false });
      gesture?.end();
    };
    turnTo(138, 61, false);
    expect(tool.place?.angle).toBeCloseTo(91.5, 0);
    tool.unfinished?.back(host);
    expect(tool.place?.angle).toBe(0);
    turnTo(138, 64, true);
    expect(tool.place).toEqual({ x: 80, y: 50, width: 40, height: 20, angle: 90 });
    for (const [key, shiftKey, angle] of [
      ['.', false, 91],
      [',', false, 90],
      ['<', true, 75],
      ['>', true, 90],
      [',', true, 75],
    ] as const) {
      expect(tool.key(press(key, { shiftKey }), host)).toBe(true);
      expect(tool.place?.angle).toBe(angle);
    }
    tool.turn(-90, host);
    expect(tool.place?.angle).toBe(345);
    tool.unfinished?.back(host);
    expect(tool.place?.angle).toBe(75);
  });

  it('is kept for the draft, with its place, until it is paint or dropped', async () => {
    const host = new FakeHost();
    const tool = new PlaceTool(read);
    expect(tool.kept).toEqual([]);
    const place = { x: 3, y: 4, width: 5, height: 6, angle: 15 };
    await tool.take({ bitmap: bitmap(), file: FILE }, host, place);
    const [first] = tool.kept;
    expect(first && readKept(first, host.document)).toEqual({ kind: 'place', place, file: FILE });
    const told = host.pendings;
    tool.key(press('ArrowRight'), host);
    const [moved] = tool.kept;
    expect(moved && readKept(moved, host.document)).toMatchObject({ place: { ...place, x: 4 } });
    expect([moved?.id, host.pendings]).toEqual([first?.id, told + 1]);
    const settled = tool.settle(host);
    // Not yet in the layer: it must not be lost now.
    expect(tool.kept).toHaveLength(1);
    await settled;
    expect(tool.kept).toEqual([]);
    await tool.take({ bitmap: bitmap(), file: FILE }, host);
    tool.key(press('Escape'), host);
    expect(tool.kept).toEqual([]);
  });

  it('stays inside the mask where that is wished', async () => {
    const host = new FakeHost();
    maskMiddle(host);
    Object.assign(host.settings.paint, { inMask: true, opacity: 0.5 });
    const tool = new PlaceTool(read);
    await tool.take({ bitmap: bitmap(), file: FILE }, host);
    host.drag(tool, [
      [100, 60],
      [50, 60],
    ]);
    expect(tool.float?.within).toBe(host.document.mips);
    await tool.settle(host);
    expect([at(host, 60, 60)[3], at(host, 40, 60)[3]]).toEqual([128, 0]);
  });
});
