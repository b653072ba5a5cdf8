import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { commands } from '../../ui/commands.svelte';
import { insertPngText } from '../../comfy/png';
import { press } from '../../ui/testing/key-press';
import { EditorSession } from './editor-session.svelte';
import { paintingCommands } from './painting-commands';
import { EditorError, type EditorPicture } from '../model/editor-types';
import { WandTool } from '../tools/wand-tool';

/** Node cannot decode pictures; only the mask matters here. */
const SHOWN = { width: 600, height: 400, close: () => undefined };
let count = 0;
let session: EditorSession;
let unregister: () => void;

const picture = (name = `picture-${count}.png`): EditorPicture => ({
  ref: { filename: name, subfolder: '', type: 'output' },
  source: new Blob([new Uint8Array(100)]),
  width: 600,
  height: 400,
});

const key = (name: string, code: string, more: Partial<KeyboardEvent> = {}): KeyboardEvent =>
  ({
    ...press(name, code),
    repeat: false,
    isComposing: false,
    defaultPrevented: false,
    target: null,
    preventDefault: () => undefined,
    ...more,
  }) as KeyboardEvent;

beforeEach(() => {
  count++;
  vi.stubGlobal('createImageBitmap', () => Promise.resolve(SHOWN));
  session = new EditorSession();
  unregister = commands.register(paintingCommands(session));
});

afterEach(() => {
  unregister();
  session.destroy();
  vi.unstubAllGlobals();
});

