import { inflateSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import type { DemoEngine } from '../../src/demo/index';
import { expect, openStage, test } from '../support/fixtures';
import { largePng } from '../support/picture-files';
import {
  chooseBlur,
  colorGraph,
  dragThrough,
  expectReady,
  inputOf,
  maskAt,
  maskBox,
  openWithSession,
  pictureSize,
  queueElsewhere,
  upload,
  waitingJobs,
} from './pages';

const SIDE = 8192;

/** All mask values on the screen, row by row; packed for the transfer. */
async function maskValues(page: Page): Promise<Buffer> {
  const packed = await page.evaluate(async (side) => {
    const values = window.__darkroomEditor?.readMask({ x0: 0, y0: 0, x1: side, y1: side });
    const stream = new Blob([new Uint8Array(values ?? [])]).stream();
    const deflated = stream.pipeThrough(new CompressionStream('deflate'));
    const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  }, SIDE);
  return inflateSync(Buffer.from(packed, 'latin1'));
}

/** The mask values in a file, decoded here: its brightness, or the inverse of its alpha. */
async function fileValues(file: Buffer | string, kind: 'brightness' | 'alpha'): Promise<Buffer> {
  const { data, info } = await sharp(file, { limitInputPixels: false })
    .extractChannel(kind === 'alpha' ? 'alpha' : 0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([SIDE, SIDE, 1]);
  return kind === 'alpha' ? Buffer.from(data.map((alpha) => 255 - alpha)) : data;
}

/** Bytes of the file in the input folder that a node's input names. */
async function inputFile(engine: DemoEngine, annotated: unknown): Promise<Buffer> {
  const [, subfolder = '', filename = ''] = /^(?:(.*)\/)?([^/]+) \[input\]$/.exec(String(annotated)) ?? [];
  const query = new URLSearchParams({ filename, subfolder, type: 'input' });
  const response = await fetch(`${engine.url}/view?${query.toString()}`);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

test('a picture of 8192² px is painted, undone, saved as a mask file, and queued', async ({ page }) => {
  const stage = await openStage({ samples: false });
  try {
    const { engine } = stage;
    const ref = await upload(engine, await largePng(SIDE), 'large.png');
    await openWithSession(page, ref, stage.darkroom.url);
    expect(await pictureSize(page)).toEqual([SIDE, SIDE]);
    await chooseBlur(page);
    const size = page.getByRole('spinbutton', { name: 'Size', exact: true });
    await size.fill('500');
    await size.press('Enter');

    await dragThrough(page, [
      { x: 2000, y: 3000 },
      { x: 3500, y: 3600 },
      { x: 5000, y: 3300 },
    ]);
    const firstBox = await maskBox(page);
    expect(await maskAt(page, { x: 3500, y: 3500 })).toBe(255);
    await dragThrough(page, [
      { x: 6500, y: 6300 },
      { x: 7400, y: 7600 },
    ]);
    const both = await maskValues(page);
    const bothBox = await maskBox(page);
    expect(both.length).toBe(SIDE * SIDE);
    expect(bothBox).not.toEqual(firstBox);

    await page.keyboard.press('Control+z');
    await expect.poll(() => maskBox(page)).toEqual(firstBox);
    expect(await maskAt(page, { x: 6600, y: 6440 })).toBe(0);
    expect(await maskAt(page, { x: 3500, y: 3500 })).toBe(255);
    await page.keyboard.press('Control+z');
    await expect.poll(() => maskBox(page)).toBeNull();
    await page.keyboard.press('Control+Shift+z');
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(() => maskBox(page)).toEqual(bothBox);
    expect((await maskValues(page)).equals(both)).toBe(true);

    await page.getByRole('button', { name: 'Masks and modifiers' }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the mask' }).click();
    const saved = await downloading;
    expect(saved.suggestedFilename()).toBe('large-mask.png');
    expect((await fileValues(await saved.path(), 'brightness')).equals(both)).toBe(true);
    await page.keyboard.press('Escape');

    // A job that never ends keeps ours in the queue: its result is not tested here.
    engine.faults.deadWorker = true;
    await queueElsewhere(engine, colorGraph(0));
    await page.getByRole('button', { name: /^Generate/ }).click();
    const badge = page.getByRole('img', { name: 'Mask on the server = mask on the screen' });
    await expect(badge).toBeVisible({ timeout: 40_000 });
    await expect.poll(async () => (await waitingJobs(engine)).length).toBe(1);
    const [job] = await waitingJobs(engine);
    expect(inputOf(job, 'LoadImage', 'image')).toBe('large.png [input]');
    const mask = await inputFile(engine, inputOf(job, 'LoadImageMask', 'image'));
    expect(inputOf(job, 'LoadImageMask', 'channel')).toBe('alpha');
    expect(mask.length).toBeLessThan(1_000_000);
    expect((await fileValues(mask, 'alpha')).equals(both)).toBe(true);

    await dragThrough(page, [
      { x: 1000, y: 7000 },
      { x: 1500, y: 7000 },
    ]);
    await expect(badge).toHaveCount(0);
    await page.keyboard.press('Control+z');
    await expect.poll(() => maskBox(page)).toEqual(bothBox);
  } finally {
    await stage.stop();
  }
});

test('a picture of the largest accepted side opens, is painted on and saved', async ({ page, engine }) => {
  const bytes = await sharp({ create: { width: 16384, height: 24, channels: 3, background: '#406080' } })
    .png()
    .toBuffer();
  await openWithSession(page, await upload(engine, bytes, 'longest.png'));
  await expectReady(page);
  expect(await pictureSize(page)).toEqual([16384, 24]);
  await dragThrough(page, [
    { x: 15_000, y: 12 },
    { x: 16_300, y: 12 },
  ]);
  await expect.poll(() => maskAt(page, { x: 16_000, y: 12 })).toBe(255);
  expect(await maskAt(page, { x: 100, y: 12 })).toBe(0);
});
