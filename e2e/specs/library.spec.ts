import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Locator, Page } from '@playwright/test';

import { insertPngText } from '../../src/comfy/png';
import { type DemoEngine, startDemoEngine } from '../../src/demo/index';
import { type Darkroom, startDarkroom } from '../../src/server/index';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import { BUILT_APP } from '../support/stage';
import { colorGraph, patternPng, queueElsewhere } from './pages';

const tiles = (page: Page): Locator =>
  page.getByRole('grid', { name: 'Pictures, newest first' }).getByRole('link');
const tile = (page: Page, words: string): Locator =>
  page.getByRole('grid').getByRole('link', { name: new RegExp(`^${words},`) });
const folder = (page: Page, name: RegExp): Locator => page.getByRole('treeitem', { name });

interface Stage {
  engine: DemoEngine;
  darkroom: Darkroom;
  output: string;
  stop(): Promise<void>;
}

/** An engine whose output folder Darkroom's server indexes. */
async function openStage(): Promise<Stage> {
  const engine = await startDemoEngine({ control: true, samples: false, incognito: true });
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-library-'));
  const output = join(engine.directory, 'output');
  const darkroom = await startDarkroom({
    comfyUrl: engine.url,
    port: 0,
    staticDir: BUILT_APP,
    dataDir,
    library: { trees: [{ path: output, kind: 'output' }], allowDelete: true },
  });
  return {
    ...{ engine, darkroom, output },
    stop: async () => {
      await darkroom.stop();
      await engine.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function paint(path: string, words: string): Promise<void> {
  const graph = { 1: { class_type: 'CLIPTextEncode', inputs: { text: words } } };
  await writeFile(path, insertPngText(patternPng(96, 64), [['prompt', JSON.stringify(graph)]]));
}

test('the gallery holds a folder, each file once, and follows it', async ({ page }) => {
  const stage = await openStage();
  const { output } = stage;
  try {
    await mkdir(join(output, 'old', 'deep'), { recursive: true });
    await paint(join(output, 'old', 'a.png'), 'first');
    await paint(join(output, 'old', 'deep', 'b.png'), 'second');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(stage.darkroom.url);
    await expect(tiles(page)).toHaveCount(2);
    await expect(tiles(page).first().locator('img')).toBeVisible();
    // Thumbnails come from the library; no original is fetched for them, and no file is asked for by itself.
    expect(asked.filter((path) => /\/(view|files\/output)$/.test(path))).toEqual([]);

    // A job's file is one picture, and it is the job's.
    await queueElsewhere(stage.engine, colorGraph(0x2040c0, 'made'));
    await expect(tiles(page)).toHaveCount(3);
    await page.reload();
    await expect(tiles(page)).toHaveCount(3);

    await paint(join(output, 'new.png'), 'third');
    await expect(tiles(page)).toHaveCount(4);

    // Marked, and moved: the mark goes along.
    await tile(page, 'first').click({ button: 'right' });
    await page.getByRole('menuitem', { name: /favourite/i }).click();
    await rename(join(output, 'old', 'a.png'), join(output, 'old', 'deep', 'renamed.png'));
    await page.keyboard.press('/');
    await page.getByRole('combobox').fill('is:favourite folder:old/deep');
    await expect(tiles(page)).toHaveCount(1);
    await expect(tile(page, 'first')).toBeVisible();
    await page.getByRole('combobox').fill('');

    await page.getByRole('button', { name: 'Folders' }).click();
    await expect(folder(page, /^All pictures, 4/)).toBeVisible();
    await folder(page, /^old, 2/).click();
    await expect(tiles(page)).toHaveCount(2);
    await page.getByLabel('Include subfolders').uncheck();
    await expect(page.getByText('0 found').first()).toBeVisible();
    await page.getByLabel('Include subfolders').check();
    await expect(tiles(page)).toHaveCount(2);
    await expectAccessible(page, 'main');

    // A drive that goes takes no picture with it.
    await rename(output, `${output}-away`);
    await expect(page.getByText(/is offline/)).toBeVisible();
    await expect(tiles(page)).toHaveCount(2);
    await rename(`${output}-away`, output);
    await expect(page.getByText(/is offline/)).toHaveCount(0);
    await expect(tiles(page)).toHaveCount(2);
  } finally {
    await stage.stop();
  }
});
