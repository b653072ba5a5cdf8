import type { Page } from '@playwright/test';
import { WebSocket } from 'ws';

import type { DemoEngine } from '../../src/demo/index';
import { expect, test } from '../support/fixtures';
import { post, queueJob, runningJob, steppedGraph, waitingOrder } from '../support/queued-jobs';
import { expectOrder, expectRuns, handle, openWith, OWNER, pending } from './queue-room';

/*
 * Whatever goes wrong between page and server: in the end the panel shows what the server has, every job is accounted
 * for, and by the engine's own log none ran twice.
 */

// Each test watches the whole queue, so it needs one of its own.
test.describe.configure({ mode: 'serial' });
test.use({ engineOptions: { samples: false, stepDelayMs: 20 } });

const DROPS = 50;

test.afterEach(async ({ engine }) => {
  await post(engine.url, '/queue', { clear: true });
  await post(engine.url, '/interrupt', {});
});

const finished = (page: Page, name: string) =>
  page.getByRole('region', { name: /^Finished/ }).getByText(name, { exact: true });

/** Waits until all of these have ended and are listed once. */
async function expectDone(page: Page, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await expect(finished(page, name)).toHaveCount(1);
  }
  await expect(pending(page).locator('[data-row]')).toHaveCount(0);
}

/** How often each of these jobs has begun. */
function runsOf(engine: DemoEngine, ids: ReadonlyMap<string, string>): Record<string, number> {
  return Object.fromEntries(
    [...ids].map(([name, id]) => [name, engine.runs.filter((run) => run === id).length]),
  );
}

const once = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries(names.map((name) => [name, 1]));

test('a socket that drops fifty times misses no job and doubles none', async ({ page, engine }) => {
  const names = ['alba', 'bona', 'cara', 'dura', 'etta', 'fama'];
  const ids = await openWith(page, engine, names);
  await post(engine.url, '/interrupt', {});
  for (let drop = 0; drop < DROPS; drop++) {
    await post(engine.url, '/darkroom-demo/drop-sockets', {});
    await page.waitForTimeout(40);
  }
  await expectDone(page, names);
  expect(runsOf(engine, ids)).toEqual(once(names));
});

test('a socket that has gone deaf is noticed, and what it missed is shown', async ({ page, engine }) => {
  const ids = await openWith(page, engine, ['gala', 'hera', 'iris']);
  const clientId = await page.evaluate(() => sessionStorage.getItem('darkroom.clientId') ?? '');
  // ComfyUI forgets the newer socket of an id when an older one closes (API reference 4.2).
  const rival = new WebSocket(`${engine.url.replace('http', 'ws')}/ws?clientId=${clientId}`);
  await new Promise((resolve) => rival.once('message', resolve));
  const closed = new Promise((resolve) => rival.once('close', resolve));
  rival.close();
  await closed;
  await post(engine.url, '/queue', { delete: [ids.get('gala')] });
  ids.set('juno', await queueJob(engine.url, steppedGraph('juno', 4, 1), OWNER));
  await expectOrder(page, engine, ids, ['hera', 'iris', 'juno']);
  // It hears again.
  await handle(page, 'juno').press('Alt+Home');
  await expectOrder(page, engine, ids, ['juno', 'hera', 'iris']);
  await expectRuns(engine, ids, ['juno', 'hera', 'iris']);
});

test('errors and slow answers while steering leave every job in one place', async ({ page, engine }) => {
  const names = ['kira', 'lena', 'mona', 'nora', 'olga'];
  const ids = await openWith(page, engine, names);
  await expectOrder(page, engine, ids, names);
  Object.assign(engine.faults, { httpErrorRate: 0.3, latencyMs: 60 });
  await handle(page, 'olga').press('Alt+Home');
  await handle(page, 'kira').press('Alt+End');
  await page.getByRole('button', { name: 'More actions: mona' }).click();
  await page.getByRole('menuitem', { name: 'Put on hold' }).click();
  await handle(page, 'nora').press('Alt+Home');
  await page.waitForTimeout(1500);
  Object.assign(engine.faults, { httpErrorRate: 0, latencyMs: 0 });
  const held = page.getByRole('region', { name: /^On hold/ }).getByRole('listitem');
  // What broke off is finished by itself once nobody can doubt any more what had arrived.
  await expect
    .poll(
      async () => {
        const onServer = await waitingOrder(engine.url);
        const onShelf = (await held.allTextContents()).map((text) => text.trim());
        const waiting = names.filter((name) => onServer.includes(ids.get(name) ?? ''));
        return [...waiting, ...names.filter((name) => onShelf.some((text) => text.includes(name)))].sort();
      },
      { timeout: 30_000 },
    )
    .toEqual(names);
  const putBack = page.getByRole('button', { name: 'Put all back' });
  if ((await held.count()) > 0) {
    await putBack.click();
    await expect(held).toHaveCount(0);
  }
  await expect.poll(async () => (await waitingOrder(engine.url)).length).toBe(names.length);
  await post(engine.url, '/interrupt', {});
  await expectDone(page, names);
  expect(runsOf(engine, ids)).toEqual(once(names));
});

test('jobs that a restart has lost come back with one button, and run once', async ({ page, engine }) => {
  const names = ['paul', 'quin', 'rene'];
  const ids = await openWith(page, engine, names);
  await expectOrder(page, engine, ids, names);
  await engine.restart();
  await expect(pending(page).locator('[data-row]')).toHaveCount(0);
  // The one that ran was lost as well.
  await expect(page.getByText('4 of your jobs left the queue')).toBeVisible();
  await page.getByRole('button', { name: 'Queue again', exact: true }).click();
  await expect.poll(() => runningJob(engine.url)).toBeTruthy();
  await expectOrder(page, engine, ids, names);
  await expectRuns(engine, ids, names);
  expect(runsOf(engine, ids)).toEqual(once(names));
});

