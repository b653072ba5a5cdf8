import { writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import type { FileRef } from '../../src/comfy/file-ref';
import type { DemoEngine } from '../../src/demo/index';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import {
  animatedPng,
  cmykJpeg,
  deepPng,
  hugePng,
  QUARTERS,
  quartersPng,
  rottenPng,
  turnedJpeg,
} from '../support/picture-files';
import {
  chooseBlur,
  download,
  dragThrough,
  expectReady,
  finishedJobs,
  inputOf,
  maskBox,
  onPage,
  openWithSession,
  patternPng,
  pictureSize,
  type Spot,
  upload,
} from './pages';

const WIDTH = 160;
const HEIGHT = 96;

type Color = readonly [number, number, number];

/** Colours in the middle of the quarters: upper left, upper right, lower left, lower right. */
async function quartersOf(file: Buffer): Promise<{ size: [number, number]; colors: Color[] }> {
  const { data, info } = await sharp(file)
    .autoOrient()
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const colors = middles(width, height).map(({ x, y }): Color => {
    const at = (Math.floor(y) * width + Math.floor(x)) * channels;
    const red = data[at] ?? 0;
    return channels < 3 ? [red, red, red] : [red, data[at + 1] ?? 0, data[at + 2] ?? 0];
  });
  return { size: [width, height], colors };
}

function middles(width: number, height: number): Spot[] {
  return [1, 3].flatMap((y) => [1, 3].map((x) => ({ x: (x * width) / 4, y: (y * height) / 4 })));
}

/** Colours the stage shows in the middle of the picture's quarters. */
async function shownQuarters(page: Page): Promise<Color[]> {
  const [width, height] = await pictureSize(page);
  const shot = PNG.sync.read(await page.screenshot({ scale: 'css' }));
  const spots = await Promise.all(middles(width, height).map((spot) => onPage(page, spot)));
  return spots.map(({ x, y }) => colorAt(shot, x, y));
}

function colorAt(png: PNG, x: number, y: number): Color {
  const at = (Math.floor(y) * png.width + Math.floor(x)) * 4;
  return [png.data[at] ?? 0, png.data[at + 1] ?? 0, png.data[at + 2] ?? 0];
}

/** The largest difference between two lists of colours. */
function apart(a: readonly Color[], b: readonly Color[]): number {
  return Math.max(...a.flatMap((color, i) => color.map((value, c) => Math.abs(value - (b[i]?.[c] ?? 999)))));
}

async function expectShown(page: Page, colors: readonly Color[], slack: number): Promise<void> {
  await expect.poll(async () => apart(await shownQuarters(page), colors)).toBeLessThanOrEqual(slack);
}

/** Paints in the upper left of what is visible; returns the mask's box. */
async function paintCorner(page: Page): Promise<[number, number, number, number]> {
  const size = page.getByRole('spinbutton', { name: 'Size', exact: true });
  await size.fill('12');
  await size.press('Enter');
  await dragThrough(page, [
    { x: 12, y: 10 },
    { x: 30, y: 10 },
  ]);
  const box = await maskBox(page);
  if (!box) {
    throw new Error('nothing was painted');
  }
  const [left, top, right, bottom] = box;
  expect(Math.min(left, top)).toBeGreaterThan(2);
  expect(right).toBeLessThan(40);
  expect(bottom).toBeLessThan(20);
  return box;
}

/** Queues the blur; resolves with the masked picture the server loads and its result. */
async function run(page: Page, engine: DemoEngine): Promise<{ masked: PNG; made: PNG }> {
  await page.getByRole('button', { name: /^Generate/ }).click();
  const result = page.getByRole('region', { name: 'Results' }).getByRole('button', { name: 'Result 1' });
  await expect(result).toBeVisible({ timeout: 40_000 });
  const job = (await finishedJobs(engine)).at(-1);
  const output = job?.outputs[0];
  if (!output) {
    throw new Error('nothing was made');
  }
  return {
    masked: await download(engine, loaded(String(inputOf(job, 'LoadImage', 'image')))),
    made: await download(engine, output),
  };
}

/** The file an input of LoadImage names. */
function loaded(annotated: string): FileRef {
  const path = annotated.replace(/ \[input\]$/, '');
  const slash = path.lastIndexOf('/');
  return { filename: path.slice(slash + 1), subfolder: path.slice(0, Math.max(slash, 0)), type: 'input' };
}

/** The box around all pixels of a masked picture that are not entirely kept. */
function holeOf(png: PNG): number[] | null {
  const spots = Array.from({ length: png.width * png.height }, (_, at) => at).filter(
    (at) => png.data[at * 4 + 3] !== 255,
  );
  if (spots.length === 0) {
    return null;
  }
  const xs = spots.map((at) => at % png.width);
  const ys = spots.map((at) => Math.floor(at / png.width));
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
}

/** Paints and runs, and checks that the server has the mask where it was painted, on the picture as seen. */
async function expectWorks(
  page: Page,
  engine: DemoEngine,
  { colors, slack }: { colors: readonly Color[]; slack: number },
): Promise<void> {
  await chooseBlur(page);
  const [width, height] = await pictureSize(page);
  const box = await paintCorner(page);
  const { masked, made } = await run(page, engine);
  expect([masked.width, masked.height]).toEqual([width, height]);
  expect(holeOf(masked)).toEqual(box);
  expect([made.width, made.height]).toEqual([width, height]);
  for (const png of [masked, made]) {
    const seen = middles(width, height).map(({ x, y }) => colorAt(png, x, y));
    expect(apart(seen, colors)).toBeLessThanOrEqual(slack);
  }
}

for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`a photo of EXIF orientation ${orientation} is seen and masked upright`, async ({ page, engine }) => {
    const photo = await turnedJpeg(await quartersPng(WIDTH, HEIGHT), orientation);
    const { size, colors } = await quartersOf(photo);
    await openWithSession(page, await upload(engine, photo, `exif-${orientation}.jpg`));
    expect(await pictureSize(page)).toEqual(size);
    expect(size).toEqual(orientation < 5 ? [WIDTH, HEIGHT] : [HEIGHT, WIDTH]);
    await expectShown(page, colors, 8);
    await expect(page.getByText('an upright copy of it is edited')).toHaveCount(orientation === 1 ? 0 : 1);
    await expectWorks(page, engine, { colors, slack: 8 });
  });
}

