import type { Page } from 'playwright';

import { ensureBuilt } from '../../../src/server/build-app';
import type { Measure, Measurement } from '../measurement';
import { SAME_AGAIN, median, paint, quantile, startOver, times, wander } from '../support/driven-page';
import { type EditorPage, openEditorPage } from '../support/editor-page';
import { paintTypical, prepare, rest, stepCosts, TYPICAL } from '../support/editor-strokes';
import { measureWaits } from '../support/from-gallery';
import { measureTextbook } from '../support/textbook';

/** A place of the stage that the first strokes do not reach. */
const UNPAINTED = { x: 1090, y: 170 };
/**
 * The editor through the browser's input pipeline. Frames are counted in CPU time of the main thread, less
 * what a frame without work costs, so that a busy machine does not change them much; all other times are
 * those a person waits.
 */
export const measure: Measure = async (bench) => {
  await ensureBuilt((line) => {
    bench.say(line);
  });
  const editor = await openEditorPage();
  const found: Measurement[] = [];
  const add = (name: string, value: number, unit = 'ms'): void => {
    const other = textbook.get(name);
    found.push({ name, value, unit, ...(other === undefined ? {} : { textbook: other }) });
    bench.say(`${name} ${value.toFixed(2)} ${unit}`);
  };
  let textbook: ReadonlyMap<string, number> = new Map();
  try {
    const idle = median(await times(20, () => editor.cost(editor.frame)));
    bench.say('the textbook’s way first');
    textbook = await measureTextbook(editor.beside, TYPICAL);
    const frames: Record<number, number> = {};
    for (const side of [1024, 4096, 8192]) {
      const opened = await editor.open(side);
      if (side > 1024) {
        add(`editor.open.ms@${side}`, opened);
      }
      await rest(editor, 1500);
      await prepare(editor);
      await paint(editor, 20, idle);
      startOver();
      const costs = await paint(editor, 60, idle);
      frames[side] = median(costs.frames);
      add(`editor.frame.p95@${side}`, quantile(costs.frames, 0.95));
      if (side === 4096) {
        await measureOperations(editor, add);
        await measureHistory(editor, side, add, idle);
        await measureLongStroke(editor, add, idle);
        await measureSession(editor, add);
      }
      if (side === 8192) {
        await measureView(editor, add, idle);
        await measureHistory(editor, side, add, idle);
        await measureExport(editor, add);
      }
    }
    add('editor.frame.ratio.8192/1024', (frames[8192] ?? NaN) / (frames[1024] ?? NaN), '×');
    await editor.open(1024);
    await rest(editor, 1500);
    await prepare(editor);
    await measureDrawing(editor, add);
  } finally {
    await editor.stop();
  }
  const waits = await measureWaits(ROUNDS);
  add('editor.open.ms@1024', median(waits.map(({ open }) => open)));
  add('editor.generate.wait.ms@1024', median(waits.map(({ generate }) => generate)));
  return found;
};

/** How often what is noisy is measured; the median counts. */
const ROUNDS = 5;

type Add = (name: string, value: number, unit?: string) => void;

/** The curve of this many frames at the speed of a fast pen, as the display shows them. */
const DRAWN_FRAMES = 180;

/**
 * What all processes that draw spend on a frame of a stroke, more than on a frame in which the pointer only moves over
 * another room of the same page. The brush is the race's: radius 100 px on the screen, hard, the picture at fit.
 */
async function measureDrawing(editor: EditorPage, add: Add): Promise<void> {
  const { page, mouse } = editor;
  await page.evaluate(() => {
    const session = window.__darkroomEditor;
    session?.clear();
    session?.camera.zoomTo('fit');
    session?.options.setSize(200 / (session.camera.viewport.scale || 1));
    session?.options.setHardness(1);
  });
  const painted = await times(ROUNDS, async () => {
    await mouse('Moved', wander());
    await mouse('Pressed', wander());
    const cost = await perFrame(editor);
    await mouse('Released', wander());
    await rest(editor, 600);
    return cost;
  });
  await editor.leave();
  const empty = await times(ROUNDS, () => perFrame(editor));
  add('editor.frame.cpu.over-empty@1024', median(painted) - median(empty));
}

/** CPU time of a frame while the pointer moves, ms. */
async function perFrame(editor: EditorPage): Promise<number> {
  const { mouse, frame, drawn } = editor;
  startOver();
  const before = await drawn();
  await times(DRAWN_FRAMES, async () => {
    await Promise.all([mouse('Moved', wander()), mouse('Moved', wander()), frame()]);
  });
  return ((await drawn()) - before) / DRAWN_FRAMES;
}

