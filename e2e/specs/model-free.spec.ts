import type { Page } from '@playwright/test';
import type { PNG } from 'pngjs';
import type { FileRef } from '../../src/comfy/file-ref';
import type { DemoEngine } from '../../src/demo/index';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import {
  colorGraph,
  download,
  finishedJobs,
  maskedShare,
  openInEditor,
  paintStroke,
  patternPng,
  queueElsewhere,
  upload,
} from './pages';

/** Chooses a recipe by its name, after which nothing is said about a model. */
async function choose(page: Page, recipe: string): Promise<void> {
  const picker = page.getByLabel('Recipe', { exact: true });
  await picker.selectOption({ label: recipe });
  await expect(page.getByText(/model sees/i)).toHaveCount(0);
  await expect(page.getByLabel('Working size', { exact: true })).toHaveCount(0);
}

/** Generates, and returns what became of each px: before, after, and the mask at that place. */
async function generate(
  page: Page,
  engine: DemoEngine,
  original: FileRef,
  recipe: string,
): Promise<{ before: PNG; after: PNG; mask: PNG }> {
  await page.getByRole('button', { name: /^Generate/ }).click();
  await expect(page.getByRole('button', { name: 'Result 1', exact: true })).toBeVisible({ timeout: 40_000 });
  const job = (await finishedJobs(engine)).find(
    ({ darkroom }) =>
      darkroom['recipe'] === recipe &&
      (darkroom['parent'] as FileRef | undefined)?.filename === original.filename,
  );
  const [before, after, mask] = await Promise.all([
    download(engine, original),
    download(engine, job?.outputs[0] as FileRef),
    download(engine, job?.darkroom['mask'] as FileRef),
  ]);
  expect([after.width, after.height]).toEqual([before.width, before.height]);
  return { before, after, mask };
}

/** The px of one part of a picture as `red,green,blue,alpha`; the mask's alpha is 255 where nothing is masked. */
function pixels({ data }: PNG, mask: PNG, inside: boolean): string[] {
  return Array.from({ length: data.length / 4 }, (_, at) => at * 4)
    .filter((at) => (inside ? mask.data[at + 3] === 0 : mask.data[at + 3] === 255))
    .map((at) => data.subarray(at, at + 4).join());
}

test('the mask is filled with a colour that was typed', async ({ page, engine }) => {
  const original = await upload(engine, patternPng(320, 240), 'fill.png');
  await openInEditor(page, original);
  await choose(page, 'Solid colour');
  const color = page.getByLabel('Colour', { exact: true });
  await color.fill('nonsense');
  await color.press('Enter');
  await expect(color).toHaveValue('#808080');
  await color.fill('1DB954');
  await color.press('Enter');
  await expect(color).toHaveValue('#1db954');
  await expect(page.getByLabel('Choose a colour')).toHaveValue('#1db954');
  await expectAccessible(page);
  await paintStroke(page);
  await maskedShare(page);

  const { before, after, mask } = await generate(page, engine, original, 'fill');
  expect(pixels(after, mask, false)).toEqual(pixels(before, mask, false));
  const inside = pixels(after, mask, true);
  expect(inside.length).toBeGreaterThan(50);
  expect(new Set(inside)).toEqual(new Set(['29,185,84,255']));
});

test('the masked part is cut out, and then everything else', async ({ page, engine }) => {
  const original = await upload(engine, patternPng(320, 240), 'cut.png');
  await openInEditor(page, original);
  await choose(page, 'Cut out to transparency');
  await paintStroke(page);
  await maskedShare(page);

  const { before, after, mask } = await generate(page, engine, original, 'cut-out');
  expect(pixels(after, mask, true)).toEqual(pixels(before, mask, true));
  // The colours are still there, only not to be seen.
  const gone = pixels(after, mask, false);
  expect(gone).toEqual(pixels(before, mask, false).map((pixel) => pixel.replace(/,255$/, ',0')));

  await page.getByLabel('Keep', { exact: true }).selectOption({ label: 'Everything else' });
  await page.getByRole('button', { name: /^Generate/ }).click();
  await expect(page.getByRole('button', { name: 'Result 2', exact: true })).toBeVisible({ timeout: 40_000 });
  const [last] = (await finishedJobs(engine)).filter(
    ({ darkroom }) => (darkroom['values'] as { keep?: string } | undefined)?.keep === 'outside',
  );
  const hole = await download(engine, last?.outputs[0] as FileRef);
  expect(pixels(hole, mask, false)).toEqual(pixels(before, mask, false));
  expect(pixels(hole, mask, true).every((pixel) => pixel.endsWith(',0'))).toBe(true);
});

test('the sliders of colours are named, and go back to nothing', async ({ page, engine }) => {
  await openInEditor(page, await upload(engine, patternPng(320, 240), 'adjust.png'));
  await choose(page, 'Adjust colours');
  const hue = page.getByRole('slider', { name: 'Hue', exact: true });
  await hue.fill('30');
  await expect(page.getByText('+30°', { exact: true })).toBeVisible();
  await expectAccessible(page);
  await hue.dblclick();
  await expect(hue).toHaveValue('0');
  await choose(page, 'Paste another picture');
  await expect(page.getByRole('button', { name: /^Generate/ })).toBeDisabled();
  await expectAccessible(page);
});

test('a picture of the gallery is pasted, and one from the clipboard is taken for that too', async ({
  page,
  engine,
}) => {
  await queueElsewhere(engine, colorGraph(0x2040c0, 'blue'));
  const original = await upload(engine, patternPng(320, 240), 'paste.png');
  await openInEditor(page, original);
  await choose(page, 'Paste another picture');
  await paintStroke(page);
  await maskedShare(page);
  await expect(page.getByText('Choose a picture to paste first.')).toBeVisible();
  await page.getByRole('button', { name: 'Choose from the gallery' }).click();
  const dialog = page.getByRole('dialog', { name: 'Choose from the gallery' });
  await expect(dialog).toBeVisible();
  await expectAccessible(page, '[role="dialog"]');
  await dialog.getByRole('button', { name: /^blue/ }).first().click();
  await expect(dialog).toHaveCount(0);

  const { before, after, mask } = await generate(page, engine, original, 'paste');
  expect(pixels(after, mask, false)).toEqual(pixels(before, mask, false));
  expect(new Set(pixels(after, mask, true))).toEqual(new Set(['32,64,192,255']));

  const url = page.url();
  await page.evaluate(
    (bytes) => {
      const clipboard = new DataTransfer();
      clipboard.items.add(new File([Uint8Array.from(bytes)], 'pasted.png', { type: 'image/png' }));
      const paste = new ClipboardEvent('paste', {
        clipboardData: clipboard,
        bubbles: true,
        cancelable: true,
      });
      document.body.dispatchEvent(paste);
    },
    [...patternPng(24, 24)],
  );
  await expect(page.getByRole('img', { name: /pasted/ })).toBeVisible();
  expect(page.url()).toBe(url);
});
