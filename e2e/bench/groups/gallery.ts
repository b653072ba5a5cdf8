import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright';

import { LAN_HOST, loopbackArgs } from '../../support/browser-args';
import { findWholeBrowser } from '../../support/find-browser';
import { openStage, serveApp, type Stage } from '../../support/stage';
import type { Bench, Measure, Measurement } from '../measurement';
import { buildPage, serve } from '../support/built-page';
import { drive, median, quantile } from '../support/driven-page';
import { startEngineProcess } from '../support/engine-process';
import {
  firstScreen,
  heapMB,
  OURS,
  ride,
  type Ride,
  rideWords,
  TEXTBOOK,
  type Tiles,
  visit,
  type Visit,
} from '../support/gallery-visit';
import { untilAllThere, warmStarts } from '../support/warm-starts';
import { type Seed, seedGallery, SMALL } from '../support/seeded-gallery';

/** Rounds of what is cold each time; medians count. */
const ROUNDS = Number(process.env.GALLERY_ROUNDS ?? 3);
/** Turns of a wheel 60 times a second, px: 1500 px/s, a brisk look; 1000 px/s; and a fling. */
const BRISK = 25;
const LOOKING = 17;
const FLING = 240;
const SECONDS = 1000;

const small = (jobs: number, untoldEvery: number): Seed => ({ jobs, sizes: SMALL, untoldEvery, noise: 0.08 });
/** Files above what is fetched as it is over a LAN. */
const LARGE: Seed = { jobs: 60, sizes: [[1600, 1200]], untoldEvery: 0, noise: 1 };

/** What people look at one by one. */
const VIEWED: Seed = { jobs: 40, sizes: [[1600, 1200]], untoldEvery: 0, noise: 0.2 };
/** Pictures that are gone through. */
const PRESSES = 20;

/** Measured parts, so that one of them can be run alone while working on it. */
const PARTS: Record<string, Measure> = { cold, unseen, viewer, large, many, most, search };

export const measure: Measure = async (bench) => {
  const chosen = (process.env.GALLERY_PARTS ?? Object.keys(PARTS).join()).split(',');
  const measured: Measurement[] = [];
  for (const [name, part] of Object.entries(PARTS)) {
    if (chosen.includes(name)) {
      measured.push(...(await part(bench)));
    } else {
      bench.leaveOut();
    }
  }
  return measured;
};

/**
 * A browser that was never here, and a server with a long history: from navigation to the first rows, and how long the
 * server could do nothing else until the gallery knew all of it.
 */
async function cold(bench: Bench): Promise<Measurement[]> {
  const engine = await startEngineProcess(small(10_000, 0));
  const darkroom = await serveApp(engine.url);
  try {
    const rows: number[] = [];
    const busy: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const on = await visit();
      const before = await engine.time();
      await on.page.goto(`${darkroom.url}/#/gallery`, { waitUntil: 'commit' });
      const cells = on.page.locator(OURS.tile);
      await cells.nth(4).waitFor();
      rows.push(await on.page.evaluate(() => performance.now()));
      await untilAllThere(on, 10_000);
      const after = await engine.time();
      busy.push(after.busy - before.busy);
      bench.say(
        `opened with 10,000 jobs: rows after ${rows.at(-1)?.toFixed(0)} ms; the engine was busy for ${busy.at(-1)?.toFixed(0)} ms, ${(after.cpu - before.cpu).toFixed(0)} ms of the processors, ${on.wires.asked} pictures`,
      );
      await on.close();
    }
    return [
      { name: 'gallery.first-rows.cold@10000', unit: 'ms', value: median(rows) },
      { name: 'gallery.server-time.ms', unit: 'ms', value: median(busy) },
    ];
  } finally {
    await darkroom.stop();
    await engine.stop();
  }
}

/** 1500 small pictures that no browser has seen, at a pace at which one looks at them. */
async function unseen(bench: Bench): Promise<Measurement[]> {
  return onStage(small(1500, 3), async (stage) => {
    const rides: Ride[] = [];
    const textbook: Ride[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rides.push(await coldRide(stage, OURS));
      bench.say(`unseen: ${rideWords(rides.at(-1) as Ride)}`);
      textbook.push(await coldRide(stage, TEXTBOOK));
      bench.say(`  textbook: ${rideWords(textbook.at(-1) as Ride)}`);
    }
    const both = (name: string, unit: string, of: (ride: Ride) => number): Measurement => ({
      name,
      unit,
      value: median(rides.map(of)),
      textbook: median(textbook.map(of)),
    });
    return [
      both('gallery.unseen.blank.percent@1500px/s', '%', ({ blank }) => blank),
      both('gallery.unseen.fill.ms', 'ms', ({ fill }) => fill),
      both('gallery.unseen.frame.p95', 'ms', ({ frames }) => quantile(frames, 0.95)),
    ];
  });
}

