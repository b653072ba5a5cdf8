import type { Locator, Page } from '@playwright/test';
import type { PNG } from 'pngjs';
import type { FileRef } from '../../src/comfy/file-ref';
import type { DemoEngine } from '../../src/demo/index';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import {
  chooseBlur,
  chooseInpaint,
  download,
  dragThrough,
  expectReady,
  finishedJobs,
  type KnownJob,
  maskBox,
  maskedShare,
  openInEditor,
  paintStroke,
  patternPng,
  queueElsewhere,
  stageOf,
  upload,
} from './pages';

const strip = (page: Page): Locator => page.getByRole('region', { name: 'Results' });
const comparison = (page: Page): Locator => page.getByRole('region', { name: /^Comparison/ });
/** What is laid over the picture. */
const stageOver = (page: Page): Locator => page.locator('[data-over-stage]');
const tile = (page: Page, number: number): Locator =>
  strip(page).getByRole('button', { name: `Result ${number}`, exact: true });

async function generate(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Generate/ }).click();
}

/** Opens a picture with a pattern, paints a stroke on it and chooses the recipe without a model. */
async function begin(
  page: Page,
  engine: DemoEngine,
  name: string,
  width = 320,
  height = 240,
): Promise<FileRef> {
  const ref = await upload(engine, patternPng(width, height), name);
  await openInEditor(page, ref);
  await chooseBlur(page);
  await paintStroke(page);
  await maskedShare(page);
  return ref;
}

/** One result of the blur with cells of this size; results of other sizes are other pictures. */
async function blurred(page: Page, cell: number, number: number): Promise<void> {
  await page.getByLabel('Size (px)').fill(String(cell));
  await page.getByLabel('Size (px)').press('Enter');
  await generate(page);
  await expect(tile(page, number)).toBeVisible({ timeout: 40_000 });
}

/** A job that keeps the engine busy for as long as a test needs. */
function slowGraph(image: string): object {
  const text = (words: string): object => ({
    class_type: 'CLIPTextEncode',
    inputs: { text: words, clip: ['2', 1] },
  });
  const sampler = { seed: 3, steps: 600, cfg: 7, sampler_name: 'euler', scheduler: 'normal', denoise: 0.5 };
  const from = { model: ['2', 0], positive: ['3', 0], negative: ['4', 0], latent_image: ['5', 0] };
  return {
    '1': { class_type: 'LoadImage', inputs: { image } },
    '2': {
      class_type: 'CheckpointLoaderSimple',
      inputs: { ckpt_name: 'darkroom-demo-classical.safetensors' },
    },
    '3': text('slow'),
    '4': text(''),
    '5': { class_type: 'VAEEncode', inputs: { pixels: ['1', 0], vae: ['2', 2] } },
    '6': { class_type: 'KSampler', inputs: { ...from, ...sampler } },
    '7': { class_type: 'VAEDecode', inputs: { samples: ['6', 0], vae: ['2', 2] } },
    '8': { class_type: 'SaveImage', inputs: { images: ['7', 0], filename_prefix: 'slow' } },
  };
}

/** Grabs something at its middle and drags it by CSS px. */
async function dragBy(page: Page, what: Locator, dx: number, dy: number): Promise<void> {
  const box = await boxOf(what);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + dx, y + dy, { steps: 5 });
  await page.mouse.up();
}

async function boxOf(what: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await what.boundingBox();
  if (!box) {
    throw new Error('what should be on the page is not');
  }
  return box;
}

/** The masked share in words, once every pixel is counted: before that, the lowest share is shown. */
async function countedShare(page: Page): Promise<string> {
  await expect(page.getByText('0.1 % masked')).toHaveCount(0);
  return maskedShare(page);
}

/** The file in the editor's address. */
function openedFile(page: Page): FileRef {
  const query = new URLSearchParams(page.url().split('?').at(-1));
  const type = query.get('type') === 'output' ? 'output' : 'input';
  return { filename: query.get('filename') ?? '', subfolder: query.get('subfolder') ?? '', type };
}

/** The file of a result of the open picture. */
async function resultFile(page: Page, engine: DemoEngine, number: number): Promise<FileRef> {
  const made = async (): Promise<FileRef[]> =>
    (await jobsOn(engine, openedFile(page))).flatMap(({ outputs }) => outputs);
  // A result is in the strip before its job has ended, which is when the history lists it.
  await expect.poll(async () => (await made()).length).toBeGreaterThanOrEqual(number);
  return (await made())[number - 1] as FileRef;
}

/** Jobs the engine has finished on a picture, oldest first. */
async function jobsOn(engine: DemoEngine, parent: FileRef): Promise<KnownJob[]> {
  return (await finishedJobs(engine)).filter(
    ({ darkroom }) => (darkroom['parent'] as FileRef | null)?.filename === parent.filename,
  );
}