async function measureView(editor: EditorPage, add: Add, idle: number): Promise<void> {
  const { cost, frame, mouse } = editor;
  const ends = await times(12, async () => (await paint(editor, 8, idle)).end);
  add('editor.pointerup.p95@8192', quantile(ends, 0.95));
  for (const direction of ['undo', 'redo'] as const) {
    const costs = await stepCosts(editor, direction, 8, idle);
    add(`editor.${direction}.p95@8192`, quantile(costs, 0.95));
  }
  await mouse('Pressed', { x: 560, y: 420 }, 'middle');
  const pans = await times(40, (i) =>
    cost(async () => {
      await mouse('Moved', { x: 560 + Math.sin(i / 3) * 120, y: 420 + Math.cos(i / 3) * 80 }, 'middle');
      await frame();
    }),
  );
  await mouse('Released', { x: 560, y: 420 }, 'middle');
  add('editor.pan.p95@8192', quantile(pans, 0.95) - idle);
}

/** 200 strokes over the picture at fit, and what undo and the whole mask hold then. */
async function measureHistory(editor: EditorPage, side: number, add: Add, idle: number): Promise<void> {
  const { page } = editor;
  await page.evaluate(() => window.__darkroomEditor?.camera.zoomTo('fit'));
  startOver();
  const first = await strokeCost(editor, idle);
  for (let stroke = 0; stroke < 199; stroke++) {
    await paint(editor, 3, idle);
  }
  await rest(editor, 4000);
  const bytes = await page.evaluate(() => window.__darkroomEditor?.bytes());
  const MB = 1024 * 1024;
  add(`editor.history.MB.200strokes@${side}`, (bytes?.history ?? NaN) / MB, 'MB');
  if (side === 8192) {
    const all = bytes ? bytes.tiles + bytes.mips + bytes.history + bytes.stroke + bytes.canvases : NaN;
    add('editor.memory.MB.typical@8192', all / MB, 'MB');
    return;
  }
  for (let stroke = 200; stroke < 1000; stroke++) {
    await paint(editor, 1, idle);
  }
  const last = await strokeCost(editor, idle);
  add('editor.frame.ratio.stroke1000/stroke1', last / first, '×');
}

/** Median frame of the same stroke, painted five times; ms. */
async function strokeCost(editor: EditorPage, idle: number): Promise<number> {
  const strokes = await times(ROUNDS, async () => {
    startOver();
    return median((await paint(editor, 60, idle)).frames);
  });
  return median(strokes);
}

/** One stroke of 20 s: its last frames against its first, both at the same places. */
async function measureLongStroke(editor: EditorPage, add: Add, idle: number): Promise<void> {
  await prepare(editor);
  const { frames } = await paint(editor, SAME_AGAIN + 60, idle);
  add('editor.stroke.ratio.last/first', median(frames.slice(-60)) / median(frames.slice(0, 60)), '×');
}

/** A minute of strokes, undo, zoom and pan: tasks over 50 ms. */
async function measureSession(editor: EditorPage, add: Add): Promise<void> {
  const { page, mouse, frame } = editor;
  await prepare(editor);
  await page.evaluate(() => {
    window.__longTasks = [];
  });
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    await paint(editor, 40, 0);
    await page.evaluate(() => window.__darkroomEditor?.undo());
    await frame();
    await page.evaluate(() => window.__darkroomEditor?.redo());
    await page.mouse.wheel(0, -120);
    await frame();
    await mouse('Pressed', { x: 560, y: 420 }, 'middle');
    await mouse('Moved', { x: 600, y: 430 }, 'middle');
    await mouse('Released', { x: 600, y: 430 }, 'middle');
    await page.mouse.wheel(0, 120);
    await frame();
  }
  const tasks = await page.evaluate(() => window.__longTasks ?? []);
  add('editor.longtasks.60s', tasks.length, 'tasks');
}

