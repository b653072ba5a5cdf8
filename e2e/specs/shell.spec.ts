import type { Page } from '@playwright/test';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import { chooseInpaint, openInEditor, paintStroke, patternPng, upload } from './pages';

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [scroll, client] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(scroll).toBeLessThanOrEqual(client ?? 0);
}

test('gallery, queue, start of the editor and the dialogs are accessible @touch', async ({ page }) => {
  await page.goto('/#/gallery');
  await expect(page.locator('main a[href^="#/gallery/"]').first()).toBeVisible();
  await expectAccessible(page);
  await page.goto('/#/queue');
  await expect(page.getByRole('region', { name: /^Finished/ })).toBeVisible();
  await expectAccessible(page);
  await page.goto('/#/edit');
  await expect(page.getByRole('heading', { name: /Which picture/ })).toBeVisible();
  await expectAccessible(page);
  for (const [key, name] of [
    ['?', 'Keyboard shortcuts'],
    ['Control+k', 'Command palette'],
    ['Control+,', 'Settings'],
  ] as const) {
    await page.keyboard.press(key);
    await expect(page.getByRole('dialog', { name })).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
  await page.goto('/#/nowhere');
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  await expectAccessible(page);
});

test('the editor with a mask is accessible @touch', async ({ page, engine }) => {
  await openInEditor(page, await upload(engine, patternPng(300, 200), 'axe.png'));
  await paintStroke(page);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
});

test('language and theme are chosen in the settings and kept @lan', async ({ page }) => {
  await page.goto('/#/queue');
  await expect(page.getByRole('link', { name: 'Gallery' })).toBeVisible();
  await page.keyboard.press('Control+,');
  await page.getByLabel('Language').selectOption('zh-CN');
  await expect(page.getByRole('dialog', { name: '设置' })).toBeVisible();
  await page.getByLabel('外观').selectOption('light');
  await page.keyboard.press('Escape');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await page.reload();
  await expect(page.getByRole('link', { name: '图库' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
});

test('a browser in Chinese gets Chinese', async ({ browser, baseURL }) => {
  const page = await browser.newPage({ locale: 'zh-CN' });
  await page.goto(`${baseURL}/#/queue`);
  await expect(page.getByRole('link', { name: '编辑器' })).toBeVisible();
  await page.close();
});

test('the palette runs commands and the sheet lists the shortcuts', async ({ page }) => {
  await page.goto('/#/gallery');
  // Keys pressed before the app runs belong to nobody.
  await expect(page.getByRole('link', { name: 'Gallery' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('go to the queue');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/queue$/);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog').getByText('Interrupt the running job')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+3');
  await expect(page).toHaveURL(/#\/edit/);
});

test('a shortcut’s letter typed into a field is only a letter', async ({ page, engine }) => {
  await openInEditor(page, await upload(engine, patternPng(100, 100), 'typing.png'));
  await chooseInpaint(page);
  await page.getByLabel('Prompt', { exact: true }).pressSequentially('bee?');
  await expect(page.getByLabel('Prompt', { exact: true })).toHaveValue('bee?');
  await expect(page.getByRole('button', { name: 'Brush', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
});

test('the device, its memory and the version are in the status line', async ({ page }) => {
  await page.goto('/#/gallery');
  const status = page.getByRole('contentinfo');
  await expect(status).toContainText('Darkroom demo engine (no GPU)');
  await expect(status).toContainText(/RAM [\d.]+ GB of [\d.]+ GB/);
  await expect(status).toContainText(/ComfyUI \d+\.\d+/);
  await expect(page.getByText('Nothing here is AI')).toBeVisible();
});

test('no view scrolls sideways on a phone @only-touch', async ({ page }) => {
  for (const route of ['gallery', 'queue', 'edit']) {
    await page.goto(`/#/${route}`);
    await expect(page.getByRole('navigation')).toBeVisible();
    await expectNoSidewaysScroll(page);
  }
});
