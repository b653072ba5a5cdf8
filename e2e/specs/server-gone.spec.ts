import type { Page } from '@playwright/test';
import { startDemoEngine } from '../../src/demo/index';
import type { Darkroom } from '../../src/server/index';
import { expect, openStage, serveApp, test } from '../support/fixtures';
import { expectReady, patternPng, stageOf, upload } from './pages';

const tiles = (page: Page) => page.locator('main a[href^="#/gallery/"]');
const notice = (page: Page) => page.getByRole('alert').filter({ hasText: 'does not answer' });

/** Waits until a file of the build has been loaded. */
async function expectLoaded(page: Page, file: RegExp): Promise<void> {
  await expect
    .poll(() => page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name)))
    .toContainEqual(expect.stringMatching(file));
}

test('without Darkroom’s own server, viewer, queue and settings still open, and it is the one blamed', async ({
  page,
}) => {
  const stage = await openStage();
  const { port, url } = stage.darkroom;
  try {
    await page.goto(`${url}/#/gallery`);
    await expect(tiles(page).first()).toBeVisible();
    // The last of the parts that load while the page is idle.
    await expectLoaded(page, /\/CommandPalette-/);
    await stage.darkroom.stop();
    await expect(notice(page)).toContainText('Darkroom’s own server does not answer');
    await expect(notice(page)).toContainText(`Nothing answers at ${url}`);
    await expect(notice(page)).toContainText('npm run demo');
    await expect(notice(page)).not.toContainText('ComfyUI');
    await expect(page.getByRole('button', { name: 'Try again' })).toHaveCount(1);

    await tiles(page).first().click();
    const viewer = page.getByRole('dialog', { name: 'Picture viewer' });
    await expect(viewer.getByRole('button', { name: 'Back to the gallery' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(viewer).toHaveCount(0);

    await page.getByRole('link', { name: 'Queue' }).click();
    await expect(page.getByRole('region', { name: /^Finished/ })).toBeVisible();
    await page.keyboard.press('Control+,');
    await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
    await page.keyboard.press('Escape');

    const again = await serveApp(stage.engine.url, port);
    await expect(notice(page)).toHaveCount(0);
    await again.stop();
  } finally {
    await stage.stop();
  }
});

test('without a server the viewer shows the small preview of a picture, and the picture once it is back', async ({
  page,
}) => {
  const stage = await openStage();
  const { port, url } = stage.darkroom;
  let again: Darkroom | null = null;
  try {
    await page.goto(`${url}/#/gallery`);
    await expectLoaded(page, /\/CommandPalette-/);
    // Larger than its thumbnail.
    const tile = page.getByRole('grid').getByRole('link', { name: /^open sea/ });
    await expect(tile.locator('img')).toBeVisible();
    await stage.darkroom.stop();
    await expect(notice(page)).toBeVisible();
    await tile.focus();
    await page.keyboard.press('Enter');
    const viewer = page.getByRole('dialog', { name: 'Picture viewer' });
    const picture = viewer.getByTestId('picture').locator('img');
    const width = (): Promise<number> =>
      picture.evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0));
    await expect(viewer.getByRole('alert')).toContainText('Only the small preview is shown.');
    expect(await width()).toBeLessThan(500);
    expect(await width()).toBeGreaterThan(100);
    again = await serveApp(stage.engine.url, port);
    await expect.poll(width).toBe(1216);
    await expect(viewer.getByRole('alert')).toHaveCount(0);
  } finally {
    await again?.stop();
    await stage.stop();
  }
});

test('a room that cannot be loaded says why, leaves the way to the others and comes once it can', async ({
  page,
}) => {
  const stage = await openStage();
  const { port, url } = stage.darkroom;
  try {
    await page.route(/\/assets\/(?:QueueRoom|Viewer)-.*\.js$/, (route) => route.abort());
    await page.goto(`${url}/#/gallery`);
    await expect(tiles(page).first()).toBeVisible();
    await stage.darkroom.stop();
    await expect(notice(page)).toBeVisible();
    await page.getByRole('link', { name: 'Queue' }).click();
    const failure = page.getByRole('main').getByRole('alert');
    await expect(failure).toContainText(`Darkroom’s own server at ${url} does not answer`);
    await expect(page.getByRole('button', { name: 'Try again' })).toHaveCount(1);
    await failure.getByRole('button', { name: 'Try again' }).click();
    await expect(failure).toBeVisible();

    await page.getByRole('link', { name: 'Gallery' }).click();
    await tiles(page).first().click();
    await expect(failure).toContainText(`Darkroom’s own server at ${url} does not answer`);
    await expect(page.getByRole('link', { name: 'Queue' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(failure).toHaveCount(0);
    await expect(page).toHaveURL(/#\/gallery$/);
    await tiles(page).first().click();
    await page.getByRole('button', { name: 'Back to the gallery' }).click();
    await expect(page).toHaveURL(/#\/gallery$/);
    await tiles(page).first().click();

    await page.unroute(/\/assets\/(?:QueueRoom|Viewer)-.*\.js$/);
    const again = await serveApp(stage.engine.url, port);
    await expect(page.getByRole('dialog', { name: 'Picture viewer' })).toBeVisible();
    await again.stop();
  } finally {
    await stage.stop();
  }
});

test('when the server has another version of the app, “Try again” reloads the page at the same picture', async ({
  page,
}) => {
  let isOld = true;
  await page.route(/\/assets\/OpenView-.*\.js$/, (route) =>
    isOld ? route.fulfill({ status: 404 }) : route.continue(),
  );
  await page.goto('/#/gallery');
  await tiles(page).first().click();
  const failure = page.getByRole('main').getByRole('alert');
  await expect(failure).toContainText('Darkroom may have been updated');
  const address = page.url();
  const reloaded = page.waitForEvent('domcontentloaded');
  await failure.getByRole('button', { name: 'Try again' }).click();
  isOld = false;
  await reloaded;
  await expect(page.getByRole('dialog', { name: 'Picture viewer' })).toBeVisible();
  expect(page.url()).toBe(address);
});

test('a ComfyUI that serves the page itself is blamed at the address of the page', async ({ page }) => {
  const stage = await openStage();
  const { url } = stage.darkroom;
  try {
    await page.route('**/darkroom/about', (route) => route.fulfill({ status: 404, body: 'Not Found' }));
    await page.goto(`${url}/#/gallery`);
    await expect(tiles(page).first()).toBeVisible();
    // What loads late has come: its own note about a server that is gone would be taken for the notice.
    await expect(page.getByRole('heading', { name: 'Running' })).toBeVisible();
    await stage.darkroom.stop();
    await expect(notice(page)).toContainText('ComfyUI does not answer');
    await expect(notice(page)).toContainText(`Nothing answers at ${url}`);
    await expect(notice(page)).not.toContainText('Darkroom');
  } finally {
    await stage.stop();
  }
});

test('the notice floats, can be closed and called back, and no room pretends to know more', async ({
  page,
}) => {
  const own = await startDemoEngine({ samples: false });
  const darkroom = await serveApp(own.url);
  try {
    await page.goto(`${darkroom.url}/#/queue`);
    const main = page.getByRole('main');
    await expect(main.getByText('The queue is empty')).toBeVisible();
    await own.stop();
    await expect(notice(page)).toContainText('ComfyUI does not answer');
    await expect(main.getByText('Unknown while ComfyUI is offline')).toBeVisible();
    await expect(main.getByText('The queue is empty')).toHaveCount(0);
    for (const room of ['Gallery', 'Queue', 'Editor']) {
      await page.getByRole('link', { name: room }).click();
      await expect(page.getByRole('button', { name: 'Try again' })).toHaveCount(1);
    }
    await expect(main.locator('button', { hasText: 'Choose a file' })).toBeDisabled();
    await notice(page).getByRole('button', { name: 'Close' }).click();
    await page.getByRole('link', { name: 'Gallery' }).click();
    await expect(main.getByText('Nothing to show while ComfyUI is offline')).toBeVisible();
    await expect(notice(page)).toHaveCount(0);
    await page.getByRole('contentinfo').getByRole('button', { name: 'What to do' }).click();
    await expect(notice(page)).toBeVisible();
    await page.getByRole('link', { name: 'Editor' }).click();
    const back = await startDemoEngine({ samples: false, port: Number(new URL(own.url).port) });
    await expect(notice(page)).toHaveCount(0);
    await expect(main.locator('button', { hasText: 'Choose a file' })).toBeEnabled();
    await back.stop();
  } finally {
    await darkroom.stop();
  }
});

test('an outage does not move the picture under the brush', async ({ page }) => {
  const stage = await openStage({ samples: false });
  try {
    const ref = await upload(stage.engine, patternPng(300, 200), 'still.png');
    await page.goto(`${stage.darkroom.url}/#/edit?${new URLSearchParams({ ...ref }).toString()}`);
    await expectReady(page);
    const before = await stageOf(page).boundingBox();
    const zoom = page.getByRole('button', { name: /^Zoom/ }).first();
    const percent = await zoom.textContent();
    await stage.engine.stop();
    await expect(notice(page)).toBeVisible();
    expect(await stageOf(page).boundingBox()).toEqual(before);
    expect(await zoom.textContent()).toBe(percent);
  } finally {
    await stage.stop();
  }
});