describe('EditorSession', () => {
  it('opens a picture with an empty mask', async () => {
    expect([session.status, session.mask.empty, session.picture]).toEqual(['empty', true, null]);
    const opening = session.open(picture());
    expect(session.status).toBe('opening');
    await opening;
    expect([session.status, session.mask.empty, session.mask.rev, session.history.canUndo]).toEqual([
      'ready',
      true,
      0,
      false,
    ]);
    expect(session.mask.bounds()).toBeNull();
    session.close();
    expect([session.status, session.picture]).toEqual(['empty', null]);
  });

  it('gives its tools the pixels that are shown, or the original ones where those are transparent', async () => {
    const seen: (Blob | string)[] = [];
    const enter = vi.spyOn(WandTool.prototype, 'enter').mockImplementation((host) => seen.push(host.pixels));
    const own = { ...picture(), clear: new Blob([new Uint8Array(90)]) };
    const result = new Blob([new Uint8Array(80)]);
    await session.open(own);
    for (const pixels of [null, result, own.clear, own.source]) {
      if (pixels) {
        await session.showPixels(pixels);
      }
      session.tool.choose('wand');
      session.tool.choose('brush');
    }
    enter.mockRestore();
    expect(seen).toEqual([own.source, result, own.source, own.source]);
  });

  it('tells why a picture cannot be opened, and opens the next one', async () => {
    await expect(session.open({ ...picture(), width: 601 })).rejects.toMatchObject({
      code: 'size-mismatch',
      facts: { width: 601, height: 400, shownWidth: 600, shownHeight: 400 },
    });
    expect(session.status).toBe('failed');
    expect(session.error).toBeInstanceOf(EditorError);
    vi.stubGlobal('createImageBitmap', () => Promise.reject(new Error('no picture')));
    await expect(session.open(picture())).rejects.toMatchObject({ code: 'decode-failed' });
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status: 404 })));
    await expect(session.open({ ...picture(), source: '/view' })).rejects.toMatchObject({
      code: 'fetch-failed',
      facts: { status: 404 },
    });
    vi.stubGlobal('createImageBitmap', () => Promise.resolve(SHOWN));
    await session.open(picture());
    expect([session.status, session.error]).toEqual(['ready', null]);
  });

  it('shows the picture asked for last', async () => {
    const first = session.open(picture('one.png'));
    const second = session.open(picture('two.png'));
    await Promise.all([first, second]);
    expect([session.status, session.picture?.ref.filename]).toEqual(['ready', 'two.png']);
  });

  it('keeps each tool’s combine mode', async () => {
    await session.open(picture());
    const now = (): unknown => [session.tool.id, session.options.combine];
    expect(now()).toEqual(['brush', null]);
    expect(commands.run('editor.combine.subtract')).toBe(false);
    session.tool.choose('lasso');
    commands.run('editor.combine.subtract');
    session.tool.choose('wand');
    expect(now()).toEqual(['wand', 'add']);
    commands.run('editor.combine.intersect');
    session.tool.choose('lasso');
    expect(now()).toEqual(['lasso', 'subtract']);
    commands.run('editor.tool.swap');
    expect(now()).toEqual(['lasso', 'add']);
    session.tool.choose('wand');
    expect(now()).toEqual(['wand', 'intersect']);
    session.tool.choose('rect');
    expect(now()).toEqual(['rect', 'add']);
  });

  it('selects all, inverts, clears, undoes and redoes, and says so', async () => {
    await session.open(picture());
    session.edits.selectAll();
    expect([session.mask.empty, session.mask.rev, session.history.undoLabel?.tool]).toEqual([
      false,
      1,
      'all',
    ]);
    expect(session.mask.bounds()).toEqual({ x0: 0, y0: 0, x1: 600, y1: 400 });
    await vi.waitFor(() => {
      expect(session.mask.coverage).toBe(1);
    });
    session.edits.invert();
    expect([session.mask.empty, session.mask.coverage]).toEqual([true, null]);
    session.history.undo();
    expect([session.mask.empty, session.history.canRedo, session.history.redoLabel?.tool]).toEqual([
      false,
      true,
      'invert',
    ]);
    session.edits.clear();
    expect([session.mask.empty, session.history.canRedo, session.mask.rev]).toEqual([true, false, 4]);
    expect(session.history.list().map(({ tool }) => tool)).toEqual(['all', 'clear']);
    session.history.undo();
    session.history.undo();
    session.history.undo();
    expect([session.history.canUndo, session.mask.empty]).toEqual([false, true]);
    session.history.redo();
    expect([...session.mask.read({ x0: 0, y0: 0, x1: 2, y1: 1 })]).toEqual([255, 255]);
  });

  it('does nothing without a picture', async () => {
    session.edits.selectAll();
    session.history.undo();
    session.camera.zoomTo('fit');
    expect(commands.run('editor.mask.invert')).toBe(false);
    expect(session.mask.rev).toBe(0);
    await expect(session.exportMask()).rejects.toThrow('no picture');
    expect(() => session.mask.read({ x0: 0, y0: 0, x1: 1, y1: 1 })).toThrow('no picture');
  });

  it('writes the same file until the mask changes, and reads it back', async () => {
    await session.open(picture());
    const nothing = await session.exportMask();
    expect(nothing).toMatchObject({ empty: true, width: 600, height: 400, rev: 0 });
    session.edits.selectAll();
    const all = await session.exportMask();
    expect(await session.exportMask()).toBe(all);
    expect(all.hash).not.toBe(nothing.hash);
    expect([all.empty, all.blob.type]).toEqual([false, 'image/png']);
    const rgba = await session.exportMask('rgba');
    expect(rgba.hash).toBe(all.hash);
    session.edits.clear();
    expect((await session.exportMask()).hash).toBe(nothing.hash);
    // As a server writes it, with text before the pixels.
    const bytes = insertPngText(new Uint8Array(await rgba.blob.arrayBuffer()), [['prompt', '{}']]);
    expect(await session.hashOf(bytes)).toBe(all.hash);
    await expect(session.hashOf(bytes.slice(0, 300))).rejects.toMatchObject({ code: 'mask-not-png' });
    await session.loadMask(bytes);
    expect((await session.exportMask()).hash).toBe(all.hash);
    expect(session.history.undoLabel?.tool).toBe('load');
    session.history.undo();
    expect(session.mask.empty).toBe(true);
  });

  it('refuses masks it cannot read and keeps the one it has', async () => {
    await session.open(picture());
    session.edits.selectAll();
    const { blob } = await session.exportMask();
    const bytes = new Uint8Array(await blob.arrayBuffer());
    await expect(session.loadMask(new Uint8Array(40))).rejects.toMatchObject({ code: 'mask-not-png' });
    const deep = bytes.slice();
    deep[24] = 16;
    await expect(session.loadMask(deep)).rejects.toMatchObject({ code: 'mask-unsupported-png' });
    const other = new EditorSession();
    vi.stubGlobal('createImageBitmap', () => Promise.resolve({ ...SHOWN, width: 50 }));
    await other.open({ ...picture('narrow.png'), width: 50 });
    await expect(other.loadMask(bytes)).rejects.toMatchObject({
      code: 'mask-size-mismatch',
      facts: { width: 600, height: 400, wantedWidth: 50, wantedHeight: 400 },
    });
    other.destroy();
    expect([session.mask.rev, session.mask.empty]).toEqual([1, false]);
  });

  it('restores the draft, in another session too', async () => {
    await session.open(picture('kept.png'));
    session.edits.selectAll();
    expect(session.drafts.state).toBe('saving');
    await vi.waitFor(() => {
      expect(session.drafts.state).toBe('saved');
    });
    const later = new EditorSession();
    await later.open(picture('kept.png'));
    expect([later.mask.empty, later.history.canUndo]).toEqual([false, true]);
    await later.open(picture('other.png'));
    expect([later.mask.empty, later.history.canUndo]).toEqual([true, false]);
    later.destroy();
  });

  it('keeps a change made just before closing', async () => {
    await session.open(picture('closed.png'));
    session.edits.selectAll();
    session.close();
    const later = new EditorSession();
    await later.open(picture('closed.png'));
    expect(later.mask.empty).toBe(false);
    later.destroy();
  });
});