async function coldRide(stage: Stage, tiles: Tiles): Promise<Ride> {
  const on = await visit();
  try {
    await open(on, stage, tiles);
    await firstScreen(on.page, tiles);
    await on.page.waitForTimeout(2 * SECONDS);
    return await ride(on, tiles, BRISK, 4 * SECONDS);
  } finally {
    await on.close();
  }
}

/** Key presses in the viewer, at a pace at which the neighbours are there: each until the next picture is painted. */
async function viewer(bench: Bench): Promise<Measurement[]> {
  return onStage(VIEWED, async (stage) => {
    const on = await visit();
    try {
      const { page } = on;
      await open(on, stage, OURS);
      await firstScreen(page, OURS);
      await page.locator(`${OURS.tile} a`).first().click();
      await page.getByTestId('picture').locator('img').first().waitFor();
      const times: number[] = [];
      for (let press = 0; press < PRESSES; press++) {
        await page.waitForTimeout(SECONDS);
        times.push(await page.evaluate(untilNextPicture));
      }
      bench.say(`viewer: ${times.map((ms) => ms.toFixed(0)).join(' ')} ms`);
      return [{ name: 'gallery.viewer.next.p95', unit: 'ms', value: quantile(times, 0.95) }];
    } finally {
      await on.close();
    }
  });
}

/** In the page: presses the key for the next picture; ms until a frame with it, at full resolution, was drawn. */
function untilNextPicture(): Promise<number> {
  const shown = (): HTMLImageElement | null =>
    [...document.querySelectorAll<HTMLImageElement>('[data-testid="picture"] img')].at(-1) ?? null;
  const before = location.hash;
  const pressed = performance.now();
  (document.activeElement ?? document.body).dispatchEvent(
    new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }),
  );
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const picture = shown();
      if (location.hash !== before && picture?.complete && picture.naturalWidth >= 1600) {
        void picture.decode().then(() => {
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => resolve(performance.now() - pressed);
            port2.postMessage(null);
          });
        }, reject);
      } else if (performance.now() - pressed > 15_000) {
        reject(new Error('the next picture did not come'));
      } else {
        requestAnimationFrame(look);
      }
    };
    look();
  });
}

/** Large files over a LAN, which the server re-encodes. */
async function large(): Promise<Measurement[]> {
  return onStage(LARGE, async (stage) => {
    const on = await visit();
    try {
      await on.page.goto(`http://${LAN_HOST}:${stage.darkroom.port}/#/gallery`);
      await firstScreen(on.page, OURS);
      await ride(on, OURS, BRISK, SECONDS);
      return [{ name: 'gallery.preview.inflight.max', unit: 'at once', value: on.wires.mostPreviews }];
    } finally {
      await on.close();
    }
  });
}

