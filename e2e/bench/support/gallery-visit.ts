import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright';

import { loopbackArgs, LAN_HOST } from '../../support/browser-args';
import { findWholeBrowser } from '../../support/find-browser';
import { allowTsx, median, quantile } from './driven-page';

/** How the pictures of a page are found: ours, or the textbook's. */
export interface Tiles {
  /** Selector of one tile each. */
  tile: string;
  /** Selector of the element that scrolls. */
  scroller: string;
}

export const OURS: Tiles = { tile: '[data-tile]', scroller: '[data-testid="gallery-scroller"]' };
export const TEXTBOOK: Tiles = { tile: 'a', scroller: 'html' };

/** What turning the wheel for a while came to. */
export interface Ride {
  /** Part of the tiles in view without a picture, percent of all that were looked at, ten times a second. */
  blank: number;
  /** The same 300 ms after the stop, percent. */
  blankAfter: number;
  /** From the stop until every tile in view shows its picture, ms. */
  fill: number;
  /** Time between frames, ms. */
  frames: number[];
  /** Most tiles in the document at once, and most of them in view. */
  cells: number;
  visible: number;
  /** Requests for pictures, and how many of them were given up. */
  requests: number;
  aborted: number;
  /** Main thread during the ride, ms: everything, and style recalculation alone. */
  task: number;
  style: number;
}

/** A profile of its own, with a page whose requests are counted. */
export interface Visit {
  context: BrowserContext;
  page: Page;
  cdp: CDPSession;
  /** Requests for pictures so far. */
  wires: Wires;
  close: () => Promise<void>;
}

interface Wires {
  asked: number;
  aborted: number;
  /** Re-encodings under way, and the most there were. */
  previews: number;
  mostPreviews: number;
}