describe('tools', () => {
  it('keep their own settings', () => {
    session.tool.choose('brush');
    session.options.setSize(120);
    session.options.setHardness(2);
    session.tool.choose('eraser');
    session.options.setSize(9999);
    session.options.setOpacity(-1);
    expect([session.options.size, session.options.opacity]).toEqual([2000, 0]);
    session.tool.choose('hand');
    expect([session.options.size, session.options.hardness]).toEqual([120, 1]);
    expect(session.options.opacity).toBeNull();
    session.tool.choose('brush');
    expect(session.options.opacity).toBe(1);
  });

  it('are changed by their keys, and no other tool is', () => {
    const { options } = session;
    const keys = ['larger', 'harder', 'smoother', 'unit', 'opacity.30'] as const;
    const pressAll = (): boolean[] => keys.map((name) => commands.run(`editor.brush.${name}`));
    const brush = JSON.stringify(options.settings.tools);
    session.tool.choose('lasso');
    expect(pressAll()).toEqual([true, false, false, false, true]);
    expect(options.settings.areas.lasso).toMatchObject({ opacity: 0.3, feather: 1 });
    commands.run('editor.brush.smaller');
    commands.run('editor.brush.smaller');
    expect(options.settings.areas.lasso.feather).toBe(0);
    session.tool.choose('wand');
    options.set(({ wand }) => (wand.tolerance = 12.5));
    expect(pressAll()).toEqual([true, false, false, false, true]);
    expect(options.settings.wand).toMatchObject({ opacity: 0.3, tolerance: 13 });
    session.tool.choose('fill');
    expect(pressAll()).toEqual([false, false, false, false, true]);
    expect([options.settings.fill.opacity, options.settings.areas.rect.opacity]).toEqual([0.3, 1]);
    session.tool.choose('hand');
    expect(pressAll()).toEqual([false, false, false, false, false]);
    expect(JSON.stringify(options.settings.tools)).toBe(brush);
    expect(options.settings.sizeUnit).toBe('image');
    // Hard pixels have neither softness nor opacity.
    session.tool.choose('brush');
    options.set(({ tools }) => (tools.brush.binary = true));
    expect(pressAll()).toEqual([true, false, true, true, false]);
  });

  it('have a tip of their own, where they have one', () => {
    const { options, tool } = session;
    tool.choose('eraser');
    expect(commands.run('editor.brush.tip')).toBe(true);
    expect(options.tip).toBe('square');
    tool.choose('brush');
    expect(options.tip).toBe('round');
    tool.choose('paint');
    options.setTip('square');
    tool.choose('quick');
    expect([options.tip, commands.run('editor.brush.tip')]).toEqual(['round', false]);
    const { tools, paint } = options.settings;
    expect([tools.brush.tip, tools.eraser.tip, paint.tip]).toEqual(['round', 'square', 'square']);
  });

  it('obey commands', () => {
    session.tool.choose('brush');
    session.options.setSize(100);
    session.options.setHardness(0.5);
    expect(commands.run('editor.brush.larger') && session.options.size > 100).toBe(true);
    commands.run('editor.brush.smaller');
    expect(session.options.size).toBe(100);
    commands.run('editor.brush.harder');
    expect(session.options.hardness).toBe(0.6);
    commands.run('editor.brush.softer');
    commands.run('editor.brush.softer');
    expect(session.options.hardness).toBe(0.4);
    commands.run('editor.brush.opacity.30');
    expect(session.options.opacity).toBe(0.3);
    commands.run('editor.tool.swap');
    expect(session.tool.id).toBe('eraser');
    commands.run('editor.tool.swap');
    commands.run('editor.tool.hand');
    expect(session.tool.id).toBe('hand');
    session.options.setMaskColor('#00ff00');
    session.options.setMaskColor('green');
    expect(session.options.maskColor).toBe('#00ff00');
    session.options.setPressure({ toOpacity: true });
    expect(session.options.pressure.toOpacity).toBe(true);
  });

  it('obey keys, which nothing else receives', async () => {
    vi.stubGlobal('HTMLElement', class {});
    vi.stubGlobal('document', { body: {}, addEventListener: () => undefined });
    await session.open(picture());
    const press = vi.fn();
    expect(session.keys.down(key('e', 'KeyE', { preventDefault: press }))).toBe(true);
    expect([session.tool.id, press.mock.calls.length]).toEqual(['eraser', 1]);
    expect(session.keys.down(key('a', 'KeyA', { ctrlKey: true }))).toBe(true);
    expect(session.mask.empty).toBe(false);
    expect(session.keys.down(key('z', 'KeyZ', { ctrlKey: true }))).toBe(true);
    expect(session.mask.empty).toBe(true);
    // Nothing left to undo: the key still ends here.
    expect(session.keys.down(key('z', 'KeyZ', { ctrlKey: true }))).toBe(true);
    expect(session.keys.down(key('F5', 'F5'))).toBe(false);
    expect(session.keys.down(key('b', 'KeyB', { defaultPrevented: true }))).toBe(false);
    expect(session.keys.down(key('b', 'KeyB', { isComposing: true }))).toBe(false);
    expect(session.tool.id).toBe('eraser');
  });

  it('take back what is unfinished before they undo', async () => {
    vi.stubGlobal('HTMLElement', class {});
    const body = {} as EventTarget;
    vi.stubGlobal('document', { body, addEventListener: () => undefined });
    await session.open(picture());
    session.edits.selectAll();
    session.tool.choose('polygon');
    const press = (name: string, code = name, more: Partial<KeyboardEvent> = {}): void => {
      session.keys.down(key(name, code, { target: body, ...more }));
      session.keys.up(key(name, code));
    };
    const corner = (way: string): void => {
      press(way);
      press(' ', 'Space');
    };
    expect([session.tool.unfinished, session.history.canUndo]).toEqual(['none', true]);
    corner('ArrowRight');
    expect(session.tool.unfinished).toBe('begun');
    corner('ArrowRight');
    corner('ArrowDown');
    expect(session.tool.unfinished).toBe('complete');
    session.history.undo();
    expect([session.tool.unfinished, session.mask.rev]).toEqual(['begun', 1]);
    commands.run('editor.history.undo');
    press('z', 'KeyZ', { ctrlKey: true });
    expect([session.tool.unfinished, session.mask.rev, session.history.undoLabel?.tool]).toEqual([
      'none',
      1,
      'all',
    ]);
    session.history.undo();
    expect([session.mask.empty, session.history.canUndo]).toEqual([true, false]);

    corner('ArrowRight');
    expect(session.history.canUndo).toBe(true);
    session.tool.finish();
    corner('ArrowRight');
    corner('ArrowDown');
    session.tool.finish();
    expect([session.tool.unfinished, session.history.undoLabel?.tool]).toEqual(['none', 'polygon']);
    corner('ArrowRight');
    session.tool.drop();
    expect(session.tool.unfinished).toBe('none');
    corner('ArrowRight');
    session.tool.choose('brush');
    expect(session.tool.unfinished).toBe('none');
  });

  it('paint by keyboard: arrows move, Enter dabs, held down it draws', async () => {
    vi.stubGlobal('HTMLElement', class {});
    const body = {} as EventTarget;
    vi.stubGlobal('document', { body, addEventListener: () => undefined });
    await session.open(picture());
    session.tool.choose('brush');
    session.options.setSize(20);
    const press = (name: string, code = name, more: Partial<KeyboardEvent> = {}): boolean =>
      session.keys.down(key(name, code, { target: body, ...more }));
    press('ArrowRight');
    const start = session.keyboard.cursor;
    press('ArrowRight');
    expect(session.keyboard.cursor?.x).toBe((start?.x ?? 0) + 5);
    press('ArrowDown', 'ArrowDown', { shiftKey: true });
    expect(session.keyboard.cursor?.y).toBe((start?.y ?? 0) + 1);
    press('Enter');
    session.keys.up(key('Enter', 'Enter'));
    expect([session.mask.rev, session.history.undoLabel?.tool]).toEqual([1, 'brush']);
    // The mask alone can be painted on; the picture alone cannot.
    session.view.setMode('image');
    session.tool.choose('hand');
    press('Enter');
    session.keys.up(key('Enter', 'Enter'));
    expect(session.view.mode).toBe('image');
    session.tool.choose('brush');
    press('Enter');
    session.keys.up(key('Enter', 'Enter'));
    expect([session.view.mode, session.mask.rev]).toEqual(['overlay', 2]);
    session.history.undo();
    session.view.setMode('mask');
    const dab = session.mask.bounds();
    press(' ', 'Space');
    for (let i = 0; i < 10; i++) {
      press('ArrowRight');
    }
    session.keys.up(key(' ', 'Space'));
    const line = session.mask.bounds();
    expect((line?.x1 ?? 0) - (dab?.x1 ?? 0)).toBe(50);
    expect([session.mask.rev, session.view.mode]).toEqual([4, 'mask']);
    expect(press('Escape')).toBe(true);
    expect(session.keyboard.cursor).toBeNull();
  });
});
