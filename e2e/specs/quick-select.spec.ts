import type { Page } from '@playwright/test';
import { PNG } from 'pngjs';
import { iouOf, makeScene } from '../../src/editor/select/testing/scenes';
import { expect, test } from '../support/fixtures';
import { dragThrough, maskBox, onPage, openWithSession, upload } from './pages';
import { penThrough } from './pen';

const SIDE = 512;

/** A textured object on uneven ground, and one stroke over it. */
const SCENE = makeScene('texture', 4, SIDE);

function scenePng(): Buffer {
  const png = new PNG({ width: SIDE, height: SIDE });
  png.data = Buffer.from(SCENE.rgba);
  return PNG.sync.write(png, { colorType: 2 });
}

/** How well the mask covers the object, 0 to 1. */
async function covered(page: Page): Promise<number> {
  const values = await page.evaluate((side) => {
    const read = window.__darkroomEditor?.readMask({ x0: 0, y0: 0, x1: side, y1: side });
    return Array.from(read ?? []);
  }, SIDE);
  return iouOf(SCENE.truth, Uint8Array.from(values));
}

/** Every third place of the stroke: a hand does not stop at all of them. */
const STROKE = SCENE.stroke.filter((_, i) => i % 3 === 0);

test.beforeEach(async ({ page, engine }, { title }) => {
  const ref = await upload(engine, scenePng(), `${title.replaceAll(/\W+/g, '-')}.png`);
  await openWithSession(page, ref);
});

test('a stroke selects the object it is drawn over, as one step', async ({ page }) => {
  await page.keyboard.press('s');
  const button = page.getByRole('button', { name: 'Quick select', exact: true });
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('status').filter({ hasText: 'Paint over something' })).toBeVisible();
  await dragThrough(page, STROKE);
  await expect.poll(() => covered(page)).toBeGreaterThan(0.95);

  await page.keyboard.press('Control+z');
  await expect.poll(() => maskBox(page)).toBeNull();
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => covered(page)).toBeGreaterThan(0.95);
});

test('a pen selects as a mouse does', async ({ page }) => {
  await page.keyboard.press('s');
  await penThrough(page, STROKE);
  await expect.poll(() => covered(page)).toBeGreaterThan(0.95);
});

test('it takes away what is not the object, and Esc gives up a stroke', async ({ page }) => {
  await page.keyboard.press('Control+a');
  await page.keyboard.press('s');
  await page.keyboard.press('d');
  const { box } = SCENE;
  const ground = [
    { x: 20, y: 20 },
    { x: SIDE - 20, y: 20 },
    { x: SIDE - 20, y: SIDE - 20 },
    { x: 20, y: SIDE - 20 },
    { x: 20, y: 30 },
  ];
  expect(Math.min(box.x0, box.y0, SIDE - box.x1, SIDE - box.y1)).toBeGreaterThan(30);
  await dragThrough(page, ground);
  await expect.poll(() => covered(page)).toBeGreaterThan(0.9);

  const from = await onPage(page, STROKE[0] ?? { x: 0, y: 0 });
  const to = await onPage(page, STROKE.at(-1) ?? { x: 0, y: 0 });
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 6 });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await page.waitForTimeout(300);
  expect(await covered(page)).toBeGreaterThan(0.9);
});

test('a box selects what is inside', async ({ page }) => {
  await page.keyboard.press('Shift+W');
  await expect(page.getByRole('button', { name: 'Quick select in a box' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  const { x0, y0, x1, y1 } = SCENE.box;
  await dragThrough(page, [
    { x: x0, y: y0 },
    { x: x1, y: y1 },
  ]);
  await expect.poll(() => covered(page)).toBeGreaterThan(0.95);
});
