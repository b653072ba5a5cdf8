import { expect, test } from '../support/fixtures';
import {
  chooseBlur,
  chooseInpaint,
  download,
  expectReady,
  maskedShare,
  openInEditor,
  paintStroke,
  patternPng,
  upload,
} from './pages';

test('open a picture from the gallery, paint, run, see the result @lan', async ({ page }) => {
  // As a newcomer does: the printed address, in a fresh profile.
  await page.goto('/');
  await expect(page).toHaveURL(/\/#\/gallery$/);
  await expect(page.getByRole('link', { name: 'Gallery' })).toHaveAttribute('aria-current', 'page');
  await expect(page.getByRole('complementary', { name: 'Queue panel' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Show or hide the queue panel' })).toBeVisible();
  const tiles = page.locator('main a[href^="#/gallery/"]');
  await expect(tiles.first()).toBeVisible();
  await page.evaluate(() => Object.assign(window, { untouched: true }));
  await tiles.first().click();
  await page.getByRole('button', { name: 'Inpaint' }).first().click();
  await expectReady(page);

  await paintStroke(page);
  await maskedShare(page);
  await chooseInpaint(page, 'a bright new shape');
  // Long enough for the previews to be seen.
  await page.getByLabel('Steps').fill('40');
  await page.getByRole('button', { name: /^Generate/ }).click();

  const strip = page.getByRole('region', { name: 'Results' });
  await expect(strip.getByRole('progressbar')).toBeVisible();
  await expect(strip.getByRole('img', { name: 'In the works' })).toBeVisible({ timeout: 20_000 });
  const result = strip.getByRole('button', { name: 'Result 1' });
  await result.click({ timeout: 60_000 });
  const comparison = page.getByRole('region', { name: 'Comparison with the original' });
  await expect(comparison.getByRole('img', { name: 'Result 1' })).toBeVisible();

  await comparison.getByRole('button', { name: 'Gallery: show it there' }).click();
  await expect(page).toHaveURL(/#\/gallery\/[0-9a-f-]{36}\/0$/);
  await page.goto('/#/gallery');
  await expect(page.getByRole('link', { name: /a bright new shape/ }).first()).toBeVisible();
  expect(await page.evaluate(() => 'untouched' in window)).toBe(true);
});

test('the running job shows its stage and progress in the queue', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(512, 384), 'stage.png');
  await openInEditor(page, ref);
  await chooseInpaint(page);
  await page.getByLabel('Steps').fill('60');
  await paintStroke(page);
  await page.getByRole('button', { name: /^Generate/ }).click();
  await page.goto('/#/queue');
  await expect(page.getByRole('progressbar')).toBeVisible();
  await expect(page.getByText(/\d+ of \d+/)).toBeVisible({ timeout: 20_000 });
  await expect(page).toHaveTitle(/\d+ % · Comfy Darkroom/);
  await expect(page).toHaveTitle('Comfy Darkroom', { timeout: 40_000 });
});

test('pixels outside the mask stay bit-identical in the result', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(401, 303), 'identical.png');
  await openInEditor(page, ref);
  await chooseBlur(page);
  await paintStroke(page);
  await page.getByRole('button', { name: /^Generate/ }).click();
  const strip = page.getByRole('region', { name: 'Results' });
  await strip.getByRole('button', { name: 'Result 1' }).click({ timeout: 30_000 });
  const address = await page
    .getByRole('region', { name: /^Comparison/ })
    .getByRole('img')
    .getAttribute('src');
  const query = new URL(address ?? '', page.url()).searchParams;
  const made = await download(engine, {
    filename: query.get('filename') ?? '',
    subfolder: query.get('subfolder') ?? '',
    type: 'output',
  });
  const before = await download(engine, ref);
  expect([made.width, made.height]).toEqual([401, 303]);
  const different = new Set<number>();
  for (let at = 0; at < made.data.length; at += 4) {
    if ([0, 1, 2].some((channel) => made.data[at + channel] !== before.data[at + channel])) {
      different.add(Math.floor(at / 4 / 401));
    }
  }
  // The stroke runs through the middle: the upper and lower third are bit-identical.
  expect(different.size).toBeGreaterThan(5);
  expect(Math.min(...different)).toBeGreaterThan(60);
  expect(Math.max(...different)).toBeLessThan(243);
});

test('a file from the disk is stored on the server and opened', async ({ page }) => {
  await page.goto('/#/edit');
  await page
    .getByLabel('Choose a file')
    .last()
    .setInputFiles({
      name: 'holiday ü 1.png',
      mimeType: 'image/png',
      buffer: patternPng(120, 90),
    });
  await expectReady(page);
  await expect(page).toHaveURL(/type=input/);
  await expect(page.getByRole('application', { name: /holiday ü 1/ })).toBeVisible();
});

test('a file that is not a picture is refused with a sentence', async ({ page }) => {
  await page.goto('/#/edit');
  await page
    .getByLabel('Choose a file')
    .last()
    .setInputFiles({
      name: 'notes.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('hello'),
    });
  await expect(page.getByText(/“notes.txt” is not a picture/)).toBeVisible();
  await page
    .getByLabel('Choose a file')
    .last()
    .setInputFiles({
      name: 'broken.png',
      mimeType: 'image/png',
      buffer: Buffer.from('not really a png'),
    });
  await expect(page.getByRole('alert').getByText(/The file is not a picture/)).toBeVisible();
});