test('results are stepped through and compared while painting goes on @lan', async ({ page, engine }) => {
  // Blinking is still for those who asked for less motion, as browser tests do.
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await begin(page, engine, 'compare.png');
  const stage = await stageOf(page).boundingBox();
  await blurred(page, 24, 1);
  await blurred(page, 90, 2);
  // A picture as small as this is shown from its own file: by an address of its job, from its bytes later on.
  await expect(tile(page, 2).locator('img')).toHaveAttribute('src', /^blob:|&rand=[\w-]+$/);
  // Nothing moved: results line up where room was kept for them.
  expect(await stageOf(page).boundingBox()).toEqual(stage);

  // Nobody has to look for it: the newest is on the stage.
  await expect(comparison(page).getByRole('img', { name: 'Result 2' })).toBeVisible();
  await stageOf(page).focus();
  await page.keyboard.press('.');
  await expect(comparison(page)).toHaveCount(0);
  await page.keyboard.press('.');
  await expect(comparison(page).getByRole('img', { name: 'Result 1' })).toBeVisible();
  await page.keyboard.press(',');
  await expect(comparison(page)).toHaveCount(0);
  await page.keyboard.press(',');
  await expect(comparison(page).getByRole('img', { name: 'Result 2' })).toBeVisible();
  await tile(page, 2).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(tile(page, 1)).toBeFocused();
  await expect(tile(page, 1)).toHaveAttribute('aria-pressed', 'true');

  // Held, the key shows the original; released, the result.
  const original = comparison(page).getByRole('img', { name: 'Original' });
  await page.keyboard.down('\\');
  await expect(original).toBeVisible();
  await expect(comparison(page).getByRole('img', { name: 'Result 1' })).toBeHidden();
  await page.keyboard.up('\\');
  await expect(original).toBeHidden();

  await page.getByRole('button', { name: /^Blink/ }).click();
  await expect(original).toBeVisible();
  await expect(original).toBeHidden();
  await expect(original).toBeVisible();

  await page.keyboard.press('Shift+S');
  const divider = page.getByRole('slider', { name: /^Divider/ });
  await expect(divider).toHaveAttribute('aria-valuenow', '50');
  await divider.focus();
  await page.keyboard.press('Shift+ArrowRight');
  await expect(divider).toHaveAttribute('aria-valuenow', '60');
  await dragBy(page, divider, -120, 0);
  expect(Number(await divider.getAttribute('aria-valuenow'))).toBeLessThan(55);

  // A stroke through the middle ends the comparison and is painted all the same.
  const before = await countedShare(page);
  await paintStroke(page, 0.3, 0.7, 0.3);
  await expect(divider).toHaveCount(0);
  await expect(page.getByText(before, { exact: true })).toHaveCount(0);
  await expect(comparison(page).getByRole('img')).toHaveCount(0);
});

test('a result comes up by itself, but not under a hand that paints', async ({ page, engine }) => {
  await begin(page, engine, 'announced.png', 640, 480);
  await chooseInpaint(page, 'announced');
  await page.getByLabel('Steps').fill('40');
  await generate(page);
  // Inside the area on the stage, where people look.
  const work = page.getByRole('group', { name: 'In the works' });
  await expect(work.getByRole('progressbar')).toBeVisible();
  await expect(stageOver(page).getByRole('img', { name: 'In the works' })).toBeVisible();
  await expect(comparison(page).getByRole('img', { name: 'Result 1' })).toBeVisible({ timeout: 40_000 });

  await generate(page);
  await expect(comparison(page)).toHaveCount(0);
  await expect(work).toBeVisible();
  await paintStroke(page, 0.3, 0.4, 0.3);
  await expect(stageOver(page).getByRole('img', { name: 'In the works' })).toHaveCount(0);
  // Somebody who paints on, however long the job takes on a busy machine.
  await expect(async () => {
    await paintStroke(page, 0.3, 0.4, 0.3);
    await expect(stageOver(page).getByText('Result 2 ready')).toHaveCount(2, { timeout: 500 });
  }).toPass({ intervals: [500], timeout: 40_000 });
  await expect(comparison(page)).toHaveCount(0);
  await stageOver(page).getByRole('button', { name: 'Compare', exact: true }).click();
  await expect(comparison(page).getByRole('img', { name: 'Result 2' })).toBeVisible();
});

test('the difference view shows what changed, amplified, and nothing else', async ({ page, engine }) => {
  await begin(page, engine, 'difference.png');
  await blurred(page, 60, 1);
  await tile(page, 1).click();
  await page.getByRole('button', { name: /^Difference/ }).click();
  const canvas = comparison(page).locator('canvas');
  await expect(canvas).toHaveAttribute('aria-busy', 'false');
  const after = await download(engine, await resultFile(page, engine, 1));
  const before = await download(engine, openedFile(page));
  const shown = await canvas.evaluate((element) => {
    const context = (element as HTMLCanvasElement).getContext('2d');
    return [...(context?.getImageData(0, 0, 320, 240).data ?? [])];
  });
  const wrong = shown.filter((value, at) => {
    const difference = Math.abs((before.data[at] ?? 0) - (after.data[at] ?? 0));
    return at % 4 < 3 && value !== Math.min(255, difference * 4);
  });
  expect(shown).toHaveLength(320 * 240 * 4);
  expect(wrong).toEqual([]);
  expect(shown.some((value, at) => at % 4 < 3 && value > 0)).toBe(true);
});

