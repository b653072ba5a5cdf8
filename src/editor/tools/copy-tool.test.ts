import { describe, expect, it } from 'vitest';
import type { CopyToolId } from '../model/editor-types';
import { PLANES } from '../paint/planes';
import { Copies, CopyTool } from './copy-tool';
import { PaintTool } from './paint-tool';
import { PictureFeed } from './picture-feed';
import { FakeHost } from './testing/fake-host';

const at = ({ document }: FakeHost, x: number, y: number): number[] =>
  PLANES.map((plane) => document.paintGrid(plane)?.valueAt(x, y) ?? 0);

/** The picture is red on the left and blue on the right, 200 × 120 px. */
const RED = [200, 30, 30, 255];
const BLUE = [30, 30, 200, 255];
const NOTHING = [0, 0, 0, 0];

function hostWith(id: CopyToolId): { host: FakeHost; tool: CopyTool; copies: Copies; feed: PictureFeed } {
  const host = new FakeHost();
  const copies = new Copies();
  const feed = new PictureFeed();
  Object.assign(host.settings.paint, { size: 20, hardness: 1 });
  return { host, tool: new CopyTool(id, feed, copies), copies, feed };
}

describe('clone', () => {
  it('paints nothing before it has a source, then what lies at a distance that stays', async () => {
    const { host, tool } = hostWith('clone');
    expect(host.press(tool, 150, 60)).toBeNull();
    host.click(tool, 20, 60, { subtract: true });
    expect(host.steps).toEqual([]);
    host.drag(tool, [
      [150, 60],
      [160, 60],
    ]);
    await host.still();
    expect([at(host, 150, 60), at(host, 165, 60), at(host, 180, 60)]).toEqual([RED, RED, NOTHING]);
    // 130 px to the left of 190 is still red; what lies beyond the picture is not painted.
    host.click(tool, 190, 20);
    host.click(tool, 100, 100);
    await host.still();
    expect([at(host, 190, 20), at(host, 100, 100)]).toEqual([RED, NOTHING]);
    expect(host.steps).toEqual(['paint-clone', 'paint-clone']);
    // Another source: another distance.
    host.click(tool, 190, 110, { subtract: true });
    host.click(tool, 40, 40);
    await host.still();
    expect(at(host, 40, 40)).toEqual(BLUE);
    await host.document.undo();
    expect(at(host, 40, 40)).toEqual(NOTHING);
  });

  it('takes its source from the next press when asked to, and keeps one outside the picture away', () => {
    const { host, tool, copies } = hostWith('clone');
    host.settings.paint.fromHere = true;
    host.click(tool, 30, 40);
    expect(copies.from).toEqual({ x: 30, y: 40 });
    expect(host.settings.paint.fromHere).toBe(false);
    host.click(tool, -5, 40, { subtract: true });
    expect(copies.from).toEqual({ x: 30, y: 40 });
  });

  it('copies paint, too, and each stroke what those before it left', async () => {
    const { host, tool } = hostWith('clone');
    host.settings.paint.color = '#00ff00';
    host.click(new PaintTool('paint'), 20, 60);
    host.click(tool, 20, 60, { subtract: true });
    host.click(tool, 60, 60);
    // Before the first has settled.
    host.click(tool, 100, 60);
    await host.still();
    expect([at(host, 60, 60), at(host, 100, 60)]).toEqual([
      [0, 255, 0, 255],
      [0, 255, 0, 255],
    ]);
  });

  it('stays inside the mask, is as faint as wished, and floats until the layer has it', async () => {
    const { host, tool } = hostWith('clone');
    host.document.beginStroke({ mode: 'paint', hardness: 1, opacity: 1, tool: 'brush', binary: true });
    host.document.strokeTo({ x: 150, y: 60, radius: 5, strength: 1 });
    host.document.endStroke();
    Object.assign(host.settings.paint, { inMask: true, opacity: 0.5 });
    host.click(tool, 20, 60, { subtract: true });
    const gesture = host.press(tool, 150, 60);
    expect(tool.float).toHaveLength(1);
    expect(tool.float[0]?.within?.tile(0, 0)?.data[(60 << 8) | 150]).toBe(128);
    expect(host.document.paintEmpty).toBe(true);
    gesture?.end();
    expect(tool.float[0]?.within?.tile(0, 0)?.data[(60 << 8) | 150]).toBe(128);
    await host.still();
    expect(tool.float).toEqual([]);
    expect([at(host, 150, 60), at(host, 158, 60)]).toEqual([[200, 30, 30, 128], NOTHING]);
  });

  it('leaves nothing when a stroke is cancelled, or taken back before it has settled', async () => {
    const { host, tool, copies } = hostWith('clone');
    host.click(tool, 20, 60, { subtract: true });
    host.press(tool, 150, 60)?.cancel();
    host.click(tool, 150, 60);
    expect(tool.recall(host)).toBe(true);
    expect(tool.recall(host)).toBe(false);
    await host.still();
    expect([host.steps, tool.float]).toEqual([[], []]);
    // While it is being worked out.
    const { paint } = host.worker;
    Object.assign(host.worker, {
      paint: async (...args: Parameters<typeof paint>) => {
        const changes = await paint(...args);
        expect(tool.recall(host)).toBe(true);
        return changes;
      },
    });
    host.click(tool, 150, 60);
    await host.still();
    expect([host.steps, tool.float]).toEqual([[], []]);
    tool.leave(true);
    expect(copies.from).toBeNull();
  });
});

describe('heal', () => {
  it('shares its source with clone, and takes the tone of the place', async () => {
    const { host, tool, copies, feed } = hostWith('heal');
    host.click(new CopyTool('clone', feed, copies), 20, 60, { subtract: true });
    host.click(tool, 150, 60);
    await host.still();
    // Flat red texture in a blue surrounding.
    expect(at(host, 150, 60)).toEqual(BLUE);
    expect(host.steps).toEqual(['paint-heal']);
  });
});
