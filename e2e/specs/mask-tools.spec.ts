import type { CDPSession, Page } from '@playwright/test';
import { PNG } from 'pngjs';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import {
  dragThrough,
  expectReady,
  maskAt,
  maskBox,
  maskedShare,
  onPage,
  openWithSession,
  shownAt,
  stageOf,
  upload,
} from './pages';

type Engine = Parameters<typeof upload>[0];

const WIDTH = 600;
const HEIGHT = 400;

/** Blue, with two red patches that touch nowhere, and greys from black to white along the lower edge. */
function patches(): Buffer {
  const png = new PNG({ width: WIDTH, height: HEIGHT });
  for (let at = 0; at < WIDTH * HEIGHT; at++) {
    const x = at % WIDTH;
    const y = Math.floor(at / WIDTH);
    const red = y > 60 && y < 160 && ((x >= 100 && x < 200) || (x >= 400 && x < 500));
    const grey = Math.round((x / (WIDTH - 1)) * 255);
    const color = y >= 300 ? [grey, grey, grey] : red ? [200, 40, 30] : [30, 40, 200];
    png.data.set([...color, 255], at * 4);
  }
  return PNG.sync.write(png, { colorType: 2 });
}

async function open(page: Page, engine: Engine, name: string): Promise<void> {
  await openWithSession(page, await upload(engine, patches(), name));
}

async function click(page: Page, x: number, y: number, button: 'left' | 'right' = 'left'): Promise<void> {
  const at = await onPage(page, { x, y });
  await page.mouse.click(at.x, at.y, { button });
}

const valueAt = (page: Page, x: number, y: number): Promise<number> => maskAt(page, { x, y });
const undo = (page: Page) => page.getByRole('button', { name: 'Undo', exact: true });

test('a colour is taken wherever it is, as one step, and a brightness is cut out of it', async ({
  page,
  engine,
}) => {
  await open(page, engine, 'range.png');
  await page.keyboard.press('v');
  const actions = page.getByRole('group', { name: 'Colour or brightness range' });
  await expect(actions).toHaveCount(0);
  await click(page, 150, 100);
  await expect(page.getByLabel('Colour to select')).toHaveValue('#c8281e');
  await expect(actions).toBeVisible();
  await expectAccessible(page, '[role="toolbar"]');
  // Not mask before it is taken.
  expect(await maskBox(page)).toBeNull();
  await page.keyboard.press('Enter');
  await expect.poll(() => maskBox(page)).toEqual([100, 61, 500, 160]);
  expect(await valueAt(page, 450, 100)).toBe(255);
  expect(await valueAt(page, 300, 100)).toBe(0);
  await expect(actions).toHaveCount(0);

  // All greys, by their brightness alone and without a press.
  await page.getByRole('button', { name: 'Pixels by brightness' }).click();
  await page.getByRole('slider', { name: 'From' }).fill('90');
  await page.getByRole('slider', { name: 'To' }).fill('100');
  await page.getByRole('slider', { name: 'Softness' }).fill('20');
  await actions.getByRole('button', { name: 'Take the selection' }).click();
  await expect.poll(() => valueAt(page, 598, 350)).toBe(255);
  const soft = await valueAt(page, 480, 350);
  expect(soft).toBeGreaterThan(0);
  expect(soft).toBeLessThan(255);
  expect(await valueAt(page, 450, 100)).toBe(255);

  await stageOf(page).focus();
  await page.keyboard.press('Control+z');
  await expect.poll(() => valueAt(page, 598, 350)).toBe(0);
  await page.keyboard.press('Control+z');
  await expect.poll(() => maskBox(page)).toBeNull();
  await expect(undo(page)).toBeDisabled();
});

test('a range is discarded by Esc, taken back by undo, and cuts with the right button', async ({
  page,
  engine,
}) => {
  await open(page, engine, 'range-drop.png');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('v');
  await click(page, 150, 100);
  const actions = page.getByRole('group', { name: 'Colour or brightness range' });
  await expect(actions).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(actions).toHaveCount(0);
  await click(page, 150, 100);
  await expect(actions).toBeVisible();
  await undo(page).click();
  await expect(actions).toHaveCount(0);
  expect(await valueAt(page, 150, 100)).toBe(255);
  await click(page, 150, 100, 'right');
  await expect(actions).toBeVisible();
  await page.keyboard.press('Enter');
  await expect.poll(() => valueAt(page, 150, 100)).toBe(0);
  expect(await valueAt(page, 300, 100)).toBe(255);
});