for (const [width, height] of [
  [390, 844],
  [820, 1180],
] as const) {
  test(`comparing fits ${width} px and is accessible`, async ({ page, engine }) => {
    await begin(page, engine, `fits-${width}.png`);
    await blurred(page, 70, 1);
    await tile(page, 1).click();
    await page.setViewportSize({ width, height });
    for (const way of [/^Slider/, /^Difference/, /^Blink/]) {
      await page.getByRole('button', { name: way }).click();
      await expectAccessible(page);
    }
    const bar = await boxOf(page.getByRole('button', { name: 'Accept', exact: true }));
    expect(bar.x + bar.width).toBeLessThanOrEqual(width);
    const stage = await boxOf(stageOf(page));
    expect(bar.y).toBeGreaterThan(stage.y + stage.height / 2);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });
}

test('with reduced motion nothing blinks by itself', async ({ page, engine }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await begin(page, engine, 'still.png');
  await blurred(page, 50, 1);
  await tile(page, 1).click();
  await page.keyboard.press('Shift+B');
  const original = comparison(page).getByRole('img', { name: 'Original' });
  await expect(original).toBeVisible();
  // Enough looks to have seen it change several times.
  for (let look = 0; look < 15; look++) {
    await page.waitForTimeout(100);
    expect(await original.isVisible()).toBe(true);
  }
  await page.keyboard.press('Shift+B');
  await expect(original).toBeHidden();
});

test('an accepted result becomes the picture to work on, and there is a way back', async ({
  page,
  engine,
}) => {
  const ref = await begin(page, engine, 'accept.png');
  const share = await countedShare(page);
  await blurred(page, 40, 1);
  await tile(page, 1).click();
  await page.keyboard.press('Shift+A');
  await expect(page).toHaveURL(/type=output/);
  await expect(page.getByText('Nothing masked yet')).toBeVisible();
  await expect(tile(page, 1)).toHaveCount(0);
  const first = openedFile(page);
  expect(first.filename).toMatch(/^blur_/);

  await strip(page).getByRole('button', { name: 'Last mask' }).click();
  await expect(page.getByText(share, { exact: true })).toBeVisible();
  await blurred(page, 90, 1);

  await strip(page).getByRole('button', { name: 'Go back', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`filename=${ref.filename}`));
  await expect(page.getByText(share, { exact: true })).toBeVisible();
  await expect(tile(page, 1)).toBeVisible();

  await page.getByLabel('Keep the mask when a result is accepted').check();
  await tile(page, 1).click();
  await page.getByRole('button', { name: 'Accept', exact: true }).click();
  await expect(page).toHaveURL(/type=output/);
  await expect(page.getByText(share, { exact: true })).toBeVisible();
  // The message offers the same way back by the same name, and covers nothing of it.
  const message = page.locator('[data-sonner-toast]');
  const newest = message.first();
  const offer = newest.getByRole('button', { name: 'Go back', exact: true });
  await expect(offer).toBeVisible();
  const [said, below] = [await boxOf(newest), await boxOf(strip(page))];
  expect(said.y + said.height).toBeLessThan(below.y);
  await offer.click();
  await expect(page).toHaveURL(new RegExp(`filename=${ref.filename}`));
  await page.getByRole('link', { name: 'Back to all pictures' }).click();
  await expect(page).toHaveURL(/#\/gallery$/);
  await expect(message).toHaveCount(0);
});

test('accepting inside the mask takes the result there and keeps the original elsewhere', async ({
  page,
  engine,
}) => {
  const ref = await begin(page, engine, 'inside.png');
  await page.keyboard.press('Control+a');
  await blurred(page, 64, 1);
  const whole = await resultFile(page, engine, 1);
  await stageOf(page).focus();
  await page.keyboard.press('Control+d');
  await paintStroke(page, 0.45, 0.55);
  await maskedShare(page);
  await tile(page, 1).click();
  const merge = page.getByRole('button', { name: 'Accept inside the mask' });

  // Behind a running job it says what it is waiting for, and can be cancelled without a complaint.
  const running = await queueElsewhere(engine, slowGraph(ref.filename));
  await expect(page.getByText('1 in queue')).toBeVisible();
  await merge.click();
  await expect(page.getByText('Waits for the running job…')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Cancel the merge' }).press('Enter');
  await expect(merge).toBeFocused();
  await expect(page.getByText(/could not be merged/)).toHaveCount(0);
  await expect(strip(page).getByRole('group')).toHaveCount(0);
  await fetch(`${engine.url}/interrupt`, { method: 'POST', body: JSON.stringify({ prompt_id: running }) });

  await merge.click();
  await expect(page).toHaveURL(/filename=merge_/, { timeout: 40_000 });

  const merged = await download(engine, openedFile(page));
  const before = await download(engine, ref);
  const result = await download(engine, whole);
  const counts = { original: 0, result: 0, between: 0 };
  for (let at = 0; at < merged.data.length; at += 4) {
    const same = (other: Buffer): boolean =>
      merged.data.subarray(at, at + 3).equals(other.subarray(at, at + 3));
    counts[same(before.data) ? 'original' : same(result.data) ? 'result' : 'between'] += 1;
  }
  expect(counts.result).toBeGreaterThan(500);
  expect(counts.original).toBeGreaterThan(320 * 240 * 0.6);
  // Only the brush's soft edge lies between the two.
  expect(counts.between).toBeLessThan(320 * 240 * 0.1);
});

test('a discarded result can be restored, and a new seed makes another', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(256, 192), 'again.png');
  await openInEditor(page, ref);
  await paintStroke(page);
  await chooseInpaint(page, 'again');
  await page.getByLabel('Steps').fill('2');
  await page.getByLabel('Seed', { exact: true }).fill('41');
  await generate(page);
  await tile(page, 1).click({ timeout: 40_000 });
  await page.getByRole('button', { name: /^New seed, / }).click();
  await expect(tile(page, 2)).toBeVisible({ timeout: 40_000 });
  const jobs = await jobsOn(engine, ref);
  const seeds = jobs.map(
    ({ graph }) => Object.values(graph).find((node) => 'seed' in node.inputs)?.inputs['seed'],
  );
  expect(seeds).toHaveLength(2);
  expect(seeds[0]).toBe(41);
  expect(seeds[1]).not.toBe(41);
  expect(jobs.map(({ darkroom }) => (darkroom['values'] as { seed: unknown }).seed)).toEqual(seeds);

  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(tile(page, 2)).toHaveCount(0);
  await page.reload();
  await expect(tile(page, 1)).toBeVisible();
  await expect(tile(page, 2)).toHaveCount(0);
  await tile(page, 1).click();
  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(tile(page, 1)).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect(tile(page, 1)).toBeVisible();
});

