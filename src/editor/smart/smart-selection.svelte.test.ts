import { afterEach, describe, expect, it, vi } from 'vitest';
import { rasterShape } from '../mask/coverage';
import { maskTiles } from '../mask/mask-tiles';
import { encodeMaskPng } from '../mask/png-write';
import { FakeHost } from '../tools/testing/fake-host';
import { SmartTool } from '../tools/smart-tool';
import type { FindRequest, ObjectFinder } from './finder';
import { SmartSelection } from './smart-selection.svelte';

interface Search {
  request: FindRequest;
  signal: AbortSignal;
  answer: (masks: Blob[]) => void;
  fail: (error: unknown) => void;
}

/** A mask as the server sends it: white is selected. */
async function mask(x0: number, y0: number, x1: number, y1: number, size = { width: 200, height: 120 }) {
  const grid = rasterShape({ kind: 'rect', x0, y0, x1, y1 }, size, true);
  return new Blob([new Uint8Array(await encodeMaskPng(maskTiles(grid), 'gray'))]);
}

function open() {
  const searches: Search[] = [];
  const finder: ObjectFinder = {
    missing: () => [],
    waits: () => null,
    find: (request, signal) =>
      new Promise((answer, fail) => {
        searches.push({ request, signal, answer, fail });
      }),
  };
  const host = new FakeHost();
  const smart = new SmartSelection();
  smart.attach(() => host);
  smart.connect(finder);
  return { host, smart, searches, tool: new SmartTool(smart) };
}

const key = (name: string): KeyboardEvent => ({ key: name }) as KeyboardEvent;

afterEach(() => {
  vi.useRealTimers();
});

describe('smart select', () => {
  it('makes one step of all that is kept', async () => {
    const { host, smart, searches, tool } = open();
    smart.ask({ kind: 'words', text: 'cat' });
    searches[0]?.answer([
      await mask(10, 10, 40, 40),
      await mask(30, 30, 60, 60),
      await mask(100, 10, 140, 40),
    ]);
    await expect.poll(() => smart.objects.length).toBe(3);
    host.click(tool, 120, 20);
    expect(smart.objects.map(({ kept }) => kept)).toEqual([true, true, false]);
    expect(tool.key(key('Enter'), host)).toBe(true);
    await host.still();
    expect([host.value(20, 20), host.value(35, 35), host.value(55, 55), host.value(120, 20)]).toEqual([
      255, 255, 255, 0,
    ]);
    expect(host.steps).toEqual(['smart']);
    expect(tool.unfinished).toBeNull();
    expect(tool.key(key('Enter'), host)).toBe(false);
  });

  it('cuts from the mask where the tool is set to', async () => {
    const { host, smart, searches, tool } = open();
    host.document.selectAll();
    host.settings.smart.combine = 'subtract';
    host.drag(tool, [
      [10, 10],
      [60, 60],
    ]);
    expect(searches[0]?.request.wish).toEqual({ kind: 'box', box: { x: 10, y: 10, width: 50, height: 50 } });
    searches[0]?.answer([await mask(10, 10, 60, 60)]);
    await expect.poll(() => smart.complete).toBe(true);
    tool.key(key('Enter'), host);
    await host.still();
    expect([host.value(30, 30), host.value(100, 100)]).toEqual([0, 255]);
  });

  it('cancels the search that a further point makes pointless', async () => {
    const { host, smart, searches, tool } = open();
    host.click(tool, 20, 20);
    host.click(tool, 30, 30);
    host.click(tool, 80, 80, { subtract: true });
    expect(searches.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
    expect(searches[2]?.request.wish).toEqual({
      kind: 'points',
      positive: [
        { x: 20, y: 20 },
        { x: 30, y: 30 },
      ],
      negative: [{ x: 80, y: 80 }],
    });
    // A late answer of a cancelled search is not taken for that of the last one.
    searches[0]?.answer([await mask(0, 0, 200, 120)]);
    searches[2]?.answer([await mask(10, 10, 40, 40)]);
    await expect.poll(() => smart.complete).toBe(true);
    expect(smart.objects[0]?.object.coarse.valueAt(100, 100)).toBe(0);
  });

  it('takes back one step after another, and discards all', async () => {
    const { host, smart, searches, tool } = open();
    smart.ask({ kind: 'subject' });
    searches[0]?.answer([await mask(10, 10, 40, 40)]);
    await expect.poll(() => smart.complete).toBe(true);
    host.click(tool, 100, 100);
    tool.key(key('Backspace'), host);
    expect(searches[1]?.signal.aborted).toBe(true);
    expect(smart.prompts.map(({ wish }) => wish.kind)).toEqual(['subject']);
    expect(smart.complete).toBe(true);
    expect(tool.key(key('Escape'), host)).toBe(true);
    expect(smart.prompts).toEqual([]);
    expect(host.steps).toEqual([]);
  });

  it('drops everything when other pixels are shown, and with another tool', () => {
    const { host, smart, searches, tool } = open();
    host.click(tool, 20, 20);
    smart.pixelsChanged();
    expect(searches[0]?.signal.aborted).toBe(true);
    host.click(tool, 20, 20);
    tool.leave();
    expect(searches[1]?.signal.aborted).toBe(true);
    expect(smart.prompts).toEqual([]);
  });

  it('refuses outlines of another size, says so, and looks again when asked', async () => {
    const { host, smart, searches, tool } = open();
    host.click(tool, 20, 20);
    searches[0]?.answer([await mask(0, 0, 50, 50, { width: 120, height: 200 })]);
    await expect.poll(() => smart.failure).toMatchObject({ reason: 'size' });
    expect(smart.complete).toBe(false);
    smart.retry();
    searches[1]?.answer([await mask(0, 0, 50, 50)]);
    await expect.poll(() => smart.complete).toBe(true);
  });

  it('says that nothing was found, and asks anew once a slider rests', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { host, smart, searches } = open();
    smart.ask({ kind: 'words', text: 'cat' });
    searches[0]?.answer([await mask(0, 0, 0, 0)]);
    await vi.waitFor(() => expect(smart.step).toBeNull());
    expect(smart.objects).toEqual([]);
    host.settings.smart.threshold = 0.2;
    smart.settingsChanged();
    smart.settingsChanged();
    expect(searches).toHaveLength(1);
    vi.advanceTimersByTime(500);
    expect(searches.map(({ request }) => request.threshold)).toEqual([0.5, 0.2]);
  });

  it('looks for nothing that the server cannot do', () => {
    const { host, smart, searches, tool } = open();
    smart.connect({
      missing: () => [{ kind: 'node', name: 'SAM3_Detect' }],
      waits: () => null,
      find: () => Promise.reject(new Error('never')),
    });
    host.click(tool, 20, 20);
    smart.ask({ kind: 'subject' });
    expect(smart.prompts).toEqual([]);
    expect(searches).toEqual([]);
  });
});
