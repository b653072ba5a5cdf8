import type { Locator, Page } from '@playwright/test';
import { PNG } from 'pngjs';
import type { DemoEngine } from '../../src/demo/index';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import { chooseBlur, chooseInpaint, maskedShare, openInEditor, paintStroke, stageOf, upload } from './pages';

/** A picture with a transparent half, which the editor has something to say about. */
function seeThroughPng(): Buffer {
  const png = new PNG({ width: 320, height: 240 });
  for (let at = 0; at < 320 * 240; at++) {
    png.data.set([at % 256, (at >> 8) % 256, 120, at % 320 < 160 ? 90 : 255], at * 4);
  }
  return PNG.sync.write(png, { colorType: 6 });
}

const OPENED = '[role="dialog"], [role="menu"]';

/** Opens what a button opens, checks it, and closes it with Escape, which returns the focus. */
async function look(
  page: Page,
  button: Locator,
  opened: Locator,
  inside?: () => Promise<void>,
): Promise<void> {
  const before = await button.boundingBox();
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(opened).toBeVisible();
  await expectAccessible(page, OPENED);
  await inside?.();
  await page.keyboard.press('Escape');
  await expect(opened).toHaveCount(0);
  await expect(button).toBeFocused();
  expect(await button.boundingBox()).toEqual(before);
}

const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
const dialog = (page: Page, name: string): Locator => page.getByRole('dialog', { name, exact: true });

/** Where the things are that a hand may be about to press. */
async function places(page: Page): Promise<unknown> {
  return Promise.all(
    [
      stageOf(page),
      button(page, 'Undo'),
      button(page, 'View'),
      button(page, 'Brush'),
      page.getByRole('region', { name: 'Results' }),
    ].map((what) => what.boundingBox()),
  );
}

async function begin(page: Page, engine: DemoEngine, name: string): Promise<void> {
  await openInEditor(page, await upload(engine, seeThroughPng(), name));
  await expect(page.getByText(/transparent parts/)).toBeVisible();
}

/** Three masks, one of them with a modifier. */
async function makeMasks(page: Page): Promise<void> {
  await button(page, 'Add a mask').click();
  await page.getByLabel('Name of the mask').fill('A rather long name for what is only the left hand');
  await page.getByLabel('How it meets the masks below').selectOption('subtract');
  await button(page, 'Add a mask').click();
  await page.getByRole('slider', { name: 'Feather' }).press('PageUp');
  await expect(page.getByRole('button', { name: 'Mask 3', exact: true })).toBeVisible();
}

