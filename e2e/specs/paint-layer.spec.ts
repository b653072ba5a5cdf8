import type { Page } from '@playwright/test';
import sharp from 'sharp';
import type { FileRef } from '../../src/comfy/file-ref';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import { cmykJpeg, deepPng, quartersPng } from '../support/picture-files';
import {
  chooseBlur,
  download,
  dragThrough,
  expectOnlyMaskChanged,
  finishedJobs,
  maskAt,
  maskBox,
  onPage,
  openWithSession,
  shownAt,
  type Spot,
  stageOf,
  upload,
} from './pages';
import { HEIGHT, openPattern, reload, WIDTH } from './paint-room';
import { penThrough } from './pen';

const FROM: Spot = { x: 160, y: 150 };
const TO: Spot = { x: 320, y: 150 };
const MIDDLE: Spot = { x: 240, y: 150 };
/** Painted, and not masked. */
const BELOW: Spot = { x: 200, y: 280 };
const COLOR = { r: 58, g: 123, b: 213 };

/** Pictures that are stored otherwise than they are shown. */
const ORIGINALS: [string, (png: Buffer) => Promise<Buffer>][] = [
  ['a 16-bit picture', (png) => deepPng(png)],
  ['printing colours', cmykJpeg],
  ['a wide gamut', (png) => sharp(png).withIccProfile('p3').png().toBuffer()],
];

async function isPainted(page: Page, spot: Spot): Promise<boolean> {
  const [r, g, b] = await shownAt(page, spot);
  return Math.abs(r - COLOR.r) + Math.abs(g - COLOR.g) + Math.abs(b - COLOR.b) < 12;
}

async function openToPaint(page: Page, engine: Parameters<typeof upload>[0], title: string) {
  const ref = await openPattern(page, engine, title);
  await page.keyboard.press('k');
  await expect(page.getByRole('button', { name: 'Colour brush' })).toHaveAttribute('aria-pressed', 'true');
  return ref;
}

test('colour is painted, undone, erased, and survives a reload', async ({ page, engine }, { title }) => {
  await openToPaint(page, engine, title);
  expect(await isPainted(page, MIDDLE)).toBe(false);
  await dragThrough(page, [FROM, TO]);
  await expect.poll(() => isPainted(page, MIDDLE)).toBe(true);
  expect(await maskBox(page)).toBeNull();

  await page.keyboard.press('Control+z');
  await expect.poll(() => isPainted(page, MIDDLE)).toBe(false);
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => isPainted(page, MIDDLE)).toBe(true);

  await page.keyboard.press('Shift+K');
  await dragThrough(page, [TO, { x: TO.x - 20, y: TO.y }]);
  await expect.poll(() => isPainted(page, { x: TO.x - 10, y: TO.y })).toBe(false);
  expect(await isPainted(page, { x: FROM.x + 20, y: FROM.y })).toBe(true);

  await reload(page);
  await expect.poll(() => isPainted(page, { x: FROM.x + 20, y: FROM.y })).toBe(true);
  expect(await isPainted(page, { x: TO.x - 10, y: TO.y })).toBe(false);
  // The history came along.
  await page.keyboard.press('Control+z');
  await expect.poll(() => isPainted(page, { x: TO.x - 10, y: TO.y })).toBe(true);
  await page.keyboard.press('Control+z');
  await expect.poll(() => isPainted(page, MIDDLE)).toBe(false);
});

test('a pen paints as wide as it is pressed', async ({ page, engine }, { title }) => {
  await openToPaint(page, engine, title);
  const edge: Spot = { x: MIDDLE.x, y: MIDDLE.y + 22 };
  await penThrough(page, [FROM, MIDDLE, TO], 0.2);
  await expect.poll(() => isPainted(page, MIDDLE)).toBe(true);
  expect(await isPainted(page, edge)).toBe(false);
  await penThrough(page, [FROM, MIDDLE, TO], 1);
  await expect.poll(() => isPainted(page, edge)).toBe(true);
});

test('what is painted becomes mask, and the result is made of the paint inside it alone', async ({
  page,
  engine,
}, { title }) => {
  const ref = await openToPaint(page, engine, title);
  // The server keeps the recipe that was used last, and another may say first what itself is missing.
  await chooseBlur(page);
  const mask = page.getByRole('button', { name: 'Mask the paint' });
  await expect(mask).toBeDisabled();
  await dragThrough(page, [FROM, TO]);
  const hint = page.getByText('Choose “Mask the paint” above');
  await expect(hint).toBeVisible();
  await mask.click();
  await expect(hint).toHaveCount(0);
  await expect.poll(() => maskAt(page, MIDDLE)).toBe(255);
  const box = await maskBox(page);
  // Wider than the brush of 60 px by 12 px on each side.
  expect(Math.abs((box?.[1] ?? 0) - (FROM.y - 30 - 12))).toBeLessThan(3);
  await page.keyboard.press('Control+z');
  await expect.poll(() => maskBox(page)).toBeNull();
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => maskAt(page, MIDDLE)).toBe(255);

  await page.getByLabel('Size (px)').fill('4');
  await page.getByRole('button', { name: /^Generate/ }).click();
  const job = await expectOnlyMaskChanged(engine, ref);
  // The untouched original is what is pasted onto.
  expect(
    Object.values(job.graph).filter(({ class_type }) => class_type === 'ImageCompositeMasked'),
  ).toHaveLength(2);
  const [file] = job.outputs;
  const result = file && (await download(engine, file));
  const at = (MIDDLE.y * WIDTH + MIDDLE.x) * 4;
  const made = [...(result?.data.subarray(at, at + 3) ?? [])];
  expect(Math.abs((made[0] ?? 0) - COLOR.r) + Math.abs((made[2] ?? 0) - COLOR.b)).toBeLessThan(12);
});

