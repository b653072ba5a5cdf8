import { expect, openStage, test } from '../support/fixtures';
import { chooseBlur, expectReady, maskedShare, paintStroke } from './pages';

/*
 * The main job on the ComfyUI of early 2024: no ids of our own, no list of jobs, no feature flags, no times. The other
 * files show it on the newest.
 */
test('the main job, the queue and marks on the oldest server', async ({ page }) => {
  const stage = await openStage({ era: '2024-02' });
  const missing: string[] = [];
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    // A document that nobody has written yet is no route, and Darkroom's own routes are not the old server's.
    const isDocument = /^\/userdata\/darkroom\.\w+\.json$/.test(pathname) && response.status() === 404;
    if (response.status() >= 400 && !isDocument && !pathname.startsWith('/darkroom/')) {
      missing.push(`${response.status()} ${pathname}`);
    }
  });
  try {
    await page.goto(stage.darkroom.url);
    const tiles = page.locator('main a[href^="#/gallery/"]');
    await expect(tiles.first()).toBeVisible();
    await tiles.first().click();
    await page.getByRole('button', { name: 'Inpaint' }).first().click();
    await expectReady(page);
    await paintStroke(page);
    await maskedShare(page);
    await chooseBlur(page);
    await page.getByRole('button', { name: /^Generate/ }).click();
    const strip = page.getByRole('region', { name: 'Results' });
    await strip.getByRole('button', { name: 'Result 1' }).click({ timeout: 60_000 });
    await expect(
      page
        .getByRole('region', { name: 'Comparison with the original' })
        .getByRole('img', { name: 'Result 1' }),
    ).toBeVisible();

    await page.goto(`${stage.darkroom.url}/#/gallery`);
    await tiles.first().focus();
    await page.keyboard.press('4');
    await expect(page.getByRole('link', { name: /Rated 4 of 5$/ })).toBeVisible();
    await page.goto(`${stage.darkroom.url}/#/queue`);
    await expect(page.getByRole('alert')).toHaveCount(0);

    await page.goto(`${stage.darkroom.url}/#/workflows`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.waitForTimeout(1500);
    expect(missing.filter((answer) => !answer.startsWith('404 '))).toEqual([]);

    // What was found missing is not asked for again.
    missing.length = 0;
    for (const room of ['gallery', 'queue', 'workflows', 'edit']) {
      await page.goto(`${stage.darkroom.url}/#/${room}`);
      await page.reload();
      await expect(page.getByText('Connected')).toBeVisible();
      await page.waitForTimeout(1500);
    }
    expect(missing).toEqual([]);
  } finally {
    await stage.stop();
  }
});