test('a CMYK photo is shown and edited in screen colours', async ({ page, engine }) => {
  const file = await cmykJpeg(await quartersPng(WIDTH, HEIGHT));
  await openWithSession(page, await upload(engine, file, 'print.jpg'));
  await expect(page.getByText(/printing colours \(CMYK\)/)).toBeVisible();
  expect(await pictureSize(page)).toEqual([WIDTH, HEIGHT]);
  // Browsers convert printing colours each in their own way: the result is near the original in any case.
  await expectShown(page, QUARTERS, 90);
  const colors = await shownQuarters(page);
  await expectWorks(page, engine, { colors, slack: 2 });
});

test('the first frame of an animated PNG is edited', async ({ page, engine }) => {
  const first = await quartersPng(WIDTH, HEIGHT);
  const second = await sharp(first).negate({ alpha: false }).png().toBuffer();
  const file = animatedPng([first, second, first]);
  await openWithSession(page, await upload(engine, file, 'animated.png'));
  await expect(page.getByText('only the first frame is edited')).toBeVisible();
  await expectShown(page, QUARTERS, 2);
  await expectWorks(page, engine, { colors: QUARTERS, slack: 2 });
});

for (const kind of ['rgb16', 'grey16'] as const) {
  test(`a 16-bit PNG (${kind}) keeps its look`, async ({ page, engine }) => {
    const file = await deepPng(await quartersPng(WIDTH, HEIGHT), kind);
    const { colors } = await quartersOf(file);
    await openWithSession(page, await upload(engine, file, `${kind}.png`));
    await expect(page.getByText('16 bits per channel')).toBeVisible();
    await expectShown(page, colors, 4);
    await expectWorks(page, engine, { colors, slack: 4 });
  });
}

