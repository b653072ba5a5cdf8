import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from '../support/accessible';
import { expect, openStage, test } from '../support/fixtures';

const BIGGEST_SEED = '18446744073709551615';

const grid = (page: Page): Locator => page.getByRole('grid', { name: /^Pictures/ });
const tiles = (page: Page): Locator => grid(page).getByRole('link');
const field = (page: Page): Locator => page.getByRole('combobox', { name: 'Search pictures' });
const found = (page: Page): Locator => page.getByTestId('search-count');
const viewer = (page: Page): Locator => page.getByRole('dialog', { name: 'Picture viewer' });
const filters = (page: Page): Locator => page.getByRole('button', { name: 'Filters and saved searches' });

async function openGallery(page: Page, view = ''): Promise<void> {
  await page.goto(`/#/gallery${view}`);
  await expect(tiles(page).first()).toBeVisible();
}

/** Opens the search field, which on a phone is behind a button. */
async function openSearch(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Search pictures' }).or(field(page)).first().click();
  await expect(field(page)).toBeVisible();
}

test('pictures are found while one types, and the way back leads out @lan @touch', async ({ page }) => {
  await openGallery(page);
  await openSearch(page);
  await field(page).pressSequentially('portrait');
  await expect(found(page)).toHaveText('1 found');
  await expect(tiles(page)).toHaveCount(1);
  await expect(tiles(page).first()).toHaveAccessibleName(/^portrait of a woman/);
  await expect(page).toHaveURL(/#\/gallery\?q=portrait$/);
  await field(page).fill(`-portrait size:>0.1mp`);
  await expect(page.getByRole('button', { name: 'Remove the filter Not: “portrait”' })).toBeVisible();
  await page.getByRole('button', { name: 'Remove the filter Not: “portrait”' }).click();
  // How many there are in all changes while other tests make pictures.
  const other = tiles(page).and(page.getByRole('link', { name: /^dahlia/ }));
  await expect(other).toBeVisible();
  await expect(tiles(page).and(page.getByRole('link', { name: /^portrait of a woman/ }))).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(/#\/gallery$/);
  await expect(other).toBeVisible();
});

test('the search field stays where it is when its code has loaded', async ({ page }) => {
  await openGallery(page);
  const door = await page.getByRole('button', { name: 'Search pictures' }).boundingBox();
  await tiles(page).first().hover();
  await expect(filters(page)).toBeVisible();
  expect(door).not.toBeNull();
  expect(await field(page).boundingBox()).toEqual(door);
});

test('the keyboard focuses the field, completes, and goes on to the pictures', async ({ page }) => {
  await openGallery(page);
  for (const key of ['/', 'Control+f']) {
    await page.keyboard.press(key);
    await expect(field(page)).toBeFocused();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expect(field(page)).not.toBeFocused();
  }
  await page.keyboard.press('/');
  await page.keyboard.type('mod');
  await expect(page.getByRole('option', { name: /^model:/ })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(field(page)).toHaveValue('model:');
  // A question that is not asked yet takes no picture away.
  await expect(page).toHaveURL(/q=model/);
  await expect(tiles(page).first()).toBeVisible();
  const option = page.getByRole('option').first();
  await expect(option).toHaveText(/safetensors/);
  const count = /\d+$/.exec((await option.textContent())?.trim() ?? '')?.[0] ?? '';
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(found(page)).toHaveText(`${count} found`);
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowDown');
  await expect(tiles(page).first()).toBeFocused();
});

test('what is not understood is said, and what to change when nothing is found', async ({ page }) => {
  await openGallery(page);
  await page.goto('/#/gallery?q=zebra%20steps%3Amany');
  await expect(page.getByText('“steps:” needs a number')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'No picture matches' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Show all pictures' }).click();
  await expect(tiles(page).nth(3)).toBeVisible();
  await expect(field(page)).toHaveValue('');
});

test('a facet filters, and the viewer steps through what is left @touch', async ({ page }) => {
  await openGallery(page);
  await openSearch(page);
  await filters(page).click();
  const facet = page.getByRole('group', { name: 'Size' }).getByRole('checkbox').first();
  await facet.check();
  await expectAccessible(page);
  const words = (await found(page).textContent()) ?? '';
  const count = Number(/\d+/.exec(words)?.[0]);
  expect(count).toBeGreaterThan(1);
  // In a sheet on a phone, beside the pictures elsewhere.
  const close = page.getByRole('dialog').getByRole('button', { name: 'Close' });
  if (await close.isVisible()) {
    await close.click();
  }
  await expect(tiles(page)).toHaveCount(count);
  await tiles(page).first().click();
  await expect(viewer(page).getByText(`1 of ${count}`)).toBeVisible();
  await page.keyboard.press('End');
  await expect(viewer(page).getByText(`${count} of ${count}`)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(viewer(page)).toHaveCount(0);
  await expect(tiles(page)).toHaveCount(count);
  await expect(page).toHaveURL(/q=size/);
});

test('pictures are put in the order of how long they took, without days @touch', async ({ page }) => {
  await openGallery(page);
  await openSearch(page);
  await filters(page).click();
  const order = page.getByRole('combobox', { name: 'Order' });
  await order.selectOption('Slowest first');
  const slowest = page.getByRole('grid', { name: 'Pictures: Slowest first' });
  // On a phone the filters are a sheet over the grid.
  const close = page.getByRole('dialog').getByRole('button', { name: 'Close' });
  if (await close.isVisible()) {
    await close.click();
  }
  await expect(slowest.getByRole('link').first()).toBeVisible();
  await expect(slowest.getByRole('rowheader')).toHaveCount(0);
  await expect(page).toHaveURL(/#\/gallery\?sort=slowest$/);
  const name = (await slowest.getByRole('link').first().getAttribute('aria-label')) ?? '';
  await page.reload();
  await expect(slowest.getByRole('link').first()).toHaveAccessibleName(name);
  await expect(slowest.getByRole('rowheader')).toHaveCount(0);
});

test('a link brings back search and order, also below a picture @lan', async ({ page }) => {
  await openGallery(page, `?q=seed%3A${BIGGEST_SEED}&sort=oldest`);
  await expect(tiles(page)).toHaveCount(1);
  await expect(tiles(page).first()).toHaveAccessibleName(/^portrait of a woman/);
  await tiles(page).first().click();
  await expect(viewer(page).getByText('1 of 1')).toBeVisible();
  await expect(viewer(page).locator('mark').filter({ hasText: BIGGEST_SEED })).toBeVisible();
  await page.reload();
  await expect(viewer(page).getByText('1 of 1')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(field(page)).toHaveValue(`seed:${BIGGEST_SEED}`);
  await expect(tiles(page)).toHaveCount(1);
});

test('filters and folders make way for each other where there is no room for both', async ({ page }) => {
  const panel = page.getByRole('complementary', { name: 'Filters and saved searches' });
  const tree = page.getByRole('complementary', { name: 'Folders' });
  const folders = page.getByRole('button', { name: 'Folders' });
  // Narrower, the field has more room while it has the focus, and gives it back.
  await page.setViewportSize({ width: 820, height: 800 });
  await openGallery(page);
  await openSearch(page);
  await filters(page).click();
  await expect(panel).toBeVisible();
  await page.setViewportSize({ width: 1080, height: 800 });
  await folders.click();
  await expect(tree).toBeVisible();
  await expect(panel).toHaveCount(0);
  await expect(filters(page)).toHaveAttribute('aria-pressed', 'false');
  await filters(page).click();
  await expect(panel).toBeVisible();
  await expect(tree).toHaveCount(0);
  await expect(folders).toHaveAttribute('aria-pressed', 'false');

  await page.setViewportSize({ width: 1440, height: 800 });
  await folders.click();
  await expect(tree).toBeVisible();
  await expect(panel).toBeVisible();
  // There is room for one of them again.
  await page.setViewportSize({ width: 1000, height: 800 });
  await expect(panel.or(tree)).toHaveCount(1);
});

test('a search that is typed from the top leaves the grid at its top', async ({ page }) => {
  await page.setViewportSize({ width: 1000, height: 480 });
  await openGallery(page);
  await openSearch(page);
  const top = grid(page).getByRole('rowheader').first();
  await expect(top).toBeInViewport({ ratio: 1 });
  await field(page).pressSequentially('model');
  await expect(found(page)).toBeVisible();
  // Up to its value an operator asks for nothing.
  await field(page).pressSequentially(':');
  await expect(found(page)).toHaveCount(0);
  await expect(top).toBeInViewport({ ratio: 1 });
});

test('a saved search is a board: it is renamed, opened, deleted, and comes back', async ({ page }) => {
  await openGallery(page);
  await field(page)
    .or(page.getByRole('button', { name: 'Search pictures' }))
    .first()
    .click();
  await field(page).fill('type:image portrait');
  await filters(page).click();
  await page.getByRole('button', { name: 'Save this search' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('People');
  await page.getByRole('textbox', { name: 'Name' }).press('Enter');
  const board = page.getByRole('button', { name: /^People/ });
  await expect(board).toHaveText(/1$/);
  await page.getByRole('button', { name: 'More about People' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Faces');
  await page.getByRole('textbox', { name: 'Name' }).press('Enter');
  await page.goto('/#/gallery');
  await page.reload();
  await expect(tiles(page).nth(3)).toBeVisible();
  await openSearch(page);
  await filters(page).click();
  const faces = page.getByRole('button', { name: /^Faces/ });
  await faces.click();
  await expect(tiles(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'More about Faces' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(faces).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(faces).toBeVisible();
});

test('everything is searched with the server off', async ({ page }) => {
  const stage = await openStage();
  try {
    await page.goto(`${stage.darkroom.url}/#/gallery`);
    await expect(tiles(page).nth(3)).toBeVisible();
    await openSearch(page);
    // Node classes are known once the graphs have been read.
    await field(page).fill('node:KSampler -portrait');
    await expect(found(page)).toHaveText('12 found');
    await stage.engine.stop();
    await expect(page.getByRole('alert').filter({ hasText: 'does not answer' })).toBeVisible();
    await field(page).fill('portrait');
    await expect(found(page)).toHaveText('1 found');
    await field(page).fill('node:KSampler -portrait');
    await expect(found(page)).toHaveText('12 found');
  } finally {
    await stage.stop();
  }
});
