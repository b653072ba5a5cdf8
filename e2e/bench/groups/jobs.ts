import { type Browser, chromium, type Page } from 'playwright';

import { loopbackArgs } from '../../support/browser-args';
import { findWholeBrowser } from '../../support/find-browser';
import type { Bench, Measure, Measurement } from '../measurement';
import { buildPage, serve } from '../support/built-page';
import { median, quantile, toMB } from '../support/driven-page';

const MANY = 100_000;
const FEW = 10_000;
const WALK = 30_000;
const EVENTS = 100;
/** Runs of what is over in a moment; their median counts. */
const RUNS = 5;
/** Pages at either end of the walk that are compared. */
const ENDS = 40;

export const measure: Measure = async (bench) => {
  const { server, url } = await serve(await buildPage('e2e/bench/pages/jobs.ts'));
  const { executablePath, args } = findWholeBrowser();
  const browser = await chromium.launch({ executablePath, args: [...args, ...loopbackArgs()] });
  try {
    const listed = await measureList(browser, url, bench);
    const walked = await measureWalk(browser, url, bench);
    const few = await measureLoaded(browser, url, FEW, bench);
    const many = await measureLoaded(browser, url, MANY, bench);
    return [
      { name: 'jobs.executed.p95@100000', value: many.executed, unit: 'ms' },
      { name: 'jobs.executed.ratio.100000/10000', value: many.typical / few.typical, unit: '×' },
      { name: 'gallery.scroll-event.p95@100000', value: many.scroll, unit: 'ms' },
      { name: 'jobs.first-page.ms@100000', value: many.firstPage, unit: 'ms' },
      { name: 'jobs.list.per-10000.ms', value: listed, unit: 'ms' },
      ...walked,
      { name: 'jobs.heap.MB@100000', value: many.heap, unit: 'MB' },
    ];
  } finally {
    await browser.close();
    server.close();
  }
};

async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('pageerror', (error) => {
    console.error(error);
  });
  await reopen(page, url);
  return page;
}

async function reopen(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForFunction(() => 'jobsBench' in globalThis);
}

/** Takes in the list of a long history, each time in a profile of its own; ms for every 10,000 jobs. */
async function measureList(browser: Browser, url: string, bench: Bench): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 3; run++) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await reopen(page, url);
    times.push(await page.evaluate((jobs) => jobsBench.list(jobs), WALK));
    await context.close();
  }
  bench.say(`listed ${WALK} jobs in ${times.map((ms) => (ms / 1000).toFixed(1)).join(', ')} s`);
  return median(times) / (WALK / 10_000);
}

async function measureWalk(browser: Browser, url: string, bench: Bench): Promise<Measurement[]> {
  const page = await openPage(browser, url);
  const pages = await page.evaluate((jobs) => jobsBench.walk(jobs), WALK);
  await page.close();
  const total = pages.reduce((sum, ms) => sum + ms, 0);
  bench.say(`walked ${WALK} jobs in ${(total / 1000).toFixed(1)} s, ${pages.length} pages`);
  // The first pages also build the first screen.
  const settled = pages.slice(2);
  return [
    { name: 'jobs.walk.per-10000.ms', value: total / (WALK / 10_000), unit: 'ms' },
    {
      name: 'jobs.walk.ratio.last-page/first-page',
      value: median(settled.slice(-ENDS)) / median(settled.slice(0, ENDS)),
      unit: '×',
    },
  ];
}

interface Loaded {
  /** What an event costs, ms: 95 of a hundred at most so much, and the one in the middle. */
  executed: number;
  typical: number;
  scroll: number;
  firstPage: number;
  heap: number;
}

/** Fills a mirror with so many outputs, and opens it again and again. */
async function measureLoaded(browser: Browser, url: string, outputs: number, bench: Bench): Promise<Loaded> {
  const page = await openPage(browser, url);
  await page.evaluate((count) => jobsBench.fill(count), outputs);
  const firstPages: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    await reopen(page, url);
    firstPages.push(await page.evaluate((count) => jobsBench.firstPage(count), outputs));
  }
  await reopen(page, url);
  await page.evaluate((count) => jobsBench.load(count, 'grid'), outputs);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  // The first events warm the code up.
  await page.evaluate((count) => jobsBench.executed(count), 20);
  const executed = await page.evaluate((count) => jobsBench.executed(count), EVENTS);
  const scroll = await page.evaluate((count) => jobsBench.scroll(count), EVENTS * 2);
  await reopen(page, url);
  await page.evaluate((count) => jobsBench.load(count, 'page'), outputs);
  const drawn = await page.evaluate((count) => jobsBench.executed(count), EVENTS);
  await page.close();
  bench.say(
    `${outputs} outputs, medians: executed ${median(executed).toFixed(2)} ms, with its elements ${median(drawn).toFixed(2)} ms; scroll event ${median(scroll).toFixed(2)} ms; first pages ${firstPages.map((ms) => ms.toFixed(0)).join(' ')} ms`,
  );
  return {
    executed: quantile(executed, 0.95),
    typical: median(executed),
    scroll: quantile(scroll, 0.95),
    firstPage: median(firstPages),
    heap: toMB(usedSize),
  };
}
