import type { Page } from 'playwright';

import { readObject } from '../../../src/base/stored';
import { ensureBuilt } from '../../../src/server/build-app';
import { queueJob, runningJob, steppedGraph, waitingOrder } from '../../support/queued-jobs';
import { serveApp } from '../../support/stage';
import { openGate } from '../../support/tcp-gate';
import type { Bench, Measure, Measurement } from '../measurement';
import { drive, median, quantile } from '../support/driven-page';
import { openPump } from '../support/event-pump';
import {
  fillQueue,
  interrupt,
  openQueueStage,
  OWNER,
  queueElsewhere,
  type QueueStage,
  type QueueVisit,
  removeElsewhere,
  untilShown,
  untilWatched,
  visitQueue,
} from '../support/queue-page';

const LONG = 2000;
const SECONDS = 1000;
/** Changes of a long queue that are timed. */
const CHANGES = 60;
/** Drops that are timed. */
const DROPS = 7;
/** How long the server is away each time, ms. */
const ABSENCES = [500, 2000, 6000, 12_000, 2000];
/** Progress events a second, and how long they come, ms. */
const HERTZ = 200;
const SPELL = 10 * SECONDS;
/** Jobs whose length is learned, and jobs whose length is then guessed. */
const LEARNED = 5;
const GUESSED = 15;

/** Measured parts, so that one of them can be run alone while working on it. */
const PARTS: Record<string, Measure> = { long, events, reconnect, eta };

export const measure: Measure = async (bench) => {
  await ensureBuilt((line) => {
    bench.say(line);
  });
  const asked = process.env.QUEUE_PARTS;
  const chosen = asked?.split(',') ?? Object.keys(PARTS);
  const unknown = chosen.filter((name) => !(name in PARTS));
  if (unknown.length > 0) {
    throw new Error(`There is no part ${unknown.join(', ')}. Parts: ${Object.keys(PARTS).join(', ')}.`);
  }
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

async function onStage<T>(
  work: (stage: QueueStage) => Promise<T>,
  ...options: Parameters<typeof openQueueStage>
): Promise<T> {
  const stage = await openQueueStage(...options);
  try {
    return await work(stage);
  } finally {
    await stage.stop();
  }
}

const words = (times: readonly number[]): string => times.map((ms) => ms.toFixed(0)).join(' ');

/** Two thousand waiting jobs of 50 kB each. */
function long(bench: Bench): Promise<Measurement[]> {
  return onStage(async (stage) => {
    const waiting = await fillQueue(stage, LONG);
    const on = await visitQueue(stage);
    try {
      await untilShown(on.page, waiting, 0);
      bench.say(`${LONG} waiting jobs shown after ${(await now(on.page)).toFixed(0)} ms`);
      const updates = await changes(stage, on, waiting);
      bench.say(`updates: ${words(updates)} ms, median ${median(updates).toFixed(0)}`);
      const drops = await reorders(stage, on);
      bench.say(`drops: ${words(drops)} ms`);
      const reads = await minute(stage, on);
      return [
        { name: `queue.update.p95@${LONG}`, value: quantile(updates, 0.95), unit: 'ms' },
        { name: 'queue.reorder.ms', value: median(drops), unit: 'ms' },
        { name: `queue.full-reads.per-minute@${LONG}`, value: reads, unit: '/min' },
      ];
    } finally {
      await on.close();
    }
  }, 50);
}

const now = (page: Page): Promise<number> => page.evaluate(() => performance.now());

/** Whatever can happen to a queue, each time until the panel shows it: a job begins, one is taken out, one is added. */
async function changes(stage: QueueStage, { page }: QueueVisit, waiting: string[]): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < CHANGES; turn++) {
    await page.waitForTimeout(400);
    const kind = turn % 3;
    const [taken = ''] = waiting.splice(kind === 1 ? 3 : 0, kind === 2 ? 0 : 1);
    if (kind === 2) {
      // Its id is known only once it is there, at the end: the number of jobs tells that it is.
      const shown = untilShown(page, [...waiting, 'new']);
      await untilWatched(page);
      waiting.push(await queueElsewhere(stage, `stranger ${turn}`));
      times.push(await shown);
      continue;
    }
    const shown = untilShown(page, waiting);
    await untilWatched(page);
    await (kind === 0 ? interrupt(stage) : removeElsewhere(stage, [taken]));
    times.push(await shown);
  }
  return times;
}

/** Pulls the first job down by some places; each time until the server has the order that is shown, read anew; ms. */
async function reorders({ engine }: QueueStage, { page }: QueueVisit): Promise<number[]> {
  const times: number[] = [];
  const rows = page.getByRole('region', { name: /^Pending/ }).locator('[data-row]');
  for (let turn = 0; turn < DROPS; turn++) {
    await page.waitForTimeout(SECONDS);
    const [first] = await waitingOrder(engine.url);
    const from = await rows.first().locator('[data-handle]').boundingBox();
    const to = await rows.nth(4).boundingBox();
    if (!from || !to) {
      throw new Error('the rows are not there');
    }
    const told = page.evaluate(untilTold);
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x + 60, to.y + 2, { steps: 4 });
    await page.mouse.up();
    times.push(await told);
    const order = await waitingOrder(engine.url);
    const shown = await rows.evaluateAll((all) => all.map((row) => (row as HTMLElement).dataset['row']));
    if (order[0] === first || order.slice(0, 12).join() !== shown.slice(0, 12).join()) {
      throw new Error('the server has another order than the one that is shown');
    }
  }
  return times;
}

