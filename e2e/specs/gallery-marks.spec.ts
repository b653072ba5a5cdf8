import type { BrowserContext, Locator, Page } from '@playwright/test';
import { expectAccessible } from '../support/accessible';
import { expect, openStage, type Stage, test } from '../support/fixtures';
import { colorGraph, queueElsewhere } from './pages';

const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Pictures, newest first' });
const tiles = (page: Page): Locator => grid(page).getByRole('link');
const tile = (page: Page, name: RegExp): Locator => grid(page).getByRole('link', { name });
const viewer = (page: Page): Locator => page.getByRole('dialog', { name: 'Picture viewer' });
const toast = (page: Page, text: string): Locator => page.getByText(text, { exact: true });

/** Runs a test on an engine of its own: marks of one test are no business of the others. */
async function onStage(count: number, run: (stage: Stage) => Promise<void>): Promise<void> {
  const stage = await openStage({ samples: false });
  try {
    for (let at = 0; at < count; at++) {
      await queueElsewhere(stage.engine, colorGraph(at * 40_000 + 50, `p${at}`));
    }
    await run(stage);
  } finally {
    await stage.stop();
  }
}

/** Opens the gallery and waits until its pictures can be marked. */
async function open(page: Page, { darkroom }: Stage, count: number, view = ''): Promise<void> {
  await page.goto(`${darkroom.url}/#/gallery${view}`);
  // All of them: what comes later would move the others.
  await expect(
    page.getByText(count === 1 ? '1 file' : `${count} files`, { exact: true }).first(),
  ).toBeVisible();
  await expect(tiles(page).first()).toBeVisible();
  await tiles(page).first().focus();
  await expect(async () => {
    await page.keyboard.press('t');
    await expect(page.getByRole('dialog', { name: 'Tags' })).toBeVisible({ timeout: 500 });
  }).toPass();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(tiles(page).first()).toBeFocused();
}

/** Opens the filters, behind the search on a phone. */
async function openFilters(page: Page): Promise<void> {
  const field = page.getByRole('combobox', { name: 'Search pictures' });
  await page.getByRole('button', { name: 'Search pictures' }).or(field).first().click();
  await page.getByRole('button', { name: 'Filters and saved searches' }).click();
}

test('fifty pictures are sorted out with the keyboard alone, and stay so', async ({ page }) => {
  await onStage(50, async (stage) => {
    await open(page, stage, 50);
    const keys = ['5', 'x', 'p', '3', '1'];
    for (let at = 0; at < 50; at++) {
      await page.keyboard.press(keys[at % keys.length] ?? '5');
    }
    // The last one is p0: its key was 1.
    await expect(tile(page, /^p0_00001_.*Rated 1 of 5$/)).toBeFocused();
    await page.keyboard.press('Control+z');
    await expect(toast(page, 'Undone: Rated 1 of 5')).toBeVisible();
    await expect(tile(page, /^p0_00001_/)).toHaveAccessibleName(/^(?!.*Rated)/);
    for (const [query, found] of [
      ['is:rejected', 10],
      ['rating:>=3', 20],
      ['is:favourite', 10],
      ['rating:1', 9],
    ] as const) {
      await page.goto(`${stage.darkroom.url}/#/gallery?q=${encodeURIComponent(query)}`);
      await expect(page.getByTestId('search-count')).toHaveText(`${found} found`);
    }
    await page.reload();
    await expect(page.getByTestId('search-count')).toHaveText('9 found');
  });
});

test('two browsers rate and tag the same pictures at once, and nothing is lost', async ({
  browser,
  page,
}) => {
  await onStage(3, async (stage) => {
    let second: BrowserContext | null = null;
    try {
      second = await browser.newContext();
      const other = await second.newPage();
      await Promise.all([open(page, stage, 3), open(other, stage, 3)]);
      const tag = async (on: Page, name: string): Promise<void> => {
        await on.keyboard.press('t');
        await on.getByRole('combobox', { name: 'Add a tag' }).fill(name);
        await on.keyboard.press('Enter');
        await on.keyboard.press('Escape');
        await expect(on.getByRole('dialog')).toHaveCount(0);
      };
      await Promise.all([tag(page, 'harbour'), tag(other, 'night')]);
      await Promise.all([page.keyboard.press('4'), other.keyboard.press('p')]);
      await Promise.all([page.keyboard.press('2'), other.keyboard.press('2')]);
      await Promise.all([page.keyboard.press('x'), tag(other, 'sea')]);
      for (const each of [page, other]) {
        // Whatever a browser was told last, it brings what it has to the server again.
        await expect(async () => {
          await each.reload();
          await expect(tile(each, /Favourite, Rated 4 of 5, Tags: harbour, night$/)).toBeVisible({
            timeout: 3000,
          });
          await expect(tile(each, /Rated 2 of 5$/)).toBeVisible({ timeout: 500 });
          await expect(tile(each, /Rejected, Tags: sea$/)).toBeVisible({ timeout: 500 });
        }).toPass({ timeout: 60_000 });
      }
    } finally {
      await second?.close();
    }
  });
});

