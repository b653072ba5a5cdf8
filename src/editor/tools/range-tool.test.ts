import { describe, expect, it, vi } from 'vitest';
import { RangeTool } from './range-tool';
import { FakeHost } from './testing/fake-host';

const key = (name: string): KeyboardEvent =>
  ({ key: name, ctrlKey: false, metaKey: false, shiftKey: false }) as KeyboardEvent;

/** A tool in hand over a picture whose left half is red and whose right half is blue. */
async function inHand(kind: 'color' | 'light' = 'color'): Promise<[RangeTool, FakeHost]> {
  const host = new FakeHost();
  host.settings.range.kind = kind;
  host.settings.range.softness = 0;
  const tool = new RangeTool();
  tool.enter(host);
  await host.still();
  return [tool, host];
}

async function press(tool: RangeTool, host: FakeHost, x: number, y: number, more = {}): Promise<void> {
  host.click(tool, x, y, more);
  await host.still();
  await vi.waitFor(() => expect(tool.unfinished).not.toBeNull());
}

describe('RangeTool', () => {
  it('proposes the colour that is pressed, and takes it as one step', async () => {
    const [tool, host] = await inHand();
    expect(tool.unfinished).toBeNull();
    await press(tool, host, 20, 20);
    expect(host.settings.range.color).toBe('#c81e1e');
    expect(host.steps).toEqual([]);
    expect(host.rangePreviews.at(-1)).toMatchObject({ kind: 'color', color: [200, 30, 30] });
    expect(tool.key(key('Enter'), host)).toBe(true);
    await host.still();
    expect(host.isBox({ x0: 0, y0: 0, x1: 100, y1: 120 })).toBe(true);
    expect(host.steps).toEqual(['range']);
    expect(tool.unfinished).toBeNull();
    expect(tool.key(key('Enter'), host)).toBe(false);
  });

  it('follows a slider without a press, and nothing else that is set', async () => {
    const [tool, host] = await inHand('light');
    host.settings.range.opacity = 0.5;
    host.settings.range.combine = 'subtract';
    tool.changed(host);
    expect(tool.unfinished).toBeNull();
    host.settings.range.to = 40;
    tool.changed(host);
    expect(tool.unfinished?.complete).toBe(true);
    await vi.waitFor(() => expect(host.rangePreviews.at(-1)).toMatchObject({ kind: 'light', to: 40 }));
    host.settings.range.from = 10;
    tool.changed(host);
    await vi.waitFor(() => expect(host.rangePreviews.at(-1)).toMatchObject({ from: 10, to: 40 }));
  });

  it('takes brightnesses around a press, and all between the ends of a drag', async () => {
    const [tool, host] = await inHand('light');
    await press(tool, host, 20, 20);
    const near = { ...host.settings.range };
    expect(near.to - near.from).toBe(16);
    host.drag(tool, [
      [20, 20],
      [150, 20],
    ]);
    await host.still();
    const { from, to } = host.settings.range;
    expect(Math.min(from, near.from)).toBe(from);
    expect(to - from).toBeGreaterThan(16);
    tool.unfinished?.finish(host);
    await host.still();
    expect([host.value(20, 20), host.value(150, 20)]).toEqual([255, 255]);
  });

  it('is dropped by Esc and by undo, and leaves the mask alone', async () => {
    const [tool, host] = await inHand();
    await press(tool, host, 20, 20);
    expect(tool.key(key('Escape'), host)).toBe(true);
    expect(tool.unfinished).toBeNull();
    expect(tool.key(key('Escape'), host)).toBe(false);
    await press(tool, host, 20, 20);
    tool.unfinished?.back(host);
    expect(tool.unfinished).toBeNull();
    await host.still();
    expect(host.steps).toEqual([]);
    expect(host.value(20, 20)).toBe(0);
  });

  it('cuts with the right button, and keeps what is shared when set so', async () => {
    const [tool, host] = await inHand();
    host.document.selectAll();
    await press(tool, host, 20, 20, { subtract: true });
    tool.key(key('Enter'), host);
    await host.still();
    expect(host.isBox({ x0: 100, y0: 0, x1: 200, y1: 120 })).toBe(true);
    host.settings.range.combine = 'intersect';
    await press(tool, host, 20, 20);
    tool.key(key('Enter'), host);
    await host.still();
    expect(host.document.grid.empty).toBe(true);
    expect(host.steps).toEqual(['all', 'range', 'range']);
  });

  it('takes nothing outside the picture, and nothing once it was put away', async () => {
    const [tool, host] = await inHand();
    expect(host.press(tool, -1, 5)).toBeNull();
    expect(host.press(tool, 5, 120)).toBeNull();
    await press(tool, host, 20, 20);
    tool.leave(false);
    expect(tool.unfinished).toBeNull();
  });

  it('leaves nothing proposed when the press is cancelled', async () => {
    const [tool, host] = await inHand();
    const gesture = host.press(tool, 20, 20);
    gesture?.cancel();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(tool.unfinished).toBeNull();
    expect(host.settings.range.color).toBe('#3a7bd5');
  });
});