/** In the page: ms from the next drop until it is told that the job has its new place. */
function untilTold(): Promise<number> {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('nobody was told where the job is now')), 30_000);
    let dropped = NaN;
    document.addEventListener('pointerup', () => (dropped = performance.now()), {
      capture: true,
      once: true,
    });
    const observer = new MutationObserver((changes) => {
      const isTold = changes.some(({ target }) =>
        (target instanceof Element ? target : target.parentElement)
          ?.closest('[role="status"]')
          ?.textContent.startsWith('Moved to'),
      );
      if (isTold && !Number.isNaN(dropped)) {
        observer.disconnect();
        resolve(performance.now() - dropped);
      }
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

/** How often the queue is read in full in a minute in which jobs begin, end and are added. */
async function minute(stage: QueueStage, { page, fullReads }: QueueVisit): Promise<number> {
  const before = fullReads();
  for (let turn = 0; turn < 15; turn++) {
    await page.waitForTimeout(4 * SECONDS);
    await (turn % 3 === 2 ? queueElsewhere(stage, `late stranger ${turn}`) : interrupt(stage));
  }
  return fullReads() - before;
}

/** What progress costs the page: percent of its main thread, at 200 events a second. */
async function events(bench: Bench): Promise<Measurement[]> {
  const stage = await openQueueStage(60 * SECONDS);
  const pump = await openPump(stage.engine.url);
  const darkroom = await serveApp(pump.url);
  try {
    const on = await visitQueue({ ...stage, url: darkroom.url });
    const id = await queueJob(stage.engine.url, steppedGraph('progress', 1, 10_000), OWNER);
    await on.page.getByRole('progressbar').first().waitFor();
    const end = pump.begin(id, '3', HERTZ);
    await on.page
      .getByText(/Sampling \d+ of/)
      .first()
      .waitFor();
    await on.page.waitForTimeout(2 * SECONDS);
    const { cost } = await drive(on.page);
    const count = (): Promise<number> => on.page.evaluate(() => queueBench.messages);
    const before = await count();
    const start = performance.now();
    const busy = await cost(() => on.page.waitForTimeout(SPELL));
    const took = performance.now() - start;
    const hertz = ((await count()) - before) / (took / SECONDS);
    end();
    await on.close();
    bench.say(
      `${hertz.toFixed(0)} progress events a second, main thread ${busy.toFixed(0)} of ${took.toFixed(0)} ms`,
    );
    if (hertz < HERTZ * 0.95) {
      throw new Error(`only ${hertz.toFixed(0)} progress events a second came`);
    }
    return [{ name: `queue.events.cpu@${HERTZ}hz`, value: (100 * busy) / took, unit: '%' }];
  } finally {
    await darkroom.stop();
    await pump.stop();
    await stage.stop();
  }
}

/** The longest time from a server that answers again to a panel that shows what happened meanwhile. */
function reconnect(bench: Bench): Promise<Measurement[]> {
  return onStage(async (stage) => {
    const waiting = await fillQueue(stage, 30);
    const gate = await openGate(Number(new URL(stage.engine.url).port));
    const darkroom = await serveApp(gate.url);
    const on = await visitQueue({ ...stage, url: darkroom.url });
    try {
      await untilShown(on.page, waiting, 0);
      const times: number[] = [];
      for (const absence of ABSENCES) {
        await on.page.waitForTimeout(2 * SECONDS);
        gate.cut();
        const [taken = ''] = waiting.splice(2, 1);
        await removeElsewhere(stage, [taken]);
        waiting.push(await queueElsewhere(stage, `while away ${absence}`));
        await on.page.waitForTimeout(absence);
        const since = await now(on.page);
        gate.join();
        times.push(await untilShown(on.page, waiting, since));
      }
      bench.say(`reconnects: ${words(times)} ms`);
      return [{ name: 'queue.reconnect.ms', value: Math.max(...times), unit: 'ms' }];
    } finally {
      await on.close();
      await darkroom.stop();
      await gate.stop();
    }
  }, 50);
}

/** How far off the guess at half of a job is, in the middle: jobs of a known kind, with steps of uneven length. */
function eta(bench: Bench): Promise<Measurement[]> {
  return onStage(
    async ({ engine, ...stage }) => {
      const on = await visitQueue({ engine, ...stage });
      try {
        await on.page.getByRole('main').waitFor();
        await on.page.waitForTimeout(2 * SECONDS);
        for (let job = 0; job < LEARNED + GUESSED; job++) {
          await queueJob(engine.url, steppedGraph(`guess ${job}`, job, 24), OWNER);
        }
        while ((await runningJob(engine.url)) !== undefined) {
          await on.page.waitForTimeout(SECONDS);
        }
        await on.page.waitForTimeout(2 * SECONDS);
        const stored = await on.page.evaluate(() => localStorage.getItem('darkroom.estimates'));
        const { errors } = readObject(JSON.parse(stored ?? '{}'));
        // A run that was seen late on a busy machine is not judged.
        const guessed = (errors as number[]).slice(LEARNED);
        if (guessed.length < GUESSED / 2) {
          throw new Error(`only ${guessed.length} of ${GUESSED} jobs were seen from beginning to end`);
        }
        bench.say(`guesses off by ${guessed.map((share) => (share * 100).toFixed(0)).join(' ')} %`);
        return [{ name: 'queue.eta.error.median@half', value: 100 * median(guessed), unit: '%' }];
      } finally {
        await on.close();
      }
    },
    100,
    { unevenSteps: 0.4 },
  );
}