/** Whole-mask operations, each as a person waits for it, and whether the page stood still meanwhile. */
async function measureOperations(editor: EditorPage, add: Add): Promise<void> {
  const { page } = editor;
  const results = await page.evaluate(async () => {
    const session = window.__darkroomEditor;
    if (!session) {
      throw new Error('no session');
    }
    const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    const settled = async (): Promise<void> => {
      while (session.working || session.masks.composing) {
        await wait(1);
      }
      await new Promise((resolve) => requestAnimationFrame(resolve));
    };
    const time = async (work: () => void): Promise<number> => {
      await wait(800);
      const start = performance.now();
      work();
      await settled();
      return performance.now() - start;
    };
    window.__longTasks = [];
    const invert = await time(() => {
      session.invert();
    });
    session.invert();
    const grow = await time(() => {
      session.masks.setModifiers({ grow: 32 });
    });
    session.undo();
    const feather = await time(() => {
      session.masks.setModifiers({ grow: 0, feather: 32 });
    });
    session.undo();
    return { invert, grow, feather };
  });
  add('editor.invert.ms@4096', results.invert);
  add('editor.grow32.ms@4096', results.grow);
  add('editor.feather32.ms@4096', results.feather);
  add('editor.fill.ms@4096', await measureFill(editor));
  const tasks = await page.evaluate(() => window.__longTasks ?? []);
  add('editor.operations.longtasks@4096', tasks.length, 'tasks');
}

/** The bucket, clicked outside what is painted: ms from the click until the filled mask is drawn. */
async function measureFill({ page, mouse }: EditorPage): Promise<number> {
  const waiting = page.evaluate(async () => {
    const session = window.__darkroomEditor;
    if (!session) {
      throw new Error('no session');
    }
    session.setTool('fill');
    const { rev } = session;
    const start = await new Promise<number>((resolve) => {
      addEventListener(
        'pointerup',
        () => {
          resolve(performance.now());
        },
        { capture: true, once: true },
      );
    });
    while (session.rev === rev) {
      if (performance.now() - start > 20_000) {
        throw new Error('the bucket filled nothing');
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const ms = performance.now() - start;
    session.undo();
    session.setTool('brush');
    return ms;
  });
  await page.waitForFunction(() => window.__darkroomEditor?.tool === 'fill');
  await mouse('Moved', UNPAINTED);
  await mouse('Pressed', UNPAINTED);
  await mouse('Released', UNPAINTED);
  return waiting;
}

async function measureExport(editor: EditorPage, add: Add): Promise<void> {
  const { page, open } = editor;
  for (const side of [8192, 4096]) {
    if (side === 4096) {
      await open(side);
    }
    await paintTypical(editor);
    const result = await exportMask(page);
    add(`editor.export.ms@${side}`, result.ms);
    if (side === 8192) {
      const blocks = await times(ROUNDS, async () => {
        // Without a change the file of before would do.
        await paint(editor, 1, 0);
        await rest(editor, 1000);
        return editor.longest(() => exportMask(page));
      });
      add('editor.export.mainblock.ms@8192', median(blocks));
      add('editor.export.MB.typical@8192', result.bytes / 1e6, 'MB');
    }
  }
  add('editor.alpha.mismatch', await alphaMismatch(editor), 'px');
}

function exportMask(page: Page): Promise<{ ms: number; bytes: number }> {
  return page.evaluate(async () => {
    const start = performance.now();
    const file = await window.__darkroomEditor?.exportMask();
    return { ms: performance.now() - start, bytes: file?.blob.size ?? NaN };
  });
}

/** All 256 levels from the editor to the server and back: pixels that come back as others. */
function alphaMismatch({ page, ramp }: EditorPage): Promise<number> {
  return page.evaluate(async ({ filename, side, mask, blob }) => {
    const session = window.__darkroomEditor;
    const bytes = (base64: string): Uint8Array<ArrayBuffer> =>
      Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
    const ref = { filename, subfolder: '', type: 'input' as const };
    await session?.open({ ref, source: new Blob([bytes(blob)]), width: side, height: side });
    await session?.loadMask(bytes(mask));
    const box = { x0: 0, y0: 0, x1: side, y1: side };
    const before = session?.readMask(box).slice() ?? new Uint8Array();
    const form = new FormData();
    form.append('image', (await session?.exportMask())?.blob ?? new Blob(), 'ramp-mask.png');
    form.append('original_ref', JSON.stringify(ref));
    form.append('type', 'input');
    const stored = (await (await fetch('upload/mask', { method: 'POST', body: form })).json()) as {
      name: string;
      subfolder: string;
    };
    const query = new URLSearchParams({ ...stored, filename: stored.name, type: 'input', channel: 'a' });
    session?.clear();
    const back = await (await fetch(`view?${query.toString()}`)).arrayBuffer();
    await session?.loadMask(new Uint8Array(back));
    const after = session?.readMask(box);
    const levels = new Set(before).size;
    return levels < 256 ? NaN : before.reduce((sum, value, i) => sum + (value === after?.[i] ? 0 : 1), 0);
  }, ramp);
}