test('a collection is made, looked at by its address, renamed, deleted and had back', async ({ page }) => {
  await onStage(3, async (stage) => {
    await open(page, stage, 3);
    await page.keyboard.press('b');
    const field = page.getByRole('combobox', { name: 'Find or create a collection' });
    await field.fill('Best of');
    await page.keyboard.press('Enter');
    await expectAccessible(page, '[role="dialog"]');
    await page.getByRole('button', { name: 'Done' }).click();
    await openFilters(page);
    const list = page.getByRole('region', { name: 'Collections' });
    await list.getByRole('button', { name: /^Best of/ }).click();
    await expect(page).toHaveURL(/q=in%3A%3D%22Best\+of%22$/);
    await expect(tiles(page)).toHaveCount(1);
    await expect(list.getByRole('button', { name: 'Best of 1' })).toBeVisible();
    await expectAccessible(page, '[role="grid"], aside');

    await list.getByRole('button', { name: 'More about Best of' }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await list.getByRole('textbox').fill('Best');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/q=in%3A%3DBest$/);
    await expect(tiles(page)).toHaveCount(1);

    await list.getByRole('button', { name: 'More about Best' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await expect(page.getByText('No picture matches')).toBeVisible();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(tiles(page)).toHaveCount(1);
    await page.reload();
    await expect(tiles(page)).toHaveCount(1);
  });
});

test('hidden pictures are nowhere but where they are asked for @lan', async ({ page }) => {
  await onStage(3, async (stage) => {
    await open(page, stage, 3);
    await page.keyboard.press('h');
    await expect(tiles(page)).toHaveCount(2);
    await expect(tile(page, /^p1_/)).toBeFocused();
    await page.reload();
    await expect(tiles(page)).toHaveCount(2);
    await page.goto(`${stage.darkroom.url}/#/gallery?q=type%3Aimage`);
    await expect(page.getByTestId('search-count')).toHaveText('2 found');
    await page.goto(`${stage.darkroom.url}/#/gallery?q=is%3Ahidden`);
    await expect(tiles(page)).toHaveCount(1);
    await tile(page, /^p2_.*Hidden$/).focus();
    await expect(async () => {
      await page.keyboard.press('h');
      await expect(page.getByText('No picture matches')).toBeVisible({ timeout: 1000 });
    }).toPass();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(tiles(page)).toHaveCount(1);
  });
});

test('a server that keeps no user data leaves marks to the browser, which says so', async ({ page }) => {
  // As before 2024: the route itself is missing, which the router says in words.
  await page.route('**/userdata/**', (route) => route.fulfill({ status: 404, body: '404: Not Found' }));
  await onStage(2, async (stage) => {
    await open(page, stage, 2);
    await page.keyboard.press('4');
    await openFilters(page);
    await expect(
      page.getByText('This ComfyUI keeps no user data, so marks stay in this browser.'),
    ).toBeVisible();
    await page.reload();
    await expect(tile(page, /Rated 4 of 5$/)).toBeVisible();
  });
});

test('a finger marks in the viewer, and the grid shows it @only-touch', async ({ page }) => {
  await onStage(2, async (stage) => {
    await page.goto(`${stage.darkroom.url}/#/gallery`);
    await expect(tiles(page)).toHaveCount(2);
    await tiles(page).first().tap();
    const bar = viewer(page).getByRole('group', { name: 'Marks' });
    await bar.getByRole('button', { name: 'Mark as favourite' }).tap();
    await bar.getByRole('button', { name: 'Rate with 4 stars' }).tap();
    await expect(toast(page, 'Rated 4 of 5')).toBeVisible();
    await expectAccessible(page);
    await viewer(page).getByRole('button', { name: 'Show details' }).tap();
    const tags = viewer(page).getByRole('combobox', { name: 'Add a tag' });
    await tags.fill('sea');
    await viewer(page).getByRole('option', { name: 'New tag “sea”' }).tap();
    await expect(viewer(page).getByRole('button', { name: 'Take the tag “sea” away' })).toBeVisible();
    await page.goBack();
    await expect(tile(page, /Favourite, Rated 4 of 5, Tags: sea$/)).toBeVisible();
  });
});
