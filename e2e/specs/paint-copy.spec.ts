import type { Page } from '@playwright/test';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import { colorAt, dragThrough, onPage, shownAt, type Spot, stageOf } from './pages';
import { DARK, expectColor, LEFT, LIGHT, openHalves, reload, RIGHT } from './paint-room';

async function pressAt(page: Page, spot: Spot, key?: 'Alt'): Promise<void> {
  const at = await onPage(page, spot);
  if (key) {
    await page.keyboard.down(key);
  }
  await page.mouse.click(at.x, at.y);
  if (key) {
    await page.keyboard.up(key);
  }
}

test('clone copies from where Alt-click says, at a distance that stays, and a reload keeps it', async ({
  page,
  engine,
}, { title }) => {
  await openHalves(page, engine, title);
  await page.keyboard.press('Shift+C');
  const clone = page.getByRole('button', { name: 'Clone', exact: true });
  await expect(clone).toHaveAttribute('aria-pressed', 'true');
  const undo = page.getByRole('button', { name: 'Undo' }).first();
  // Without a source there is nothing to paint.
  await pressAt(page, LEFT);
  await expect(undo).toBeDisabled();
  await pressAt(page, RIGHT, 'Alt');
  await expect(undo).toBeDisabled();

  // What it will be is seen while it is painted.
  const [from, to] = [await onPage(page, { x: 100, y: 180 }), await onPage(page, { x: 140, y: 180 })];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await expect.poll(() => colorAt(page, { x: 125, y: 180 })).toEqual(LIGHT);
  await expect(undo).toBeDisabled();
  await page.mouse.up();
  await expect(undo).toBeEnabled();
  await expectColor(page, { x: 110, y: 180 }, LIGHT);
  await expectColor(page, { x: 110, y: 240 }, DARK);

  // 260 px to the right of here it is light, too.
  await pressAt(page, { x: 60, y: 60 });
  await expectColor(page, { x: 60, y: 60 }, LIGHT);
  await expectAccessible(page, '[role="toolbar"]');

  await reload(page);
  await expectColor(page, { x: 60, y: 60 }, LIGHT);
  await page.keyboard.press('Control+z');
  await expectColor(page, { x: 60, y: 60 }, DARK);
  await expectColor(page, { x: 110, y: 180 }, LIGHT);
  await page.keyboard.press('Control+z');
  await expectColor(page, { x: 110, y: 180 }, DARK);
  await expect(undo).toBeDisabled();
});

test('a stroke of heal that was still being worked out is finished after a reload', async ({ page, engine }, {
  title,
}) => {
  await page.addInitScript(() => {
    const { postMessage } = Worker.prototype as { postMessage: (...message: unknown[]) => void };
    Worker.prototype.postMessage = function (this: Worker, ...message: unknown[]) {
      if (!('__holdWorkers' in window)) {
        postMessage.apply(this, message);
      }
    };
  });
  await openHalves(page, engine, title);
  await page.keyboard.press('Shift+C');
  await pressAt(page, RIGHT, 'Alt');
  // From now on the worker hears nothing, as if it were busy.
  await page.evaluate(() => Object.assign(window, { __holdWorkers: true }));
  await dragThrough(page, [
    { x: 100, y: 180 },
    { x: 140, y: 180 },
  ]);
  const undo = page.getByRole('button', { name: 'Undo' }).first();
  await expectColor(page, { x: 110, y: 180 }, LIGHT);
  await expect(undo).toBeDisabled();

  await reload(page);
  await expectColor(page, { x: 110, y: 180 }, LIGHT);
  await expectColor(page, { x: 110, y: 260 }, DARK);
  await expect(undo).toBeEnabled();
  await reload(page);
  // Once, not again.
  await page.keyboard.press('Control+z');
  await expectColor(page, { x: 110, y: 180 }, DARK);
  await expect(undo).toBeDisabled();
});

test('heal takes the tone of the place; Escape leaves nothing; a mirrored view changes nothing', async ({
  page,
  engine,
}, { title }) => {
  await openHalves(page, engine, title);
  // A blemish on the dark half.
  await page.keyboard.press('k');
  await page.getByLabel('Paint colour', { exact: true }).fill('#ff0000');
  await page.evaluate(() => window.__darkroomEditor?.options.setSize(20));
  await pressAt(page, LEFT);
  await expectColor(page, LEFT, [255, 0, 0]);
  await page.keyboard.press('Shift+H');
  await page.evaluate(() => window.__darkroomEditor?.options.setSize(60));
  await page.keyboard.press('y');
  await pressAt(page, RIGHT, 'Alt');

  const at = await onPage(page, LEFT);
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await page.mouse.move(at.x + 4, at.y);
  await expect.poll(() => colorAt(page, LEFT)).toEqual(LIGHT);
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expectColor(page, LEFT, [255, 0, 0]);

  await pressAt(page, LEFT);
  // Light texture, dark surroundings.
  await expectColor(page, LEFT, DARK);
  await page.keyboard.press('Control+z');
  await expectColor(page, LEFT, [255, 0, 0]);
});

test('clone works from the keyboard, and stays inside the mask where that is wished', async ({
  page,
  engine,
}, { title }) => {
  await openHalves(page, engine, title);
  await page.keyboard.press('m');
  await dragThrough(page, [
    { x: 60, y: 100 },
    { x: 200, y: 260 },
  ]);
  await page.evaluate(() => {
    window.__darkroomEditor?.options.setMaskOpacity(0);
    window.__darkroomEditor?.options.set(({ paint }) => (paint.inMask = true));
  });
  await page.keyboard.press('Shift+C');
  await stageOf(page).focus();
  // The cursor begins in the middle of the picture, and moves by a quarter of the brush: 15 px.
  const right = Array<string>(5).fill('ArrowRight');
  const left = Array<string>(12).fill('ArrowLeft');
  for (const key of [...right, 'f', ' ', ...left, ' ', 'Escape']) {
    await page.keyboard.press(key);
  }
  const undo = page.getByRole('button', { name: 'Undo' }).first();
  await expect(undo).toBeEnabled();
  await expectColor(page, { x: 140, y: 180 }, LIGHT);
  await expectColor(page, { x: 140, y: 80 }, DARK);
  expect((await shownAt(page, { x: 215, y: 180 }))[0]).toBeLessThan(70);
});

test('by fingers: a button sets the source, then a drag clones @only-touch', async ({ page, engine }) => {
  await openHalves(page, engine, 'cloned by fingers');
  await page.getByRole('button', { name: 'More tools' }).tap();
  await page.getByRole('button', { name: 'Clone', exact: true }).tap();
  await page.getByRole('button', { name: 'Tool options' }).tap();
  const source = page.getByRole('button', { name: 'Set the source' });
  await source.tap();
  await expect(source).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Escape');
  await expect(page.getByText('The next press sets the source')).toBeVisible();
  const tap = async (spot: Spot): Promise<void> => {
    const { x, y } = await onPage(page, spot);
    await page.touchscreen.tap(x, y);
  };
  await tap(RIGHT);
  await expect(page.getByText('The next press sets the source')).toHaveCount(0);
  await tap(LEFT);
  await expectColor(page, LEFT, LIGHT);
});