test('a batch is queued with consecutive seeds, also ahead of all others', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(256, 192), 'batch.png');
  await openInEditor(page, ref);
  await paintStroke(page);
  await chooseInpaint(page, 'a batch');
  await page.getByLabel('Steps').fill('2');
  await page.getByLabel('Seed', { exact: true }).fill('18446744073709551614');
  await page.getByLabel('How many').fill('3');
  await page.getByLabel('How many').press('Enter');
  await page.keyboard.press('Control+Enter');
  await expect(tile(page, 3)).toBeVisible({ timeout: 60_000 });
  const response = await fetch(`${engine.url}/history`);
  const text = await response.text();
  // Read as text: numbers of this size do not survive the native parser.
  expect(text).toContain('"seed": 18446744073709551614');
  expect(text).toContain('"seed": 18446744073709551615');
  expect(await jobsOn(engine, ref)).toHaveLength(3);

  await page.getByLabel('Seed', { exact: true }).fill('7');
  await page.getByLabel('How many').fill('2');
  await page.getByLabel('How many').press('Enter');
  await page.keyboard.press('Control+Shift+Enter');
  await expect(tile(page, 5)).toBeVisible({ timeout: 60_000 });
});

test('the rest of a batch that failed halfway is sent, each picture once', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(256, 192), 'batch-rest.png');
  await openInEditor(page, ref);
  await paintStroke(page);
  await chooseInpaint(page, 'the rest');
  await page.getByLabel('Steps').fill('1');
  await page.getByLabel('Seed', { exact: true }).fill('100');
  await page.getByLabel('How many').fill('3');
  await page.getByLabel('How many').press('Enter');
  let sent = 0;
  const prompts = (url: URL): boolean => /\/prompt$/.test(url.pathname);
  await page.route(prompts, (route) =>
    route.request().method() === 'POST' && ++sent > 1 ? route.fulfill({ status: 503 }) : route.fallback(),
  );
  await generate(page);
  const failure = page.getByRole('alert').filter({ hasText: 'Some jobs were not started' });
  await expect(failure).toContainText('1 of 3 were queued');
  await expect(tile(page, 1)).toBeVisible({ timeout: 60_000 });
  await page.unroute(prompts);
  await failure.getByRole('button', { name: 'Queue the 2 that are left' }).click();
  await expect(tile(page, 3)).toBeVisible({ timeout: 60_000 });
  await expect(failure).toHaveCount(0);
  const seeds = (await jobsOn(engine, ref)).map(
    ({ darkroom }) => (darkroom['values'] as { seed: unknown }).seed,
  );
  expect(seeds).toEqual([100, 101, 102]);
});

