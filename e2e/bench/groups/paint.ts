import { ensureBuilt } from '../../../src/server/build-app';
import type { Measure, Measurement } from '../measurement';
import { median, paint, quantile, startOver, times, toMB } from '../support/driven-page';
import { type EditorPage, openEditorPage } from '../support/editor-page';
import { paintTypical, prepare, rest, stepCosts } from '../support/editor-strokes';

const ROUNDS = 3;

type Add = (name: string, value: number, unit?: string) => void;

/**
 * The paint layer through the browser's input pipeline. Frames, undo and the longest task are counted in CPU time of
 * the main thread, so that a busy machine does not change them much; the export is what a person waits for.
 */
export const measure: Measure = async (bench) => {
  await ensureBuilt((line) => {
    bench.say(line);
  });
  const found: Measurement[] = [];
  const add: Add = (name, value, unit = 'ms') => {
    found.push({ name, value, unit });
    bench.say(`${name} ${value.toFixed(2)} ${unit}`);
  };
  const editor = await openEditorPage();
  try {
    const idle = median(await times(20, () => editor.cost(editor.frame)));
    const frames: Record<number, number> = {};
    for (const side of [1024, 8192]) {
      await editor.open(side);
      await rest(editor, 1500);
      await prepare(editor, 'paint');
      await paint(editor, 20, idle);
      startOver();
      const costs = await paint(editor, 60, idle);
      frames[side] = median(costs.frames);
      add(`paint.frame.p95@${side}`, quantile(costs.frames, 0.95));
    }
    add('paint.frame.ratio.8192/1024', (frames[8192] ?? NaN) / (frames[1024] ?? NaN), '×');
    await times(8, () => paint(editor, 8, idle));
    add('paint.undo.p95@8192', quantile(await stepCosts(editor, 'undo', 8, idle), 0.95));
    await measureCopies(editor, add, idle);
    await measureMemory(editor, add);
    await measureWhole(editor, add, (line) => {
      bench.say(line);
    });
  } finally {
    await editor.stop();
  }
  return found;
};

/** Clone and heal: frames of their strokes, and how long a person waits for the exact result of a heal. */
async function measureCopies(editor: EditorPage, add: Add, idle: number): Promise<void> {
  const { page } = editor;
  for (const tool of ['clone', 'heal'] as const) {
    await prepare(editor, tool);
    await page.evaluate(() => {
      window.__darkroomEditor?.options.askSource();
    });
    startOver();
    await paint(editor, 1, 0);
    await rest(editor, 4000);
    const costs = await paint(editor, 60, idle);
    add(`paint.${tool}.frame.p95@8192`, quantile(costs.frames, 0.95));
    await rest(editor, 6000);
  }
  const settled = await times(ROUNDS, async () => {
    const rev = await page.evaluate(() => window.__darkroomEditor?.rev);
    await paint(editor, 3, 0);
    const start = Date.now();
    await page.waitForFunction((before) => window.__darkroomEditor?.rev !== before, rev, {
      timeout: 60_000,
    });
    return Date.now() - start;
  });
  add('paint.heal.settle.ms@8192', median(settled));
}

/** A typical mask, and as many strokes of paint at the same places, with the history of both. */
async function measureMemory(editor: EditorPage, add: Add): Promise<void> {
  await editor.open(8192);
  await rest(editor, 1500);
  startOver();
  const strokes = await paintTypical(editor);
  await editor.page.evaluate(() => window.__darkroomEditor?.setTool('paint'));
  startOver();
  await times(strokes, () => paint(editor, 3, 0));
  await rest(editor, 4000);
  const bytes = await editor.page.evaluate(() => window.__darkroomEditor?.bytes());
  const all = bytes ? bytes.tiles + bytes.mips + bytes.history + bytes.stroke + bytes.canvases : NaN;
  add('paint.memory.MB.typical@8192', toMB(all), 'MB');
}

/** What covers the whole picture: how long the file takes, and whether the page stands still meanwhile. */
async function measureWhole(editor: EditorPage, add: Add, say: (line: string) => void): Promise<void> {
  const { page } = editor;
  await editor.open(8192);
  await rest(editor, 1500);
  await page.evaluate(() => window.__darkroomEditor?.camera.zoomTo('fit'));
  let longest = 0;
  const watch = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const ms = await editor.longest(work);
    say(`longest task of ${what}: ${ms.toFixed(1)} ms`);
    longest = Math.max(longest, ms);
  };
  await watch('a broad stroke', () => broadStroke(editor));
  await undo(editor);
  await watch('the bucket', () => drag(editor, 'paintFill', [{ x: 560, y: 420 }]));
  await watch('undo', () => undo(editor));
  await watch('the gradient', () =>
    drag(editor, 'paintGradient', [
      { x: 400, y: 300 },
      { x: 700, y: 600 },
    ]),
  );
  const export1 = (): Promise<number> =>
    page.evaluate(async () => {
      const start = performance.now();
      const file = await window.__darkroomEditor?.exportPaint();
      return file ? performance.now() - start : NaN;
    });
  add('paint.export.ms@8192', median(await times(ROUNDS, export1)));
  await watch('the file', export1);
  add('paint.mainblock.ms@8192', longest);
}

/** Across what is seen of the picture, with the widest brush. */
async function broadStroke({ page, mouse, frame }: EditorPage): Promise<void> {
  await page.evaluate(() => {
    window.__darkroomEditor?.setTool('paint');
    window.__darkroomEditor?.options.setSize(2000);
  });
  await mouse('Moved', { x: 450, y: 350 });
  await mouse('Pressed', { x: 450, y: 350 });
  for (let x = 460; x <= 850; x += 10) {
    await mouse('Moved', { x, y: 350 + (x % 80) });
    await frame();
  }
  await mouse('Released', { x: 850, y: 350 });
  await times(3, frame);
}

async function undo({ page, frame }: EditorPage): Promise<void> {
  await page.evaluate(() => window.__darkroomEditor?.undo());
  await times(3, frame);
}

/** A press at the first place, released at the last; resolves when its work is done and drawn. */
async function drag(
  { page, mouse, frame }: EditorPage,
  tool: 'paintFill' | 'paintGradient',
  places: { x: number; y: number }[],
): Promise<void> {
  const [first = { x: 0, y: 0 }] = places;
  const last = places.at(-1) ?? first;
  const { rev } = await page.evaluate((id) => {
    const session = window.__darkroomEditor;
    session?.setTool(id);
    session?.options.set(({ paint: layer }) => (layer.tolerance = 100));
    return { rev: session?.rev };
  }, tool);
  await mouse('Moved', first);
  await mouse('Pressed', first);
  await mouse('Moved', last);
  await frame();
  await mouse('Released', last);
  await page.waitForFunction((before) => window.__darkroomEditor?.rev !== before, rev, { timeout: 60_000 });
  await times(3, frame);
}