test('a picture with transparent parts is shown with what lies under them', async ({ page, engine }) => {
  const opaque = PNG.sync.read(await quartersPng(WIDTH, HEIGHT));
  for (let at = 0; at < WIDTH * HEIGHT; at++) {
    opaque.data[at * 4 + 3] = at % WIDTH < WIDTH / 2 ? 255 : 0;
  }
  const file = PNG.sync.write(opaque, { colorType: 6 });
  await openWithSession(page, await upload(engine, file, 'transparent.png'));
  await expect(page.getByText('The picture has transparent parts')).toBeVisible();
  await expectShown(page, QUARTERS, 2);
  await page.getByRole('button', { name: 'View', exact: true }).click();
  const own = page.getByLabel('Show the picture’s own transparency');
  await own.check();
  // The transparent half shows one of the squares behind it, the other half itself.
  await expect
    .poll(async () => {
      const shown = await shownQuarters(page);
      const [, , third = [0, 0, 0], fourth = [0, 1, 2]] = shown;
      return [apart([third], QUARTERS.slice(2, 3)) <= 16, new Set(fourth).size];
    })
    .toEqual([true, 1]);
  await own.uncheck();
  // The menu's shadow lies over the picture.
  await page.keyboard.press('Escape');
  await expectShown(page, QUARTERS, 2);
  await expectWorks(page, engine, { colors: QUARTERS, slack: 2 });
  const result = (await finishedJobs(engine)).at(-1)?.outputs[0];
  const made = result && (await download(engine, result));
  const alphas = (png: PNG | undefined): number[] => [...(png?.data ?? [])].filter((_, at) => at % 4 === 3);
  expect(alphas(made)).toEqual(alphas(opaque));
  // Compared, both are shown alike: with what lies under the transparency.
  await page.getByRole('button', { name: 'Result 1', exact: true }).click();
  const images = page.getByRole('region', { name: /^Comparison/ }).locator('img');
  await expect(images).toHaveCount(2);
  for (const image of await images.all()) {
    await expect(image).toHaveAttribute('src', /channel=rgb/);
  }
});

test('a photo in Display P3 is edited in the colours it is shown in', async ({ page, engine }) => {
  const file = await sharp(await quartersPng(WIDTH, HEIGHT))
    .withIccProfile('p3')
    .png()
    .toBuffer();
  // Its numbers mean other colours where nobody looks at the profile.
  const numbers = PNG.sync.read(file);
  const bare = middles(WIDTH, HEIGHT).map(({ x, y }) => colorAt(numbers, x, y));
  expect(apart(bare, QUARTERS)).toBeGreaterThan(8);
  await openWithSession(page, await upload(engine, file, 'display-p3.png'));
  await expect(page.getByText('The picture has a colour profile of its own')).toBeVisible();
  await expectShown(page, QUARTERS, 3);
  await expectWorks(page, engine, { colors: QUARTERS, slack: 3 });
});

test('a picture of one pixel is masked and regenerated', async ({ page, engine }) => {
  await openWithSession(page, await upload(engine, patternPng(1, 1), 'dot.png'));
  await chooseBlur(page);
  const middle = await onPage(page, { x: 0.5, y: 0.5 });
  await page.mouse.click(middle.x, middle.y);
  await expect.poll(() => maskBox(page)).toEqual([0, 0, 1, 1]);
  const { masked, made } = await run(page, engine);
  expect([masked.width, masked.height, made.width, made.height]).toEqual([1, 1, 1, 1]);
  expect(masked.data[3]).toBeLessThan(30);
});

/** Chooses a file in the editor's start view. */
async function choose(page: Page, name: string, buffer: Buffer, mimeType = 'image/png'): Promise<void> {
  await page.getByLabel('Choose a file').last().setInputFiles({ name, mimeType, buffer });
}

