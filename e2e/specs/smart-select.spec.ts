import type { Page } from '@playwright/test';
import { PNG } from 'pngjs';
import type { DemoEngine } from '../../src/demo/index';
import { Painting } from '../../src/demo/paint/painting';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import {
  chooseBlur,
  dragThrough,
  expectOnlyMaskChanged,
  expectReady,
  maskAt,
  maskBox,
  onPage,
  openWithSession,
  queueElsewhere,
  type Spot,
  stageOf,
  upload,
  waitingJobs,
} from './pages';
import { penThrough } from './pen';

const WIDTH = 480;
const HEIGHT = 360;

/** Ellipses on uneven grey ground: three red ones, and a blue one. */
const THINGS = [
  { x: 90, y: 100, rx: 50, ry: 40, color: [205, 40, 36] },
  { x: 250, y: 90, rx: 40, ry: 55, color: [205, 40, 36] },
  { x: 390, y: 120, rx: 45, ry: 45, color: [205, 40, 36] },
  { x: 240, y: 265, rx: 90, ry: 50, color: [40, 70, 200] },
] as const;
const [LEFT, MIDDLE, RIGHT, BLUE] = THINGS;
/** Away from what floats over the left corner of the stage. */
const GROUND: Spot = { x: 420, y: 300 };

function thingsPng(salt = 0): Buffer {
  const png = new PNG({ width: WIDTH, height: HEIGHT });
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const thing = THINGS.find((one) => ((x - one.x) / one.rx) ** 2 + ((y - one.y) / one.ry) ** 2 <= 1);
      const grain = (x * 7 + y * 13 + salt) % 9;
      png.data.set(
        [...(thing?.color ?? [150, 150, 150]).map((value) => value + grain), 255],
        (y * WIDTH + x) * 4,
      );
    }
  }
  // No two tests look at the same content.
  png.data.set([salt % 256, salt >> 8, 0, 255], 0);
  return PNG.sync.write(png, { colorType: 2 });
}

/** A face from the front, its parts where `PORTRAIT` says. */
function portraitPng(): Buffer {
  const painting = new Painting('portrait of a woman', 3, WIDTH, HEIGHT);
  const png = new PNG({ width: WIDTH, height: HEIGHT });
  const row = new Float32Array(WIDTH * 3);
  for (let y = 0; y < HEIGHT; y++) {
    painting.row(y, row, 0);
    for (let x = 0; x < WIDTH; x++) {
      const color = [...row.subarray(x * 3, x * 3 + 3)].map((value) => Math.round(value * 255));
      png.data.set([...color, 255], (y * WIDTH + x) * 4);
    }
  }
  return PNG.sync.write(png, { colorType: 2 });
}

const PORTRAIT = {
  lips: { x: 233, y: 203 },
  leftEye: { x: 262, y: 151 },
  nose: { x: 233, y: 175 },
  hair: { x: 233, y: 45 },
} as const;

const status = (page: Page, text: string | RegExp) => page.getByRole('status').filter({ hasText: text });
const panel = (page: Page) => page.getByRole('region', { name: 'Smart select' });
const take = (page: Page) => page.getByRole('button', { name: 'Take the selection' });

/** Takes the tool in hand, once the server's nodes are known. */
async function takeTool(page: Page): Promise<void> {
  await page.keyboard.press('o');
  await expect(page.getByRole('button', { name: 'Smart select', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await expect(page.getByLabel('What to select, in words')).toBeEnabled();
}

async function clickAt(page: Page, spot: Spot, modifiers: ('Alt' | 'Shift')[] = []): Promise<void> {
  const at = await onPage(page, spot);
  await page.mouse.move(at.x, at.y);
  for (const key of modifiers) {
    await page.keyboard.down(key);
  }
  await page.mouse.down();
  await page.mouse.up();
  for (const key of modifiers) {
    await page.keyboard.up(key);
  }
}

async function findWords(page: Page, words: string): Promise<void> {
  await page.getByLabel('What to select, in words').fill(words);
  await page.getByLabel('What to select, in words').press('Enter');
}

/** Says which jobs the page has sent so far that hold some text. */
function watchJobs(page: Page): (text: string) => string[] {
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && /\/prompt$/.test(request.url())) {
      sent.push(request.postData() ?? '');
    }
  });
  return (text) => sent.filter((job) => job.includes(text));
}

