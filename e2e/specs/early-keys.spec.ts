import type { Locator, Page } from '@playwright/test';
import { expect, openStage, type Stage, test } from '../support/fixtures';
import { colorGraph, queueElsewhere } from './pages';

const tiles = (page: Page): Locator =>
  page.getByRole('grid', { name: 'Pictures, newest first' }).getByRole('link');
const tile = (page: Page, name: RegExp): Locator => tiles(page).and(page.getByRole('link', { name }));
const viewer = (page: Page): Locator => page.getByRole('dialog', { name: 'Picture viewer' });

/** Code that loads on demand, by the names of its files. */
const CODE = {
  viewer: /\/assets\/OpenView-[^/]*\.js$/,
  /** The commands of tiles, the selection and the search. */
  parts: /\/assets\/parts-[^/]*\.js$/,
};

/** Keeps code back, as a slow network does, until the returned function is called. */
async function keepBack(page: Page, files: RegExp): Promise<() => void> {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(files, async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

/** Runs a test on pictures of its own, `p0` the oldest. */
async function onStage(run: (stage: Stage, outputs: readonly string[]) => Promise<void>): Promise<void> {
  const stage = await openStage({ samples: false });
  try {
    const ids: string[] = [];
    for (let at = 0; at < 4; at++) {
      ids.push(await queueElsewhere(stage.engine, colorGraph(at * 40_000 + 50, `p${at}`)));
    }
    await run(stage, ids);
  } finally {
    await stage.stop();
  }
}

test('keys of the viewer that come before it go on, rate and open its details', async ({ page }) => {
  await onStage(async ({ darkroom }, ids) => {
    const release = await keepBack(page, CODE.viewer);
    await page.goto(`${darkroom.url}/#/gallery/${ids[3]}/0`);
    await expect(page.getByText('4 files', { exact: true }).first()).toBeVisible();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('4');
    await page.keyboard.press('ArrowLeft');
    await expect(viewer(page)).toBeHidden();
    release();
    // On from p3 to p2, which is rated and left for p1, and back.
    await expect(viewer(page)).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`/${ids[2]}/0`));
    await page.keyboard.press('Escape');
    await expect(tile(page, /^p2_.*Rated 4 of 5/)).toBeFocused();
    await expect(tile(page, /^p3_/)).toHaveAccessibleName(/^(?!.*Rated)/);
  });
});

test('the editor opens on a picture though its key came before the viewer', async ({ page }) => {
  await onStage(async ({ darkroom }, ids) => {
    const release = await keepBack(page, CODE.viewer);
    await page.goto(`${darkroom.url}/#/gallery/${ids[3]}/0`);
    await expect(page.getByText('4 files', { exact: true }).first()).toBeVisible();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('e');
    release();
    await expect(page).toHaveURL(/#\/edit\?filename=p2_/);
  });
});

test('Escape leaves a viewer that is still to come, and forgets the keys before it', async ({ page }) => {
  await onStage(async ({ darkroom }, ids) => {
    const release = await keepBack(page, CODE.viewer);
    await page.goto(`${darkroom.url}/#/gallery/${ids[3]}/0`);
    await expect(page.getByText('4 files', { exact: true }).first()).toBeVisible();
    await page.keyboard.press('5');
    await page.keyboard.press('Escape');
    await expect(page).toHaveURL(/#\/gallery$/);
    release();
    await tile(page, /^p2_/).click();
    await expect(viewer(page)).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(tile(page, /^p2_/)).toBeFocused();
    await expect(tile(page, /^p3_/)).toHaveAccessibleName(/^(?!.*Rated)/);
  });
});

test('a dialog that was closed does not open again because its key was pressed twice', async ({ page }) => {
  await onStage(async ({ darkroom }) => {
    const releaseMarks = await keepBack(page, /\/assets\/MarksHost-[^/]*\.js$/);
    const release = await keepBack(page, CODE.parts);
    await page.goto(`${darkroom.url}/#/gallery`);
    await tile(page, /^p3_/).focus();
    await page.keyboard.press('c');
    await page.keyboard.press('t');
    releaseMarks();
    await expect(async () => {
      await page.keyboard.press('t');
      await expect(page.getByRole('dialog', { name: 'Tags' })).toBeVisible({ timeout: 500 });
    }).toPass();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    release();
    await page.keyboard.press('Shift+C');
    await expect(page.getByText(/^Pinned/)).toBeVisible();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(page).toHaveURL(/#\/gallery$/);
  });
});

test('what is typed after the key of the search is searched for, though its field is still to come', async ({
  page,
}) => {
  await onStage(async ({ darkroom }) => {
    const release = await keepBack(page, CODE.parts);
    await page.goto(`${darkroom.url}/#/gallery`);
    await tile(page, /^p3_/).focus();
    await page.keyboard.press('/');
    await page.keyboard.type('p2');
    release();
    const field = page.getByRole('combobox', { name: 'Search pictures' });
    await expect(field).toHaveValue('p2');
    await page.keyboard.type('_');
    await expect(field).toHaveValue('p2_');
    await expect(tiles(page)).toHaveCount(1);
    await expect(tiles(page)).toHaveAccessibleName(/^p2_/);
    await expect(tiles(page)).toHaveAccessibleName(/^(?!.*Favourite)/);
  });
});