test('files that are not pictures, or broken ones, are refused with a sentence, and another opens', async ({
  page,
}) => {
  const whole = await quartersPng(WIDTH, HEIGHT);
  const jpeg = await turnedJpeg(whole, 1);
  const refused: [string, Buffer, RegExp][] = [
    ['text.png', Buffer.from('A text that says it is a picture.\n'), /The file is not a picture/],
    ['short.png', whole.subarray(0, whole.length - 20), /damaged or was cut short/],
    ['short.jpg', jpeg.subarray(0, Math.floor(jpeg.length / 2)), /damaged or was cut short/],
    ['rotten.png', rottenPng(whole), /damaged or not a picture this browser can read/],
    ['huge.png', hugePng(20_000, 20_000), /too large for the editor/],
    ['empty.png', Buffer.alloc(0), /damaged or was cut short/],
  ];
  await page.goto('/#/edit');
  for (const [name, bytes, sentence] of refused) {
    await choose(page, name, bytes);
    const alert = page.getByRole('alert').filter({ hasText: 'The picture could not be opened' });
    await expect(alert, name).toContainText(sentence);
    await alert.getByRole('button', { name: 'Open another picture' }).click();
    await expect(alert).toHaveCount(0);
  }
  await choose(page, 'whole.png', whole);
  await expectReady(page);
  await expect(page.getByRole('application', { name: /whole/ })).toBeVisible();
});