/** Opens a browser with a new profile, or with one that was kept. */
export async function visit(profile?: string): Promise<Visit> {
  const folder = profile ?? mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
  const { executablePath, args } = findWholeBrowser();
  const context = await chromium.launchPersistentContext(folder, {
    executablePath,
    args: [...args, ...loopbackArgs([LAN_HOST])],
    viewport: { width: 1440, height: 900 },
  });
  const page = context.pages()[0] ?? (await context.newPage());
  await allowTsx(page);
  const cdp = await context.newCDPSession(page);
  await cdp.send('Performance.enable');
  const wires = watchWires(page);
  return {
    context,
    page,
    cdp,
    wires,
    close: async () => {
      await context.close();
      if (profile === undefined) {
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

function watchWires(page: Page): Wires {
  const wires: Wires = { asked: 0, aborted: 0, previews: 0, mostPreviews: 0 };
  const isView = (url: string): boolean => new URL(url).pathname.endsWith('/view');
  const isPreview = (url: string): boolean => isView(url) && new URL(url).searchParams.has('preview');
  page.on('request', (request) => {
    if (isView(request.url())) {
      wires.asked += 1;
    }
    if (isPreview(request.url())) {
      wires.previews += 1;
      wires.mostPreviews = Math.max(wires.mostPreviews, wires.previews);
    }
  });
  const ended = (url: string): void => {
    wires.previews -= isPreview(url) ? 1 : 0;
  };
  page.on('requestfinished', (request) => ended(request.url()));
  page.on('requestfailed', (request) => {
    ended(request.url());
    wires.aborted += isView(request.url()) ? 1 : 0;
  });
  return wires;
}

/** Waits until at least so many tiles are in view and each shows its picture; ms since navigation. */
export function firstScreen(page: Page, { tile }: Tiles, least = 5): Promise<number> {
  return page.evaluate(
    ([selector, few]) =>
      new Promise<number>((resolve, reject) => {
        const look = (): void => {
          const seen = [...document.querySelectorAll(selector)].filter((node) => {
            const { bottom, top, width } = node.getBoundingClientRect();
            return width > 20 && bottom > 0 && top < innerHeight;
          });
          const isShown = (node: Element): boolean => {
            const picture = node.querySelector('img');
            return picture !== null && picture.complete && picture.naturalWidth > 0;
          };
          if (seen.length >= few && seen.every(isShown)) {
            resolve(performance.now());
          } else if (performance.now() > 120_000) {
            reject(new Error(`${seen.filter(isShown).length} of ${seen.length} tiles have a picture`));
          } else {
            requestAnimationFrame(look);
          }
        };
        look();
      }),
    [tile, least] as const,
  );
}

/**
 * Turns the wheel 60 times a second by so many px for so long, ms; a speed of 0 only looks.
 * @param settle ms to go on watching after the last picture has come: requests may come late.
 */
export async function ride(on: Visit, tiles: Tiles, px: number, ms: number, settle = 800): Promise<Ride> {
  const { page, cdp, wires } = on;
  const before = { ...wires, ...(await work(cdp)) };
  await page.evaluate(watchTiles, tiles.tile);
  const start = performance.now();
  for (let turns = 1; performance.now() - start < ms; turns++) {
    const due = start + turns * (1000 / 60);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    void cdp.send('Input.dispatchMouseEvent', {
      type: 'mouseWheel',
      x: 500,
      y: 500,
      deltaX: 0,
      deltaY: px,
      pointerType: 'mouse',
    });
  }
  const seen = await page.evaluate(stopWatching);
  const { task, style } = await work(cdp);
  await page.waitForTimeout(settle);
  return {
    ...seen,
    requests: wires.asked - before.asked,
    aborted: wires.aborted - before.aborted,
    task: task - before.task,
    style: style - before.style,
  };
}

interface Watch {
  blanks: number[];
  frames: number[];
  cells: number;
  visible: number;
  look: () => { seen: number; bare: number };
  stop: () => void;
}

declare global {
  var galleryWatch: Watch;
}

/** In the page: looks at the tiles ten times a second, and at the clock every frame. */
function watchTiles(selector: string): void {
  const look = (): { seen: number; bare: number } => {
    const all = [...document.querySelectorAll(selector)];
    const seen = all.filter((node) => {
      const { bottom, top, width } = node.getBoundingClientRect();
      return width > 20 && bottom > 0 && top < innerHeight;
    });
    const bare = seen.filter((node) => {
      const picture = node.querySelector('img');
      return !picture || !picture.complete || picture.naturalWidth === 0;
    });
    watch.cells = Math.max(watch.cells, all.length);
    watch.visible = Math.max(watch.visible, seen.length);
    return { seen: seen.length, bare: bare.length };
  };
  const timer = setInterval(() => {
    const { seen, bare } = look();
    watch.blanks.push(seen > 0 ? bare / seen : 1);
  }, 100);
  let last = performance.now();
  let going = true;
  const frame = (now: number): void => {
    watch.frames.push(now - last);
    last = now;
    if (going) {
      requestAnimationFrame(frame);
    }
  };
  requestAnimationFrame(frame);
  const watch: Watch = {
    blanks: [],
    frames: [],
    cells: 0,
    visible: 0,
    look,
    stop: () => {
      going = false;
      clearInterval(timer);
    },
  };
  globalThis.galleryWatch = watch;
}

/** In the page: ends the watching, and waits until all tiles in view have their pictures. */
function stopWatching(): Promise<
  Pick<Ride, 'blank' | 'blankAfter' | 'fill' | 'frames' | 'cells' | 'visible'>
> {
  const watch = globalThis.galleryWatch;
  watch.stop();
  const stopped = performance.now();
  const blank = (100 * watch.blanks.reduce((sum, part) => sum + part, 0)) / Math.max(1, watch.blanks.length);
  const frames = watch.frames.slice(1);
  return new Promise((resolve) => {
    let fill: number | null = null;
    let blankAfter: number | null = null;
    const check = (): void => {
      const since = performance.now() - stopped;
      const { seen, bare } = watch.look();
      fill ??= bare === 0 && seen > 0 ? since : null;
      if (since >= 300) {
        blankAfter ??= (100 * bare) / Math.max(1, seen);
      }
      if ((fill !== null && blankAfter !== null) || since > 15_000) {
        const { cells, visible } = watch;
        resolve({ blank, blankAfter: blankAfter ?? 100, fill: fill ?? since, frames, cells, visible });
      } else {
        requestAnimationFrame(check);
      }
    };
    check();
  });
}

async function work(cdp: CDPSession): Promise<{ task: number; style: number }> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  const of = (wanted: string): number => (metrics.find(({ name }) => name === wanted)?.value ?? 0) * 1000;
  return { task: of('TaskDuration'), style: of('RecalcStyleDuration') };
}

/** Collects garbage and tells what is left, MB. */
export async function heapMB({ cdp }: Visit): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  return usedSize / 2 ** 20;
}

/** A ride in words. */
export function rideWords({ blank, fill, frames, requests, aborted, task, style }: Ride): string {
  return `${blank.toFixed(1)} % blank, filled after ${fill.toFixed(0)} ms, frames ${median(frames).toFixed(1)} (95 %: ${quantile(frames, 0.95).toFixed(1)}) ms, ${requests} requests (${aborted} given up), main thread ${task.toFixed(0)} ms (style ${style.toFixed(0)})`;
}
