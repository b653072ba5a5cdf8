import type { Page } from '@playwright/test';

import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import { post, queueJob, steppedGraph } from '../support/queued-jobs';
import { openWith, OWNER, pending } from './queue-room';

// Each test watches the whole queue, so it needs one of its own.
test.describe.configure({ mode: 'serial' });
test.use({ engineOptions: { samples: false, stepDelayMs: 20 } });

test.afterEach(async ({ engine }) => {
  engine.faults.memoryPixels = Infinity;
  await post(engine.url, '/queue', { clear: true });
  await post(engine.url, '/interrupt', {});
});

const openMenu = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name: `More actions: ${name}`, exact: true }).click();

test('rows, their menus, the question how often, the shelf and a pause are accessible @touch', async ({
  page,
  engine,
}) => {
  await openWith(page, engine, ['sky', 'sky', 'lake']);
  await expect(pending(page).locator('[data-row]')).toHaveCount(2);
  await openMenu(page, 'lake');
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('menuitem', { name: /^Run several times/ }).click();
  await expect(page.getByRole('spinbutton', { name: 'Times' })).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await pending(page).getByRole('button', { name: '×2 sky' }).click();
  await expect(pending(page).locator('[data-row]')).toHaveCount(4);
  await expectAccessible(page);
  await openMenu(page, 'sky, all 2');
  await page.getByRole('menuitem', { name: 'Put on hold' }).click();
  const shelf = page.getByRole('region', { name: /^On hold/ });
  await shelf.getByRole('button', { name: '×2 sky' }).click();
  await expect(shelf.locator('[data-row]')).toHaveCount(3);
  await expectAccessible(page);
  await openMenu(page, 'sky, all 2');
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(page.getByRole('region', { name: /^Paused jobs/ })).toContainText('lake');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(pending(page).locator('[data-row]')).toHaveCount(1);
});

test('the journal, a search in it and a failure with its details are accessible @touch', async ({
  page,
  engine,
}) => {
  await openWith(page, engine, ['reed']);
  await post(engine.url, '/interrupt', {});
  const finished = page.getByRole('region', { name: /^Finished/ });
  await expect(finished.getByText('reed', { exact: true })).toHaveCount(1);
  engine.faults.memoryPixels = 1000;
  await queueJob(engine.url, steppedGraph('moss', 7, 1), OWNER);
  const failed = finished.getByRole('listitem').filter({ hasText: 'moss' });
  await failed.getByText('Error details').click();
  await expect(failed.locator('pre')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('searchbox', { name: 'Search finished jobs' }).fill('reed');
  await expect(page.getByText('1 job found')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('searchbox', { name: 'Search finished jobs' }).fill('nothing says this');
  await expect(page.getByText(/^No finished job contains/)).toBeVisible();
  await expectAccessible(page);
});
