import type { Konva as KonvaApi } from 'konva/lib/_FullInternals';

import {
  type DrivenPage,
  SAME_AGAIN,
  median,
  paint,
  quantile,
  startOver,
  times,
  toMB,
  wander,
} from './driven-page';

declare global {
  interface Window {
    Konva: typeof KonvaApi;
    __textbook: Textbook;
  }
}

/** What the page of the textbook offers; see `prepareLines` and `prepareCanvas`. */
interface Textbook {
  /** Adds strokes of so many points, as painting them would have. */
  addStrokes?: (strokes: number[][]) => void;
  /** Adds points to the stroke under way without drawing. */
  addPoints?: (points: number[]) => void;
  undo?: () => void;
  redo?: () => void;
  /** Bytes of one step of the history. */
  stepBytes?: () => number;
  /** Writes the mask as PNG; ms, and the longest time the page stood still. */
  save?: () => Promise<{ ms: number; longest: number; bytes: number }>;
}

const RADIUS = 200;
const VIEW = { width: 1120, height: 840 };
/** Points of a 20 s stroke that are not painted one by one: what comes between its first and its last second. */
const BETWEEN = 4 * (SAME_AGAIN - 60);
/** Points of a stroke of 10 frames. */
const STROKE = 40;

/**
 * The same work done the way introductions to Konva and to canvas show it: a `Konva.Line` for each stroke
 * and a full redraw for each movement; a canvas as large as the picture, of which undo keeps whole copies.
 * @param beside opens an empty page.
 * @param covered how much of the picture a mask that is saved covers, 0 to 1.
 * @returns values under the names of the editor's own measurements.
 */
export async function measureTextbook(
  beside: () => Promise<DrivenPage>,
  covered: number,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const lines = await beside();
  await prepareLines(lines);
  const idle = median(await times(20, () => lines.cost(lines.frame)));
  await measureLines(lines, idle, found);
  await lines.page.close();
  for (const side of [4096, 8192]) {
    const canvas = await beside();
    await prepareCanvas(canvas, side, covered);
    await measureCanvas(canvas, side, idle, found);
    await canvas.page.close();
  }
  return found;
}

async function measureLines(lines: DrivenPage, idle: number, found: Map<string, number>): Promise<void> {
  const { page, frame, cost } = lines;
  await paint(lines, 20, idle);
  startOver();
  const { frames } = await paint(lines, 60, idle);
  for (const side of [1024, 4096, 8192]) {
    found.set(`editor.frame.p95@${side}`, quantile(frames, 0.95));
  }
  startOver();
  const first = median((await paint(lines, 10, idle)).frames);
  const strokes = (count: number): number[][] =>
    Array.from({ length: count }, () => Array.from({ length: STROKE }, wander).flatMap(({ x, y }) => [x, y]));
  await page.evaluate((more) => window.__textbook.addStrokes?.(more), strokes(196));
  const pans = await times(20, () =>
    cost(async () => {
      await page.evaluate(() => {
        const stage = window.Konva.stages[0];
        stage?.x(stage.x() + 8).batchDraw();
      });
      await frame();
    }),
  );
  found.set('editor.pan.p95@8192', quantile(pans, 0.95) - idle);
  await page.evaluate(() => window.Konva.stages[0]?.x(0));
  await page.evaluate((more) => window.__textbook.addStrokes?.(more), strokes(800));
  startOver();
  const last = median((await paint(lines, 10, idle)).frames);
  found.set('editor.frame.ratio.stroke1000/stroke1', last / first);

  await prepareLines(lines);
  const { cost: spent, mouse } = lines;
  const step = (): Promise<number> =>
    spent(async () => {
      await Promise.all(Array.from({ length: 4 }, () => mouse('Moved', wander())));
      await frame();
    });
  await mouse('Pressed', wander());
  const start = median(await times(60, step)) - idle;
  const between = Array.from({ length: BETWEEN }, wander).flatMap(({ x, y }) => [x, y]);
  await page.evaluate((points) => window.__textbook.addPoints?.(points), between);
  const end = median(await times(60, step)) - idle;
  await mouse('Released', wander());
  found.set('editor.stroke.ratio.last/first', end / start);
}

async function measureCanvas(
  canvas: DrivenPage,
  side: number,
  idle: number,
  found: Map<string, number>,
): Promise<void> {
  const { page, cost, frame } = canvas;
  const ends = await times(6, async () => (await paint(canvas, 4, idle)).end);
  const bytes = await page.evaluate(() => window.__textbook.stepBytes?.() ?? NaN);
  found.set(`editor.history.MB.200strokes@${side}`, toMB(bytes * 200));
  if (side === 8192) {
    found.set('editor.pointerup.p95@8192', quantile(ends, 0.95));
    for (const direction of ['undo', 'redo'] as const) {
      const costs = await times(2, () =>
        cost(async () => {
          await page.evaluate((verb) => window.__textbook[verb]?.(), direction);
          await frame();
        }),
      );
      found.set(`editor.${direction}.p95@8192`, quantile(costs, 0.95) - idle);
    }
    // The canvas itself and its history.
    found.set('editor.memory.MB.typical@8192', toMB(bytes * 201));
  }
  const saved = await page.evaluate(() => window.__textbook.save?.());
  found.set(`editor.export.ms@${side}`, saved?.ms ?? NaN);
  if (side === 8192) {
    found.set('editor.export.mainblock.ms@8192', Math.max(0, (saved?.longest ?? NaN) - 4));
    found.set('editor.export.MB.typical@8192', (saved?.bytes ?? NaN) / 1e6);
  }
}