test('whatever opens in the editor is accessible, closes with Escape and moves nothing', async ({
  page,
  engine,
}) => {
  await begin(page, engine, 'axe-desktop.png');
  await chooseBlur(page);
  const still = await places(page);

  // Notices lie over the stage; closing one leaves the other within reach.
  await button(page, 'Masks and modifiers').click();
  await page
    .locator('input[type="file"][accept="image/*"]')
    .setInputFiles({ name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessible(page);
  expect(await places(page)).toEqual(still);
  await page.getByRole('alert').getByRole('button', { name: 'Close' }).click();
  await button(page, 'Close').click();
  await expect(page.getByText(/transparent parts/)).toHaveCount(0);

  await paintStroke(page);
  await maskedShare(page);
  expect(await places(page)).toEqual(still);

  const menu = dialog(page, 'Masks and modifiers');
  await look(page, button(page, 'Masks and modifiers'), menu, async () => {
    await makeMasks(page);
    await expectAccessible(page, OPENED);
    // The menu locks nothing: what was done in it can be undone from it.
    await button(page, 'Add a mask').focus();
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await expect(button(page, 'Mask 3')).toHaveCount(0);
    await page.keyboard.press('e');
    await expect(button(page, 'Brush')).toHaveAttribute('aria-pressed', 'true');
  });
  await look(page, button(page, 'Show the history'), dialog(page, 'History'), async () => {
    const present = dialog(page, 'History').locator('[aria-current="step"]');
    await expect(present).toBeFocused();
    await expect(present).toBeInViewport();
  });
  await look(page, button(page, 'View'), dialog(page, 'View'));
  await look(page, page.getByRole('button', { name: /^Zoom: / }), page.getByRole('menu'));
  await look(page, button(page, 'Tool settings'), dialog(page, 'Tool settings'));
  await look(page, button(page, 'Brush settings'), dialog(page, 'Brush settings'));
  await button(page, 'Magic wand').click();
  await look(page, button(page, 'Magic wand settings'), dialog(page, 'Magic wand settings'));
  await button(page, 'Brush').click();
  expect(await places(page)).toEqual(still);

  // Brush keys without a visible slider announce their setting.
  await stageOf(page).focus();
  await page.keyboard.press("'");
  await expect(page.getByText('Smoothing 10 %')).toBeVisible();

  await button(page, 'Tool settings').click();
  await button(page, 'Change keyboard shortcuts…').click();
  const keys = dialog(page, 'Change keyboard shortcuts');
  await keys.getByRole('button', { name: 'Change the shortcut of “Eraser”: E' }).click();
  await page.keyboard.press('b');
  await expect(keys.getByText('B belongs to “Brush”.')).toBeInViewport();
  await expectAccessible(page, OPENED);
  await keys.getByRole('button', { name: 'Leave it' }).click();
  await page.keyboard.press('Escape');
  await expect(keys).toHaveCount(0);
});

test('area, extension, results and failures are accessible and move nothing', async ({ page, engine }) => {
  await begin(page, engine, 'axe-results.png');
  await chooseInpaint(page);
  await paintStroke(page);
  await maskedShare(page);
  const still = await places(page);
  const go = page.getByRole('button', { name: /^Generate/ });
  const goAt = await go.boundingBox();

  await page.getByText('Edges of the mask').click();
  await page.getByRole('radio', { name: 'Around the mask' }).check();
  await expect(page.getByTestId('area-box')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('radio', { name: 'Everything' }).check();
  await button(page, 'Extend the picture').click();
  await button(page, '+25%').click();
  await expect(page.getByTestId('extend-box')).toBeVisible();
  await expectAccessible(page);
  await button(page, 'Stop extending').click();
  expect(await places(page)).toEqual(still);

  // What needs no model has no area a model would see, and no resolution.
  await chooseBlur(page);
  await expect(page.getByText('What the model sees')).toHaveCount(0);
  await expect(page.getByText('Working resolution')).toHaveCount(0);
  await expect(page.getByTestId('area-box')).toHaveCount(0);

  engine.faults.failNext.push({ method: 'POST', path: '/prompt', status: 500, times: 1 });
  await go.click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessible(page);
  expect(await go.boundingBox()).toEqual(goAt);

  await go.click();
  await button(page, 'Result 1').click({ timeout: 60_000 });
  await expect(page.getByRole('heading', { name: 'Result 1 of 1' })).toBeVisible();
  expect(await places(page)).toEqual(still);
  expect(await go.boundingBox()).toEqual(goAt);
  const accept = await button(page, 'Accept').boundingBox();
  for (const way of [/^Slider/, /^Difference/]) {
    await page.getByRole('button', { name: way }).click();
    await expectAccessible(page);
    expect(await button(page, 'Accept').boundingBox()).toEqual(accept);
  }
});

test('on a phone menus, sheets and results are accessible and close with Escape @only-touch', async ({
  page,
  engine,
}) => {
  await begin(page, engine, 'axe-phone.png');
  await expectAccessible(page);
  const empty = await places(page);
  await expect(page.getByText('Nothing masked yet')).toBeInViewport({ ratio: 1 });
  await button(page, 'Close').click();
  await paintStroke(page);
  await maskedShare(page);
  expect(await places(page)).toEqual(empty);

  await look(page, button(page, 'Masks and modifiers'), dialog(page, 'Masks and modifiers'), async () => {
    await makeMasks(page);
    await expectAccessible(page, OPENED);
  });
  await look(page, button(page, 'Show the history'), dialog(page, 'History'));
  await look(page, button(page, 'View'), dialog(page, 'View'));
  await look(page, page.getByRole('button', { name: /^Zoom: / }), dialog(page, 'Zoom'));
  await look(page, button(page, 'More tools'), dialog(page, 'More tools'));
  await look(page, button(page, 'Tool options'), dialog(page, 'Brush'), async () => {
    // Tab cycles inside the sheet: what lies below it cannot be seen.
    await page.keyboard.press('Shift+Tab');
    await expect(button(page, 'Change keyboard shortcuts…')).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(button(page, 'Close the tool options')).toBeFocused();
  });
  await button(page, 'More tools').click();
  await button(page, 'Magic wand').click();
  await look(page, button(page, 'Tool options'), dialog(page, 'Magic wand'));
  await button(page, 'Brush').click();

  await button(page, 'Show the recipe').click();
  await chooseBlur(page);
  await expectAccessible(page);
  await page.getByRole('button', { name: /^Generate/ }).click();
  await expect(page.getByRole('heading', { name: 'Result 1 of 1' })).toBeVisible({ timeout: 60_000 });
  const accept = await button(page, 'Accept').boundingBox();
  await page.getByRole('button', { name: /^Difference/ }).click();
  await expectAccessible(page);
  expect(await button(page, 'Accept').boundingBox()).toEqual(accept);
  expect(await places(page)).toEqual(empty);
});