async function many(bench: Bench): Promise<Measurement[]> {
  return onStage(small(10_000, 0), async (stage) => {
    const profile = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
    try {
      const fling = await flings(stage, bench);
      const textbook = await naive(stage, bench);
      const warm = await warmStarts(stage.darkroom.url, profile, 10_000);
      bench.say(`first thumbnails: ${warm.map((ms) => ms.toFixed(0)).join(' ')} ms`);
      const on = await visit(profile);
      try {
        await open(on, stage, OURS);
        await firstScreen(on.page, OURS);
        const news = await arrivals(on, stage);
        bench.say(`new results: ${news.times.map((ms) => ms.toFixed(0)).join(' ')} ms`);
        const driven = await drive(on.page);
        let calm: Ride | undefined;
        const longest = await driven.longest(async () => {
          calm = await ride(on, OURS, LOOKING, 4 * SECONDS);
        });
        bench.say(`scroll: ${rideWords(calm as Ride)}`);
        for (let part = 0; part < 6; part++) {
          await ride(on, OURS, part % 2 === 0 ? BRISK * 2 : -BRISK, 10 * SECONDS, 0);
        }
        return [
          {
            name: 'gallery.fling.blank.percent',
            unit: '%',
            value: median(fling.map((one) => one.blankAfter)),
          },
          {
            name: 'gallery.fling.requests@10000',
            unit: '× visible',
            value: median(fling.map(({ requests, aborted, visible }) => (requests - aborted) / visible)),
          },
          {
            name: 'gallery.first-thumbs.warm.p95@10000',
            unit: 'ms',
            value: quantile(warm, 0.95),
            textbook: textbook.first,
          },
          {
            name: 'gallery.scroll.fps.median@10000',
            unit: 'fps',
            value: 1000 / median((calm as Ride).frames),
          },
          { name: 'gallery.scroll.longest-task', unit: 'ms', value: longest },
          { name: 'gallery.heap.MB@10000', unit: 'MB', value: await heapMB(on), textbook: textbook.heap },
          { name: 'gallery.insert.shift', unit: 'px', value: news.shift },
          { name: 'gallery.new-result.ms', unit: 'ms', value: median(news.times) },
        ];
      } finally {
        await on.close();
      }
    } finally {
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}

async function most(bench: Bench): Promise<Measurement[]> {
  return onStage(small(100_000, 0), async (stage) => {
    const profile = mkdtempSync(join(tmpdir(), 'darkroom-bench-'));
    try {
      const warm = await warmStarts(stage.darkroom.url, profile, 100_000);
      bench.say(`first thumbnails: ${warm.map((ms) => ms.toFixed(0)).join(' ')} ms`);
      const on = await visit(profile);
      try {
        await open(on, stage, OURS);
        await firstScreen(on.page, OURS);
        const rides = [await ride(on, OURS, BRISK, 2 * SECONDS), await ride(on, OURS, FLING, 2 * SECONDS)];
        return [
          { name: 'gallery.first-thumbs.warm.p95@100000', unit: 'ms', value: quantile(warm, 0.95) },
          {
            name: 'gallery.cells.max@100000',
            unit: '× visible',
            value:
              Math.max(...rides.map(({ cells }) => cells)) / Math.max(...rides.map((one) => one.visible)),
          },
        ];
      } finally {
        await on.close();
      }
    } finally {
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}

/** Key strokes in the search field over a grid, without a server: each until the rows of what was found are there. */
async function search(bench: Bench): Promise<Measurement[]> {
  const { server, url } = await serve(await buildPage('e2e/bench/pages/search.ts'));
  const { executablePath, args } = findWholeBrowser();
  const browser = await chromium.launch({ executablePath, args: [...args, ...loopbackArgs()] });
  try {
    const results: Measurement[] = [];
    for (const pictures of [10_000, 100_000]) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      page.on('pageerror', (error) => {
        console.error(error);
      });
      await page.goto(url);
      await page.waitForFunction(() => 'searchBench' in globalThis);
      await page.evaluate((count) => searchBench.open(count), pictures);
      // The first round warms the code up.
      await page.evaluate(() => searchBench.type());
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        times.push(...(await page.evaluate(() => searchBench.type())));
      }
      await page.close();
      bench.say(
        `search in ${pictures}: ${times.length} key strokes, median ${median(times).toFixed(1)} ms, longest ${Math.max(...times).toFixed(0)} ms`,
      );
      results.push({ name: `gallery.search.p95@${pictures}`, unit: 'ms', value: quantile(times, 0.95) });
    }
    return results;
  } finally {
    await browser.close();
    server.close();
  }
}

async function onStage<T>(seed: Seed, work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await openStage({ samples: false, prepare: seedGallery(seed) });
  try {
    return await work(stage);
  } finally {
    await stage.stop();
  }
}

/** Opens the gallery, or the textbook's: an `<img>` of the whole picture for each entry of the history. */
async function open({ page }: Visit, { darkroom }: Stage, tiles: Tiles): Promise<void> {
  if (tiles === OURS) {
    await page.goto(`${darkroom.url}/#/gallery`, { waitUntil: 'commit' });
    return;
  }
  const address = `${darkroom.url}/textbook`;
  await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body: NAIVE }));
  await page.goto(address, { waitUntil: 'commit' });
}

const NAIVE = `<!doctype html><body style="margin:0"><script>
fetch('history').then((answer) => answer.json()).then((history) => {
  for (const { outputs } of Object.values(history).reverse()) {
    for (const { images } of Object.values(outputs)) {
      for (const image of images) {
        const link = document.createElement('a');
        const picture = new Image();
        picture.src = 'view?' + new URLSearchParams(image);
        picture.height = 216;
        link.append(picture);
        document.body.append(link);
      }
    }
  }
});
</script>`;

async function flings(stage: Stage, bench: Bench): Promise<Ride[]> {
  const rides: Ride[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const on = await visit();
    await open(on, stage, OURS);
    await firstScreen(on.page, OURS);
    await untilAllThere(on, 10_000);
    rides.push(await ride(on, OURS, FLING, 2 * SECONDS, 2 * SECONDS));
    bench.say(`fling: ${rideWords(rides.at(-1) as Ride)}`);
    await on.close();
  }
  return rides;
}

/** The same history as plain pictures: ms to the first screen, and MB after scrolling. */
async function naive(stage: Stage, bench: Bench): Promise<{ first: number; heap: number }> {
  const on = await visit();
  try {
    await open(on, stage, TEXTBOOK);
    const first = await firstScreen(on.page, TEXTBOOK);
    const rode = await ride(on, TEXTBOOK, BRISK, 4 * SECONDS);
    bench.say(`textbook, 10,000: first screen after ${first.toFixed(0)} ms, ${rideWords(rode)}`);
    return { first, heap: await heapMB(on) };
  } finally {
    await on.close();
  }
}

/** What a result does that arrives: px that what is looked at moves, and ms until it is seen at the top. */
async function arrivals(on: Visit, { engine }: Stage): Promise<{ shift: number; times: number[] }> {
  const { page } = on;
  const clientId = await clientOf(on);
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const seen = page.evaluate(untilNew, OURS.tile);
    await page.waitForTimeout(200);
    await queueOne(engine.url, clientId, round);
    times.push(await seen);
    await page.waitForTimeout(500);
  }
  await ride(on, OURS, BRISK, SECONDS);
  const before = await tops(page);
  await queueOne(engine.url, clientId, 99);
  await page.getByRole('button', { name: /^1 new/ }).waitFor();
  await page.waitForTimeout(500);
  const after = await tops(page);
  const shift = Math.max(
    ...Object.entries(before).map(([key, top]) => Math.abs((after[key] ?? Infinity) - top)),
  );
  await page.evaluate((selector) => document.querySelector(selector)?.scrollTo(0, 0), OURS.scroller);
  return { shift, times };
}

