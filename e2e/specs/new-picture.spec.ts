import type { Page } from '@playwright/test';
import { PNG } from 'pngjs';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import { chooseBlur, download, dragThrough, expectReady, finishedJobs, maskAt, onPage } from './pages';

const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'New picture' });

/** Lets the page's mask be read. */
async function visit(page: Page, route: string): Promise<void> {
  await page.goto(`/?darkroom-test#${route}`);
  await expect(page.getByText('Connected')).toBeVisible();
}

/** The colour on screen at a place of the picture. */
async function shownAt(page: Page, x: number, y: number): Promise<number[]> {
  const at = await onPage(page, { x, y });
  const clip = { x: Math.round(at.x), y: Math.round(at.y), width: 1, height: 1 };
  return [...PNG.sync.read(await page.screenshot({ clip, scale: 'css' })).data.subarray(0, 3)];
}

test('a picture is made from nothing, painted on, and generated from', async ({ page, engine }) => {
  await visit(page, '/edit');
  await page.getByRole('button', { name: 'New picture' }).click();
  const dialog = dialogOf(page);
  await expectAccessible(page, '[role="dialog"]');
  await dialog.getByRole('button', { name: '512 × 512' }).click();
  const width = dialog.getByRole('spinbutton', { name: 'Width' });
  const create = dialog.getByRole('button', { name: 'Create' });
  await expect(width).toHaveValue('512');

  await width.fill('20');
  await expect(dialog.getByText('At least 64 px, at most 8192 px.')).toBeVisible();
  await expect(width).toHaveAttribute('aria-invalid', 'true');
  await expect(create).toBeDisabled();
  await width.fill('9000');
  await expect(dialog.getByText('At most 8192 px, at least 64 px.')).toBeVisible();
  await width.fill('405');
  await dialog.getByRole('button', { name: 'Use 408 × 512' }).click();
  await expect(width).toHaveValue('408');
  await dialog.getByRole('button', { name: 'Swap width and height' }).click();
  await expect(width).toHaveValue('512');

  await dialog.getByText('A gradient').click();
  await dialog.getByLabel('From', { exact: true }).fill('#204060');
  await dialog.getByLabel('To', { exact: true }).fill('#a0c0e0');
  await dialog.getByLabel('Direction').selectOption('right');
  await expectAccessible(page, '[role="dialog"]');
  await create.click();
  await expectReady(page);
  await expect(page.getByText('512 × 408', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Colour brush' })).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(() => maskAt(page, { x: 5, y: 5 })).toBe(255);
  // The mask is there, and not seen.
  const hint = page.getByText('Paint colours where things should be');
  await expect(hint).toBeVisible();
  const off = (shown: number[], wanted: number[]): number =>
    Math.max(...shown.map((value, i) => Math.abs(value - (wanted[i] ?? 0))));
  expect(off(await shownAt(page, 2, 300), [0x20, 0x40, 0x60])).toBeLessThanOrEqual(2);
  expect(off(await shownAt(page, 509, 300), [0xa0, 0xc0, 0xe0])).toBeLessThanOrEqual(2);

  await page.getByLabel('Paint colour', { exact: true }).fill('#ff0000');
  await dragThrough(page, [
    { x: 200, y: 260 },
    { x: 300, y: 260 },
  ]);
  await page.mouse.move(5, 5);
  await expect.poll(() => shownAt(page, 250, 260)).toEqual([255, 0, 0]);
  await chooseBlur(page);
  await page.getByLabel('Size (px)').fill('4');
  const before = (await finishedJobs(engine)).length;
  await page.getByRole('button', { name: /^Generate/ }).click();
  await expect.poll(async () => (await finishedJobs(engine)).length).toBe(before + 1);
  const job = (await finishedJobs(engine)).at(-1);
  const [file] = job?.outputs ?? [];
  const made = file && (await download(engine, file));
  const at = (260 * 512 + 250) * 4;
  expect((made?.data[at] ?? 0) - (made?.data[at + 2] ?? 0)).toBeGreaterThan(200);
});

test('an equal picture comes without the masks of the one before', async ({ page }) => {
  await visit(page, '/gallery');
  for (let turn = 0; turn < 2; turn++) {
    await page.keyboard.press('Alt+n');
    const dialog = dialogOf(page);
    await dialog.getByRole('button', { name: '512 × 512' }).click();
    await page.keyboard.press('Tab');
    await dialog.getByRole('spinbutton', { name: 'Height' }).press('Enter');
    await expect(dialog).toHaveCount(0);
    await expectReady(page);
    await expect.poll(() => maskAt(page, { x: 5, y: 5 })).toBe(255);
    await expect(page.getByRole('button', { name: 'Redo' })).toBeDisabled();
    await page.keyboard.press('Control+z');
    await expect.poll(() => maskAt(page, { x: 5, y: 5 })).toBe(0);
    await page.waitForTimeout(700);
  }
});

test('it opens from the palette over any room, and Esc leaves all as it was', async ({ page }) => {
  await visit(page, '/queue');
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('What do you want to do?').fill('new pic');
  await page.keyboard.press('Enter');
  await expect(dialogOf(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialogOf(page)).toHaveCount(0);
  expect(page.url()).toContain('#/queue');
});

test('a phone makes one from the gallery @only-touch', async ({ page }) => {
  await visit(page, '/gallery');
  await page.getByRole('button', { name: 'New picture' }).first().tap();
  const dialog = dialogOf(page);
  await dialog.getByRole('button', { name: '832 × 1216' }).tap();
  await expectAccessible(page, '[role="dialog"]');
  await dialog.getByRole('button', { name: 'Create' }).tap();
  await expectReady(page);
  await expect(page.getByText('832 × 1216', { exact: true })).toBeVisible();
  await expect.poll(() => maskAt(page, { x: 5, y: 5 })).toBe(255);
  await page.touchscreen.tap(195, 300);
  await expect(page.getByRole('button', { name: 'Undo' })).toBeEnabled();
});