test('a failed job stays in the strip with its reason; one cancelled there just disappears', async ({
  page,
  engine,
}) => {
  const ref = await begin(page, engine, 'failing.png');
  const prompts = (url: URL): boolean => /\/prompt$/.test(url.pathname);
  await page.route(prompts, async (route) => {
    const body = route.request().postData();
    // The save node is told to write outside its folder, which fails only when it runs.
    await route.fallback(
      body ? { postData: body.replace(/"filename_prefix":\s*"/, '"filename_prefix": "../') } : {},
    );
  });
  const failure = strip(page).getByRole('group', { name: 'Failed' });
  await generate(page);
  await expect(failure).toContainText('SaveImage: ', { timeout: 40_000 });
  await expect(strip(page).locator('[aria-live]')).toContainText(/^Failed\. SaveImage: /);
  await failure.getByRole('button', { name: /SaveImage/ }).click();
  await expect(page.getByRole('dialog', { name: 'Failed' })).toContainText('SaveImage: ');
  await page.keyboard.press('Escape');
  await expectAccessible(page);
  await page.unroute(prompts);

  await failure.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(async () => (await jobsOn(engine, ref)).length).toBe(2);
  await expect(failure).toHaveCount(1);
  const [first, second] = await jobsOn(engine, ref);
  expect(second).toEqual(first);
  await failure.getByRole('button', { name: 'Dismiss' }).press('Enter');
  await expect(failure).toHaveCount(0);
  await expect(strip(page)).toBeFocused();

  await chooseInpaint(page, 'to be cancelled');
  await page.getByLabel('Steps').fill('400');
  await generate(page);
  await strip(page).getByRole('button', { name: 'Interrupt' }).click();
  await expect(strip(page).getByText(/^Paint over what is to change/)).toBeVisible();
  expect(await strip(page).getByRole('group').count()).toBe(0);
});

test('the area goes around the mask, and is dragged and moved by keys', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(1024, 768), 'area.png');
  await openInEditor(page, ref);
  await chooseInpaint(page, 'area');
  await page.getByLabel('Steps').fill('1');
  await page.getByText('Around the mask', { exact: true }).click();
  const label = page.getByRole('button', { name: /^What the model sees/ });
  await expect(page.getByText('Paint a mask, and the area goes around it.')).toBeVisible();
  await expect(label).toHaveCount(0);

  await paintStroke(page, 0.2, 0.3, 0.3);
  await expect(label).toBeVisible();
  const box = page.getByTestId('area-box');
  const automatic = await boxOf(box);
  await paintStroke(page, 0.6, 0.75, 0.7);
  await expect.poll(async () => (await boxOf(box)).width).toBeGreaterThan(automatic.width);

  await page.getByLabel('Working resolution').selectOption('512');
  await expect(label).toContainText(/→ 512 × \d+, ×0\.\d+/);

  // The words at the box are painted through, also by a stroke that begins on them.
  const before = await countedShare(page);
  const words = await boxOf(label);
  await page.mouse.move(words.x + 20, words.y + words.height / 2);
  await page.mouse.down();
  await page.mouse.move(words.x + 60, words.y + words.height / 2, { steps: 5 });
  await page.mouse.up();
  await expect(page.getByText(before, { exact: true })).toHaveCount(0);

  // An automatic area is painted through until it is to be moved.
  await label.locator('[data-move]').click();
  const grown = await boxOf(box);
  await dragBy(page, box.locator('[data-handle="se"]'), -80, -60);
  expect((await boxOf(box)).width).toBeLessThan(grown.width - 50);
  await expect(page.getByRole('radio', { name: 'By hand' })).toBeChecked();

  await label.focus();
  const moved = await boxOf(box);
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Alt+ArrowLeft');
  const after = await boxOf(box);
  expect(after.x).toBeLessThanOrEqual(moved.x);
  expect(after.width).toBeLessThan(moved.width);

  // Zooming keeps the box on the picture.
  await page.keyboard.press('Control+=');
  await expect.poll(async () => (await boxOf(box)).width).toBeGreaterThan(after.width);
  // Over what lies on the picture, the wheel zooms as it does beside it.
  const { width } = await boxOf(box);
  await label.hover({ force: true });
  await page.mouse.wheel(0, 100);
  await expect.poll(async () => (await boxOf(box)).width).toBeLessThan(width);

  // Painting works through the box: only its frame takes pointers.
  const share = await countedShare(page);
  await paintStroke(page, 0.45, 0.55, 0.5);
  await expect(page.getByText(share, { exact: true })).toHaveCount(0);

  await page.getByText('Edges of the mask').click();
  await page.getByRole('group', { name: 'Pasted back' }).getByLabel('Feather').fill('12');
  await page.getByRole('group', { name: 'Repainted' }).getByLabel('Grow').fill('9');
  await page.getByRole('group', { name: 'Repainted' }).getByLabel('Grow').press('Enter');
  await expectAccessible(page);
  await generate(page);
  await expect(tile(page, 1)).toBeVisible({ timeout: 60_000 });
  const [job] = await jobsOn(engine, ref);
  expect(job?.darkroom).toMatchObject({
    denoiseMask: { grow: 9, feather: 0 },
    compositeMask: { grow: 0, feather: 12 },
    box: { mode: 'hand', workingSide: 512 },
  });
  const { area, working } = job?.darkroom as Record<string, { width: number; height: number }>;
  // Plans for the next run lie over the original.
  await page.getByRole('button', { name: 'Original', exact: true }).click();
  expect(await label.textContent()).toContain(
    `${area?.width} × ${area?.height} → ${working?.width} × ${working?.height}`,
  );
  const made = await download(engine, await resultFile(page, engine, 1));
  expect([made.width, made.height]).toEqual([1024, 768]);

  // Moved away from the mask, the area would leave nothing to do: it says so, and a button fixes it.
  await label.focus();
  for (const keys of ['Alt+Shift+ArrowLeft', 'Alt+Shift+ArrowUp', 'Shift+ArrowRight', 'Shift+ArrowUp']) {
    for (let press = 0; press < 16; press++) {
      await page.keyboard.press(keys);
    }
  }
  await expect(page.getByText('All of the mask lies outside the area')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Generate/ })).toBeDisabled();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Enlarge the area' }).click();
  await expect(page.getByText(/of the mask lies? outside the area/)).toHaveCount(0);
  await expect(page.getByRole('button', { name: /^Generate/ })).toBeEnabled();
});