test.describe('pictures dropped and pasted', () => {
  /** Drags a file from the disk onto a place of the page, through the browser's own drag and drop. */
  async function drop(page: Page, path: string, at: Spot): Promise<void> {
    const client = await page.context().newCDPSession(page);
    const data = { items: [], files: [path], dragOperationsMask: 1 };
    const send = (type: 'dragEnter' | 'dragOver' | 'drop'): Promise<unknown> =>
      client.send('Input.dispatchDragEvent', { type, ...at, data });
    await page.evaluate(() => {
      window.addEventListener('dragover', (event) => {
        document.body.dataset['takesDrop'] = String(event.defaultPrevented);
      });
    });
    await send('dragEnter');
    // Hands take time: the browser drops only over a page that has said that it takes the file.
    await expect(async () => {
      await send('dragOver');
      await expect(page.locator('body')).toHaveAttribute('data-takes-drop', 'true', { timeout: 500 });
    }).toPass({ timeout: 20_000 });
    await send('dragOver');
    await send('drop');
  }

  /** Puts something on the clipboard, as another program does, and presses the paste keys. */
  async function paste(page: Page, data: Buffer, type = 'image/png'): Promise<void> {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate(
      async ([base64, mime]) => {
        const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
        const item = new ClipboardItem({ [mime]: new Blob([bytes], { type: mime }) });
        // eslint-disable-next-line no-restricted-properties -- the test's page is on this machine, where it exists
        await navigator.clipboard.write([item]);
      },
      [data.toString('base64'), type] as const,
    );
    await page.keyboard.press('Control+v');
  }

  test('a dropped file opens', async ({ page, engine }, info) => {
    const path = info.outputPath('dropped ö.jpg');
    await writeFile(path, await turnedJpeg(await quartersPng(WIDTH, HEIGHT), 6));
    await page.goto('/?darkroom-test#/edit');
    await expect(page.getByText('Which picture do you want to repair?')).toBeVisible();
    await drop(page, path, { x: 700, y: 450 });
    await expectReady(page);
    await expect(page).toHaveURL(/type=input/);
    await expect(page.getByRole('application', { name: /dropped ö/ })).toBeVisible();
    expect(await pictureSize(page)).toEqual([HEIGHT, WIDTH]);
    const { colors } = await quartersOf(await turnedJpeg(await quartersPng(WIDTH, HEIGHT), 6));
    await expectWorks(page, engine, { colors, slack: 8 });
  });

  test('a file dropped in the gallery or the queue opens in the editor', async ({ page }, info) => {
    const path = info.outputPath('anywhere.png');
    await writeFile(path, await quartersPng(WIDTH, HEIGHT));
    for (const [room, title] of [
      ['gallery', 'Gallery'],
      ['queue', 'Queue'],
    ] as const) {
      await page.goto(`/?darkroom-test#/${room}`);
      // The editor that is being left would still take the file.
      await expect(page.getByRole('heading', { name: title, level: 1 })).toBeVisible();
      await drop(page, path, { x: 700, y: 450 });
      await expectReady(page);
      await expect(page).toHaveURL(/#\/edit\?.*type=input/);
      expect(await pictureSize(page)).toEqual([WIDTH, HEIGHT]);
    }
  });

  test('a dropped file that is not a picture is refused, and the page stays', async ({ page }, info) => {
    const path = info.outputPath('notes.txt');
    await writeFile(path, 'no picture');
    await page.goto('/#/edit');
    await expect(page.getByText('Which picture do you want to repair?')).toBeVisible();
    await drop(page, path, { x: 700, y: 450 });
    await expect(page.getByText('“notes.txt” is not a picture')).toBeVisible();
    await expect(page).toHaveURL(/#\/edit$/);
  });

  test('a picture from the clipboard opens', async ({ page, engine }) => {
    await page.goto('/?darkroom-test#/edit');
    await expect(page.getByText('Which picture do you want to repair?')).toBeVisible();
    await paste(page, await quartersPng(WIDTH, HEIGHT));
    await expectReady(page);
    expect(await pictureSize(page)).toEqual([WIDTH, HEIGHT]);
    await expectShown(page, QUARTERS, 2);
    await expectWorks(page, engine, { colors: QUARTERS, slack: 2 });
  });

  test('text from the clipboard is not a picture and changes nothing', async ({ page }) => {
    await page.goto('/#/edit');
    await expect(page.getByText('Which picture do you want to repair?')).toBeVisible();
    await paste(page, Buffer.from('just words'), 'text/plain');
    await choose(page, 'after.png', patternPng(40, 30));
    await expectReady(page);
    await expect(page.getByRole('application', { name: /after/ })).toBeVisible();
    await expect(page.getByText('is not a picture')).toHaveCount(0);
  });

  test('a picture dropped or pasted over an open one opens in its place', async ({ page, engine }, info) => {
    const ref = await upload(engine, patternPng(200, 150), 'open-before.png');
    await openWithSession(page, ref);
    await dragThrough(page, [
      { x: 60, y: 60 },
      { x: 120, y: 80 },
    ]);
    const box = await maskBox(page);
    expect(box).not.toBeNull();
    const path = info.outputPath('over.png');
    await writeFile(path, await quartersPng(WIDTH, HEIGHT));
    await drop(page, path, await onPage(page, { x: 100, y: 75 }));
    await expect(page.getByRole('application', { name: /over\.png/ })).toBeVisible();
    await expectReady(page);
    expect(await pictureSize(page)).toEqual([WIDTH, HEIGHT]);
    await paste(
      page,
      await sharp(await quartersPng(WIDTH, HEIGHT))
        .resize(64, 48)
        .png()
        .toBuffer(),
    );
    await expect.poll(() => pictureSize(page)).toEqual([64, 48]);
    // What was painted before is still there.
    await page.goBack();
    await page.goBack();
    await expect.poll(() => pictureSize(page)).toEqual([200, 150]);
    await expect.poll(() => maskBox(page)).toEqual(box);
  });

  test('transparency of a palette becomes the mask; a mask of another shape asks how it fits', async ({
    page,
    engine,
  }) => {
    const clear = new PNG({ width: 200, height: 150 });
    for (let at = 0; at < 200 * 150; at++) {
      clear.data.set([90, 120, 40, at % 200 < 50 ? 0 : 255], at * 4);
    }
    const palette = await sharp(PNG.sync.write(clear)).png({ palette: true }).toBuffer();
    await openWithSession(page, await upload(engine, palette, 'clear-palette.png'));
    await page.getByRole('button', { name: 'Masks and modifiers' }).click();
    await page.getByRole('button', { name: 'Take the picture’s transparency' }).click();
    await expect.poll(() => maskBox(page)).toEqual([0, 0, 50, 150]);

    const square = await sharp({ create: { width: 30, height: 30, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    await page.getByLabel('What comes from a file').selectOption('add');
    await paste(page, square);
    const ask = page.getByRole('dialog', { name: 'How does this mask fit?' });
    await expect(ask.getByText('30 × 30 px, the picture 200 × 150 px')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(ask).toHaveCount(0);
    expect(await maskBox(page)).toEqual([0, 0, 50, 150]);

    const menu = page.getByRole('dialog', { name: 'Masks and modifiers' });
    if ((await menu.count()) === 0) {
      await page.getByRole('button', { name: 'Masks and modifiers' }).click();
    }
    await paste(page, square);
    await expect(ask).toBeVisible();
    await ask.getByRole('button', { name: 'Real size, in the middle' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => maskBox(page)).toEqual([0, 0, 115, 150]);
  });

  test('a white drawing on clear ground is the mask; where nobody can tell, the person chooses', async ({
    page,
    engine,
  }) => {
    await openWithSession(page, await upload(engine, patternPng(200, 150), 'masked-by-drawing.png'));
    const drawn = (at: (x: number, y: number) => [number, number, number, number]): Buffer => {
      const png = new PNG({ width: 200, height: 150 });
      for (let i = 0; i < 200 * 150; i++) {
        png.data.set(at(i % 200, Math.floor(i / 200)), i * 4);
      }
      return PNG.sync.write(png);
    };
    const square = (x: number, y: number): boolean => x >= 50 && x < 90 && y >= 30 && y < 70;
    await page.getByRole('button', { name: 'Masks and modifiers' }).click();
    await paste(
      page,
      drawn((x, y) => (square(x, y) ? [255, 255, 255, 255] : [0, 0, 0, 0])),
    );
    await expect.poll(() => maskBox(page)).toEqual([50, 30, 90, 70]);

    // A grey picture with a hole: its brightness would be a mask as well.
    await paste(
      page,
      drawn((x, y) => [x, x, x, square(x - 40, y) ? 0 : 255]),
    );
    const ask = page.getByRole('dialog', { name: 'Which part is the mask?' });
    await expect(ask).toBeVisible();
    await expectAccessible(page, '[role="dialog"]');
    await page.keyboard.press('Escape');
    await expect(ask).toHaveCount(0);
    expect(await maskBox(page)).toEqual([50, 30, 90, 70]);

    await paste(
      page,
      drawn((x, y) => [x, x, x, square(x - 40, y) ? 0 : 255]),
    );
    await ask.getByRole('button', { name: 'What is transparent' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => maskBox(page)).toEqual([90, 30, 130, 70]);
  });

  test('a file dropped or pasted in the mask files section becomes the mask', async ({
    page,
    engine,
  }, info) => {
    await openWithSession(page, await upload(engine, patternPng(200, 150), 'masked-by-file.png'));
    const mask = new PNG({ width: 200, height: 150 });
    for (let at = 0; at < 200 * 150; at++) {
      const inside = at % 200 >= 20 && at % 200 < 60 && at >= 200 * 30 && at < 200 * 70;
      mask.data.set(inside ? [255, 255, 255, 255] : [0, 0, 0, 255], at * 4);
    }
    const bytes = PNG.sync.write(mask, { colorType: 2 });
    const path = info.outputPath('mask.png');
    await writeFile(path, bytes);
    await page.getByRole('button', { name: 'Masks and modifiers' }).click();
    const files = page.getByRole('region', { name: 'Mask files' });
    await files.scrollIntoViewIfNeeded();
    const box = await files.boundingBox();
    await drop(page, path, { x: (box?.x ?? 0) + 60, y: (box?.y ?? 0) + 60 });
    await expect.poll(() => maskBox(page)).toEqual([20, 30, 60, 70]);
    await page.keyboard.press('Escape');
    await expect(files).toHaveCount(0);
    await page.keyboard.press('Control+z');
    await expect.poll(() => maskBox(page)).toBeNull();
    await page.getByRole('button', { name: 'Masks and modifiers' }).click();
    await paste(page, bytes);
    await expect.poll(() => maskBox(page)).toEqual([20, 30, 60, 70]);
    await expect(page).toHaveURL(/masked-by-file/);
  });
});
