import sharp from 'sharp';
import { startDemoEngine } from '../../src/demo/index';
import { expect, openStage, serveApp, test } from '../support/fixtures';
import { freePort } from '../support/free-port';
import {
  chooseBlur,
  chooseInpaint,
  expectReady,
  maskedShare,
  onPage,
  openInEditor,
  openWithSession,
  paintStroke,
  patternPng,
  stageOf,
  upload,
} from './pages';

const generate = /^Generate/;

test.describe('the mask survives whatever the server does', () => {
  test('a 200 that wrote nothing @lan', async ({ page, engine }) => {
    await openInEditor(page, await upload(engine, patternPng(200, 150), 'silent.png'));
    await chooseBlur(page);
    await paintStroke(page);
    engine.faults.maskSilent200 = true;
    await page.getByRole('button', { name: generate }).click();
    const alert = page.getByRole('alert');
    await expect(alert).toContainText('said it stored the file, but it is not there');
    await expect(page.getByText(/% masked/)).toBeVisible();
    engine.faults.maskSilent200 = false;
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('button', { name: 'Result 1' })).toBeVisible({ timeout: 30_000 });
    await expect(alert).toHaveCount(0);
  });

  test('a picture whose size changed on the server', async ({ page, engine }) => {
    const ref = await upload(engine, patternPng(200, 150), 'resized.png');
    await openInEditor(page, ref);
    await chooseBlur(page);
    await paintStroke(page);
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(patternPng(64, 64))]), ref.filename);
    form.set('overwrite', 'true');
    await fetch(`${engine.url}/upload/image`, { method: 'POST', body: form });
    await page.getByRole('button', { name: generate }).click();
    await expect(page.getByRole('alert')).toContainText('open it once more');
    await expect(page.getByText(/% masked/)).toBeVisible();
  });

  test('a connection lost in the middle of the upload', async ({ page, engine }) => {
    await openInEditor(page, await upload(engine, patternPng(200, 150), 'lost.png'));
    await chooseBlur(page);
    await paintStroke(page);
    engine.faults.abortUploads = true;
    await page.getByRole('button', { name: generate }).click();
    const alert = page.getByRole('alert').filter({ hasText: 'was not started' });
    await expect(alert).toContainText(/does not answer|answered/);
    await expect(page.getByText(/% masked/)).toBeVisible();
    engine.faults.abortUploads = false;
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('button', { name: 'Result 1' })).toBeVisible({ timeout: 30_000 });
  });

  test('a graph the server refuses names the node and the input', async ({ page, engine }) => {
    await openInEditor(page, await upload(engine, patternPng(200, 150), 'refused.png'));
    await chooseInpaint(page);
    await paintStroke(page);
    await page.route('**/prompt', async (route) => {
      const body = route.request().postData();
      await (body
        ? route.continue({
            postData: body.replace(/"ckpt_name":\s*"[^"]*"/, '"ckpt_name":"gone.safetensors"'),
          })
        : route.continue());
    });
    await page.getByRole('button', { name: generate }).click();
    const alert = page.getByRole('alert');
    await expect(alert).toContainText('CheckpointLoaderSimple');
    await expect(alert).toContainText('ckpt_name');
    await expect(alert).toContainText('gone.safetensors');
  });

  test('a reload: the draft comes back', async ({ page, engine }) => {
    await openInEditor(page, await upload(engine, patternPng(200, 150), 'draft.png'));
    await paintStroke(page);
    const masked = await maskedShare(page);
    await page.reload();
    await expectReady(page);
    await expect(page.getByText(masked, { exact: true })).toBeVisible();
  });
});

test('a photo that its EXIF tag rotates is masked upright', async ({ page, engine }) => {
  const turned = await sharp(patternPng(160, 80)).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  await openInEditor(page, await upload(engine, turned, 'turned.jpg'));
  await expect(page.getByRole('application', { name: /turned-upright/ })).toBeVisible();
  await chooseBlur(page);
  await paintStroke(page, 0.48, 0.52);
  await page.getByRole('button', { name: generate }).click();
  await page.getByRole('button', { name: 'Result 1' }).click({ timeout: 30_000 });
  const result = page.getByRole('region', { name: /^Comparison/ }).getByRole('img');
  await expect
    .poll(() => result.evaluate((img: HTMLImageElement) => [img.naturalWidth, img.naturalHeight]))
    .toEqual([80, 160]);
});

test('with nothing at the address the app opens, says so and recovers within 5 s', async ({ page }) => {
  const port = await freePort();
  const darkroom = await serveApp(`http://127.0.0.1:${port}`);
  try {
    await page.goto(`${darkroom.url}/#/gallery`);
    const notice = page.getByRole('alert').filter({ hasText: 'ComfyUI does not answer' });
    await expect(notice).toContainText(`http://127.0.0.1:${port}`);
    await expect(notice).toContainText('npm run demo');
    await expect(page.getByText('Not connected')).toBeVisible();
    const engine = await startDemoEngine({ port, samples: false });
    try {
      await expect(notice).toHaveCount(0, { timeout: 5000 });
      await expect(page.getByText('Connected', { exact: true })).toBeVisible({ timeout: 5000 });
    } finally {
      await engine.stop();
    }
    await expect(notice).toBeVisible();
  } finally {
    await darkroom.stop();
  }
});

test('a server that goes away moves nothing under the brush', async ({ page }) => {
  const stage = await openStage({ samples: false });
  try {
    await openWithSession(
      page,
      await upload(stage.engine, patternPng(320, 240), 'still.png'),
      stage.darkroom.url,
    );
    const corner = { x: 0, y: 0 };
    const [box, at] = [await stageOf(page).boundingBox(), await onPage(page, corner)];
    await stage.engine.stop();
    await expect(page.getByRole('alert').filter({ hasText: 'does not answer' })).toBeVisible();
    expect(await stageOf(page).boundingBox()).toEqual(box);
    expect(await onPage(page, corner)).toEqual(at);
    await paintStroke(page);
    await maskedShare(page);
  } finally {
    await stage.stop();
  }
});

test('a dropped socket is noticed and comes back', async ({ page, engine, darkroom }) => {
  await page.goto('/#/queue');
  await expect(page.getByText('Connected', { exact: true })).toBeVisible();
  await fetch(`${engine.url}/darkroom-demo/drop-sockets`, { method: 'POST' });
  await expect(page.getByText('Connected', { exact: true })).toBeVisible({ timeout: 10_000 });
  expect(darkroom.port).toBeGreaterThan(0);
});
