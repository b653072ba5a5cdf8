import { writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { PNG } from 'pngjs';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import {
  chooseBlur,
  chooseInpaint,
  colorAt,
  download,
  dragThrough,
  expectOnlyMaskChanged,
  maskBox,
  onPage,
  shownAt,
  type Spot,
  stageOf,
  tapUntil,
} from './pages';
import { DARK, expectColor, flatPng, LEFT, LIGHT, openHalves, reload, RIGHT, WIDTH } from './paint-room';

const BLUE = [58, 123, 213];
const GREEN = [0, 200, 0];
const RED = [200, 0, 0];

async function click(page: Page, spot: Spot): Promise<void> {
  const at = await onPage(page, spot);
  await page.mouse.click(at.x, at.y);
}

test('the bucket fills what is seen, picture and paint, and a reload keeps it', async ({ page, engine }, {
  title,
}) => {
  await openHalves(page, engine, title);
  await page.keyboard.press('j');
  await expect(page.getByRole('button', { name: 'Fill with colour' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await click(page, LEFT);
  await expectColor(page, LEFT, BLUE);
  await expectColor(page, { x: 20, y: 20 }, BLUE);
  await expectColor(page, RIGHT, LIGHT);

  // Over the blue, a green stroke is a region of its own.
  const color = page.getByLabel('Paint colour', { exact: true });
  await page.keyboard.press('k');
  await color.fill('#00c800');
  await dragThrough(page, [
    { x: 80, y: 180 },
    { x: 160, y: 180 },
  ]);
  await expectColor(page, LEFT, GREEN);
  await page.keyboard.press('j');
  await color.fill('#ff0000');
  await click(page, LEFT);
  await expectColor(page, LEFT, [255, 0, 0]);
  await expectColor(page, { x: 120, y: 60 }, BLUE);

  await reload(page);
  await expectColor(page, LEFT, [255, 0, 0]);
  await page.keyboard.press('Control+z');
  await expectColor(page, LEFT, GREEN);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expectColor(page, LEFT, DARK);
  await page.keyboard.press('Control+Shift+z');
  await expectColor(page, LEFT, BLUE);
});

test('the bucket takes colour away with Alt, and works from the keyboard', async ({ page, engine }, {
  title,
}) => {
  await openHalves(page, engine, title);
  await page.keyboard.press('j');
  await stageOf(page).focus();
  // The cursor begins in the middle of the view; two steps to the right it is in the light half.
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', ' ']) {
    await page.keyboard.press(key);
  }
  await page.keyboard.press('Escape');
  await expectColor(page, RIGHT, BLUE);
  await expectColor(page, LEFT, DARK);
  await page.keyboard.down('Alt');
  await click(page, RIGHT);
  await page.keyboard.up('Alt');
  await expectColor(page, RIGHT, LIGHT);
});

test('all tools stay inside the mask where that is wished', async ({ page, engine }, { title }) => {
  await openHalves(page, engine, title);
  await page.keyboard.press('k');
  await page.getByRole('button', { name: 'Paint layer settings' }).click();
  await page.getByLabel('Inside the mask only').check();
  await page.keyboard.press('Escape');
  await expect(page.getByText('Nothing is masked yet: colour goes everywhere')).toBeVisible();
  await page.keyboard.press('m');
  await dragThrough(page, [
    { x: 60, y: 100 },
    { x: 420, y: 260 },
  ]);
  await page.evaluate(() => window.__darkroomEditor?.options.setMaskOpacity(0));

  await page.keyboard.press('k');
  await expect(page.getByText('Nothing is masked yet')).toHaveCount(0);
  await dragThrough(page, [
    { x: 120, y: 180 },
    { x: 120, y: 20 },
  ]);
  await expectColor(page, { x: 120, y: 110 }, BLUE);
  await expectColor(page, { x: 120, y: 90 }, DARK);
  await page.keyboard.press('j');
  await click(page, RIGHT);
  await expectColor(page, RIGHT, BLUE);
  await expectColor(page, { x: 440, y: 180 }, LIGHT);
  await expectColor(page, { x: 360, y: 300 }, LIGHT);

  // Shown as it will be, while it is dragged.
  await page.getByLabel('Paint colour', { exact: true }).fill('#ff0000');
  await page.keyboard.press('Shift+J');
  const [from, to] = [await onPage(page, { x: 70, y: 200 }), await onPage(page, { x: 470, y: 200 })];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 5 });
  const inside = { x: 80, y: 250 };
  await expect.poll(async () => (await colorAt(page, inside))[0]).toBeGreaterThan(235);
  expect(await colorAt(page, { x: 50, y: 250 })).toEqual(DARK);
  await page.mouse.up();
  await expect.poll(async () => (await shownAt(page, inside))[0]).toBeGreaterThan(235);
  await expectColor(page, { x: 50, y: 250 }, DARK);
});

test('a gradient is seen while it is dragged, and is one step that a reload keeps', async ({ page, engine }, {
  title,
}) => {
  await openHalves(page, engine, title);
  await page.keyboard.press('Shift+J');
  await page.getByLabel('Paint colour', { exact: true }).fill('#ff0000');
  await page.getByLabel('To a second colour').check();
  await page.getByLabel('Second colour', { exact: true }).fill('#0000ff');
  const undo = page.getByRole('button', { name: 'Undo' }).first();
  const [from, to] = [await onPage(page, { x: 40, y: 60 }), await onPage(page, { x: 440, y: 60 })];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 5 });
  await expect.poll(async () => (await colorAt(page, { x: 20, y: 300 }))[0]).toBeGreaterThan(250);
  await expect.poll(async () => (await colorAt(page, { x: 460, y: 300 }))[2]).toBeGreaterThan(250);
  // Escape while it is dragged leaves nothing.
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expectColor(page, LEFT, DARK);
  await expect(undo).toBeDisabled();

  await dragThrough(page, [
    { x: 40, y: 60 },
    { x: 440, y: 60 },
  ]);
  await expectColor(page, { x: 240, y: 300 }, [127, 0, 128], 4);
  await reload(page);
  await expectColor(page, { x: 240, y: 300 }, [127, 0, 128], 4);
  await page.keyboard.press('Control+z');
  await expectColor(page, LEFT, DARK);
  await expect(undo).toBeDisabled();

  // From the keyboard, in rings, into nothing.
  await page.keyboard.press('Shift+J');
  await page.getByRole('button', { name: 'Radial gradient' }).click();
  await page.getByLabel('To a second colour').uncheck();
  await stageOf(page).focus();
  for (const key of ['ArrowDown', ' ', ...Array<string>(8).fill('ArrowDown'), ' ', 'Escape']) {
    await page.keyboard.press(key);
  }
  await expect(undo).toBeEnabled();
  await expectColor(page, { x: 12, y: 12 }, DARK);
  await expect.poll(async () => (await shownAt(page, { x: 236, y: 190 }))[0]).toBeGreaterThan(200);
});