test('a range is chosen from the keyboard alone', async ({ page, engine }) => {
  await open(page, engine, 'range-keys.png');
  await stageOf(page).focus();
  await page.keyboard.press('v');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Space');
  const actions = page.getByRole('group', { name: 'Colour or brightness range' });
  await expect(actions).toBeVisible();
  await page.keyboard.press('Enter');
  // The middle of the picture is blue.
  await expect.poll(() => valueAt(page, 300, 200)).toBe(255);
  expect(await valueAt(page, 150, 100)).toBe(0);
});

test('a gradient is dragged over the mask', async ({ page, engine }) => {
  await open(page, engine, 'gradient.png');
  await page.keyboard.press('Shift+G');
  await expect(page.getByRole('button', { name: 'Gradient on the mask' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await dragThrough(page, [
    { x: 100, y: 200 },
    { x: 500, y: 200 },
  ]);
  await expect.poll(() => valueAt(page, 50, 50)).toBe(255);
  expect(Math.abs((await valueAt(page, 300, 390)) - 127)).toBeLessThan(4);
  expect(await valueAt(page, 505, 10)).toBe(0);
  await page.getByRole('button', { name: 'Radial gradient' }).click();
  await page.getByRole('button', { name: 'Take away from the mask' }).click();
  await dragThrough(page, [
    { x: 50, y: 50 },
    { x: 90, y: 50 },
  ]);
  await expect.poll(() => valueAt(page, 50, 50)).toBeLessThan(10);
  expect(await valueAt(page, 100, 200)).toBeGreaterThan(250);
  await page.keyboard.press('Control+z');
  await expect.poll(() => valueAt(page, 50, 50)).toBe(255);
  await page.keyboard.press('Control+z');
  await expect.poll(() => maskBox(page)).toBeNull();
});

test('only the contour of a mask stays, as one step', async ({ page, engine }) => {
  await open(page, engine, 'contour.png');
  await page.keyboard.press('m');
  await dragThrough(page, [
    { x: 200, y: 100 },
    { x: 400, y: 300 },
  ]);
  await page.getByRole('button', { name: 'Masks and modifiers' }).click();
  const width = page.getByRole('spinbutton', { name: 'Contour width' });
  await width.fill('20');
  await width.press('Enter');
  await expectAccessible(page, '[role="dialog"]');
  await page.getByRole('button', { name: 'Keep contour' }).click();
  await expect.poll(() => valueAt(page, 300, 200)).toBe(0);
  expect(await valueAt(page, 205, 200)).toBe(255);
  expect(await valueAt(page, 195, 200)).toBe(255);
  expect(await valueAt(page, 215, 200)).toBe(0);
  await page.keyboard.press('Control+z');
  await expect.poll(() => valueAt(page, 300, 200)).toBe(255);
  expect(await valueAt(page, 195, 200)).toBe(0);
});

/** Drags one finger over image points. */
async function swipe(page: Page, points: readonly (readonly [number, number])[]): Promise<void> {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  for (const [i, [x, y]] of points.entries()) {
    const at = await onPage(page, { x, y });
    await cdp.send('Input.dispatchTouchEvent', {
      type: i === 0 ? 'touchStart' : 'touchMove',
      touchPoints: [{ ...at, id: 1 }],
    });
  }
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await cdp.detach();
}

test('fingers take a range and drag a gradient @only-touch', async ({ page, engine }) => {
  await open(page, engine, 'range-touch.png');
  await page.getByRole('button', { name: 'More tools' }).tap();
  await page.getByRole('button', { name: 'Colour or brightness range' }).tap();
  const at = await onPage(page, { x: 150, y: 100 });
  await page.touchscreen.tap(at.x, at.y);
  await page.getByRole('button', { name: 'Take the selection' }).tap();
  await expect.poll(() => valueAt(page, 450, 100)).toBe(255);
  expect(await valueAt(page, 300, 200)).toBe(0);
  await page.getByRole('button', { name: 'Undo', exact: true }).tap();
  await expect.poll(() => maskBox(page)).toBeNull();

  await page.getByRole('button', { name: 'More tools' }).tap();
  await page.getByRole('button', { name: 'Gradient on the mask' }).tap();
  await swipe(page, [
    [100, 200],
    [300, 200],
    [500, 200],
  ]);
  await expect.poll(() => valueAt(page, 50, 50)).toBe(255);
  expect(Math.abs((await valueAt(page, 300, 390)) - 127)).toBeLessThan(8);
});

test('a square tip paints and erases to its corners, is kept, and is one step to undo', async ({
  page,
  engine,
}) => {
  await open(page, engine, 'square.png');
  const size = page.getByRole('spinbutton', { name: 'Size', exact: true });
  await size.fill('60');
  await size.press('Enter');
  await page.getByRole('slider', { name: 'Hardness' }).fill('1');
  const square = page.getByRole('button', { name: 'Square tip' });
  await square.click();
  await expect(square).toHaveAttribute('aria-pressed', 'true');
  await expectAccessible(page, '[role="toolbar"]');

  await click(page, 100, 100);
  await expect
    .poll(() => maskBox(page).then((box) => box?.map((edge) => Math.round(edge / 4))))
    .toEqual([18, 18, 33, 33]);
  for (const [x, y] of [
    [72, 72],
    [127, 72],
    [127, 127],
    [72, 127],
  ] as const) {
    expect(await valueAt(page, x, y)).toBe(255);
  }
  await dragThrough(page, [
    { x: 300, y: 200 },
    { x: 400, y: 200 },
    { x: 400, y: 300 },
  ]);
  // Both ends and the outside of the turn keep their corners.
  for (const [x, y] of [
    [272, 172],
    [427, 172],
    [427, 327],
  ] as const) {
    await expect.poll(() => valueAt(page, x, y)).toBe(255);
  }
  expect(await valueAt(page, 368, 232)).toBe(0);

  // The eraser has its own tip: round, until its key is pressed.
  await page.keyboard.press('e');
  await expect(square).toHaveAttribute('aria-pressed', 'false');
  await page.keyboard.press('t');
  await expect(square).toHaveAttribute('aria-pressed', 'true');
  await size.fill('40');
  await size.press('Enter');
  await page.getByRole('slider', { name: 'Hardness' }).fill('1');
  await click(page, 100, 100);
  await expect.poll(() => valueAt(page, 82, 82)).toBe(0);
  expect(await valueAt(page, 78, 100)).toBe(255);

  await stageOf(page).focus();
  await page.keyboard.press('Control+z');
  await expect.poll(() => valueAt(page, 82, 82)).toBe(255);
  await page.keyboard.press('Control+z');
  await expect.poll(() => valueAt(page, 427, 172)).toBe(0);
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => valueAt(page, 427, 172)).toBe(255);

  await maskedShare(page);
  await page.reload();
  await maskedShare(page);
  await expect.poll(() => valueAt(page, 427, 172)).toBe(255);
  await page.keyboard.press('b');
  await expect(square).toHaveAttribute('aria-pressed', 'true');
});

test('every mask is shown in a colour of its own, which can be chosen, undone and is kept', async ({
  page,
  engine,
}) => {
  await open(page, engine, 'colours.png');
  await page.keyboard.press('b');
  // On black and on white below the blue, where nothing of the picture's colour meddles.
  const [first, second] = [
    { x: 30, y: 360 },
    { x: 570, y: 360 },
  ];
  const mainColor = async (spot: { x: number; y: number }): Promise<string> => {
    const [red = 0, green = 0, blue = 0] = await shownAt(page, spot);
    const most = Math.max(red, green, blue);
    return red === most ? 'red' : blue === most ? 'blue' : 'green';
  };
  await click(page, first.x, first.y);
  await page.getByRole('button', { name: 'Masks and modifiers' }).click();
  const menu = page.getByRole('dialog', { name: 'Masks and modifiers' });
  await menu.getByRole('button', { name: 'Add a mask' }).click();
  await expect(menu.getByRole('radio', { name: 'Light blue' })).toBeChecked();
  await expectAccessible(page, '[role="dialog"]');
  await page.keyboard.press('Escape');
  await click(page, second.x, second.y);
  await expect.poll(() => mainColor(second)).toBe('blue');
  expect(await mainColor(first)).toBe('red');
  await page.getByRole('button', { name: 'Masks and modifiers' }).click();
  await menu.getByRole('radio', { name: 'Green' }).check({ force: true });
  await page.keyboard.press('Escape');
  await expect.poll(() => mainColor(second)).toBe('green');
  expect(await mainColor(first)).toBe('red');
  await page.waitForTimeout(1500);
  await page.reload();
  await expectReady(page);
  await expect.poll(() => mainColor(second)).toBe('green');
  expect(await mainColor(first)).toBe('red');
  await undo(page).click();
  await expect.poll(() => mainColor(second)).toBe('blue');
});
