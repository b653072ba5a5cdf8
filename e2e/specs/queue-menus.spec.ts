import type { Page } from '@playwright/test';

import type { DemoEngine } from '../../src/demo/index';
import { expect, openStage, test } from '../support/fixtures';
import { post, queueJob, steppedGraph } from '../support/queued-jobs';
import { handle, OWNER, pending } from './queue-room';

// Each test watches the whole queue, so it needs one of its own.
test.describe.configure({ mode: 'serial' });
test.use({ engineOptions: { samples: false, stepDelayMs: 20 } });

const NAMES = ['anna', 'bert', 'cleo', 'dora'];
/** Steps of a job that does not end by itself. */
const ENDLESS = 10_000;

type Entry = [number, string, Record<string, { inputs: { text?: string } }>];
const nameOf = ([, , graph]: Entry): string => graph['6']?.inputs.text ?? '';

/** What waits, by name and in its order: an old server gives a job that is sent again another id. */
async function waiting(url: string): Promise<string[]> {
  const queue = (await (await fetch(`${url}/queue`)).json()) as { queue_pending: Entry[] };
  return queue.queue_pending.toSorted((a, b) => a[0] - b[0]).map(nameOf);
}

/** How often a job of each name has begun, by the engine's own log. */
async function begun(engine: DemoEngine): Promise<Record<string, number>> {
  const history = (await (await fetch(`${engine.url}/history`)).json()) as Record<string, { prompt: Entry }>;
  const counts: Record<string, number> = {};
  for (const id of engine.runs) {
    const entry = history[id];
    const name = entry ? nameOf(entry.prompt) : 'not known';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Does everything to a queue that dragging and pressing can do, without dragging. */
async function steer(page: Page, engine: DemoEngine, home: string): Promise<void> {
  const { url } = engine;
  const expectOrder = async (names: string[]): Promise<void> => {
    await expect.poll(() => waiting(url)).toEqual(names);
    await expect(pending(page).locator('[data-row]')).toHaveText(names.map((name) => new RegExp(name)));
  };
  const choose = async (name: string, action: string | RegExp): Promise<void> => {
    await page.getByRole('button', { name: `More actions: ${name}`, exact: true }).click();
    await page.getByRole('menuitem', { name: action }).click();
  };
  const undo = (said: string): Promise<void> =>
    page.locator('[data-sonner-toast]', { hasText: said }).getByRole('button', { name: 'Undo' }).click();

  await page.addInitScript(
    (browser) => localStorage.setItem('darkroom.sender', JSON.stringify({ browser, name: '' })),
    OWNER.browser,
  );
  await queueJob(url, steppedGraph('endless', 1, ENDLESS), OWNER);
  for (const [index, name] of NAMES.entries()) {
    await queueJob(url, steppedGraph(name, index + 2, 1), OWNER);
  }
  await page.goto(home);
  await expectOrder(NAMES);

  await choose('dora', 'Run next');
  await expectOrder(['dora', 'anna', 'bert', 'cleo']);
  await handle(page, 'bert').press('Alt+ArrowUp');
  await expectOrder(['dora', 'bert', 'anna', 'cleo']);
  await expect(handle(page, 'bert')).toBeFocused();
  await choose('bert', 'Move to the end');
  await expectOrder(['dora', 'anna', 'cleo', 'bert']);
  await expect(page.getByRole('status').filter({ hasText: 'Moved to position 4 of 4' })).toBeAttached();

  await page.getByRole('button', { name: 'Cancel: cleo', exact: true }).click();
  await expectOrder(['dora', 'anna', 'bert']);
  await undo('1 job cancelled');
  await expectOrder(['dora', 'anna', 'cleo', 'bert']);

  await choose('anna', 'Put on hold');
  await expectOrder(['dora', 'cleo', 'bert']);
  await page.getByRole('button', { name: /^Put back in the queue: anna/ }).click();
  await expectOrder(['dora', 'cleo', 'bert', 'anna']);

  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expectOrder([]);
  await page.reload();
  await expect(page.getByRole('region', { name: /^Paused jobs/ })).toContainText('cleo');
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await expectOrder(['dora', 'cleo', 'bert', 'anna']);

  await page.getByRole('button', { name: 'Clear pending' }).click();
  await expectOrder([]);
  await undo('4 jobs cancelled');
  await expectOrder(['dora', 'cleo', 'bert', 'anna']);

  // As a file, and back: onto the shelf, from where they go to the queue.
  await page.getByRole('button', { name: 'More ways to pause or stop' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Save the queue as a file' }).click();
  const file = await (await download).path();
  await page.getByRole('button', { name: 'Clear pending' }).click();
  await expectOrder([]);
  await page.getByRole('button', { name: 'More ways to pause or stop' }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('menuitem', { name: 'Add jobs from a file…' }).click();
  await (await chooser).setFiles(file);
  await page.getByRole('button', { name: 'Put all back' }).click();
  await expectOrder(['dora', 'cleo', 'bert', 'anna']);

  await choose('anna', /^Run several times/);
  await page.getByRole('spinbutton', { name: 'Times' }).fill('2');
  await page.keyboard.press('Enter');
  await expect.poll(() => waiting(url)).toEqual(['dora', 'cleo', 'bert', 'anna', 'anna', 'anna']);
  await expect(page.getByRole('button', { name: '×3 anna' })).toBeVisible();

  await page.getByRole('button', { name: 'Interrupt', exact: true }).click();
  await expect.poll(() => begun(engine)).toEqual({ endless: 1, dora: 1, cleo: 1, bert: 1, anna: 3 });

  engine.faults.memoryPixels = 1000;
  for (const [index, name] of ['emil', 'fred'].entries()) {
    await queueJob(url, steppedGraph(name, index + 9, 1), OWNER);
  }
  const again = page.getByRole('button', { name: 'Retry 2 failed' });
  await expect(again).toBeVisible();
  engine.faults.memoryPixels = Infinity;
  await again.click();
  await expect.poll(() => begun(engine)).toMatchObject({ emil: 2, fred: 2, anna: 3 });
  await expect(again).toHaveCount(0);
  await expect(pending(page).locator('[data-row]')).toHaveCount(0);
}

test.afterEach(async ({ engine }) => {
  engine.faults.memoryPixels = Infinity;
  await post(engine.url, '/queue', { clear: true });
  await post(engine.url, '/interrupt', {});
});

test('a queue is steered without dragging, and each job runs as often as it was asked for @lan @touch', async ({
  page,
  engine,
}) => {
  await steer(page, engine, '/#/queue');
});

test('the oldest server is steered alike', async ({ page }) => {
  const stage = await openStage({ era: '2024-02', samples: false, stepDelayMs: 20 });
  try {
    await steer(page, stage.engine, `${stage.darkroom.url}/#/queue`);
  } finally {
    await stage.stop();
  }
});