test('a chosen picture floats, is moved and scaled, settles as one step, and is what the model starts from', async ({
  page,
  engine,
}, info) => {
  const ref = await openHalves(page, engine, info.title);
  await page.keyboard.press('Shift+P');
  const bar = page.getByRole('group', { name: 'Place a picture' });
  const path = info.outputPath('green.png');
  await writeFile(path, flatPng(100, 50, GREEN));
  const choosing = page.waitForEvent('filechooser');
  await bar.getByRole('button', { name: 'Choose a picture…' }).click();
  await (await choosing).setFiles(path);
  await expect(bar.getByRole('button', { name: 'Place' })).toBeVisible();
  await expectAccessible(page, '[role="group"]');
  // In the middle of the picture, at its own size.
  await expectColor(page, { x: 240, y: 180 }, GREEN);
  await expectColor(page, { x: 260, y: 210 }, LIGHT);
  await dragThrough(page, [
    { x: 240, y: 180 },
    { x: 140, y: 120 },
  ]);
  await expectColor(page, { x: 100, y: 105 }, GREEN);
  await expectColor(page, { x: 245, y: 180 }, LIGHT);
  // The lower right corner lies at (190, 145).
  await dragThrough(page, [
    { x: 190, y: 145 },
    { x: 290, y: 195 },
  ]);
  await expectColor(page, { x: 280, y: 185 }, GREEN);
  await page.keyboard.press('Shift+ArrowRight');
  await expectColor(page, { x: 296, y: 185 }, GREEN);
  await expectColor(page, { x: 95, y: 110 }, DARK);
  await page.keyboard.press('Control+z');
  await expectColor(page, { x: 95, y: 110 }, GREEN);
  const undo = page.getByRole('button', { name: 'Undo' }).first();
  await page.keyboard.press('Enter');
  await expect(bar.getByRole('button', { name: 'Mask the paint' })).toBeVisible();
  await expectColor(page, { x: 280, y: 185 }, GREEN);

  await reload(page);
  await expectColor(page, { x: 280, y: 185 }, GREEN);
  await page.keyboard.press('Control+z');
  await expectColor(page, { x: 280, y: 185 }, LIGHT);
  await expect(undo).toBeDisabled();
  await page.keyboard.press('Control+Shift+z');
  await expectColor(page, { x: 280, y: 185 }, GREEN);

  await page.keyboard.press('Shift+P');
  await bar.getByRole('button', { name: 'Mask the paint' }).click();
  await expect.poll(() => maskBox(page)).not.toBeNull();
  await chooseBlur(page);
  await page.getByLabel('Size (px)').fill('4');
  await page.getByRole('button', { name: /^Generate/ }).click();
  const job = await expectOnlyMaskChanged(engine, ref);
  const [file] = job.outputs;
  const result = file && (await download(engine, file));
  const at = (150 * WIDTH + 200) * 4;
  expect([...(result?.data.subarray(at, at + 3) ?? [])]).toEqual(GREEN);
});