/** Keeps the engine busy until it is interrupted. */
async function keepBusy(engine: DemoEngine, image: string): Promise<string> {
  return queueElsewhere(engine, slowGraph(image));
}

function slowGraph(image: string): object {
  const text = (words: string) => ({ class_type: 'CLIPTextEncode', inputs: { text: words, clip: ['1', 1] } });
  const sampling = {
    ...{ seed: 1, steps: 1000, cfg: 7, sampler_name: 'euler', scheduler: 'normal', denoise: 1 },
    ...{ model: ['1', 0], positive: ['3', 0], negative: ['4', 0], latent_image: ['5', 0] },
  };
  return {
    '1': {
      class_type: 'CheckpointLoaderSimple',
      inputs: { ckpt_name: 'darkroom-demo-classical.safetensors' },
    },
    '2': { class_type: 'LoadImage', inputs: { image } },
    '3': text('slow'),
    '4': text(''),
    '5': { class_type: 'VAEEncode', inputs: { pixels: ['2', 0], vae: ['1', 2] } },
    '6': { class_type: 'KSampler', inputs: sampling },
    '7': { class_type: 'VAEDecode', inputs: { samples: ['6', 0], vae: ['1', 2] } },
    '8': { class_type: 'SaveImage', inputs: { images: ['7', 0], filename_prefix: 'slow' } },
  };
}

async function interrupt(engine: DemoEngine): Promise<void> {
  await fetch(`${engine.url}/interrupt`, { method: 'POST' });
}

async function historyOf(engine: DemoEngine): Promise<string> {
  return (await fetch(`${engine.url}/history`)).text();
}

async function openThings(page: Page, engine: DemoEngine, title: string) {
  const salt = [...title].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1009, 7);
  const ref = await upload(engine, thingsPng(salt), `${title.replaceAll(/\W+/g, '-')}.png`);
  await openWithSession(page, ref);
  return ref;
}

test('a click selects, a negative one takes away, Enter makes one step of it', async ({ page, engine }, {
  title,
}) => {
  const sent = watchJobs(page);
  await openThings(page, engine, title);
  await takeTool(page);
  await clickAt(page, LEFT);
  await expect(status(page, /^1 object/)).toBeVisible();
  expect(await maskBox(page)).toBeNull();
  await clickAt(page, { x: LEFT.x, y: LEFT.y + 20 });
  await clickAt(page, GROUND, ['Alt']);
  await expect(take(page)).toBeEnabled();
  await expect.poll(() => sent('negative_coords').length).toBeGreaterThan(0);
  await expect(status(page, /^1 object/)).toBeVisible();

  await page.keyboard.press('Enter');
  await expect.poll(() => maskAt(page, LEFT)).toBe(255);
  expect(await maskAt(page, GROUND)).toBe(0);
  expect(await maskAt(page, RIGHT)).toBe(0);
  const box = await maskBox(page);
  expect(Math.abs((box?.[0] ?? 0) - (LEFT.x - LEFT.rx))).toBeLessThan(6);
  expect(Math.abs((box?.[3] ?? 0) - (LEFT.y + LEFT.ry))).toBeLessThan(6);
  await expect(panel(page)).toHaveCount(0);

  await page.keyboard.press('Control+z');
  await expect.poll(() => maskBox(page)).toBeNull();
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => maskAt(page, LEFT)).toBe(255);
});

test('a box selects what is inside, and Esc discards it', async ({ page, engine }, { title }) => {
  const sent = watchJobs(page);
  await openThings(page, engine, title);
  await takeTool(page);
  const around = [
    { x: BLUE.x - BLUE.rx - 12, y: BLUE.y - BLUE.ry - 12 },
    { x: BLUE.x + BLUE.rx + 12, y: BLUE.y + BLUE.ry + 12 },
  ];
  await dragThrough(page, around);
  await expect(take(page)).toBeEnabled();
  await page.keyboard.press('Escape');
  await expect(panel(page)).toHaveCount(0);
  expect(await maskBox(page)).toBeNull();

  const before = sent('SAM3_Detect').length;
  await dragThrough(page, around);
  await expect(take(page)).toBeEnabled();
  // The answer for the same picture and box is remembered.
  expect(sent('SAM3_Detect')).toHaveLength(before);
  await page.keyboard.press('Enter');
  await expect.poll(() => maskAt(page, BLUE)).toBe(255);
  expect(await maskAt(page, LEFT)).toBe(0);
});

