/**
 * `npm run screenshots`: makes the pictures of the README anew, from the built app and the demo engine.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { chromium, type Page } from '@playwright/test';

import { ensureBuilt, PROJECT_ROOT } from '../../src/server/build-app';
import { expectReady, stageOf } from '../specs/pages';
import { findBrowser } from './find-browser';
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
  const { executablePath, args } = findBrowser();
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

await ensureBuilt((line) => {
  console.log(line);
});
await shoot();
