import type { CDPSession, Locator, Page } from '@playwright/test';
import { PNG } from 'pngjs';
import type { DemoEngine } from '../../src/demo/index';
import { expect, test } from '../support/fixtures';
import {
  chooseBlur,
  chooseInpaint,
  download,
  expectReady,
  finishedJobs,
  inputOf,
  maskBox,
  onPage,
  openWithSession,
  patternPng,
  pictureSize,
  type Spot,
  stageOf,
  tapUntil,
  upload,
} from './pages';

/** Fingers that move through places of the page together: one list of places per moment. */
async function fingers(client: CDPSession, moments: readonly (readonly Spot[])[]): Promise<void> {
  // By their own clock: a busy machine must not make a second finger a late one.
  const start = Date.now() / 1000;
  for (const [i, spots] of moments.entries()) {
    const touchPoints = spots.map(({ x, y }, id) => ({ x, y, id }));
    const type = i === 0 ? ('touchStart' as const) : ('touchMove' as const);
    await client.send('Input.dispatchTouchEvent', { type, touchPoints, timestamp: start + i * 0.016 });
  }
  await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

/** One finger through points of the picture, given as shares of its sides. */
async function paint(client: CDPSession, page: Page, shares: readonly (readonly [number, number])[]) {
  const [width, height] = await pictureSize(page);
  const places: Spot[][] = [];
  for (const [x, y] of shares) {
    places.push([await onPage(page, { x: x * width, y: y * height })]);
  }
  await fingers(client, places);
}

const zoom = (page: Page): Promise<number> =>
  page.evaluate(() => window.__darkroomEditor?.camera.zoom ?? Number.NaN);

/** Two fingers on a horizontal line that spread (or close) around a place, half distances in CSS px. */
function pinch(client: CDPSession, { x, y }: Spot, from: number, to: number): Promise<void> {
  const steps = 8;
  const moments = Array.from({ length: steps + 1 }, (_, i) => {
    const half = from + ((to - from) * i) / steps;
    return [
      { x: x - half, y },
      { x: x + half, y },
    ];
  });
  return fingers(client, moments);
}

async function middleOf(what: Locator): Promise<Spot> {
  const box = await what.boundingBox();
  if (!box) {
    throw new Error('what should be on the page is not');
  }
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** The box of what the newest job's picture leaves open for the sampler. */
async function queuedMask(engine: DemoEngine): Promise<number[]> {
  const job = (await finishedJobs(engine)).at(-1);
  const [, subfolder = '', filename = ''] =
    /^(?:(.*)\/)?([^/]+) \[input\]$/.exec(String(inputOf(job, 'LoadImage', 'image'))) ?? [];
  const png = await download(engine, { filename, subfolder, type: 'input' });
  const open = Array.from({ length: png.width * png.height }, (_, at) => at).filter(
    (at) => png.data[at * 4 + 3] !== 255,
  );
  const [xs, ys] = [open.map((at) => at % png.width), open.map((at) => Math.floor(at / png.width))];
  const least = (values: number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (values: number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity);
  return [least(xs), least(ys), most(xs) + 1, most(ys) + 1];
}

test('the whole loop by fingers, from the gallery to an accepted result @only-touch', async ({
  page,
  engine,
}) => {
  await page.goto('/?darkroom-test#/gallery');
  const tiles = page.locator('main a[href^="#/gallery/"]');
  await expect(tiles.first()).toBeVisible();
  await tiles.first().tap();
  await page.getByRole('button', { name: 'Inpaint' }).first().tap();
  await expectReady(page);
  const client = await page.context().newCDPSession(page);

  await paint(client, page, [
    [0.35, 0.4],
    [0.5, 0.45],
    [0.65, 0.4],
  ]);
  await expect.poll(() => maskBox(page)).not.toBeNull();
  const first = await maskBox(page);

  // Two fingers zoom in around the place between them, and leave no mark.
  const middle = await middleOf(stageOf(page));
  const before = await zoom(page);
  const [width, height] = await pictureSize(page);
  const held = await onPage(page, { x: width / 2, y: height / 2 });
  await pinch(client, held, 40, 100);
  // The first px, which might have been a tap, do not count.
  await expect.poll(() => zoom(page)).toBeGreaterThan(before * 1.7);
  expect(await zoom(page)).toBeLessThan(before * 2.6);
  const after = await onPage(page, { x: width / 2, y: height / 2 });
  expect(Math.hypot(after.x - held.x, after.y - held.y)).toBeLessThan(12);
  expect(await maskBox(page)).toEqual(first);
  await pinch(client, middle, 100, 25);
  await expect.poll(() => zoom(page)).toBeLessThan(before * 1.5);
  expect(await maskBox(page)).toEqual(first);

  // A two-finger tap undoes the stroke, a three-finger tap redoes it.
  const [left, right] = [
    { x: middle.x - 40, y: middle.y },
    { x: middle.x + 40, y: middle.y },
  ];
  await fingers(client, [[left, right]]);
  await expect.poll(() => maskBox(page)).toBeNull();
  await fingers(client, [[left, right, { x: middle.x, y: middle.y + 40 }]]);
  await expect.poll(() => maskBox(page)).toEqual(first);

  await page.getByRole('button', { name: 'Show the recipe' }).tap();
  await chooseBlur(page);
  await page.getByRole('button', { name: 'Generate', exact: true }).tap();
  // The sheet has done its work and is gone; how far the job is shows on the picture.
  await expect(page.getByRole('complementary', { name: 'Inpaint' })).toHaveCount(0);
  const strip = page.getByRole('region', { name: 'Results' });
  const result = strip.getByRole('button', { name: 'Result 1', exact: true });
  await expect(result).toBeVisible({ timeout: 60_000 });
  expect(await queuedMask(engine)).toEqual(first);
  const comparison = page.getByRole('region', { name: /^Comparison/ });
  await expect(comparison.getByRole('img', { name: 'Result 1' })).toBeVisible();
  await page.getByRole('button', { name: 'Accept', exact: true }).tap();
  await expect(page).toHaveURL(/filename=blur_.*type=output/);
  await expectReady(page);
  await expect.poll(() => maskBox(page)).toBeNull();
  expect(await pictureSize(page)).toEqual([width, height]);

  await strip.getByRole('button', { name: 'Go back', exact: true }).tap();
  await expect.poll(() => maskBox(page)).toEqual(first);
});

test('a second finger soon after the first makes it a pinch, and the started stroke is gone @only-touch', async ({
  page,
  engine,
}) => {
  await openWithSession(page, await upload(engine, patternPng(600, 400), 'late-finger.png'));
  const client = await page.context().newCDPSession(page);
  const one = await onPage(page, { x: 200, y: 200 });
  const moved = { x: one.x + 4, y: one.y + 2 };
  const other = { x: one.x + 80, y: one.y };
  const before = await zoom(page);
  await fingers(client, [
    [one],
    [moved],
    [moved, other],
    [moved, { x: other.x + 50, y: other.y }],
    [moved, { x: other.x + 120, y: other.y }],
  ]);
  await expect.poll(() => zoom(page)).toBeGreaterThan(before * 1.5);
  expect(await maskBox(page)).toBeNull();
  await expect(page.getByRole('button', { name: 'Undo' }).first()).toBeDisabled();
});

test('two fingers rotate the view, and a finger paints where it is @only-touch', async ({ page, engine }) => {
  await openWithSession(page, await upload(engine, patternPng(600, 400), 'turned-by-fingers.png'));
  const client = await page.context().newCDPSession(page);
  const centre = await onPage(page, { x: 300, y: 200 });
  const moments = Array.from({ length: 13 }, (_, i) => {
    const angle = (i / 12) * (Math.PI / 3);
    const [dx, dy] = [Math.cos(angle) * 90, Math.sin(angle) * 90];
    return [
      { x: centre.x - dx, y: centre.y - dy },
      { x: centre.x + dx, y: centre.y + dy },
    ];
  });
  await fingers(client, moments);
  const angle = (): Promise<number> =>
    page.evaluate(() => window.__darkroomEditor?.camera.angle ?? Number.NaN);
  await expect.poll(angle).toBeGreaterThan(0.5);
  expect(await maskBox(page)).toBeNull();
  await paint(client, page, [
    [0.3, 0.5],
    [0.6, 0.5],
  ]);
  await expect.poll(() => maskBox(page)).not.toBeNull();
  const [left = 0, top = 0, right = 0, bottom = 0] = (await maskBox(page)) ?? [];
  // Level in the picture, though it went downhill on the screen.
  expect(Math.abs((top + bottom) / 2 - 200)).toBeLessThan(4);
  expect(Math.abs((left + right) / 2 - 270)).toBeLessThan(6);
});

test('a small area is painted through until its label is tapped, then a finger moves it @only-touch', async ({
  page,
  engine,
}) => {
  const photo = new PNG({ width: 3000, height: 2000 });
  photo.data.fill(0x80);
  const bytes = PNG.sync.write(photo, { colorType: 2 });
  await openWithSession(page, await upload(engine, bytes, 'small-area.png'));
  const client = await page.context().newCDPSession(page);
  await page.getByRole('button', { name: 'Show the recipe' }).tap();
  await chooseInpaint(page, 'small');
  await page.getByText('Around the mask', { exact: true }).tap();
  await page.getByRole('button', { name: 'Hide the recipe' }).tap();

  await paint(client, page, [
    [0.5, 0.5],
    [0.51, 0.5],
  ]);
  const box = page.getByTestId('area-box');
  const move = page.getByRole('button', { name: /^What the model sees.*Move the area$/ });
  await expect(move).toBeVisible();
  const before = await box.boundingBox();
  expect(before?.width).toBeLessThan(70);
  const dab = await maskBox(page);

  // Across frame, corners and middle: the mask changes.
  await paint(client, page, [
    [0.45, 0.45],
    [0.5, 0.5],
    [0.55, 0.55],
  ]);
  await expect.poll(async () => ((await maskBox(page))?.[2] ?? 0) - (dab?.[2] ?? 0)).toBeGreaterThan(80);
  await expect.poll(() => box.boundingBox()).not.toEqual(before);
  const painted = await maskBox(page);

  const done = page.getByRole('button', { name: /^What the model sees.*Done$/ });
  await tapUntil(move, () => expect(done).toBeVisible({ timeout: 500 }));
  const from = await middleOf(box);
  await fingers(client, [[from], [{ x: from.x + 20, y: from.y }], [{ x: from.x + 60, y: from.y }]]);
  await expect.poll(async () => (await middleOf(box)).x).toBeGreaterThan(from.x + 40);
  expect(await maskBox(page)).toEqual(painted);
  await tapUntil(done, () => expect(move).toBeVisible({ timeout: 500 }));
  await page.getByRole('button', { name: 'Show the recipe' }).tap();
  await expect(page.getByRole('radio', { name: 'By hand' })).toBeChecked();
});

test('a polygon is corrected, closed and discarded by fingers alone @only-touch', async ({
  page,
  engine,
}) => {
  await openWithSession(page, await upload(engine, patternPng(600, 400), 'fingers-polygon.png'));
  const client = await page.context().newCDPSession(page);
  // A dab: Chromium makes no click of the tap that follows a slide.
  await paint(client, page, [[0.1, 0.1]]);
  await expect.poll(() => maskBox(page)).not.toBeNull();
  const stroke = await maskBox(page);
  await page.getByRole('button', { name: 'More tools' }).tap();
  await page.getByRole('button', { name: 'Polygon' }).tap();
  const corners = page.getByRole('group', { name: 'Outline that is not closed yet' });
  const close = corners.getByRole('button', { name: 'Close the shape' });
  const corner = async (x: number, y: number): Promise<void> => {
    await paint(client, page, [[x, y]]);
    await expect(corners).toBeVisible();
  };
  await corner(0.3, 0.3);
  await corner(0.7, 0.3);
  await corner(0.7, 0.8);
  await corner(0.5, 0.9);
  // Two fingers, the button in the bar and the one above each take back a corner; the stroke stays.
  const middle = await middleOf(stageOf(page));
  await fingers(client, [
    [
      { x: middle.x - 40, y: middle.y },
      { x: middle.x + 40, y: middle.y },
    ],
  ]);
  await expect(close).toBeEnabled();
  await corners.getByRole('button', { name: 'Take back a corner' }).tap();
  await expect(close).toBeDisabled();
  await page.getByRole('button', { name: 'Undo' }).first().tap();
  expect(await maskBox(page)).toEqual(stroke);
  await corner(0.7, 0.3);
  await corner(0.7, 0.8);
  await close.tap();
  await expect(corners).toHaveCount(0);
  await expect.poll(async () => (await maskBox(page))?.slice(2)).toEqual([420, 320]);

  const closed = await maskBox(page);
  await corner(0.9, 0.9);
  await corners.getByRole('button', { name: 'Cancel the shape' }).tap();
  await expect(corners).toHaveCount(0);
  expect(await maskBox(page)).toEqual(closed);
  await page.getByRole('button', { name: 'Undo' }).first().tap();
  await expect.poll(() => maskBox(page)).toEqual(stroke);
});

test('a tall picture stays clear of the bar that judges its result, and gets its place back @only-touch', async ({
  page,
  engine,
}) => {
  const ref = await upload(engine, patternPng(400, 900), 'tall-on-phone.png');
  await openWithSession(page, ref);
  await page.getByRole('button', { name: 'Show the recipe' }).tap();
  await chooseBlur(page);
  await page.getByRole('button', { name: 'Hide the recipe' }).tap();
  const client = await page.context().newCDPSession(page);
  await paint(client, page, [
    [0.4, 0.5],
    [0.6, 0.5],
  ]);
  const lowest = async (): Promise<number> => (await onPage(page, { x: 200, y: 900 })).y;
  const whole = await lowest();
  const strip = page.getByRole('region', { name: 'Results' });
  await tapUntil(page.getByRole('button', { name: 'Generate', exact: true }), () =>
    expect(strip.getByRole('button', { name: /^Original|^Result 1/ }).first()).toBeVisible({ timeout: 5000 }),
  );
  const bar = page.getByRole('heading', { name: /^Result \d of \d$/ });
  await expect(bar).toBeVisible({ timeout: 30_000 });
  const top = async (): Promise<number> => (await bar.boundingBox())?.y ?? 0;
  await expect.poll(async () => (await lowest()) <= (await top())).toBe(true);
  expect(await lowest()).toBeLessThan(whole - 20);
  await page.getByRole('button', { name: 'Close the comparison' }).tap();
  await expect.poll(lowest).toBeCloseTo(whole, 0);
});
