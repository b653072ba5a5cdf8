import { expect, test } from '../support/fixtures';
import { post } from '../support/queued-jobs';
import { expectOrder, expectRuns, handle, openWith, pending } from './queue-room';

// Each test watches the whole queue, so it needs one of its own.
test.describe.configure({ mode: 'serial' });
test.use({ engineOptions: { samples: false } });

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

  await page.getByRole('button', { name: 'More actions: anna' }).click();
  await page.getByRole('menuitem', { name: 'Put on hold' }).click();
  await expectOrder(page, engine, ids, ['dora', 'cleo', 'bert']);
  await page.getByRole('button', { name: 'Put back in the queue: anna' }).click();
  await expectOrder(page, engine, ids, ['dora', 'cleo', 'bert', 'anna']);

  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expectOrder(page, engine, ids, []);
  await page.reload();
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
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