test('a picture is extended by dragging its edge and by presets', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(256, 192), 'extend.png');
  await openInEditor(page, ref);
  await chooseInpaint(page, 'extend');
  await page.getByLabel('Steps').fill('1');
  await page.getByRole('button', { name: 'Extend the picture' }).click();
  await expect(page.getByRole('button', { name: /^Generate/ })).toBeDisabled();
  await page.keyboard.press('Control+-');
  const edges = page.getByTestId('extend-box');
  await dragBy(page, edges.locator('[data-handle="e"]'), 100, 40);
  const right = page.getByLabel('Right', { exact: true });
  expect(Number(await right.inputValue())).toBeGreaterThan(0);
  await page.getByRole('button', { name: /^Extend: Right/ }).focus();
  const before = Number(await right.inputValue());
  await page.keyboard.press('ArrowRight');
  await expect(right).toHaveValue(String(before + 8));

  await page.getByRole('button', { name: '1:1' }).click();
  await expect(page.getByText('256 × 192 → 256 × 256')).toBeVisible();
  await expectAccessible(page);
  await generate(page);
  await expect(tile(page, 1)).toBeVisible({ timeout: 60_000 });
  const made = await download(engine, await resultFile(page, engine, 1));
  expect([made.width, made.height]).toEqual([256, 256]);
  const original = await download(engine, ref);
  const row = (png: typeof made, y: number): Buffer => png.data.subarray(y * 256 * 4, (y + 1) * 256 * 4);
  expect(row(made, 128).equals(row(original, 96))).toBe(true);

  // Shown where it belongs: the picture's own pixels over those on the stage.
  await tile(page, 1).click();
  const shown = await boxOf(comparison(page).getByRole('img', { name: 'Result 1' }));
  expect(Math.abs(shown.width - shown.height)).toBeLessThan(2);
});