for (const [kind, store] of ORIGINALS) {
  test(`paint over ${kind} shows in its own colour, and nowhere but inside the mask`, async ({
    page,
    engine,
  }) => {
    const bytes = await store(await quartersPng(WIDTH, HEIGHT));
    await openWithSession(page, await upload(engine, bytes, `${kind.replaceAll(/\W+/g, '-')}.png`));
    await page.keyboard.press('k');
    await dragThrough(page, [FROM, TO]);
    await expect.poll(() => isPainted(page, MIDDLE)).toBe(true);
    await page.getByRole('button', { name: 'Mask the paint' }).click();
    await expect.poll(() => maskAt(page, MIDDLE)).toBe(255);
    await dragThrough(page, [BELOW, { x: BELOW.x + 60, y: BELOW.y }]);
    await expect.poll(() => isPainted(page, BELOW)).toBe(true);
    await chooseBlur(page);
    await page.getByLabel('Size (px)').fill('4');
    await page.getByRole('button', { name: /^Generate/ }).click();
    await expect(page.getByRole('button', { name: 'Result 1', exact: true })).toBeVisible();
    const job = (await finishedJobs(engine)).at(-1);
    const [masked, made] = await Promise.all(
      [job?.darkroom['mask'], job?.outputs[0]].map((file) => download(engine, file as FileRef)),
    );
    expect([made?.width, made?.height]).toEqual([WIDTH, HEIGHT]);
    const changed = { inside: 0, outside: 0 };
    for (let at = 0; at < WIDTH * HEIGHT * 4; at += 4) {
      const [before, after] = [masked, made].map((png) => [...(png?.data.subarray(at, at + 3) ?? [])].join());
      if (before !== after) {
        changed[masked?.data[at + 3] === 255 ? 'outside' : 'inside']++;
      }
    }
    expect(changed.outside).toBe(0);
    expect(changed.inside).toBeGreaterThan(5000);
    const at = (MIDDLE.y * WIDTH + MIDDLE.x) * 4;
    const [r = 0, g = 0, b = 0] = made?.data.subarray(at) ?? [];
    expect(Math.abs(r - COLOR.r) + Math.abs(g - COLOR.g) + Math.abs(b - COLOR.b)).toBeLessThan(6);
  });
}

test('a colour is chosen, the layer faded, and nothing breaks a rule', async ({ page, engine }, {
  title,
}) => {
  await openToPaint(page, engine, title);
  await page.getByLabel('Paint colour', { exact: true }).fill('#ff0000');
  await dragThrough(page, [FROM, TO]);
  await expect.poll(async () => (await shownAt(page, MIDDLE))[0]).toBeGreaterThan(245);
  expect((await shownAt(page, MIDDLE))[2]).toBeLessThan(10);
  await page.getByRole('button', { name: 'Paint layer settings' }).click();
  await page.getByRole('slider', { name: 'Layer opacity' }).fill('0');
  await expectAccessible(page, '[role="toolbar"]');
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await shownAt(page, MIDDLE))[0]).toBeLessThan(245);
  await page.getByRole('button', { name: 'Paint layer settings' }).click();
  await page.getByRole('slider', { name: 'Layer opacity' }).fill('1');
  await page.keyboard.press('Escape');

  // From the keyboard, too.
  await stageOf(page).focus();
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await shownAt(page, MIDDLE))[2]).toBeGreaterThan(20);
});

test('a colour is taken from picture and paint, and fills the mask', async ({ page, engine }, { title }) => {
  await openToPaint(page, engine, title);
  const color = page.getByLabel('Paint colour', { exact: true });
  const press = async (spot: Spot): Promise<void> => {
    const at = await onPage(page, spot);
    await page.mouse.click(at.x, at.y);
  };
  await page.keyboard.down('Control');
  await press({ x: 100.5, y: 60.5 });
  await page.keyboard.up('Control');
  // What the pattern has there.
  const hex = [(100 * 5) % 256, (60 * 3) % 256, 100 ^ 60].map((value) => value.toString(16).padStart(2, '0'));
  await expect(color).toHaveValue(`#${hex.join('')}`);
  await color.fill('#00ff00');
  await dragThrough(page, [FROM, TO]);
  await color.fill('#ff0000');
  await page.getByRole('button', { name: 'Take a colour from the picture' }).click();
  await press(MIDDLE);
  await expect(color).toHaveValue('#00ff00');

  await page.keyboard.press('Control+a');
  await page.getByRole('button', { name: 'Paint layer settings' }).click();
  await page.getByRole('button', { name: 'Fill the mask' }).click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+d');
  await expect.poll(async () => (await shownAt(page, { x: 30, y: 30 }))[1]).toBe(255);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await shownAt(page, { x: 30, y: 30 }))[1]).toBeLessThan(255);
});