test('two tabs that steer at once agree in the end', async ({ page, engine }) => {
  const names = ['sara', 'tina', 'ursa', 'vera', 'wina'];
  const ids = await openWith(page, engine, names);
  const second = await page.context().newPage();
  await second.goto(page.url());
  await expectOrder(second, engine, ids, names);
  const steer = async (tab: Page, moved: readonly string[]): Promise<void> => {
    const told = tab.getByRole('status').filter({ hasText: /^Moved to/ });
    for (const name of moved) {
      const before = (await told.allTextContents()).join();
      await handle(tab, name).press('Alt+Home');
      // Said when the server has the job in its new place, so that no move is still to come at the end.
      await expect.poll(async () => (await told.allTextContents()).join()).not.toBe(before);
    }
  };
  // Slow enough that one tab's steps would fall between the other's, were they to steer at the same time.
  Object.assign(engine.faults, { latencyMs: 40 });
  const same = ['wina', 'ursa', 'vera'];
  await Promise.all([steer(page, same), steer(second, same)]);
  Object.assign(engine.faults, { latencyMs: 0 });
  const order = await waitingOrder(engine.url);
  expect(order).toHaveLength(names.length);
  const nameOf = new Map([...ids].map(([name, id]) => [id, name]));
  const settled = order.map((id) => nameOf.get(id) ?? '');
  await expectOrder(page, engine, ids, settled);
  await expectOrder(second, engine, ids, settled);
  await expectRuns(engine, ids, settled);
  await second.close();
});

test('a job that runs while it is being moved is not sent again', async ({ page, engine }) => {
  const names = ['xena', 'yoko', 'zora'];
  const ids = await openWith(page, engine, names);
  await expectOrder(page, engine, ids, names);
  let raced = false;
  await page.route('**/queue', async (route) => {
    if (route.request().method() === 'POST' && !raced) {
      raced = true;
      // Before the request to take it out arrives, it is begun and done.
      await post(engine.url, '/interrupt', {});
      await expect.poll(() => engine.runs.includes(ids.get('zora') ?? '')).toBe(true);
      await expect.poll(() => runningJob(engine.url)).toBeUndefined();
    }
    await route.continue();
  });
  await handle(page, 'xena').press('Alt+End');
  // The move is over, with all that it sends.
  await expect(page.locator('[data-sonner-toast]', { hasText: '1 job has already started' })).toBeVisible();
  await expectDone(page, names);
  expect(raced).toBe(true);
  expect(runsOf(engine, ids)).toEqual(once(names));
});

test('jobs that end while another is out of the queue to be moved are all accounted for', async ({
  page,
  engine,
}) => {
  const names = ['adam', 'beth', 'carl'];
  const ids = await openWith(page, engine, names);
  await expectOrder(page, engine, ids, names);
  const before = engine.runs.length;
  let raced = false;
  await page.route('**/prompt', async (route) => {
    if (route.request().method() === 'POST' && !raced) {
      raced = true;
      // Taken out, and not yet sent again: those it was to stand between are gone when it arrives.
      await post(engine.url, '/interrupt', {});
      await expect.poll(() => engine.runs.includes(ids.get('carl') ?? '')).toBe(true);
      await expect.poll(() => runningJob(engine.url)).toBeUndefined();
    }
    await route.continue();
  });
  await handle(page, 'adam').press('Alt+ArrowDown');
  await expectDone(page, names);
  expect(raced).toBe(true);
  expect(runsOf(engine, ids)).toEqual(once(names));
  // Also not under another id.
  expect(engine.runs).toHaveLength(before + names.length);
});

for (const arrives of [false, true]) {
  test(`a new job whose sending broke off is sent by itself, once${arrives ? ', unless it had arrived' : ''}`, async ({
    page,
    engine,
  }) => {
    const name = arrives ? 'dana' : 'edda';
    const ids = await openWith(page, engine, [name]);
    await expectOrder(page, engine, ids, [name]);
    const before = engine.runs.length;
    let off = false;
    let broken = false;
    await page.route('**/*', async (route) => {
      const request = route.request();
      if (!off && !broken && request.method() === 'POST' && request.url().endsWith('/prompt')) {
        off = true;
        if (arrives) {
          await route.fetch();
        }
        // Whatever has been let through meanwhile: this one must not be sent a second time here.
        await route.abort();
        broken = true;
        return;
      }
      // ComfyUI is out of reach, not what serves the page.
      const own = request.url().includes('/assets/');
      await (off && !own ? route.abort() : route.continue());
    });
    await page.getByRole('button', { name: `More actions: ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Run several times with new seeds…' }).click();
    await page.getByRole('spinbutton', { name: 'Times' }).fill('1');
    await page.getByRole('button', { name: 'Queue', exact: true }).click();
    await expect.poll(() => broken).toBe(true);
    await expect(pending(page).getByText('Sent once ComfyUI answers')).toBeVisible();
    const unsent = pending(page).getByText(/Sending…|Sent once ComfyUI answers/);
    off = false;
    await expect.poll(async () => (await waitingOrder(engine.url)).length, { timeout: 30_000 }).toBe(2);
    await expect(unsent).toHaveCount(0);
    await post(engine.url, '/interrupt', {});
    await expect(pending(page).locator('[data-row]')).toHaveCount(0);
    await expect.poll(() => engine.runs.length).toBe(before + 2);
    // No other is still to come, however long the page may take for certain that the first did not arrive.
    await page.waitForTimeout(arrives ? 14_000 : 4000);
    const begun = engine.runs.slice(before);
    expect(begun).toHaveLength(2);
    expect(new Set(begun).size).toBe(2);
  });
}