/** The id under which the page listens; its socket tells when it hears of a picture. */
async function clientOf({ page }: Visit): Promise<string> {
  await page.addInitScript(() => {
    const Plain = WebSocket;
    globalThis.WebSocket = class extends Plain {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        this.addEventListener('message', ({ data }) => {
          if (typeof data === 'string' && data.includes('"executed"')) {
            globalThis.executedAt = performance.now();
          }
        });
      }
    };
  });
  const opened = page.waitForEvent('websocket');
  await page.reload({ waitUntil: 'commit' });
  const socket = await opened;
  await firstScreen(page, OURS);
  return new URL(socket.url()).searchParams.get('clientId') ?? '';
}

declare global {
  var executedAt: number;
}

/** In the page: ms from the next `executed` event until a tile that was not there shows its picture. */
function untilNew(selector: string): Promise<number> {
  const known = new Set(
    [...document.querySelectorAll<HTMLElement>(selector)].map((tile) => tile.dataset['tile']),
  );
  globalThis.executedAt = NaN;
  return new Promise((resolve) => {
    const look = (): void => {
      const fresh = [...document.querySelectorAll<HTMLElement>(selector)].find(
        (tile) => !known.has(tile.dataset['tile']),
      );
      const picture = fresh?.querySelector('img');
      if (picture?.complete && picture.naturalWidth > 0) {
        resolve(performance.now() - globalThis.executedAt);
      } else {
        requestAnimationFrame(look);
      }
    };
    look();
  });
}

async function queueOne(url: string, clientId: string, round: number): Promise<void> {
  const prompt = {
    '1': {
      class_type: 'EmptyImage',
      inputs: { width: 512, height: 512, batch_size: 1, color: 0x204060 + round },
    },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'news' } },
  };
  const answer = await fetch(`${url}/prompt`, {
    method: 'POST',
    body: JSON.stringify({ prompt, client_id: clientId }),
  });
  if (!answer.ok) {
    throw new Error(`POST /prompt: ${answer.status} ${await answer.text()}`);
  }
}

function tops(page: Visit['page']): Promise<Record<string, number>> {
  return page.evaluate((selector) => {
    const seen = [...document.querySelectorAll<HTMLElement>(selector)].filter((tile) => {
      const { bottom, top } = tile.getBoundingClientRect();
      return bottom > 0 && top < innerHeight;
    });
    return Object.fromEntries(
      seen.map((tile) => [tile.dataset['tile'] ?? '', tile.getBoundingClientRect().top]),
    );
  }, OURS.tile);
}