test('a chosen picture is turned, floats on after a reload, and settles exactly', async ({
  page,
  engine,
}, info) => {
  await openHalves(page, engine, info.title);
  await page.keyboard.press('Shift+P');
  const bar = page.getByRole('group', { name: 'Place a picture' });
  const path = info.outputPath('two.png');
  // 100 × 50 px: green on the left, red on the right.
  await writeFile(path, flatPng(100, 50, GREEN, RED));
  const choosing = page.waitForEvent('filechooser');
  await bar.getByRole('button', { name: 'Choose a picture…' }).click();
  await (await choosing).setFiles(path);
  await expectColor(page, { x: 200, y: 180 }, GREEN);
  // Its middle is (240, 180). The handle stands 28 px of the screen above (240, 155).
  const [edge, to] = [await onPage(page, { x: 240, y: 155 }), await onPage(page, { x: 300, y: 184 })];
  await page.mouse.move(edge.x, edge.y - 28);
  await page.mouse.down();
  await page.keyboard.down('Shift');
  await page.mouse.move(to.x, to.y, { steps: 5 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  // A quarter to the right: 50 × 100 px, green above.
  await expectColor(page, { x: 220, y: 135 }, GREEN);
  await expectColor(page, { x: 260, y: 225 }, RED);
  await expectColor(page, { x: 200, y: 180 }, DARK);
  await bar.getByRole('button', { name: 'Turn 90° right' }).click();
  await expectColor(page, { x: 200, y: 180 }, RED);
  await page.keyboard.press('Shift+ArrowDown');

  await reload(page);
  await expect(bar.getByRole('button', { name: 'Place', exact: true })).toBeVisible();
  await expectColor(page, { x: 200, y: 180 }, RED);
  const undo = page.getByRole('button', { name: 'Undo' }).first();
  await stageOf(page).focus();
  await page.keyboard.press('Enter');
  await expect(bar.getByRole('button', { name: 'Mask the paint' })).toBeVisible();
  const painted = await page.evaluate(async () => {
    const file = await window.__darkroomEditor?.exportPaint();
    const bytes = new Uint8Array((await file?.blob.arrayBuffer()) ?? new ArrayBuffer(0));
    return { box: file?.box, png: [...bytes] };
  });
  expect(painted.box).toEqual({ x0: 190, y0: 165, x1: 290, y1: 215 });
  const { data } = PNG.sync.read(Buffer.from(painted.png));
  const wrong = Array.from({ length: 100 * 50 }, (_, at) => at).filter(
    (at) => ![...(at % 100 < 50 ? RED : GREEN), 255].every((value, i) => value === data[at * 4 + i]),
  );
  expect(wrong).toEqual([]);

  await reload(page);
  await expect(bar.getByRole('button', { name: 'Place', exact: true })).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expectColor(page, { x: 220, y: 180 }, DARK);
  await expect(undo).toBeDisabled();
});

test('with a tool of the paint layer in hand, a pasted picture floats; Escape leaves no trace', async ({
  page,
  engine,
}, { title }) => {
  await openHalves(page, engine, title);
  // The server keeps the recipe that was used last, and one for pasting takes what is pasted.
  await chooseBlur(page);
  await stageOf(page).focus();
  await page.keyboard.press('k');
  await expect(page.getByRole('button', { name: 'Colour brush' })).toHaveAttribute('aria-pressed', 'true');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const paste = async (): Promise<void> => {
    await page.evaluate(
      async (base64) => {
        const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
        const item = new ClipboardItem({ 'image/png': new Blob([bytes], { type: 'image/png' }) });
        // eslint-disable-next-line no-restricted-properties -- the test's page is on this machine, where it exists
        await navigator.clipboard.write([item]);
      },
      flatPng(80, 80, GREEN).toString('base64'),
    );
    // Tells a browser that pasted nothing from an editor that took no notice.
    const pasted = await page.evaluateHandle(() => {
      const heard: { types: string[] | null } = { types: null };
      const hear = (event: ClipboardEvent): unknown =>
        (heard.types = [...(event.clipboardData?.types ?? [])]);
      addEventListener('paste', hear, { capture: true, once: true });
      return heard;
    });
    await page.keyboard.press('Control+v');
    await expect.poll(() => pasted.evaluate(({ types }) => types)).toEqual(['Files']);
  };
  const address = page.url();
  await paste();
  const place = page.getByRole('button', { name: 'Place', exact: true });
  await expect(place).toBeVisible();
  expect(page.url()).toBe(address);
  await expectColor(page, { x: 240, y: 180 }, GREEN);
  await page.keyboard.press('Escape');
  await expectColor(page, { x: 230, y: 180 }, DARK);
  await expect(page.getByRole('button', { name: 'Undo' }).first()).toBeDisabled();
  await expect(page.getByRole('button', { name: 'Choose a picture…' })).toBeVisible();

  // What floats when somebody takes up another tool becomes paint.
  await paste();
  await expect(place).toBeVisible();
  await page.keyboard.press('b');
  await expectColor(page, { x: 240, y: 180 }, GREEN);
  await page.keyboard.press('Control+z');
  await expectColor(page, { x: 230, y: 180 }, DARK);
});

test('the strength says what it does to the paint, while there is any', async ({ page, engine }, {
  title,
}) => {
  await openHalves(page, engine, title);
  await chooseInpaint(page, 'a wall');
  const seen = page.getByText('The model sees your colours');
  const ignored = page.getByText('At 1 the model ignores your colours.');
  await expect(page.getByRole('slider', { name: 'Strength (denoise)' })).toBeVisible();
  await expect(seen).toHaveCount(0);
  // The prompt has the focus.
  await stageOf(page).focus();
  await page.keyboard.press('k');
  await dragThrough(page, [LEFT, RIGHT]);
  await page.getByRole('slider', { name: 'Strength (denoise)' }).fill('0.6');
  await expect(seen).toBeVisible();
  await page.getByRole('slider', { name: 'Strength (denoise)' }).fill('1');
  await expect(ignored).toBeVisible();
  await expect(seen).toHaveCount(0);
  await stageOf(page).focus();
  await page.keyboard.press('Control+z');
  await expect(ignored).toHaveCount(0);
});

test('by fingers: a picture is placed, and a gradient drawn @only-touch', async ({ page, engine }, info) => {
  await openHalves(page, engine, 'by fingers');
  const client = await page.context().newCDPSession(page);
  const drag = async (from: Spot, to: Spot): Promise<void> => {
    const [start, end] = [await onPage(page, from), await onPage(page, to)];
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: Spot[]): Promise<unknown> =>
      client.send('Input.dispatchTouchEvent', { type, touchPoints });
    await send('touchStart', [start]);
    for (let i = 1; i <= 6; i++) {
      const x = start.x + ((end.x - start.x) * i) / 6;
      await send('touchMove', [{ x, y: start.y + ((end.y - start.y) * i) / 6 }]);
    }
    await send('touchEnd', []);
  };
  const takeTool = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: 'More tools' }).tap();
    await page.getByRole('button', { name, exact: true }).tap();
  };
  const isColor = async (spot: Spot, color: readonly number[], timeout = 20_000): Promise<void> => {
    await expect
      .poll(
        async () => (await colorAt(page, spot)).every((value, i) => Math.abs(value - (color[i] ?? 0)) < 6),
        { timeout },
      )
      .toBe(true);
  };
  await takeTool('Place a picture');
  const path = info.outputPath('green.png');
  await writeFile(path, flatPng(200, 100, GREEN));
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a picture…' }).tap();
  await (await choosing).setFiles(path);
  await expect(page.getByRole('button', { name: 'Place', exact: true })).toBeVisible();
  await isColor({ x: 200, y: 180 }, GREEN);
  await drag({ x: 240, y: 180 }, { x: 140, y: 100 });
  await isColor({ x: 70, y: 90 }, GREEN);
  // The corner at (240, 150) is pulled by a finger that meets it only roughly.
  await drag({ x: 246, y: 156 }, { x: 346, y: 206 });
  await isColor({ x: 320, y: 185 }, GREEN);
  await tapUntil(page.getByRole('button', { name: 'Place', exact: true }), () =>
    expect(page.getByRole('button', { name: 'Choose a picture…' })).toBeVisible({ timeout: 3000 }),
  );
  await isColor({ x: 320, y: 185 }, GREEN);

  await takeTool('Colour gradient');
  await drag({ x: 20, y: 300 }, { x: 460, y: 300 });
  await isColor({ x: 8, y: 330 }, BLUE);
  const undo = page.getByRole('button', { name: 'Undo' }).first();
  await tapUntil(undo, () => isColor({ x: 8, y: 330 }, DARK, 3000));
  await isColor({ x: 320, y: 185 }, GREEN);
  await undo.tap();
  await isColor({ x: 320, y: 185 }, LIGHT);
  await expect(undo).toBeDisabled();
});
