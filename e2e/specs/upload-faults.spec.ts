import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { PNG } from 'pngjs';
import type { FileRef } from '../../src/comfy/file-ref';
import { type DemoEngine, startDemoEngine } from '../../src/demo/index';
import type { Darkroom } from '../../src/server/index';
import { expect, serveApp, test as base } from '../support/fixtures';
import {
  chooseBlur,
  download,
  dragThrough,
  expectReady,
  finishedJobs,
  inputOf,
  maskBox,
  openWithSession,
  patternPng,
  upload,
} from './pages';

/** A ComfyUI that stops and restarts at its port with its files. */
interface Server {
  now: DemoEngine;
  darkroom: Darkroom;
  stop(): Promise<void>;
  start(): Promise<void>;
}

const test = base.extend<{ server: Server }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from this pattern.
  server: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'darkroom-restart-'));
    const options = { directory, samples: false };
    const first = await startDemoEngine(options);
    const darkroom = await serveApp(first.url);
    let running: DemoEngine | null = first;
    const server: Server = {
      now: first,
      darkroom,
      stop: async () => {
        await running?.stop();
        running = null;
      },
      start: async () => {
        running = await startDemoEngine({ ...options, port: first.port });
        server.now = running;
      },
    };
    await use(server);
    await darkroom.stop();
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  },
});

/** Opens a picture, paints a stroke on it, and chooses the recipe without a model. */
async function begin(page: Page, server: Server, type: FileRef['type'] = 'input'): Promise<number[]> {
  const ref = await upload(server.now, patternPng(200, 150), 'restart.png', type);
  await openWithSession(page, ref, server.darkroom.url);
  await chooseBlur(page);
  await dragThrough(page, [
    { x: 60, y: 70 },
    { x: 110, y: 80 },
  ]);
  const box = await maskBox(page);
  if (!box) {
    throw new Error('nothing was painted');
  }
  return box;
}

const generate = (page: Page): Promise<void> => page.getByRole('button', { name: /^Generate/ }).click();

/** A different result from the one before: identical work is not done again. */
async function setCell(page: Page, cell: number): Promise<void> {
  await page.getByLabel('Size (px)').fill(String(cell));
  await page.getByLabel('Size (px)').press('Enter');
}

/** The picture the newest job loads: the original with the mask as its alpha. */
async function loadedPicture(engine: DemoEngine): Promise<PNG> {
  const job = (await finishedJobs(engine)).at(-1);
  const [, subfolder = '', filename = ''] =
    /^(?:(.*)\/)?([^/]+) \[input\]$/.exec(String(inputOf(job, 'LoadImage', 'image'))) ?? [];
  return download(engine, { filename, subfolder, type: 'input' });
}

/** Checks that what the server loads has the mask on the screen, level by level. */
async function expectSameMask(page: Page, engine: DemoEngine): Promise<void> {
  const { data } = await loadedPicture(engine);
  const alpha = Array.from({ length: data.length / 4 }, (_, at) => 255 - (data[at * 4 + 3] ?? 0));
  const shown = await page.evaluate(() => {
    const values = window.__darkroomEditor?.readMask({ x0: 0, y0: 0, x1: 200, y1: 150 });
    return [...(values ?? [])];
  });
  expect(shown).toHaveLength(200 * 150);
  expect(shown.some((value) => value === 255)).toBe(true);
  expect(alpha).toEqual(shown);
}

test('a server that stops between painting and queueing: a sentence, then everything continues', async ({
  page,
  server,
}) => {
  const box = await begin(page, server);
  await server.stop();
  await generate(page);
  const alert = page.getByRole('alert').filter({ hasText: 'The job was not started' });
  await expect(alert).toContainText('does not answer. Nothing was lost; try again when it is back.');
  await expect(alert).toContainText('Your mask is still here.');
  expect(await maskBox(page)).toEqual(box);
  // Painting works without a server.
  await dragThrough(page, [
    { x: 130, y: 40 },
    { x: 160, y: 40 },
  ]);
  expect(await maskBox(page)).not.toEqual(box);

  await server.start();
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(async () => (await finishedJobs(server.now)).length, { timeout: 40_000 }).toBe(1);
  await expect(alert).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Result 1', exact: true })).toBeVisible();
  await expectSameMask(page, server.now);
});

test('a page reloaded while the server is away gets picture and mask back with it', async ({
  page,
  server,
}) => {
  // A temporary picture, which disappears when the server restarts: a lasting copy of it is edited.
  const box = await begin(page, server, 'temp');
  await expect(page).toHaveURL(/subfolder=darkroom&type=input/);
  await server.stop();
  await rm(join(server.now.directory, 'temp'), { recursive: true });
  await page.reload();
  const alert = page.getByRole('alert').filter({ hasText: 'The picture could not be opened' });
  await expect(alert).toContainText('does not answer. Nothing was lost');
  await server.start();
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expectReady(page);
  await expect.poll(() => maskBox(page)).toEqual(box);
  await chooseBlur(page);
  await generate(page);
  await expect.poll(async () => (await finishedJobs(server.now)).length, { timeout: 40_000 }).toBe(1);
  await expectSameMask(page, server.now);
});

test('a mask is sent once, and again when the server lost it', async ({ page, server }) => {
  let uploads = 0;
  page.on('request', (request) => {
    uploads += /\/upload\/mask$/.test(new URL(request.url()).pathname) ? 1 : 0;
  });
  await begin(page, server);
  const jobs = async (): Promise<number> => (await finishedJobs(server.now)).length;
  await setCell(page, 12);
  await generate(page);
  await expect.poll(jobs, { timeout: 40_000 }).toBe(1);
  await setCell(page, 24);
  await generate(page);
  await expect.poll(jobs, { timeout: 40_000 }).toBe(2);
  expect(uploads).toBe(1);

  // A reloaded page does not send it again either.
  await page.reload();
  await expectReady(page);
  await chooseBlur(page);
  await setCell(page, 30);
  await generate(page);
  await expect.poll(jobs, { timeout: 40_000 }).toBe(3);
  expect(uploads).toBe(1);
  await expectSameMask(page, server.now);

  await server.stop();
  const clipspace = join(server.now.directory, 'input', 'clipspace');
  expect(await readdir(clipspace)).toHaveLength(1);
  await rm(clipspace, { recursive: true });
  await server.start();
  await setCell(page, 36);
  await generate(page);
  await expect.poll(jobs, { timeout: 40_000 }).toBe(1);
  expect(uploads).toBe(2);
  expect(await readdir(clipspace)).toHaveLength(1);
  await expectSameMask(page, server.now);
});
