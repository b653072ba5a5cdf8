import type { CDPSession, Page } from 'playwright';

/** A page worked through the browser's input pipeline, with what that costs. */
export interface DrivenPage {
  page: Page;
  /** CPU time of the page's main thread that the work takes, ms: what other processes do does not count. */
  cost: (work: () => Promise<unknown>) => Promise<number>;
  /** CPU time so far of all processes that draw pages, the GPU's included, ms. */
  drawn: () => Promise<number>;
  /** CPU time of the longest task of the page's main thread that the work takes, ms. */
  longest: (work: () => Promise<unknown>) => Promise<number>;
  /** Pointer events as from a mouse, view px. */
  mouse: (kind: 'Pressed' | 'Moved' | 'Released', at: Spot, button?: 'left' | 'middle') => Promise<void>;
  /** Resolves when the next frame has been drawn. */
  frame: () => Promise<void>;
}

/** A place in the view, CSS px. */
export interface Spot {
  x: number;
  y: number;
}

/** What some frames and the end of a stroke cost, ms of CPU time, less what a frame without work costs. */
export interface StrokeCost {
  frames: number[];
  end: number;
}

/** Pointer samples a frame, as a fast pen sends them. */
const SAMPLES = 4;

/** Part of the curve a sample, radians. */
const STEP = 0.04;
/** Frames of a stroke until the curve meets its beginning again, after ten turns. */
const PERIOD = (20 * Math.PI) / STEP / SAMPLES;
/** The first frame of a 20 s stroke that goes where its first one went, and as fast. */
export const SAME_AGAIN = Math.round(3 * PERIOD);

let angle = 0;

/** The next place of a curve that wanders about the stage. */
export function wander(): Spot {
  angle += STEP;
  return { x: 560 + Math.cos(angle) * 250, y: 420 + Math.sin(angle * 1.3) * 230 };
}

/** The curve begins anew: strokes that are compared must go the same way, since wide curves cost more. */
export function startOver(): void {
  angle = 0;
}

export async function times<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < count; i++) {
    results.push(await work(i));
  }
  return results;
}

/**
 * One stroke of so many frames along the curve.
 * @param idle what a frame without work costs, ms.
 */
export async function paint(
  { cost, mouse, frame }: DrivenPage,
  count: number,
  idle: number,
): Promise<StrokeCost> {
  await mouse('Moved', wander());
  await mouse('Pressed', wander());
  const frames = await times(count, () =>
    cost(async () => {
      await Promise.all(Array.from({ length: SAMPLES }, () => mouse('Moved', wander())));
      await frame();
    }),
  );
  const end = await cost(() => mouse('Released', wander()));
  return { frames: frames.map((ms) => Math.max(0, ms - idle)), end };
}

/** The value below which this part of the values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Bytes as MB of 2^20. */
export function toMB(bytes: number): number {
  return bytes / (1024 * 1024);
}

/** What tsx puts around functions is not there in a page; to be called before it is opened. */
export async function allowTsx(page: Page): Promise<void> {
  await page.addInitScript('globalThis.__name = (value) => value;');
}

/** Takes hold of a page. */
export async function drive(page: Page): Promise<DrivenPage> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const browser = page.context().browser();
  if (!browser) {
    throw new Error('the page belongs to no browser');
  }
  const root = await browser.newBrowserCDPSession();
  return {
    page,
    drawn: async () => {
      const { processInfo } = await root.send('SystemInfo.getProcessInfo');
      const drawing = processInfo.filter(({ type }) => /renderer|gpu/i.test(type));
      return drawing.reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
    },
    longest: async (work) => {
      await browser.startTracing(page, { categories: ['toplevel', 'blink.user_timing'] });
      await page.evaluate(() => performance.mark('bench-begin'));
      await work();
      await page.evaluate(() => performance.mark('bench-end'));
      return longestTask(JSON.parse((await browser.stopTracing()).toString()) as Trace);
    },
    frame: async () => {
      await page.evaluate(
        () =>
          new Promise<void>((resolve) => {
            requestAnimationFrame(() => {
              const { port1, port2 } = new MessageChannel();
              port1.onmessage = () => {
                resolve();
              };
              port2.postMessage(null);
            });
          }),
      );
    },
    cost: async (work) => {
      const before = await taskTime(cdp);
      await work();
      return (await taskTime(cdp)) - before;
    },
    mouse: async (kind, { x, y }, button = 'left') => {
      const buttons = kind === 'Moved' && button === 'left' ? 1 : button === 'middle' ? 4 : 1;
      await cdp.send('Input.dispatchMouseEvent', {
        type: `mouse${kind}`,
        x,
        y,
        button: kind === 'Moved' ? 'none' : button,
        buttons: kind === 'Released' ? 0 : buttons,
        clickCount: 1,
      });
    },
  };
}

interface Trace {
  traceEvents: {
    name: string;
    ph: string;
    pid: number;
    tid: number;
    ts: number;
    dur?: number;
    tdur?: number;
  }[];
}

/** Between the marks of `longest`, on the thread that set them; ms. */
function longestTask({ traceEvents }: Trace): number {
  const begin = traceEvents.find(({ name }) => name === 'bench-begin');
  const end = traceEvents.find(({ name }) => name === 'bench-end');
  if (!begin || !end) {
    return NaN;
  }
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid, ts, dur = 0 }) =>
      ph === 'X' &&
      name.endsWith('RunTask') &&
      pid === begin.pid &&
      tid === begin.tid &&
      ts + dur >= begin.ts &&
      ts <= end.ts,
  );
  // A task that the trace ends in has no duration.
  return Math.max(...tasks.flatMap(({ tdur }) => tdur ?? [])) / 1000;
}

async function taskTime(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
}
