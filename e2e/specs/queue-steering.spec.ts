import type { Locator, Page } from '@playwright/test';
import type { DemoEngine } from '../../src/demo/index';
import { expect, test } from '../support/fixtures';
import { type Owner, post, queueJob, steppedGraph, waitingOrder } from '../support/queued-jobs';

// Each test watches the whole queue, so it needs one of its own.
test.describe.configure({ mode: 'serial' });
test.use({ engineOptions: { samples: false } });

const OWNER: Owner = { clientId: 'another-tab', browser: 'b0000000-0000-4000-8000-000000000001' };
/** Steps of a job that does not end by itself. */
const ENDLESS = 10_000;

const pending = (page: Page): Locator => page.getByRole('region', { name: /^Pending/ });
const handle = (page: Page, name: string): Locator =>
  page.getByRole('button', { name: new RegExp(`^Move: ${name}\\.`) });

/** A job that runs, and others of this browser that wait; resolves with the ids of these by their names. */
async function openWith(
  page: Page,
  engine: DemoEngine,
  names: readonly string[],
): Promise<Map<string, string>> {
  await page.addInitScript(
    (browser) => localStorage.setItem('darkroom.sender', JSON.stringify({ browser, name: '' })),
    OWNER.browser,
  );
  await queueJob(engine.url, steppedGraph('endless', Date.now(), ENDLESS), OWNER);
  const ids = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    ids.set(name, await queueJob(engine.url, steppedGraph(name, Date.now() + index, 1), OWNER));
  }
  await page.goto('/#/queue');
  await expect(page.getByRole('region', { name: /^Running/ }).getByText('endless')).toBeVisible();
  return ids;
}

/** Waits until server and panel have these jobs waiting, in this order. */
async function expectOrder(
  page: Page,
  engine: DemoEngine,
  ids: ReadonlyMap<string, string>,
  names: string[],
) {
  await expect.poll(() => waitingOrder(engine.url)).toEqual(names.map((name) => ids.get(name)));
  await expect(pending(page).locator('[data-row]')).toHaveText(names.map((name) => new RegExp(name)));
}

/** Lets the queue go on, and checks that each job ran once, in this order. */
async function expectRuns(
  engine: DemoEngine,
  ids: ReadonlyMap<string, string>,
  names: string[],
): Promise<void> {
  const wanted = names.map((name) => ids.get(name));
  const known = new Set(ids.values());
  await post(engine.url, '/interrupt', {});
  await expect.poll(() => engine.runs.filter((id) => known.has(id))).toEqual(wanted);
}

test.afterEach(async ({ engine }) => {
  await post(engine.url, '/queue', { clear: true });
  await post(engine.url, '/interrupt', {});
});

test('waiting jobs are dragged, moved by keys, held, paused, cancelled and cleared with the way back @lan', async ({
  page,
  engine,
}) => {
  const ids = await openWith(page, engine, ['anna', 'bert', 'cleo', 'dora']);
  await expectOrder(page, engine, ids, ['anna', 'bert', 'cleo', 'dora']);

  await handle(page, 'dora').dragTo(pending(page).locator('[data-row]').first(), {
    targetPosition: { x: 60, y: 4 },
  });
  await expectOrder(page, engine, ids, ['dora', 'anna', 'bert', 'cleo']);
  await handle(page, 'bert').press('Alt+ArrowUp');
  await expectOrder(page, engine, ids, ['dora', 'bert', 'anna', 'cleo']);
  await expect(handle(page, 'bert')).toBeFocused();
  await page.keyboard.press('Alt+End');
  await expectOrder(page, engine, ids, ['dora', 'anna', 'cleo', 'bert']);

  const undo = page.getByRole('button', { name: 'Undo', exact: true }).first();
  await pending(page).getByRole('button', { name: 'Cancel: cleo' }).click();
  await expectOrder(page, engine, ids, ['dora', 'anna', 'bert']);
  await undo.click();
  await expectOrder(page, engine, ids, ['dora', 'anna', 'cleo', 'bert']);

  await page.getByRole('button', { name: 'More for: anna' }).click();
  await page.getByRole('menuitem', { name: 'Put on hold' }).click();
  await expectOrder(page, engine, ids, ['dora', 'cleo', 'bert']);
  await page.getByRole('button', { name: 'Put back into the queue: anna' }).click();
  await expectOrder(page, engine, ids, ['dora', 'cleo', 'bert', 'anna']);

  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expectOrder(page, engine, ids, []);
  await page.reload();
  await page.getByRole('button', { name: 'Go on', exact: true }).click();
  await expectOrder(page, engine, ids, ['dora', 'cleo', 'bert', 'anna']);

  await page.getByRole('button', { name: 'Clear pending' }).click();
  await expectOrder(page, engine, ids, []);
  await page
    .locator('[data-sonner-toast]', { hasText: '4 jobs cancelled' })
    .getByRole('button', { name: 'Undo' })
    .click();
  await expectOrder(page, engine, ids, ['dora', 'cleo', 'bert', 'anna']);
  await expectRuns(engine, ids, ['dora', 'cleo', 'bert', 'anna']);
});

test('a finger pulls a waiting job to another place @only-touch', async ({ page, engine }) => {
  const ids = await openWith(page, engine, ['emil', 'fred', 'gina']);
  await expectOrder(page, engine, ids, ['emil', 'fred', 'gina']);
  await handle(page, 'gina').scrollIntoViewIfNeeded();
  const from = await handle(page, 'gina').boundingBox();
  const to = await pending(page).locator('[data-row]').first().boundingBox();
  if (!from || !to) {
    throw new Error('the rows are not there');
  }
  const client = await page.context().newCDPSession(page);
  const x = from.x + from.width / 2;
  const start = from.y + from.height / 2;
  const end = to.y + 4;
  for (let step = 0; step <= 6; step++) {
    await client.send('Input.dispatchTouchEvent', {
      type: step === 0 ? 'touchStart' : 'touchMove',
      touchPoints: [{ x, y: start + ((end - start) * step) / 6 }],
    });
  }
  await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expectOrder(page, engine, ids, ['gina', 'emil', 'fred']);
  await expectRuns(engine, ids, ['gina', 'emil', 'fred']);
});
