import type { Locator, Page } from '@playwright/test';
import { type FileRef, parseAnnotated } from '../../src/comfy/file-ref';
import { insertPngText } from '../../src/comfy/png';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import {
  download,
  expectOnlyMaskChanged,
  expectReady,
  finishedJobs,
  inputOf,
  maskedShare,
  openInEditor,
  paintStroke,
  patternPng,
  queueElsewhere,
  upload,
} from './pages';

/** The image-to-video graph of the API document this project started from, as its POST /prompt has it. */
const FILM = {
  client_id: '533ef3a3-39c0-4e39-9ced-37d290f371f8',
  prompt: {
    '3': {
      inputs: {
        ...{ seed: 0, steps: 4, cfg: 2.5, sampler_name: 'euler', scheduler: 'karras', denoise: 1 },
        ...{ model: ['14', 0], positive: ['12', 0], negative: ['12', 1], latent_image: ['12', 2] },
      },
      class_type: 'KSampler',
      _meta: { title: 'K采样器' },
    },
    '8': { inputs: { samples: ['3', 0], vae: ['15', 2] }, class_type: 'VAEDecode' },
    '12': {
      inputs: {
        ...{ width: 256, height: 144, video_frames: 14, motion_bucket_id: 32, fps: 6, augmentation_level: 0 },
        ...{ clip_vision: ['15', 1], init_image: ['23', 0], vae: ['15', 2] },
      },
      class_type: 'SVD_img2vid_Conditioning',
    },
    '14': { inputs: { min_cfg: 1, model: ['15', 0] }, class_type: 'VideoLinearCFGGuidance' },
    '15': { inputs: { ckpt_name: 'svd_xt_1_1.safetensors' }, class_type: 'ImageOnlyCheckpointLoader' },
    '23': {
      inputs: { image: 'C:\\Users\\someone\\Pictures\\elephant1.png [input]', upload: 'image' },
      class_type: 'LoadImage',
      _meta: { title: '加载图像' },
    },
    '24': {
      inputs: {
        ...{ frame_rate: 6, loop_count: 0, filename_prefix: 'SVD_img2vid', format: 'image/gif' },
        ...{ pingpong: false, save_output: true, images: ['8', 0] },
      },
      class_type: 'VHS_VideoCombine',
    },
  },
};

const GRAPH = {
  '3': {
    inputs: {
      ...{
        seed: 687973405480854,
        steps: 3,
        cfg: 8,
        sampler_name: 'dpmpp_2m',
        scheduler: 'karras',
        denoise: 1,
      },
      ...{ model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0] },
    },
    class_type: 'KSampler',
  },
  '4': { inputs: { ckpt_name: 'sdxl-动漫二次元_2.0.safetensors' }, class_type: 'CheckpointLoaderSimple' },
  '5': { inputs: { width: 256, height: 256, batch_size: 1 }, class_type: 'EmptyLatentImage' },
  '6': { inputs: { text: 'a meadow', clip: ['4', 1] }, class_type: 'CLIPTextEncode' },
  '7': { inputs: { text: 'fog', clip: ['4', 1] }, class_type: 'CLIPTextEncode' },
  '8': { inputs: { samples: ['3', 0], vae: ['4', 2] }, class_type: 'VAEDecode' },
  '9': { inputs: { filename_prefix: 'ComfyUI', images: ['8', 0] }, class_type: 'SaveImage' },
};

/** The text-to-image graph of that document, which stands there inside an answer of GET /history. */
const HISTORY = {
  '39d61fa4-58a4-4f61-a547-caab0f4c3a53': {
    prompt: [10, '39d61fa4-58a4-4f61-a547-caab0f4c3a53', GRAPH, { client_id: 'x' }, ['9']],
    outputs: { '9': { images: [{ filename: 'ComfyUI_00138_.png', subfolder: '', type: 'output' }] } },
    status: { status_str: 'success', completed: true, messages: [] },
  },
};

async function openRoom(page: Page): Promise<void> {
  await page.goto('/#/gallery');
  await page.getByRole('navigation').getByRole('link', { name: 'Workflows' }).click();
  await expect(page.getByRole('heading', { name: 'Workflows', level: 1 })).toBeVisible();
}

