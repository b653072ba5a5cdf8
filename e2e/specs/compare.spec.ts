import type { Locator, Page } from '@playwright/test';
import type { FileRef } from '../../src/comfy/file-ref';
import type { DemoEngine } from '../../src/demo/index';
import { expectAccessible } from '../support/accessible';
import { expect, openStage, test } from '../support/fixtures';
import { colorGraph, queueElsewhere } from './pages';

const viewer = (page: Page): Locator => page.getByRole('dialog', { name: 'Picture viewer' });
const member = (page: Page, name: string): Locator => page.getByRole('treeitem', { name });

/** Ends once the engine has made the picture of a job. */
async function made(engine: DemoEngine, id: string): Promise<FileRef> {
  let file: FileRef | undefined;
  await expect
    .poll(async () => {
      const history = (await (await fetch(`${engine.url}/history/${id}`)).json()) as Record<
        string,
        { outputs: Record<string, { images?: FileRef[] }> }
      >;
      file = Object.values(history[id]?.outputs ?? {}).flatMap(({ images }) => images ?? [])[0];
      return file;
    })
    .toBeDefined();
  return file as FileRef;
}

/** Blurs a picture as the editor would, with the record it writes. */
async function edit(
  engine: DemoEngine,
  parent: FileRef,
  prefix: string,
): Promise<{ id: string; file: FileRef }> {
  const prompt = {
    '1': { class_type: 'LoadImage', inputs: { image: `${parent.filename} [output]` } },
    '2': { class_type: 'ImageInvert', inputs: { image: ['1', 0] } },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: prefix } },
  };
  const darkroom = { recipe: 'blur', parent, mask: null };
  const id = await queueElsewhere(engine, prompt, { extra_data: { extra_pnginfo: { darkroom } } });
  return { id, file: await made(engine, id) };
}

test('from an edit to its original, side by side, and back', async ({ page }) => {
  const stage = await openStage({ samples: false });
  try {
    const { engine } = stage;
    const original = await made(engine, await queueElsewhere(engine, colorGraph(0x336699, 'original')));
    const first = await edit(engine, original, 'first');
    const second = await edit(engine, first.file, 'second');
    await page.goto(`http://127.0.0.1:${stage.darkroom.port}/#/gallery/${second.id}/0`);

    // The lineage is walked by keyboard alone.
    await expect(page.getByRole('treeitem')).toHaveCount(3);
    await page.getByRole('treeitem', { selected: true }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await expect(viewer(page).getByRole('heading', { level: 1 })).toContainText('first');
    await expect(member(page, 'first')).toHaveAttribute('aria-selected', 'true');
    await expectAccessible(page, '[role="dialog"]');

    await page.keyboard.press('c');
    await expect(page).toHaveURL(/#\/compare\?a=output\/original_00001_\.png&b=output\/first_00001_\.png$/);
    await expect(page.getByRole('slider', { name: /^Divider/ })).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press('d');
    // Another colour everywhere.
    await expect(page.getByText('100% of the pixels differ')).toBeVisible();
    await expectAccessible(page);
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Compare 2 pictures' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(viewer(page)).toBeVisible();
  } finally {
    await stage.stop();
  }
});

test('a slide show goes through the pictures by itself', async ({ page }) => {
  const stage = await openStage({ samples: false });
  try {
    const ids = [];
    for (const color of [0xff0000, 0x00ff00]) {
      const id = await queueElsewhere(stage.engine, colorGraph(color, `slide${color}`));
      await made(stage.engine, id);
      ids.push(id);
    }
    await page.clock.install();
    await page.goto(`http://127.0.0.1:${stage.darkroom.port}/#/gallery/${ids[1] ?? ''}/0`);
    await expect(viewer(page).getByTestId('picture').locator('img')).toBeVisible();
    await page.keyboard.press('Shift+S');
    const bar = page.getByRole('group', { name: 'Slide show controls' });
    await expect(bar).toBeVisible();
    await expect(viewer(page).locator('header')).toHaveCount(0);
    await page.clock.runFor(5_100);
    await expect(page).toHaveURL(new RegExp(`${ids[0] ?? ''}/0$`));
    await expectAccessible(page, '[role="dialog"]');
    await page.keyboard.press('Escape');
    await expect(bar).toHaveCount(0);
    await expect(viewer(page)).toBeVisible();
  } finally {
    await stage.stop();
  }
});
