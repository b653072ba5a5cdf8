/**
 * `npm run screenshots`: makes the pictures of the README anew, from the built app and the demo engine.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { chromium, type Page } from '@playwright/test';
import sharp from 'sharp';

import { ensureBuilt, PROJECT_ROOT } from '../../src/server/build-app';
import { expectReady, stageOf } from '../specs/pages';
import { LAN_HOST, loopbackArgs } from './browser-args';
import { findWholeBrowser } from './find-browser';
import { openSharingStage } from './sharing-stage';
import { openStage } from './stage';

const SIZE = { width: 1440, height: 900 };
const FOLDER = join(PROJECT_ROOT, 'docs');

/** A soft round patch in the lower third, as somebody would paint to put something new there. */
async function paintPatch(page: Page): Promise<void> {
  const box = await stageOf(page).boundingBox();
  if (!box) {
    throw new Error('the stage has no box');
  }
  const x = box.x + box.width / 2;
  const y = box.y + box.height * 0.62;
  await page.mouse.move(x - 60, y);
  await page.mouse.down();
  for (let turn = 0; turn < 60; turn++) {
    await page.mouse.move(x + Math.cos(turn / 4) * (20 + turn / 2), y + Math.sin(turn / 4) * (12 + turn / 3));
  }
  await page.mouse.up();
}

async function shoot(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const stage = await openStage({ samples: true });
  const { executablePath, args } = findWholeBrowser();
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await browser.newPage({ viewport: SIZE, colorScheme: 'dark', locale: 'en-US' });
    await page.goto(`${stage.darkroom.url}/#/gallery`);
    await page.getByRole('button', { name: 'Hide this note' }).click();
    const tiles = page.locator('main a[href^="#/gallery/"]');
    await tiles.first().waitFor();
    // Thumbnails are made in the browser, a few at a time.
    await page.waitForTimeout(8000);
    await page.screenshot({ path: join(FOLDER, 'gallery.png') });

    await tiles.nth(1).click();
    await page.getByRole('button', { name: 'Inpaint' }).first().click();
    await expectReady(page);
    await paintPatch(page);
    await page.getByLabel('Prompt', { exact: true }).fill('smooth stones, evening light');
    await page.getByRole('button', { name: /^Generate/ }).click();
    await page.getByRole('button', { name: 'Result 1' }).click({ timeout: 60_000 });
    await page.mouse.move(10, 10);
    await page.waitForTimeout(1500);
    await page.screenshot({ path: join(FOLDER, 'editor.png') });
  } finally {
    await browser.close();
    await stage.stop();
  }
}

/** The owner's link, and beside it what it shows on a phone. */
async function shootSharing(): Promise<void> {
  const stage = await openSharingStage();
  const { executablePath, args } = findWholeBrowser();
  const browser = await chromium.launch({ executablePath, args: [...args, ...loopbackArgs([LAN_HOST])] });
  try {
    const look = { colorScheme: 'dark', locale: 'en-US' } as const;
    const owner = await browser.newPage({ viewport: { width: 980, height: 844 }, ...look });
    const items = (await stage.files()).map((ref) => ({ ref }));
    const { link } = await stage.share({ title: 'Landscapes and still lifes', items });
    await owner.goto(`${stage.darkroom.url}/#/gallery`);
    await owner.getByRole('button', { name: 'Hide this note' }).click();
    await owner.getByRole('button', { name: 'Settings' }).click();
    await owner.getByRole('button', { name: 'Share links' }).click();
    await owner.getByRole('button', { name: 'Show link' }).click();

    const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, ...look, hasTouch: true });
    await phone.goto(link);
    await phone.getByRole('link', { name: /^Picture 3 / }).click();
    await phone.getByRole('button', { name: 'Add to favourites' }).click();
    await phone.getByRole('button', { name: 'Back to all pictures' }).click();
    await owner.getByText('Opened by a guest').waitFor();
    // Thumbnails are made in the browser, a few at a time.
    await owner.waitForTimeout(6000);
    const beside = await phone.screenshot();
    await sharp(await owner.screenshot())
      .extend({ right: 400, background: '#7d7d7d' })
      .composite([{ input: beside, left: 990, top: 0 }])
      .png({ palette: true, quality: 90 })
      .toFile(join(FOLDER, 'sharing.png'));
  } finally {
    await browser.close();
    await stage.stop();
  }
}

await ensureBuilt((line) => {
  console.log(line);
});
await shoot();
await shootSharing();