async function paste(page: Page, json: unknown): Promise<void> {
  await page.getByRole('button', { name: 'Paste', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Paste a workflow' });
  await dialog
    .getByLabel('Workflow as JSON')
    .fill(typeof json === 'string' ? json : JSON.stringify(json, null, 2));
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
}

const promptOf = (page: Page): Locator => page.getByRole('textbox', { name: /^Prompt/ }).first();
const results = (page: Page): Locator => page.getByRole('region', { name: 'Results' });
const run = (page: Page): Promise<void> => page.getByRole('button', { name: /^Run/ }).click();

/** Drops a file on an element, as a person drags it there from another program. */
async function drop(target: Locator, name: string, type: string, bytes: Uint8Array): Promise<void> {
  const data = await target.page().evaluateHandle(
    ([fileName, fileType, text]) => {
      const transfer = new DataTransfer();
      const binary = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([binary], fileName, { type: fileType }));
      return transfer;
    },
    [name, type, Buffer.from(bytes).toString('base64')] as const,
  );
  await target.dispatchEvent('dragover', { dataTransfer: data });
  await target.dispatchEvent('drop', { dataTransfer: data });
}

test('the document’s film runs: from the rail, pasted, with a picture of one’s own', async ({ page }) => {
  // Fourteen frames are sampled and encoded.
  test.slow();
  await openRoom(page);
  await paste(page, FILM);
  await expect(page.getByRole('heading', { name: 'Pasted workflow', level: 1 })).toBeVisible();
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({
      name: 'elephant.png',
      mimeType: 'image/png',
      buffer: Buffer.from(patternPng(320, 180)),
    });
  await expect(page.getByText(/elephant(_\d+)?\.png/).first()).toBeVisible();
  await run(page);

  const film = results(page).getByRole('img', { name: /SVD_img2vid.*\.gif$/ });
  await expect(film).toBeVisible({ timeout: 240_000 });
  // It plays: the file itself is shown, and has more than one frame.
  const source = await film.getAttribute('src');
  const bytes = Buffer.from(await (await page.request.get(source ?? '')).body());
  expect(bytes.subarray(0, 6).toString('latin1')).toMatch(/^GIF8/);
  expect(bytes.toString('latin1').split('\x21\xf9\x04').length - 1).toBeGreaterThan(10);
  await film.click();
  await expect(page).toHaveURL(/#\/gallery\/.+\/\d+$/);
});

test('the document’s history entry runs; its form is saved, reopened after a reload, and keeps its runs', async ({
  page,
}) => {
  await openRoom(page);
  await paste(page, HISTORY);
  const prompt = promptOf(page);
  await expect(prompt).toHaveValue('a meadow');
  await prompt.fill('a lighthouse at dawn');
  await run(page);
  await expect(results(page).getByRole('img', { name: /^ComfyUI_.*\.png$/ })).toBeVisible({
    timeout: 40_000,
  });

  // What is typed and what was made survive a reload before anything is saved.
  await page.reload();
  await expect(prompt).toHaveValue('a lighthouse at dawn');
  await expect(results(page).getByRole('img', { name: /^ComfyUI_.*\.png$/ })).toBeVisible();

  await page.getByRole('button', { name: 'Save as a form', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Save as a form' });
  await dialog.getByLabel('Name of the form').fill('Lighthouses');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page).toHaveURL(/#\/workflows\/open\/form\?id=/);
  await expect(page.getByRole('heading', { name: 'Lighthouses', level: 1 })).toBeVisible();
  await page.reload();
  await expect(prompt).toHaveValue('a lighthouse at dawn');
  await expect(results(page).getByRole('img', { name: /^ComfyUI_.*\.png$/ })).toBeVisible();

  await page.getByRole('link', { name: 'All workflows' }).click();
  const own = page.getByRole('region', { name: /^My forms/ });
  await expect(own.getByRole('link', { name: /Lighthouses/ })).toBeVisible();
  await own.getByRole('button', { name: 'Actions for Lighthouses' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(own.getByRole('link', { name: /Lighthouses/ })).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(own.getByRole('link', { name: /Lighthouses/ })).toBeVisible();
});

test('a saved form is there in another browser', async ({ page, browser, baseURL }) => {
  await openRoom(page);
  await paste(page, GRAPH);
  const stored = page.waitForResponse(
    (response) =>
      response.url().includes('/userdata/darkroom.forms.json') && response.request().method() === 'POST',
  );
  await page.getByRole('button', { name: 'Save as a form', exact: true }).click();
  await page.getByLabel('Name of the form').fill('Shared form');
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await stored;
  const other = await browser.newPage();
  await other.goto(`${baseURL}/#/workflows`);
  await other.getByRole('link', { name: /Shared form/ }).click();
  await expect(promptOf(other)).toHaveValue('a meadow');
  await other.close();
});

test('a template is found, opened and run', async ({ page }) => {
  await openRoom(page);
  const templates = page.getByRole('region', { name: /^Templates/ });
  await expect(templates.getByRole('link')).toHaveCount(4);
  await page.getByRole('searchbox', { name: /^Search/ }).fill('soften');
  await expect(templates.getByRole('link')).toHaveCount(1);
  await templates.getByRole('link', { name: /Soften a picture/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Soften a picture');
  await run(page);
  await expect(results(page).getByRole('img', { name: /^soft_.*\.png$/ })).toBeVisible({ timeout: 40_000 });
});

test('a saved form repaints the masked part of a picture', async ({ page, engine }) => {
  const original = await upload(engine, patternPng(256, 192), 'form-source.png');
  await openRoom(page);
  await page.getByRole('link', { name: /Soften a picture/ }).click();
  await page.getByRole('button', { name: 'Save as a form', exact: true }).click();
  await page.getByLabel('Name of the form').fill('Soft spot');
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Soft spot', level: 1 })).toBeVisible();

  await openInEditor(page, original);
  await page.getByLabel('Recipe', { exact: true }).selectOption({ label: 'Soft spot' });
  await paintStroke(page);
  await page.getByRole('button', { name: /^Generate/ }).click();
  const job = await expectOnlyMaskChanged(engine, original);
  expect(job.darkroom['recipe']).toBe('own:Soft spot');
});

test('a dropped picture of ComfyUI opens as a form, and any other says why not', async ({ page }) => {
  await openRoom(page);
  const room = page.getByRole('main');
  await drop(room, 'holiday.png', 'image/png', patternPng(20, 20));
  await expect(page.getByRole('alert')).toContainText('“holiday” did not open');
  await expect(page.getByRole('alert')).toContainText('This PNG file holds no workflow');
  await drop(
    room,
    'made.png',
    'image/png',
    insertPngText(patternPng(20, 20), [['prompt', JSON.stringify(GRAPH)]]),
  );
  await expect(page.getByRole('heading', { name: 'made', level: 1 })).toBeVisible();
  await expect(promptOf(page)).toHaveValue('a meadow');
});

for (const [what, text, sentence] of [
  ['no JSON', 'hello', /neither a workflow nor a picture/],
  ['another JSON', '{"a":1}', /no ComfyUI workflow/],
  ['a node without class_type', '{"3":{"inputs":{}}}', /Node 3 has no class_type/],
  ['a dangling link', '{"3":{"class_type":"A","inputs":{"x":["9",0]}}}', /connected to node “9”/],
  ['a link as a text', '{"3":{"class_type":"A","inputs":{"x":["9","0"]}}}', /is a list but no link/],
  ['a circle', '{"3":{"class_type":"A","inputs":{"x":["3",0]}}}', /in a circle/],
  ['an unknown class', '{"nodes":[{"id":1,"type":"Nowhere"}],"links":[]}', /does not have node 1, “Nowhere”/],
] as const) {
  test(`${what} is refused in a sentence`, async ({ page }) => {
    await openRoom(page);
    await paste(page, text);
    await expect(page.getByRole('alert')).toContainText(sentence);
  });
}

test('a refused value is shown at its field', async ({ page }) => {
  await openRoom(page);
  await paste(page, { ...GRAPH, '4': { ...GRAPH['4'], inputs: { ckpt_name: 'missing.safetensors' } } });
  await expect(promptOf(page)).toBeVisible();
  await run(page);
  await expect(
    page
      .getByRole('main')
      .getByText(/missing\.safetensors/)
      .last(),
  ).toBeVisible();
  await expect(results(page).getByRole('article')).toHaveCount(0);
});

test('a sweep makes a labelled sheet, and what differs from a run is taken over with a click', async ({
  page,
}) => {
  await openRoom(page);
  await paste(page, GRAPH);
  await expect(promptOf(page)).toBeVisible();
  await page.getByRole('button', { name: 'Sweep', exact: true }).click();
  await page.getByLabel('Across').selectOption({ label: 'CFG' });
  await page.getByLabel('Values of CFG').fill('3, 5');
  await page.getByLabel('Down').selectOption({ label: 'Steps' });
  await page.getByLabel('Values of Steps').fill('1..2');
  await page.getByRole('button', { name: 'Start 4 runs' }).click();
  const sheet = results(page).getByRole('table');
  await expect(sheet.getByRole('columnheader')).toHaveText(['3', '5']);
  await expect(sheet.getByRole('rowheader')).toHaveText(['1', '2']);
  await expect(sheet.getByRole('link')).toHaveCount(4, { timeout: 40_000 });
  await expect(sheet.getByRole('link', { name: 'CFG: 5, Steps: 2' })).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download the sheet as PNG' }).click();
  expect((await download).suggestedFilename()).toMatch(/CFG.*Steps.*\.png$/);

  await run(page);
  await expect(results(page).getByRole('img', { name: /^ComfyUI_.*\.png$/ })).toBeVisible({
    timeout: 40_000,
  });
  await promptOf(page).fill('something else');
  await results(page)
    .getByRole('button', { name: /^What differs from the run/ })
    .click();
  const panel = page.getByRole('region', { name: /^Form and run of/ });
  await panel.getByRole('button', { name: 'Use a meadow for text' }).click();
  await expect(promptOf(page)).toHaveValue('a meadow');
});

test('a sweep is one labelled sheet in the gallery, from what its jobs tell alone', async ({
  page,
  context,
}) => {
  await openRoom(page);
  await paste(page, GRAPH);
  await expect(promptOf(page)).toBeVisible();
  await page.getByRole('button', { name: 'Sweep', exact: true }).click();
  await page.getByLabel('Across').selectOption({ label: 'CFG' });
  await page.getByLabel('Values of CFG').fill('3.5, 6.5, 8.5');
  await page.getByLabel('Down').selectOption({ label: 'Steps' });
  await page.getByLabel('Values of Steps').fill('1..2');
  await page.getByRole('button', { name: 'Start 6 runs' }).click();
  await expect(results(page).getByRole('table').getByRole('link')).toHaveCount(6, { timeout: 40_000 });

  await page.goto('#/gallery');
  const tile = page.getByRole('link', { name: /^CFG × Steps: a meadow.*6 files/ });
  await expect(tile).toHaveCount(1);
  await tile.click();
  const dialog = page.getByRole('dialog', { name: 'Sheet of a sweep' });
  const expectWhole = async (): Promise<void> => {
    const table = dialog.getByRole('table', { name: 'CFG × Steps' });
    await expect(table.getByRole('columnheader')).toHaveText(['3.5', '6.5', '8.5']);
    await expect(table.getByRole('rowheader')).toHaveText(['1', '2']);
    await expect(table.getByRole('link')).toHaveCount(6);
    await expect(dialog.getByText(/^6 of 6 done/)).toBeVisible();
  };
  await expectWhole();
  await expectAccessible(page);
  await page.reload();
  await expectWhole();

  const cell = dialog.getByRole('link', { name: 'CFG: 6.5, Steps: 2' });
  await expect(cell.locator('img')).toHaveJSProperty('complete', true);
  await dialog.getByRole('link', { name: 'CFG: 3.5, Steps: 2' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(cell).toBeFocused();
  await page.keyboard.press('Enter');
  const viewer = page.getByRole('dialog', { name: 'Picture viewer' });
  const place = viewer.getByRole('link', { name: 'CFG: 6.5, Steps: 2' });
  await expect(place).toBeVisible();
  await page.keyboard.press('Escape');
  await expectWhole();
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Download the sheet as PNG' }).click();
  expect((await download).suggestedFilename()).toMatch(/^CFG × Steps.*\.png$/);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(tile).toBeFocused();

  // A browser that has never been here has it from the server.
  const address = page.url();
  await tile.click();
  const route = page.url().slice(page.url().indexOf('#'));
  const other = await context.browser()?.newContext();
  const stranger = await other?.newPage();
  await stranger?.goto(address.replace(/#.*/, route));
  const sheet = stranger?.getByRole('table', { name: 'CFG × Steps' });
  await expect(sheet?.getByRole('link') as Locator).toHaveCount(6);
  await other?.close();
});

/** A picture's mask as a picture. */
const MASK_GRAPH = {
  '1': { inputs: { image: '' }, class_type: 'LoadImage', _meta: { title: 'Photo' } },
  '2': { inputs: { mask: ['1', 1] }, class_type: 'MaskToImage' },
  '3': { inputs: { filename_prefix: 'mask-of-photo', images: ['2', 0] }, class_type: 'SaveImage' },
};

test('a mask is painted for an input of a form, runs with it, and is painted on', async ({
  page,
  engine,
}) => {
  const photo = await upload(engine, patternPng(320, 200), 'photo-for-mask.png');
  const graph = structuredClone(MASK_GRAPH);
  graph['1'].inputs.image = photo.filename;
  await openRoom(page);
  await paste(page, graph);
  const paint = page.getByRole('button', { name: 'Paint a mask' });
  await paint.click();
  await expect(page.getByRole('heading', { name: 'Mask for “Pasted workflow”' })).toBeVisible();
  await expectReady(page);
  const use = page.getByRole('button', { name: /^Use this mask/ });
  await expect(use).toBeDisabled();
  await expect(page.getByRole('button', { name: /^Generate/ })).toHaveCount(0);
  await expectAccessible(page);
  await paintStroke(page);

  // The errand survives a reload and a look at another room.
  const share = await maskedShare(page);
  await page.reload();
  await expectReady(page);
  await page.getByRole('navigation').getByRole('link', { name: 'Gallery' }).click();
  await page.getByRole('navigation').getByRole('link', { name: 'Editor' }).click();
  await expect(page.getByText(share)).toBeVisible();
  await use.click();

  await expect(page).toHaveURL(/#\/workflows\/open\/kept\?id=/);
  await expect(page.getByRole('img', { name: /darkroom-[0-9a-f]+-[0-9a-f]+\.png/ })).toBeVisible();
  await run(page);
  await expect(results(page).getByRole('img', { name: /^mask-of-photo.*\.png$/ })).toBeVisible({
    timeout: 40_000,
  });
  const job = (await finishedJobs(engine)).findLast(
    ({ graph: made }) => made['2']?.class_type === 'MaskToImage',
  );
  const value = String(inputOf(job, 'LoadImage', 'image'));
  expect(value).toMatch(/^clipspace\/darkroom-.*\.png \[input\]$/);
  // The server's file has the picture's colours and the mask as its alpha; the run saw that mask.
  const [original, masked, seen] = await Promise.all([
    download(engine, photo),
    download(engine, parseAnnotated(value)),
    download(engine, job?.outputs[0] as FileRef),
  ]);
  const counts = { colours: 0, alpha: 0, painted: 0 };
  for (let at = 0; at < original.data.length; at += 4) {
    const alike = masked.data.subarray(at, at + 3).equals(original.data.subarray(at, at + 3));
    counts.colours += alike ? 0 : 1;
    // The mask is a float between the two, and cut off to a byte when it is saved.
    counts.alpha += Math.abs((seen.data[at] ?? 0) + (masked.data[at + 3] ?? 0) - 255) > 1 ? 1 : 0;
    counts.painted += seen.data[at] === 255 ? 1 : 0;
  }
  expect(counts).toMatchObject({ colours: 0, alpha: 0 });
  expect(counts.painted).toBeGreaterThan(500);

  // The mask in the input is painted on over the same picture, not over the masked file.
  await paint.click();
  await expectReady(page);
  await expect(page).toHaveURL(/[?&]filename=photo-for-mask/);
  await expect(page.getByText(share)).toBeVisible();
  await page.getByRole('button', { name: 'Back without it' }).click();
  await expect(page.getByRole('img', { name: /darkroom-[0-9a-f]+-[0-9a-f]+\.png/ })).toBeVisible();
});

test('what was typed the moment before the page went is there again', async ({ page }) => {
  await page.goto('/#/workflows');
  await page
    .getByRole('region', { name: /^Templates/ })
    .getByRole('link', { name: /Text to image/ })
    .click();
  for (let round = 0; round < 6; round++) {
    await promptOf(page).fill(`a meadow at ${round} o’clock`);
    await page.reload();
    await expect(promptOf(page)).toHaveValue(`a meadow at ${round} o’clock`);
  }
});

test('a form says so when the browser can store nothing', async ({ page }) => {
  await page.addInitScript(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('The disk is full.', 'QuotaExceededError');
    };
  });
  await page.goto('/#/workflows');
  await page
    .getByRole('region', { name: /^Templates/ })
    .getByRole('link', { name: /Text to image/ })
    .click();
  await promptOf(page).fill('a meadow');
  await expect(page.getByRole('status').filter({ hasText: 'cannot store what you type here' })).toBeVisible();
});

test('a picture of the gallery and a job of the queue open as forms', async ({ page, engine }) => {
  await queueElsewhere(engine, GRAPH);
  await page.goto('/#/queue');
  const row = page
    .getByRole('region', { name: /^Finished/ })
    .getByRole('listitem')
    .filter({ hasText: 'a meadow' });
  await expect(row.first()).toBeVisible({ timeout: 40_000 });
  await row.first().hover();
  await row
    .first()
    .getByRole('button', { name: /^New or same seed/ })
    .click();
  await page.getByRole('menuitem', { name: 'Open as a form' }).click();
  await expect(promptOf(page)).toHaveValue('a meadow');
  await page.goto('/#/gallery');
  // Not just the newest: other tests of this engine make pictures without a prompt.
  await page
    .getByRole('gridcell')
    .getByRole('link', { name: /^a meadow/ })
    .first()
    .click();
  await page.keyboard.press('f');
  await expect(page).toHaveURL(/#\/workflows\/open\/job\?id=/);
  await expect(promptOf(page)).toHaveValue('a meadow');
});

test('a subgraph of the server runs by itself, with a picture put in and one saved', async ({
  page,
  engine,
}) => {
  const photo = await upload(engine, patternPng(96, 64), 'for-subgraph.png');
  await page.goto('/#/workflows');
  const section = page.getByRole('region', { name: /^Subgraph blueprints/ });
  await section.getByRole('link', { name: /Soft negative/ }).click();
  await expect(page.getByRole('heading', { name: 'Soft negative', level: 1 })).toBeVisible();
  await page.getByRole('button', { name: 'Files on the server' }).click();
  await page.getByRole('option', { name: photo.filename }).click();
  await run(page);
  await expect(results(page).getByRole('img', { name: /^ComfyUI_.*\.png$/ })).toBeVisible({
    timeout: 40_000,
  });
});

test('the room is accessible, and scrolls sideways on no phone @touch', async ({ page }) => {
  await page.goto('/#/workflows');
  await expect(page.getByRole('region', { name: /^Templates/ }).getByRole('link')).toHaveCount(4);
  await expectAccessible(page);
  await page.getByRole('link', { name: /Text to image/ }).click();
  await run(page);
  await expect(results(page).getByRole('article').getByRole('link')).toBeVisible({ timeout: 40_000 });
  await page.getByRole('button', { name: 'Sweep', exact: true }).click();
  await expect(page.getByRole('heading', { name: /^Sweep/ })).toBeVisible();
  await expectAccessible(page);
  const [scroll, client] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(scroll).toBeLessThanOrEqual(client ?? 0);
});
