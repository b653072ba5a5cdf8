import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Locator, Page } from '@playwright/test';

import { insertPngText } from '../../src/comfy/png';
import { HOSTILE_HISTORY } from '../../src/comfy/fixtures/hostile-history';
import { expect, openStage, test } from '../support/fixtures';
import { colorGraph, patternPng, queueElsewhere } from './pages';

const tiles = (page: Page): Locator =>
  page.getByRole('grid', { name: 'Pictures, newest first' }).getByRole('link');

/** Waits until the browser has written so many jobs: that begins once it is known which tab writes. */
async function mirrored(page: Page, count: number): Promise<void> {
  const written = (): Promise<number> =>
    page.evaluate(async () => {
      const name = (await indexedDB.databases()).find((db) => db.name?.startsWith('darkroom-jobs'))?.name;
      const opening = indexedDB.open(name ?? '');
      return new Promise<number>((resolve) => {
        opening.onsuccess = () => {
          const reading = opening.result.transaction('graphs').objectStore('graphs').getAll();
          reading.onsuccess = () => {
            opening.result.close();
            resolve((reading.result as { ids: string[] }[]).flatMap(({ ids }) => ids).length);
          };
        };
      });
    });
  await expect.poll(written, { timeout: 20_000 }).toBe(count);
}

test('what a restarted server forgot is still there, on a new device, and with the server off', async ({
  page,
  browser,
}) => {
  test.slow();
  // Browsers take the demo's word for it that its files vanish with it.
  const stage = await openStage({ samples: false, incognito: true });
  try {
    await page.goto(stage.darkroom.url);
    for (const color of [0x2040c0, 0x20c040, 0xc02020]) {
      await queueElsewhere(stage.engine, colorGraph(color, 'kept'));
    }
    await expect(tiles(page)).toHaveCount(3);
    const days = join(stage.engine.directory, 'user', 'default', 'darkroom', 'jobs');
    await expect.poll(() => readdir(days).catch(() => []), { timeout: 60_000 }).toHaveLength(1);

    await stage.engine.restart();
    await page.reload();
    await expect(tiles(page)).toHaveCount(3);

    const other = await browser.newContext();
    const device = await other.newPage();
    await device.goto(stage.darkroom.url);
    await expect(tiles(device)).toHaveCount(3);
    await expect(tiles(device).first().locator('img')).toBeVisible();
    await device.keyboard.press('/');
    await device.getByRole('combobox').or(device.getByRole('searchbox')).first().fill('node:EmptyImage');
    await expect(device.getByText('3 found', { exact: true }).first()).toBeVisible();

    await stage.engine.stop();
    await device.goto(stage.darkroom.url);
    await expect(tiles(device)).toHaveCount(3);
    await other.close();
  } finally {
    await stage.darkroom.stop();
  }
});

test('files that no job tells of are pictures too, and say how they were made', async ({ page }) => {
  const graph = {
    '1': { class_type: 'CLIPTextEncode', inputs: { text: 'a harbour at dawn', clip: ['9', 1] } },
    '2': {
      class_type: 'KSampler',
      inputs: { seed: 7, steps: 4, cfg: 1, sampler_name: 'euler', positive: ['1', 0], negative: ['1', 0] },
    },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'copied' } },
  };
  const stage = await openStage({
    samples: false,
    incognito: true,
    prepare: async ({ output }) => {
      const png = insertPngText(patternPng(64, 64), [['prompt', JSON.stringify(graph)]]);
      await writeFile(join(output, 'copied_1.png'), png);
    },
  });
  try {
    await page.goto(stage.darkroom.url);
    await expect(tiles(page)).toHaveCount(1);
    await tiles(page).click();
    const details = page.getByTestId('details');
    await expect(details.getByText('a harbour at dawn').first()).toBeVisible();
    await expect(page.getByRole('region', { name: /^Finished/ })).toHaveCount(0);
  } finally {
    await stage.stop();
  }
});

test('a server without documents: what it forgot stays in this browser', async ({ page }) => {
  const stage = await openStage({ samples: false, era: '2024-02' });
  try {
    await page.goto(stage.darkroom.url);
    await queueElsewhere(stage.engine, colorGraph(0x2040c0, 'old'));
    await expect(tiles(page)).toHaveCount(1);
    await mirrored(page, 1);
    await stage.engine.restart();
    await page.reload();
    await expect(tiles(page)).toHaveCount(1);
  } finally {
    await stage.stop();
  }
});

test('malformed and hostile entries of the history harm nothing, and say what is wrong with them', async ({
  page,
}) => {
  const stage = await openStage({
    samples: false,
    incognito: true,
    prepare: async ({ output, remember }) => {
      for (const [id, entry] of Object.entries(HOSTILE_HISTORY)) {
        await writeFile(join(output, `${id}.png`), patternPng(64, 64));
        remember(id, entry as never);
      }
    },
  });
  try {
    await page.goto(stage.darkroom.url);
    await queueElsewhere(stage.engine, colorGraph(0x2040c0, 'sound'));
    await expect(tiles(page).first()).toHaveAttribute('aria-label', /sound/);
    await page.goto(`${stage.darkroom.url}/#/gallery/bad-status/0`);
    await expect(page.getByText('The server’s entry does not say how this job ended.')).toBeVisible();
    await page.goto(`${stage.darkroom.url}/#/queue`);
    await expect(page.getByText('The server’s entry for this job cannot be read.').first()).toBeVisible();
    await expect(page.getByText('Some of this job’s outputs cannot be read.').first()).toBeVisible();
    expect(await page.title()).not.toContain('hacked');
  } finally {
    await stage.stop();
  }
});