test('words find three objects of which one is dropped; undone, painted on and generated', async ({
  page,
  engine,
}, { title }) => {
  const ref = await openThings(page, engine, title);
  await takeTool(page);
  await findWords(page, 'red');
  await expect(status(page, '3 objects · 3 kept')).toBeVisible();
  await clickAt(page, MIDDLE);
  await expect(status(page, '3 objects · 2 kept')).toBeVisible();
  await take(page).click();
  await expect.poll(() => maskAt(page, LEFT)).toBe(255);
  expect(await maskAt(page, RIGHT)).toBe(255);
  expect(await maskAt(page, MIDDLE)).toBe(0);
  expect(await maskAt(page, BLUE)).toBe(0);

  await page.keyboard.press('Control+z');
  await expect.poll(() => maskBox(page)).toBeNull();
  await page.keyboard.press('Control+Shift+z');
  await page.keyboard.press('b');
  await dragThrough(page, [GROUND, { x: GROUND.x + 40, y: GROUND.y }]);
  await expect.poll(() => maskAt(page, { x: GROUND.x + 20, y: GROUND.y })).toBeGreaterThan(200);
  await chooseBlur(page);
  await page.getByRole('button', { name: /^Generate/ }).click();
  await expectOnlyMaskChanged(engine, ref);

  // Nothing of the selection is left among what ended.
  const history = await historyOf(engine);
  expect(history).toContain(ref.filename);
  expect(history).not.toContain('SAM3_Detect');
  await page.goto(page.url().replace(/#.*/, '#/queue'));
  await expect(page.getByText('Selection in the editor')).toHaveCount(0);
});

test('it cuts and intersects, and takes back step by step', async ({ page, engine }, { title }) => {
  await openThings(page, engine, title);
  await page.keyboard.press('Control+a');
  await takeTool(page);
  await page.keyboard.press('d');
  await findWords(page, 'blue');
  await expect(take(page)).toBeEnabled();
  await clickAt(page, LEFT);
  await expect(status(page, '2 objects · 2 kept')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(status(page, /^1 object$/)).toBeVisible();
  await page.keyboard.press('Enter');
  await expect.poll(() => maskAt(page, BLUE)).toBe(0);
  expect(await maskAt(page, LEFT)).toBe(255);

  await page.keyboard.press('i');
  await clickAt(page, LEFT);
  await expect(take(page)).toBeEnabled();
  await page.keyboard.press('Enter');
  await expect.poll(() => maskAt(page, RIGHT)).toBe(0);
  expect(await maskAt(page, LEFT)).toBe(255);
  await page.keyboard.press('d');
});

test('subject and background, and the settings ask anew', async ({ page, engine }, { title }) => {
  const sent = watchJobs(page);
  await openThings(page, engine, title);
  await takeTool(page);
  await page.getByRole('button', { name: 'Subject' }).click();
  await expect(status(page, /^1 object$/)).toBeVisible();
  expect(sent('RemoveBackground').length).toBeGreaterThan(0);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Background' }).click();
  await expect(take(page)).toBeEnabled();
  expect(sent('InvertMask').length).toBeGreaterThan(0);
  await page.keyboard.press('Escape');

  await findWords(page, 'red:2');
  await expect(status(page, '2 objects · 2 kept')).toBeVisible();
  await page.getByRole('button', { name: 'Smart select settings' }).click();
  await page.getByRole('slider', { name: 'Refinement passes' }).fill('4');
  await expect.poll(() => sent('"refine_iterations":4').length).toBe(1);
});

test('the face, then some of its parts and the hair, by their buttons', async ({ page, engine }) => {
  const sent = watchJobs(page);
  await openWithSession(page, await upload(engine, portraitPng(), 'portrait.png'));
  await takeTool(page);
  const choose = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: 'Face and hair' }).click();
    await page.getByRole('button', { name, exact: true }).click();
  };
  await choose('Face');
  await expect(status(page, /^1 object$/)).toBeVisible();
  await expect(take(page)).toBeEnabled();
  // Parts take the place of the whole, and stand beside each other.
  await choose('Lips');
  await expect.poll(() => sent('"regions.lips":true').length).toBe(1);
  await expect(take(page)).toBeEnabled();
  await expect(status(page, /^1 object$/)).toBeVisible();
  await page.keyboard.press('Enter');
  await expect.poll(() => maskAt(page, PORTRAIT.lips)).toBe(255);
  expect(await maskAt(page, PORTRAIT.nose)).toBe(0);
  expect(await maskAt(page, PORTRAIT.leftEye)).toBe(0);
  await page.keyboard.press('Control+z');
  await expect.poll(() => maskBox(page)).toBeNull();

  await choose('Eyes');
  await expect(status(page, /^1 object$/)).toBeVisible();
  await choose('Hair');
  await expect(status(page, '2 objects · 2 kept')).toBeVisible();
  await expect(take(page)).toBeEnabled();
  await page.keyboard.press('Enter');
  await expect.poll(() => maskAt(page, PORTRAIT.leftEye)).toBe(255);
  expect(await maskAt(page, PORTRAIT.hair)).toBe(255);
  expect(await maskAt(page, PORTRAIT.lips)).toBe(0);
  await page.keyboard.press('Control+z');
  await expect.poll(() => maskBox(page)).toBeNull();
});