/** A stage with one line for each stroke. */
async function prepareLines({ page }: DrivenPage): Promise<void> {
  await page.setContent('<body style="margin:0"><div id="stage"></div></body>');
  await page.addScriptTag({ path: 'node_modules/konva/konva.min.js' });
  await page.evaluate(
    ({ view, radius }) => {
      const { Konva } = window;
      const stage = new Konva.Stage({ container: 'stage', ...view });
      const layer = new Konva.Layer();
      stage.add(layer);
      let line: InstanceType<typeof Konva.Line> | null = null;
      const newLine = (points: number[]): InstanceType<typeof Konva.Line> => {
        const added = new Konva.Line({
          points,
          stroke: '#ff5a36',
          strokeWidth: radius * 2,
          lineCap: 'round',
          lineJoin: 'round',
        });
        layer.add(added);
        return added;
      };
      stage.on('mousedown', () => {
        const at = stage.getPointerPosition();
        line = at && newLine([at.x, at.y]);
      });
      stage.on('mousemove', () => {
        const at = stage.getPointerPosition();
        if (line && at) {
          line.points([...line.points(), at.x, at.y]);
          layer.batchDraw();
        }
      });
      stage.on('mouseup', () => {
        line = null;
      });
      window.__textbook = {
        addStrokes: (strokes) => {
          for (const points of strokes) {
            newLine(points);
          }
        },
        addPoints: (points) => {
          line?.points([...line.points(), ...points]);
        },
      };
    },
    { view: VIEW, radius: RADIUS },
  );
}

/** A canvas as large as the picture, whose history is made of whole copies. */
async function prepareCanvas({ page }: DrivenPage, side: number, covered: number): Promise<void> {
  await page.setContent('<body style="margin:0;overflow:hidden"><canvas></canvas></body>');
  await page.evaluate(
    ({ size, radius, covered }) => {
      const canvas = document.querySelector('canvas') as HTMLCanvasElement;
      canvas.width = size;
      canvas.height = size;
      const context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
      context.lineWidth = radius * 2;
      context.lineCap = 'round';
      const undo: ImageData[] = [context.getImageData(0, 0, size, size)];
      const redo: ImageData[] = [];
      let last: { x: number; y: number } | null = null;
      canvas.onmousedown = ({ offsetX: x, offsetY: y }) => {
        last = { x, y };
      };
      canvas.onmousemove = ({ offsetX: x, offsetY: y }) => {
        if (last) {
          context.beginPath();
          context.moveTo(last.x, last.y);
          context.lineTo(x, y);
          context.stroke();
          last = { x, y };
        }
      };
      canvas.onmouseup = () => {
        last = null;
        undo.push(context.getImageData(0, 0, size, size));
        // The machine that measures is not filled up: what 200 would hold is reckoned from one.
        undo.splice(0, undo.length - 4);
      };
      const back = (from: ImageData[], to: ImageData[]): void => {
        const step = from.pop();
        if (step) {
          to.push(step);
          context.putImageData(step, 0, 0);
        }
      };
      window.__textbook = {
        undo: () => {
          back(undo, redo);
        },
        redo: () => {
          back(redo, undo);
        },
        stepBytes: () => undo[0]?.data.byteLength ?? NaN,
        save: async () => {
          // Strokes side by side, so that the mask covers as much as a typical one.
          context.clearRect(0, 0, size, size);
          const step = size / 4;
          for (let x = step / 2; x < size; x += step) {
            for (let y = step / 2; y < size; y += step) {
              const length = (covered * step * step) / (2 * radius) - (Math.PI * radius) / 2;
              context.beginPath();
              context.moveTo(x - length / 2, y);
              context.lineTo(x + length / 2, y + length / 4);
              context.stroke();
            }
          }
          context.getImageData(0, 0, 1, 1);
          let longest = 0;
          let tick = performance.now();
          const ticks = setInterval(() => {
            const now = performance.now();
            longest = Math.max(longest, now - tick);
            tick = now;
          }, 1);
          const start = performance.now();
          const blob = await new Promise<Blob | null>((resolve) => {
            canvas.toBlob(resolve);
          });
          const ms = performance.now() - start;
          await new Promise((resolve) => setTimeout(resolve, 10));
          clearInterval(ticks);
          return { ms, longest, bytes: blob?.size ?? NaN };
        },
      };
    },
    { size: side, radius: RADIUS, covered },
  );
}
