import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page, TestInfo } from '@playwright/test';
import { insertPngText } from '../../src/comfy/png';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import { readZip } from '../support/read-zip';
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

/** Files of a large folder. */
const MANY = 5000;

/** A video as a browser records it, 160 × 120 px. */
async function recordedVideo(page: Page): Promise<Buffer> {
  await page.goto('/#/gallery');
  const text = await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 160, height: 120 });
    const context = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm' });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    for (let frame = 0; frame < 20; frame++) {
      if (context) {
        context.fillStyle = `hsl(${frame * 18}, 60%, 50%)`;
        context.fillRect(0, 0, 160, 120);
      }
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    recorder.stop();
    await stopped;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  });
  return Buffer.from(text, 'latin1');
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
  await expect(field(page)).toHaveValue('is:device folder:holiday');
  expect(await page.locator('body').innerText()).not.toContain('device:holiday');
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

test('pictures and videos of such a folder are compared, played, and saved as a ZIP file', async ({
  page,
}, testInfo) => {
  const folder = await folderOf(testInfo);
  // Nobody answers the system's own dialog here.
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  const clip = await recordedVideo(page);
  await writeFile(join(folder, 'day', 'clip.webm'), clip);
  await writeFile(join(folder, 'untold.png'), patternPng(320, 200));
  const asked: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).search.includes('device')) {
      asked.push(request.url());
    }
  });
  await openGallery(page);
  await choose(page, folder);
  await expect(folders(page)).toContainText('4 pictures of “holiday”, in this tab only');
  await folders(page).getByRole('button', { name: 'Show only these' }).click();
  await expect(tiles(page)).toHaveCount(4);
  const tile = (name: RegExp): Locator => tiles(page).and(page.getByRole('link', { name }));
  // One that tells nothing is called by its place in the folder.
  await expect(tile(/^holiday\/untold\.png/)).toBeVisible();

  await tile(/clip\.webm/).click();
  const video = viewer(page).locator('video[src^="blob:"]').first();
  await expect.poll(() => video.evaluate((element: HTMLVideoElement) => element.videoWidth)).toBe(160);
  await viewer(page).getByRole('button', { name: 'Back to the gallery' }).click();

  await tile(/lighthouse/).focus();
  await page.keyboard.press('Shift+C');
  await expect(page.getByText('Pinned for comparison.')).toBeVisible();
  await tile(/kite/).focus();
  await page.keyboard.press('c');
  await expect(page).toHaveURL(/#\/compare\?/);
  await page.getByRole('button', { name: 'Difference' }).click();
  await expect(page.getByText(/% of the pixels|differ/).first()).toBeVisible();
  await page.goBack();
  await expect(tiles(page)).toHaveCount(4);

  await tiles(page).first().focus();
  await page.keyboard.press('ControlOrMeta+a');
  const bar = page.getByRole('region', { name: 'Selection' });
  await bar.getByRole('button', { name: 'Download' }).click();
  const dialog = page.getByRole('dialog');
  const saved = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Save ZIP file' }).click();
  const zip = readZip(await readFile(await (await saved).path()));
  const sources = { 'dusk.png': '', 'noon.png': 'day', 'clip.webm': 'day', 'untold.png': '' };
  expect([...zip.keys()].sort()).toEqual(Object.keys(sources).sort());
  for (const [name, below] of Object.entries(sources)) {
    expect(zip.get(name)?.equals(await readFile(join(folder, below, name)))).toBe(true);
  }
  expect(asked).toEqual([]);
});

test('a folder of five thousand pictures comes in while the gallery is used, and goes at once', async ({
  page,
}, testInfo) => {
  const folder = testInfo.outputPath('many');
  await mkdir(folder, { recursive: true });
  const picture = patternPng(48, 32);
  await Promise.all(
    Array.from({ length: MANY }, (_, at) =>
      writeFile(join(folder, `${String(at).padStart(4, '0')}.png`), picture),
    ),
  );
  await openGallery(page);
  await choose(page, folder);
  await expect(folders(page)).toContainText(/Reading “many”: [\d,]+ of 5,000/);
  await field(page).fill('lamp');
  await expect(page.getByTestId('search-count')).toBeVisible();
  await field(page).fill('');
  await expect(folders(page)).toContainText('5,000 pictures of “many”, in this tab only', {
    timeout: 90_000,
  });
  await folders(page).getByRole('button', { name: 'Show only these' }).click();
  await expect(page.getByTestId('search-count')).toHaveText('5,000 found');
  await tiles(page).first().focus();
  await page.keyboard.press('End');
  await expect(
    tiles(page)
      .and(page.getByRole('link', { name: /many\/\d{4}\.png/ }))
      .last(),
  ).toBeFocused();
  await folders(page).getByRole('button', { name: 'Close “many”' }).click();
  await expect(folders(page)).toHaveCount(0);
  await expect(field(page)).toHaveValue('');
  await expect(tiles(page).first()).not.toHaveAccessibleName(/From a folder on this device/);
});

test('on a phone, the sheet closes and leaves the view to the folder @only-touch', async ({
  page,
}, testInfo) => {
  const folder = await folderOf(testInfo);
  await page.goto('/#/gallery');
  await expect(tiles(page).first()).toBeVisible();
  await page.getByRole('button', { name: 'Search pictures' }).tap();
  await page.getByRole('button', { name: 'Filters and saved searches' }).tap();
  await choose(page, folder);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await folders(page).getByRole('button', { name: 'Show only these' }).tap();
  await expect(tiles(page)).toHaveCount(2);
});