test('while something else runs it says so, offers Quick select, and is cancelled', async ({ page, engine }, {
  title,
}) => {
  const ref = await openThings(page, engine, title);
  const running = await keepBusy(engine, ref.filename);
  const behind = await queueElsewhere(engine, slowGraph(ref.filename));
  try {
    await takeTool(page);
    await clickAt(page, LEFT);
    await expect(panel(page).getByText(/^The server is busy with another job/)).toBeVisible();
    // Before the job that waited already.
    await expect.poll(async () => (await waitingJobs(engine)).length).toBe(2);
    expect((await waitingJobs(engine))[1]?.id).toBe(behind);
    await panel(page).getByRole('button', { name: 'Cancel' }).click();
    await expect(panel(page)).toHaveCount(0);
    await expect.poll(async () => (await waitingJobs(engine)).length).toBe(1);

    await clickAt(page, LEFT);
    await panel(page).getByRole('button', { name: 'Use Quick select' }).click();
    await expect(page.getByRole('button', { name: 'Quick select', exact: true })).toHaveAttribute(
      'aria-pressed',
      'true',
    );
    await expect.poll(async () => (await waitingJobs(engine)).map(({ id }) => id)).toEqual([behind]);
    expect(running).not.toBe('');
  } finally {
    await fetch(`${engine.url}/queue`, { method: 'POST', body: JSON.stringify({ clear: true }) });
    await interrupt(engine);
  }
});

test('a restart of the server in between is told, and it looks again', async ({ page, engine }, {
  title,
}) => {
  const ref = await openThings(page, engine, title);
  await keepBusy(engine, ref.filename);
  await takeTool(page);
  await clickAt(page, LEFT);
  await expect(panel(page).getByText(/^The server is busy/)).toBeVisible();
  await engine.restart();
  await expect(panel(page).getByRole('alert')).toContainText('The server forgot the selection', {
    timeout: 60_000,
  });
  await panel(page).getByRole('button', { name: 'Look again' }).click();
  await expect(take(page)).toBeEnabled();
  await page.keyboard.press('Enter');
  await expect.poll(() => maskAt(page, LEFT)).toBe(255);
});

test('another picture in between drops what was looked for', async ({ page, engine }, { title }) => {
  const ref = await openThings(page, engine, title);
  const other = await upload(engine, thingsPng(500), `other-${ref.filename}`);
  await keepBusy(engine, ref.filename);
  await takeTool(page);
  await clickAt(page, LEFT);
  await expect(panel(page).getByText(/^The server is busy/)).toBeVisible();
  await page.goto(`${page.url().replace(/#.*/, '')}#/edit?${new URLSearchParams({ ...other }).toString()}`);
  await expectReady(page);
  await expect.poll(async () => (await waitingJobs(engine)).length).toBe(0);
  await interrupt(engine);
  await expect(panel(page)).toHaveCount(0);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  expect(await maskBox(page)).toBeNull();
});

test('a picture is sent once for each content', async ({ page, engine }, { title }) => {
  await openThings(page, engine, title);
  const uploads: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/upload/image')) {
      uploads.push(request.url());
    }
  });
  await takeTool(page);
  for (const thing of [LEFT, MIDDLE, RIGHT]) {
    await clickAt(page, thing);
    await expect(take(page)).toBeEnabled();
    await page.keyboard.press('Escape');
  }
  expect(uploads).toHaveLength(1);
  await page.reload();
  await expectReady(page);
  await takeTool(page);
  await clickAt(page, BLUE);
  await expect(take(page)).toBeEnabled();
  expect(uploads).toHaveLength(1);
});

