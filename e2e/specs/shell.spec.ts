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

test('the queue stands beside every room, and beside a picture at work when it is asked for', async ({
  page,
  engine,
}) => {
  const panel = page.getByRole('complementary', { name: 'Queue panel' });
  const toggle = page.getByRole('button', { name: 'Show or hide the queue panel' });
  for (const room of ['gallery', 'workflows', 'edit']) {
    await page.goto(`/#/${room}`);
    await expect(panel.getByRole('region', { name: /^Pending/ })).toBeVisible();
  }
  await openInEditor(page, await upload(engine, patternPng(300, 200), 'beside.png'));
  await expect(panel).toHaveCount(0);
  await toggle.click();
  await expect(panel.getByRole('region', { name: /^Pending/ })).toBeVisible();
  await page.reload();
  await expect(panel).toBeVisible();
  await toggle.click();
  await expect(panel).toHaveCount(0);
  // Putting it away here leaves it beside the other rooms.
  await page.goto('/#/workflows');
  await expect(panel).toBeVisible();
  await page.goto('/#/queue');
  await expect(page.getByRole('region', { name: /^Finished/ })).toBeVisible();
  await expect(panel).toHaveCount(0);
  await expect(toggle).toHaveCount(0);
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

for (const [locale, settings, copy, copied] of [
  ['en-US', 'Settings', 'Copy diagnostics', 'Diagnostics copied.'],
  ['zh-CN', '设置', '复制诊断信息', '已复制诊断信息。'],
] as const) {
  test.describe(`diagnostics in ${locale}`, () => {
    test.use({ locale, permissions: ['clipboard-read', 'clipboard-write'] });

    test('are copied without prompts, file names or addresses', async ({ page }) => {
      const secret = 'alice-in-red.png';
      await page.route('**/history?*', (route) =>
        route.fulfill({ status: 500, body: `cannot open /home/bob/${secret} on 192.168.1.20` }),
      );
      await page.goto('/#/gallery');
      await expect(page.getByRole('contentinfo')).toContainText('ComfyUI');
      await page.evaluate((name) => {
        const error = new TypeError(`Failed to fetch http://gpu-box:8188/view?filename=${name}`);
        dispatchEvent(new ErrorEvent('error', { error }));
      }, secret);
      await page.keyboard.press('Control+,');
      const dialog = page.getByRole('dialog', { name: settings });
      await dialog.getByRole('button', { name: copy }).click();
      await expect(page.getByText(copied)).toBeVisible();
      // eslint-disable-next-line no-restricted-properties -- the page of this test is a secure context
      const text = await page.evaluate(() => navigator.clipboard.readText());
      expect(text).toMatch(/^Comfy Darkroom \d+\.\d+\.\d+/);
      expect(text).toMatch(/ComfyUI \d+\.\d+\.\d+/);
      expect(text).toContain('secureContext true');
      expect(text).toContain('page.error: TypeError: Failed to fetch …');
      expect(text).not.toMatch(/alice|bob|gpu-box|\d+\.\d+\.\d+\.\d+:|aurora|192/);
    });
  });
}

test('choices that the server does not store are said to stay in this browser, once', async ({
  page,
  engine,
}) => {
  await page.route('**/userdata/*', (route) =>
    route.fulfill({ status: 405, body: '405: Method Not Allowed' }),
  );
  const picture = await upload(engine, patternPng(100, 100), 'device-only.png');
  await openInEditor(page, picture);
  await chooseInpaint(page);
  await expect(page.getByText('They stay in this browser only.')).toBeVisible();
  await page.keyboard.press('Control+,');
  const dialog = page.getByRole('dialog', { name: 'Settings' });
  await expect(dialog.getByText('In this browser only: the server cannot store them.')).toBeVisible();
  await page.reload();
  await page.getByLabel('Prompt', { exact: true }).fill('a hand');
  await page.keyboard.press('Control+,');
  await expect(dialog.getByText('In this browser only: the server cannot store them.')).toBeVisible();
  await expect(page.getByText('They stay in this browser only.')).toHaveCount(0);
});

test('the palette runs commands and the sheet lists the shortcuts', async ({ page }) => {
  await page.goto('/#/gallery');
  // Keys pressed before the app runs belong to nobody.
  await expect(page.getByRole('link', { name: 'Gallery' })).toBeVisible();
  await page.keyboard.press('Control+k');
  // The gallery has one, too.
  await page.getByRole('dialog').getByRole('combobox').fill('go to the queue');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/queue$/);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog').getByText('Interrupt the running job')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+3');
  await expect(page).toHaveURL(/#\/edit/);
});

test('the sheet opens on its search, without a tooltip, and finds by words and by keys', async ({ page }) => {
  await page.goto('/#/gallery');
  await expect(page.getByRole('link', { name: 'Gallery' })).toBeVisible();
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  const search = sheet.getByRole('searchbox', { name: 'Search the shortcuts' });
  await expect(search).toBeFocused();
  await expect(page.getByRole('tooltip')).toHaveCount(0);
  await search.fill('larger');
  await expect(sheet.getByRole('term')).toHaveText(['Larger tiles']);
  await search.fill('ctrl+k');
  await expect(sheet.getByRole('term')).toHaveText(['Open the command palette']);
  await search.fill('no such thing');
  await expect(sheet.getByRole('status')).toHaveText('No shortcut fits these words.');
  await search.fill('');
  const columns = await sheet
    .getByRole('term')
    .evaluateAll((terms) => new Set(terms.map((term) => term.getBoundingClientRect().left)).size);
  expect(columns).toBe(2);
});

test('the settings say where the server is and where things are, and clear the thumbnails', async ({
  page,
  engine,
  baseURL,
}) => {
  await page.goto('/#/gallery');
  await expect.poll(() => page.locator('main a img').count()).toBeGreaterThan(3);
  await page.keyboard.press('Control+,');
  const settings = page.getByRole('dialog', { name: 'Settings' });
  await expect(page.getByRole('tooltip')).toHaveCount(0);
  await expect(settings.getByText(engine.url, { exact: true })).toBeVisible();
  await expect(settings.getByText(baseURL ?? '', { exact: true })).toBeVisible();
  await expect(settings.getByText(/^npm start -- --comfy/)).toBeVisible();
  const clear = settings.getByRole('button', { name: 'Clear cached thumbnails' });
  // Thumbnails of small pictures are made once the page is at rest.
  await expect(async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+,');
    await expect(clear).toBeEnabled({ timeout: 1000 });
  }).toPass();
  // Some may be made just then, and are cleared with another press.
  const none = settings.getByText('0 pictures, 0 MB');
  await expect(async () => {
    if (!(await none.isVisible())) {
      await clear.click({ timeout: 1000 });
    }
    await expect(none).toBeVisible({ timeout: 2000 });
  }).toPass();
  await expect(clear).toBeDisabled();
  await page.reload();
  await expect.poll(() => page.locator('main a img').count()).toBeGreaterThan(3);
});

test('the recipe chosen in the settings is the one the editor begins with', async ({ page, engine }) => {
  await page.goto('/#/gallery');
  await expect(page.getByRole('link', { name: 'Gallery' })).toBeVisible();
  await page.keyboard.press('Control+,');
  await page.getByLabel('Recipe to start with').selectOption({ label: 'Blur or pixelate' });
  await page.keyboard.press('Escape');
  await openInEditor(page, await upload(engine, patternPng(100, 100), 'first-recipe.png'));
  await expect(page.getByLabel('Recipe', { exact: true })).toHaveValue('blur');
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