test('an edit is taken up again from its result, with mask, recipe and form', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(256, 192), 'origin.png');
  await openInEditor(page, ref);
  await paintStroke(page);
  const share = await countedShare(page);
  await chooseInpaint(page, 'a wooden door');
  await page.getByLabel('Steps').fill('3');
  await page.getByText('Around the mask', { exact: true }).click();
  await generate(page);
  await tile(page, 1).click({ timeout: 40_000 });
  await page.getByRole('button', { name: 'Accept', exact: true }).click();
  await expect(page.getByText('Nothing masked yet')).toBeVisible();
  const result = openedFile(page);
  await chooseInpaint(page, 'something else');
  await page.getByText('Everything', { exact: true }).click();

  // One way back at a time: for what was accepted here, that is "Go back".
  await expect(strip(page).getByRole('button', { name: 'Go back', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Edit again' })).toHaveCount(0);
  // As in a browser that has not seen how it came about.
  await page.evaluate(() => {
    localStorage.removeItem('darkroom.lineage');
  });
  await page.reload();
  await expectReady(page);
  await page.getByRole('button', { name: 'Edit again' }).click();
  await expect(page).toHaveURL(new RegExp(`filename=${ref.filename}`));
  await expect(page.getByText(share, { exact: true })).toBeVisible();
  await expect(page.getByLabel('Prompt', { exact: true })).toHaveValue('a wooden door');
  await expect(page.getByLabel('Steps')).toHaveValue('3');
  await expect(page.getByRole('radio', { name: 'Around the mask' })).toBeChecked();

  // By its address too, and with another mask in the draft: undo brings that one back.
  await page.keyboard.press('Control+i');
  await expect(page.getByText(share, { exact: true })).toHaveCount(0);
  const query = new URLSearchParams({ ...result, restore: '1' });
  await page.goto(`/#/edit?${query.toString()}`);
  await expect(page).toHaveURL(new RegExp(`filename=${ref.filename}`));
  await expect(page.getByText(share, { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await expect(page.getByText(share, { exact: true })).toHaveCount(0);
});

test('the gallery leads back into the edit a picture was made by', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(256, 192), 'again-from-gallery.png');
  await openInEditor(page, ref);
  await paintStroke(page);
  const share = await countedShare(page);
  await chooseInpaint(page, 'a brass lamp');
  await page.getByLabel('Steps').fill('2');
  await generate(page);
  await tile(page, 1).click({ timeout: 40_000 });
  // With another mask and prompt meanwhile, what the picture was made with counts.
  await page.getByLabel('Prompt', { exact: true }).fill('something else');
  await stageOf(page).focus();
  await page.keyboard.press('Control+i');
  await expect(page.getByText(share, { exact: true })).toHaveCount(0);
  await page.getByRole('button', { name: 'Gallery: show it there' }).click();
  await page.getByTestId('details').getByRole('link', { name: 'Edit again' }).click();
  await expect(page).toHaveURL(new RegExp(`filename=${ref.filename}`));
  await expect(page.getByText(share, { exact: true })).toBeVisible();
  await expect(page.getByLabel('Prompt', { exact: true })).toHaveValue('a brass lamp');
});

/** Opens a file in the editor and gives the test access to the session. */
async function openWithHook(page: Page, ref: FileRef): Promise<void> {
  await page.goto(`/?darkroom-test#/edit?${new URLSearchParams({ ...ref }).toString()}`);
  await expectReady(page);
}

/** The masks on the page: their number, and the modifiers of the active one. */
function masksOn(page: Page): Promise<{ count: number; feather: number | undefined }> {
  return page.evaluate(() => {
    const masks = window.__darkroomEditor?.masks;
    return { count: masks?.list.length ?? 0, feather: masks?.active?.modifiers.feather };
  });
}

test('a result restores its masks with live modifiers here, and as they were sent elsewhere', async ({
  page,
  context,
  engine,
  browser,
  baseURL,
}) => {
  const ref = await upload(engine, patternPng(256, 192), 'modifiers.png');
  await openWithHook(page, ref);
  await chooseBlur(page);
  await paintStroke(page, 0.3, 0.4);
  await page.evaluate(() => {
    window.__darkroomEditor?.masks.add('Sky');
  });
  await paintStroke(page, 0.6, 0.7);
  await page.evaluate(() => {
    window.__darkroomEditor?.masks.setModifiers({ feather: 9 });
  });
  await expect.poll(() => masksOn(page)).toEqual({ count: 2, feather: 9 });
  await generate(page);
  await tile(page, 1).click({ timeout: 40_000 });
  const result = await resultFile(page, engine, 1);
  const share = await countedShare(page);
  // Meanwhile everything else is done to the masks.
  await page.evaluate(() => {
    const masks = window.__darkroomEditor?.masks;
    masks?.setModifiers({ feather: 0 });
    masks?.remove(masks.list[0]?.id ?? '');
  });
  await expect.poll(() => masksOn(page)).toEqual({ count: 1, feather: 0 });
  const again = `/?darkroom-test#/edit?${new URLSearchParams({ ...result, restore: '1' }).toString()}`;
  await page.goto(again);
  await expect.poll(() => masksOn(page)).toEqual({ count: 2, feather: 9 });
  expect(await countedShare(page)).toBe(share);
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await expect.poll(() => masksOn(page)).toEqual({ count: 1, feather: 0 });

  // Another browser knows what was sent, and applies nothing to it twice.
  const elsewhere = await browser.newContext({ baseURL });
  const other = await elsewhere.newPage();
  await other.goto(again);
  await expect(other).toHaveURL(new RegExp(`filename=${ref.filename}`));
  await expect(other.getByText(share, { exact: true })).toBeVisible();
  expect(await masksOn(other)).toEqual({ count: 1, feather: 0 });
  await elsewhere.close();
  expect(context.pages()).toHaveLength(1);
});

test('the view stays the same when a result is accepted, and on the way back', async ({ page, engine }) => {
  const view = (): Promise<string> =>
    page.evaluate(() => {
      const { scale = 0, x = 0, y = 0, angle = 0 } = window.__darkroomEditor?.camera.viewport ?? {};
      return [scale, x, y, angle].map((value) => value.toFixed(3)).join(' ');
    });
  const ref = await upload(engine, patternPng(320, 240), 'same-view.png');
  await openWithHook(page, ref);
  await chooseBlur(page);
  await paintStroke(page);
  await maskedShare(page);
  await blurred(page, 41, 1);
  const fitted = await view();
  await page.evaluate(() => {
    const camera = window.__darkroomEditor?.camera;
    camera?.zoomTo(3);
    camera?.rotateTo(0.4);
    camera?.panBy(60, -35);
  });
  const chosen = await view();
  expect(chosen).not.toBe(fitted);
  await tile(page, 1).click();
  await page.getByRole('button', { name: 'Accept', exact: true }).click();
  await expect(page).toHaveURL(/type=output/);
  await expect(page.getByText('Nothing masked yet')).toBeVisible();
  expect(await view()).toBe(chosen);
  await strip(page).getByRole('button', { name: 'Go back', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`filename=${ref.filename}`));
  await maskedShare(page);
  expect(await view()).toBe(chosen);
  // A different picture is fitted.
  await openWithHook(page, await upload(engine, patternPng(320, 200), 'other-view.png'));
  await expect.poll(view).not.toBe(chosen);
});

test('a stroke begun before the accepted picture is there is painted on it', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(320, 240), 'early-stroke.png');
  await openWithHook(page, ref);
  await chooseBlur(page);
  await paintStroke(page);
  await maskedShare(page);
  await blurred(page, 41, 1);
  await tile(page, 1).click();
  // The result takes its time.
  let arrive = (): void => undefined;
  const arrival = new Promise<void>((resolve) => (arrive = resolve));
  await page.evaluate(() => window.__darkroomEditor?.options.setSize(30));
  await page.route(/\/view\?.*type=output/, async (route) => {
    await arrival;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Accept', exact: true }).click();
  await expect(stageOf(page)).toHaveCSS('cursor', 'progress');
  await dragThrough(page, [
    { x: 40, y: 60 },
    { x: 90, y: 60 },
  ]);
  arrive();
  await expect(page).toHaveURL(/type=output/);
  await expect(page.getByText('Nothing masked yet')).toHaveCount(0);
  await expect(stageOf(page)).not.toHaveCSS('cursor', 'progress');
  // This stroke alone, where it was painted.
  expect(await maskBox(page)).toEqual([25, 45, 105, 75]);
  await strip(page).getByRole('button', { name: 'Go back', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`filename=${ref.filename}`));
  await maskedShare(page);
});

test('the editor continues where it was after a visit to the gallery', async ({ page, engine }) => {
  await begin(page, engine, 'visit.png');
  await page.getByRole('link', { name: 'Gallery' }).click();
  await expect(stageOf(page)).toHaveCount(0);
  await page.getByRole('link', { name: 'Editor' }).click();
  await maskedShare(page);
  await chooseInpaint(page, 'after the visit');
  await expect(page.getByLabel('Prompt', { exact: true })).toHaveValue('after the visit');
  await chooseBlur(page);
  await blurred(page, 33, 1);
});

test('parts of the mask that lie far apart are repainted in one job, each in its own area', async ({
  page,
  engine,
}) => {
  const ref = await upload(engine, patternPng(1400, 1400), 'far-apart.png');
  await openWithHook(page, ref);
  await chooseInpaint(page, 'a pebble');
  await page.evaluate(() => window.__darkroomEditor?.options.setSize(40));
  for (const [x, y] of [
    [40, 40],
    [1360, 1360],
  ] as const) {
    await dragThrough(page, [
      { x, y },
      { x: x + 4, y },
    ]);
  }
  await expect(page.getByText('The mask has 2 parts far apart')).toBeVisible();
  const own = page.getByRole('button', { name: 'Repaint each part on its own' });
  await own.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('get an area each')).toBeVisible();
  await expect(page.getByTestId('area-part')).toHaveCount(2);
  await expect(page.getByTestId('area-box')).toHaveCount(0);
  await expectAccessible(page);
  await generate(page);
  await expect(tile(page, 1)).toBeVisible({ timeout: 40_000 });
  const made = await download(engine, await resultFile(page, engine, 1));
  const [job] = await jobsOn(engine, ref);
  const crops = Object.values(job?.graph ?? {}).filter(({ class_type }) => class_type === 'ImageCrop');
  expect(crops.map(({ inputs }) => [inputs['width'], inputs['height']])).toEqual([
    [512, 512],
    [512, 512],
  ]);
  expect(job?.outputs).toHaveLength(1);
  const before = await download(engine, ref);
  const pixel = (png: PNG, x: number, y: number): string =>
    png.data.subarray((y * 1400 + x) * 4, (y * 1400 + x) * 4 + 3).join();
  for (const [x, y, changed] of [
    [42, 42, true],
    [1361, 1361, true],
    [700, 700, false],
    [300, 300, false],
  ] as const) {
    expect([x, y, pixel(made, x, y) !== pixel(before, x, y)]).toEqual([x, y, changed]);
  }
  await page.getByRole('button', { name: 'One area for all parts' }).click();
  await expect(page.getByTestId('area-part')).toHaveCount(0);
});

test('one whole round by keyboard alone', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(256, 192), 'keys.png');
  await openInEditor(page, ref);
  await chooseBlur(page);
  await stageOf(page).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.down('Enter');
  for (let step = 0; step < 4; step++) {
    await page.keyboard.press('ArrowRight');
  }
  await page.keyboard.up('Enter');
  await maskedShare(page);
  await page.keyboard.press('Control+Enter');
  await expect(comparison(page).getByRole('img', { name: 'Result 1' })).toBeVisible({ timeout: 40_000 });
  await page.keyboard.press('Shift+D');
  await expect(comparison(page).locator('canvas')).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Shift+A');
  await expect(page).toHaveURL(/type=output/);
  await page.keyboard.press('Shift+Backspace');
  await expect(page).toHaveURL(new RegExp(`filename=${ref.filename}`));
});
