import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page, TestInfo } from '@playwright/test';
import { insertPngText } from '../../src/comfy/png';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import { expectReady, finishedJobs, patternPng } from './pages';

const tiles = (page: Page): Locator => page.getByRole('grid', { name: /^Pictures/ }).getByRole('link');
const field = (page: Page): Locator => page.getByRole('combobox', { name: 'Search pictures' });
const viewer = (page: Page): Locator => page.getByRole('dialog', { name: 'Picture viewer' });
const folders = (page: Page): Locator => page.getByRole('list', { name: 'Folders of this device' });

function made(words: string, color: number): Buffer {
  const graph = {
    '1': { class_type: 'CLIPTextEncode', inputs: { text: words, clip: ['9', 1] } },
    '2': {
      class_type: 'KSampler',
      inputs: { seed: 7, steps: 4, cfg: 1, sampler_name: 'euler', positive: ['1', 0], negative: ['1', 0] },
    },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'made' } },
  };
  return Buffer.from(insertPngText(patternPng(640, 400 + color), [['prompt', JSON.stringify(graph)]]));
}

/** A folder with two pictures, one of them in a folder below it. */
async function folderOf(testInfo: TestInfo): Promise<string> {
  const folder = testInfo.outputPath('holiday');
  await mkdir(join(folder, 'day'), { recursive: true });
  await writeFile(join(folder, 'dusk.png'), made('a lighthouse at dusk', 0));
  await writeFile(join(folder, 'day', 'noon.png'), made('a kite at noon', 1));
  await writeFile(join(folder, 'notes.txt'), 'nothing to see');
  return folder;
}

async function openGallery(page: Page): Promise<void> {
  await page.goto('/#/gallery');
  await expect(tiles(page).first()).toBeVisible();
  await tiles(page).first().hover();
  await page.getByRole('button', { name: 'Filters and saved searches' }).click();
  await expect(page.getByRole('button', { name: 'Open a folder…' })).toBeVisible();
}

async function choose(page: Page, folder: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a folder…' }).click();
  await (await chooser).setFiles(folder);
}

/** Drops files or folders of the disk where the pictures are, as the system does. */
async function drop(page: Page, ...files: string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 700, y: 600, data });
  }
}

test('a folder of this device is browsed, searched, looked at and edited until it is closed @lan', async ({
  page,
  engine,
}, testInfo) => {
  const folder = await folderOf(testInfo);
  await openGallery(page);
  const before = await tiles(page).count();
  await choose(page, folder);
  await expect(folders(page)).toContainText('2 pictures of “holiday”, in this tab only');
  await expectAccessible(page);
  await folders(page).getByRole('button', { name: 'Show only these' }).click();
  await expect(tiles(page)).toHaveCount(2);
  for (const tile of await tiles(page).all()) {
    await expect(tile).toHaveAccessibleName(/From a folder on this device/);
    await expect(tile.locator('img')).toBeVisible();
  }

  await field(page).fill('lighthouse');
  await expect(page.getByTestId('search-count')).toHaveText('1 found');
  await expect(page).toHaveURL(/q=lighthouse/);
  await expect(tiles(page)).toHaveCount(1);
  await tiles(page).click();
  const details = page.getByTestId('details');
  await expect(details.getByText('a lighthouse at dusk').first()).toBeVisible();
  await expect(details.getByText('Folder on this device')).toBeVisible();
  const shown = viewer(page).locator('img[src^="blob:"]').first();
  await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(640);

  // The server has to have what it shall paint on.
  await page.keyboard.press('e');
  await expectReady(page);
  const stored = await fetch(`${engine.url}/view?filename=dusk.png&subfolder=darkroom&type=input`);
  expect(Buffer.from(await stored.arrayBuffer()).equals(made('a lighthouse at dusk', 0))).toBe(true);
  expect((await finishedJobs(engine)).some((job) => JSON.stringify(job).includes('device:'))).toBe(false);

  await page.goto('/#/gallery');
  await expect(folders(page)).toContainText('2 pictures');
  await folders(page).getByRole('button', { name: 'Close “holiday”' }).click();
  await expect(folders(page)).toHaveCount(0);
  await expect(tiles(page).and(page.getByRole('link', { name: /lighthouse|kite/ }))).toHaveCount(0);
  await expect.poll(() => tiles(page).count()).toBeGreaterThanOrEqual(before);
});

test('a folder dropped on the gallery comes in, files twice do not, and a single one is opened', async ({
  page,
}, testInfo) => {
  const folder = await folderOf(testInfo);
  const empty = testInfo.outputPath('empty');
  await mkdir(empty, { recursive: true });
  await openGallery(page);
  await drop(page, folder);
  await expect(folders(page)).toContainText('2 pictures of “holiday”, in this tab only');
  await drop(page, join(folder, 'dusk.png'), join(folder, 'day', 'noon.png'));
  await expect(page.getByText('Everything in “Dropped files” is in the gallery already.')).toBeVisible();
  await drop(page, empty);
  await expect(page.getByText('There are no pictures in “empty”.')).toBeVisible();
  await expect(folders(page).getByRole('listitem')).toHaveCount(1);

  await tiles(page)
    .and(page.getByRole('link', { name: /kite/ }))
    .focus();
  await page.keyboard.press('b');
  await drop(page, join(folder, 'dusk.png'));
  await expectReady(page);
});