test('a keyboard cursor places points, and nothing breaks a rule', async ({ page, engine }, { title }) => {
  await openThings(page, engine, title);
  await takeTool(page);
  await stageOf(page).focus();
  // From the middle of the picture down into the blue one.
  await page.keyboard.press('ArrowDown');
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press('ArrowDown');
  }
  await expect(status(page, 'Space sets a point')).toBeVisible();
  await page.keyboard.press('Space');
  await expect(status(page, /^1 object$/)).toBeVisible();
  await findWords(page, 'red');
  await expect(status(page, '4 objects · 4 kept')).toBeVisible();
  await expectAccessible(page, 'section[aria-label="Smart select"]');
  await page.getByRole('button', { name: 'Object 4' }).press('Space');
  await expect(page.getByRole('button', { name: 'Object 4' })).toHaveAttribute('aria-pressed', 'false');
  await expect(status(page, '4 objects · 3 kept')).toBeVisible();
  await stageOf(page).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => maskAt(page, BLUE)).toBe(255);
});

test('a server without the model is told which file goes where', async ({ page, engine }, { title }) => {
  await page.route('**/object_info', async (route) => {
    const response = await route.fetch();
    const info = (await response.json()) as Record<string, { input: { required: Record<string, unknown> } }>;
    const loader = info['CheckpointLoaderSimple'];
    if (loader) {
      loader.input.required['ckpt_name'] = [['darkroom-demo-classical.safetensors'], {}];
    }
    delete info['RemoveBackground'];
    await route.fulfill({ response, json: info });
  });
  const sent = watchJobs(page);
  await openThings(page, engine, title);
  await page.keyboard.press('o');
  const note = panel(page).getByRole('note');
  await expect(note).toContainText('sam3.1_multiplex_fp16.safetensors into models/checkpoints');
  await expect(note).toContainText('ComfyUI lacks the node RemoveBackground');
  await expect(note).toContainText('Quick select works without any of this');
  await expect(page.getByLabel('What to select, in words')).toBeDisabled();
  await expect(page.getByRole('button', { name: 'Subject' })).toBeDisabled();
  await clickAt(page, LEFT);
  expect(await maskBox(page)).toBeNull();
  expect(sent('')).toEqual([]);

  await page.unroute('**/object_info');
  await note.getByRole('button', { name: 'Look for new models' }).click();
  await expect(note).toHaveCount(0);
  await clickAt(page, LEFT);
  await expect(take(page)).toBeEnabled();
});

test('a pen points, draws a box, and takes both', async ({ page, engine }, { title }) => {
  await openThings(page, engine, title);
  await takeTool(page);
  await penThrough(page, [LEFT]);
  await expect(status(page, /^1 object$/)).toBeVisible();
  const { x, y, rx, ry } = BLUE;
  await penThrough(page, [
    { x: x - rx - 10, y: y - ry - 10 },
    { x, y },
    { x: x + rx + 10, y: y + ry + 10 },
  ]);
  await expect(status(page, '2 objects · 2 kept')).toBeVisible();
  await expect(take(page)).toBeEnabled();
  await page.keyboard.press('Enter');
  await expect.poll(() => maskAt(page, BLUE)).toBe(255);
  expect(await maskAt(page, LEFT)).toBe(255);
  expect(await maskAt(page, MIDDLE)).toBe(0);
});

test('fingers point, say what is not the object, and take it @only-touch', async ({ page, engine }, {
  title,
}) => {
  const sent = watchJobs(page);
  await openThings(page, engine, title);
  await page.getByRole('button', { name: 'More tools' }).tap();
  await page.getByRole('button', { name: 'Smart select', exact: true }).tap();
  const tap = async (spot: Spot): Promise<void> => {
    const at = await onPage(page, spot);
    await page.touchscreen.tap(at.x, at.y);
  };
  await tap(LEFT);
  await expect(status(page, /^1 object$/)).toBeVisible();
  await page.getByRole('button', { name: 'Tool options' }).tap();
  await page.getByRole('button', { name: 'Not on the object' }).tap();
  await page.getByRole('button', { name: 'Close the tool options' }).tap();
  await tap(GROUND);
  await expect.poll(() => sent('negative_coords').length).toBeGreaterThan(0);
  await expect(take(page)).toBeEnabled();
  await take(page).tap();
  await expect.poll(() => maskAt(page, LEFT)).toBe(255);
});
