import type { Page } from '@playwright/test';
import { PNG } from 'pngjs';
import { expect, test } from '../support/fixtures';
import {
  chooseBlur,
  download,
  onPage,
  openInEditor,
  openWithSession,
  paintStroke,
  patternPng,
  stageOf,
  upload,
} from './pages';

/** What the stage shows, with the pointer and its rings out of the way. */
async function seen(page: Page): Promise<PNG> {
  const box = await stageBox(page);
  await page.mouse.move(box.x + box.width / 2, box.y - 20);
  // After two frames, what was damaged is on the screen.
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null)))),
  );
  return PNG.sync.read(await stageOf(page).screenshot());
}

async function stageBox(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await stageOf(page).boundingBox();
  if (!box) {
    throw new Error('the stage has no box');
  }
  return box;
}

/** The focus ring comes and goes with the keyboard. */
const RING = 4;

/** Pixels in which two pictures visibly differ; in screenshots of the stage its border does not count. */
function differences(a: PNG, b: PNG, border = RING): { x: number; y: number }[] {
  const found = [];
  for (let at = 0; at < a.width * a.height; at++) {
    const x = at % a.width;
    const y = Math.floor(at / a.width);
    const inner = Math.min(x, y, a.width - 1 - x, a.height - 1 - y) >= border;
    if (
      inner &&
      [0, 1, 2].some((c) => Math.abs((a.data[at * 4 + c] ?? 0) - (b.data[at * 4 + c] ?? 0)) > 12)
    ) {
      found.push({ x, y });
    }
  }
  return found;
}

async function openFlat(page: Page, engine: Parameters<typeof upload>[0], name: string): Promise<void> {
  const png = new PNG({ width: 600, height: 400 });
  png.data.fill(128);
  for (let at = 3; at < png.data.length; at += 4) {
    png.data[at] = 255;
  }
  const ref = await upload(engine, PNG.sync.write(png, { colorType: 2 }), name);
  await openInEditor(page, ref);
}

async function viewMenu(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'View', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'View' })).toBeVisible();
}

test('in a rotated view strokes land under the pointer, and the mask is not rotated', async ({
  page,
  engine,
}) => {
  const ref = await upload(engine, patternPng(400, 400), 'turned.png');
  await openInEditor(page, ref);
  await chooseBlur(page);
  const upright = await seen(page);
  await stageOf(page).press('Shift+R');
  expect(differences(upright, await seen(page)).length).toBeGreaterThan(10_000);
  // A clockwise quarter turn brings the left edge of the picture to the top.
  await paintStroke(page, 0.42, 0.58, 0.2);
  await page.getByRole('button', { name: /^Generate/ }).click();
  const strip = page.getByRole('region', { name: 'Results' });
  await expect(strip.getByRole('button', { name: 'Result 1' })).toBeVisible({ timeout: 60_000 });
  const history = (await (await fetch(`${engine.url}/history`)).json()) as Record<
    string,
    { outputs: Record<string, { images?: { filename: string; subfolder: string; type: string }[] }> }
  >;
  const image = Object.values(history)
    .flatMap((job) => Object.values(job.outputs))
    .flatMap((output) => output.images ?? [])
    .filter((file) => file.type === 'output')
    .at(-1);
  const made = await download(engine, {
    filename: image?.filename ?? '',
    subfolder: image?.subfolder ?? '',
    type: 'output',
  });
  const changed = differences(await download(engine, ref), made, 0);
  expect(changed.length).toBeGreaterThan(500);
  const mean = (axis: 'x' | 'y'): number =>
    changed.reduce((sum, point) => sum + point[axis], 0) / changed.length;
  expect(mean('x')).toBeLessThan(130);
  expect(Math.abs(mean('y') - 200)).toBeLessThan(40);
});

test('R and a drag rotate the view freely, with Shift in steps, and it comes back upright', async ({
  page,
  engine,
}) => {
  await openFlat(page, engine, 'free.png');
  const box = await stageBox(page);
  const upright = await seen(page);
  await stageOf(page).focus();
  await page.mouse.move(box.x + box.width / 2 + 200, box.y + box.height / 2);
  await page.keyboard.down('r');
  await page.mouse.down();
  await page.keyboard.down('Shift');
  await page.mouse.move(box.x + box.width / 2 + 170, box.y + box.height / 2 + 105, { steps: 10 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await page.keyboard.up('r');
  await viewMenu(page);
  const angle = page.getByRole('button', { name: /^30°/ });
  await expect(angle).toBeVisible();
  await angle.click();
  await expect(page.getByRole('button', { name: /^0°/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await stageOf(page).press('Control+0');
  expect(differences(upright, await seen(page)).length).toBe(0);
});

test('the mask is shown as tint or lines, with a moving outline, and hidden by a key', async ({
  page,
  engine,
}) => {
  // Browser tests ask for less motion, and the outline would stand still.
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await openFlat(page, engine, 'looks.png');
  const bare = await seen(page);
  await paintStroke(page);
  const tint = await seen(page);
  const covered = differences(bare, tint).length;
  expect(covered).toBeGreaterThan(1000);

  await viewMenu(page);
  await page.getByRole('radio', { name: 'Lines' }).check({ force: true });
  await page.keyboard.press('Escape');
  const lines = await seen(page);
  const strong = differences(bare, lines).length;
  expect(strong).toBeGreaterThan(covered * 0.2);
  expect(differences(tint, lines).length).toBeGreaterThan(covered * 0.2);

  await viewMenu(page);
  await page.getByRole('checkbox', { name: 'Moving outline' }).check();
  await page.keyboard.press('Escape');
  await expect(async () => {
    expect(differences(lines, await seen(page)).length).toBeGreaterThan(50);
  }).toPass();
  const before = await seen(page);
  await expect(async () => {
    expect(differences(before, await seen(page)).length).toBeGreaterThan(20);
  }).toPass();

  await stageOf(page).focus();
  await page.keyboard.down('Backquote');
  expect(differences(bare, await seen(page)).length).toBe(0);
  await page.keyboard.up('Backquote');
  await expect(async () => {
    expect(differences(bare, await seen(page)).length).toBeGreaterThan(50);
  }).toPass();

  // Nobody paints unseen.
  await viewMenu(page);
  await page.getByRole('radio', { name: 'Picture alone' }).check({ force: true });
  await page.keyboard.press('Escape');
  await paintStroke(page, 0.3, 0.7, 0.6);
  await viewMenu(page);
  await expect(page.getByRole('radio', { name: 'Mask over the picture' })).toBeChecked();
});

test('the wheel moves the picture if so chosen, and the sheet then says how to zoom', async ({
  page,
  engine,
}) => {
  await openWithSession(page, await upload(engine, patternPng(600, 400), 'wheel.png'));
  const middle = { x: 300, y: 200 };
  const look = async (): Promise<{ x: number; y: number; zoom: number }> => {
    const at = await onPage(page, middle);
    const zoom = await page.evaluate(() => window.__darkroomEditor?.camera.zoom ?? Number.NaN);
    return { ...at, zoom };
  };
  const before = await look();
  await page.mouse.move(before.x, before.y);
  await page.mouse.wheel(0, -100);
  await expect.poll(async () => (await look()).zoom).toBeGreaterThan(before.zoom);

  await viewMenu(page);
  await page.getByRole('radio', { name: 'Moves the picture' }).check({ force: true });
  await page.keyboard.press('Escape');
  const zoomed = await look();
  await page.mouse.move(before.x, before.y);
  await page.mouse.wheel(-30, -40);
  await expect
    .poll(async () => {
      const { x, y } = await look();
      return [Math.round(x - zoomed.x), Math.round(y - zoomed.y)];
    })
    .toEqual([30, 40]);
  expect((await look()).zoom).toBe(zoomed.zoom);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -100);
  await page.keyboard.up('Control');
  await expect.poll(async () => (await look()).zoom).toBeGreaterThan(zoomed.zoom);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog').getByText('Ctrl+Wheel')).toBeVisible();
  await expect(page.getByRole('dialog').getByText('Alt+Wheel')).toBeVisible();
});

test('the outline stands still for people who prefer reduced motion', async ({ page, engine }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openFlat(page, engine, 'still-outline.png');
  await paintStroke(page);
  const tint = await seen(page);
  await viewMenu(page);
  await page.getByRole('checkbox', { name: 'Moving outline' }).check();
  await page.keyboard.press('Escape');
  await expect(async () => {
    expect(differences(tint, await seen(page)).length).toBeGreaterThan(50);
  }).toPass();
  const first = await seen(page);
  // Longer than several steps of marching ants.
  await page.waitForTimeout(600);
  expect(differences(first, await seen(page)).length).toBe(0);
});

test('from 800 % on there is a line between pixels', async ({ page, engine }) => {
  await openFlat(page, engine, 'grid.png');
  await page.getByRole('button', { name: /Choose a size/ }).click();
  await page.getByRole('menuitem', { name: '800 %' }).click();
  const grid = await seen(page);
  const row = Math.round(grid.height / 2) * grid.width * 4;
  const marks = Array.from({ length: grid.width }, (_, x) => x).filter((x) =>
    [-3, -2, -1, 0, 1, 2, 3].every((dy) => grid.data[row + (dy * grid.width + x) * 4] !== 128),
  );
  expect(marks.length).toBeGreaterThan(20);
  const gaps = marks.slice(1).map((x, i) => x - (marks[i] ?? 0));
  expect(new Set(gaps.slice(5, -5))).toEqual(new Set([8]));
});
