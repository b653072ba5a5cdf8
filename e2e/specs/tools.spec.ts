import type { CDPSession, Page } from '@playwright/test';
import { PNG } from 'pngjs';
import { expect, test } from '../support/fixtures';
import { chooseInpaint, expectReady, maskedShare, stageOf, tapUntil, upload } from './pages';
import { penThrough } from './pen';

type Engine = Parameters<typeof upload>[0];

const WIDTH = 600;
const HEIGHT = 400;

/** Left half red, right half blue. */
function twoHalves(): Buffer {
  const png = new PNG({ width: WIDTH, height: HEIGHT });
  for (let at = 0; at < WIDTH * HEIGHT; at++) {
    png.data.set(at % WIDTH < WIDTH / 2 ? [200, 60, 50, 255] : [50, 60, 200, 255], at * 4);
  }
  return PNG.sync.write(png, { colorType: 2 });
}

/** Opens a picture of two halves on a page whose mask can be read. */
async function open(page: Page, engine: Engine, name: string): Promise<void> {
  const ref = await upload(engine, twoHalves(), name);
  await page.goto(`/?darkroom-test#/edit?${new URLSearchParams({ ...ref }).toString()}`);
  await expectReady(page);
}

/** Where an image point is on the page, CSS px. */
async function place(page: Page, x: number, y: number): Promise<{ x: number; y: number }> {
  const at = await page.evaluate(
    ([px, py]) => window.__darkroomEditor?.camera.clientPoint({ x: px, y: py }),
    [x, y] as const,
  );
  if (!at) {
    throw new Error('the editor cannot be reached');
  }
  return at;
}

/** Drags the mouse through image points. */
async function drag(
  page: Page,
  points: readonly (readonly [number, number])[],
  button: 'left' | 'right' = 'left',
): Promise<void> {
  for (const [i, [x, y]] of points.entries()) {
    const at = await place(page, x, y);
    await page.mouse.move(at.x, at.y, { steps: i === 0 ? 1 : 4 });
    if (i === 0) {
      await page.mouse.down({ button });
    }
  }
  await page.mouse.up({ button });
}

async function click(page: Page, x: number, y: number): Promise<void> {
  const at = await place(page, x, y);
  await page.mouse.click(at.x, at.y);
}

interface Seen {
  /** Box around what is masked: left, top, right, bottom (exclusive). */
  box: number[] | null;
  /** Number of masked pixels, soft ones by their strength. */
  area: number;
}

/** The mask as the editor holds it. */
function mask(page: Page): Promise<Seen> {
  return page.evaluate(
    ([width, height]) => {
      const session = window.__darkroomEditor;
      const values = session?.readMask({ x0: 0, y0: 0, x1: width, y1: height }) ?? new Uint8Array();
      const box = session?.maskBounds() ?? null;
      return {
        box: box && [box.x0, box.y0, box.x1, box.y1],
        area: values.reduce((sum, value) => sum + value, 0) / 255,
      };
    },
    [WIDTH, HEIGHT] as const,
  );
}

/**
 * Waits until the mask has this box; edges of a drag may be off by a pixel, as pages are laid out in
 * fractions.
 */
async function expectBox(page: Page, wanted: readonly number[], slack = 1): Promise<Seen> {
  await expect
    .poll(async () => {
      const { box } = await mask(page);
      return box?.every((edge, i) => Math.abs(edge - (wanted[i] ?? 0)) <= slack) ? 'there' : box;
    })
    .toBe('there');
  return mask(page);
}

const filled = ([x0 = 0, y0 = 0, x1 = 0, y1 = 0]: readonly number[]): number => (x1 - x0) * (y1 - y0);

/** The options on a line that lie over the one before. */
function overlapping(line: Element): string[] {
  const sides = Array.from(line.children, (it) => {
    // Parts may be wider than what holds them.
    const parts = [it, ...it.querySelectorAll('*')].map((part) => part.getBoundingClientRect());
    const shown = parts.filter(({ width, height }) => width > 1 && height > 1);
    return {
      name: it.textContent.trim() || it.outerHTML.slice(0, 60),
      left: Math.min(...shown.map(({ left }) => left)),
      right: Math.max(...shown.map(({ right }) => right)),
    };
  });
  return sides.flatMap(({ name, left }, i) => (left < (sides[i - 1]?.right ?? left) - 1 ? [name] : []));
}

test('the options of every tool fit on their line', async ({ page, engine }) => {
  await open(page, engine, 'fit.png');
  const line = page.getByRole('toolbar', { name: 'Tool options' });
  for (const width of [1440, 1536, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    for (const key of [
      'b',
      'e',
      'g',
      'Shift+G',
      'w',
      'v',
      's',
      'Shift+W',
      'o',
      'k',
      'Shift+K',
      'j',
      'Shift+J',
    ]) {
      await page.keyboard.press(key);
      await expect
        .poll(() => line.evaluate((it) => it.scrollWidth - it.clientWidth), { message: `${key} at ${width}` })
        .toBe(0);
      expect(await line.evaluate(overlapping), `${key} at ${width}`).toEqual([]);
    }
    // A brightness has a slider more than a colour.
    await page.keyboard.press('v');
    await page.getByRole('button', { name: 'Pixels by brightness' }).click();
    expect(await line.evaluate((it) => it.scrollWidth - it.clientWidth), `brightness at ${width}`).toBe(0);
    await page.getByRole('button', { name: 'Pixels near a colour' }).click();
    await page.keyboard.press('Escape');
  }
});

test('rectangles add, subtract and intersect', async ({ page, engine }) => {
  await open(page, engine, 'rectangles.png');
  await page.keyboard.press('m');
  await expect(page.getByRole('button', { name: 'Rectangle' })).toHaveAttribute('aria-pressed', 'true');
  await drag(page, [
    [100, 50],
    [300, 250],
  ]);
  const first = await expectBox(page, [100, 50, 300, 250]);
  expect(first.area).toBe(filled(first.box ?? []));
  // The right button subtracts whatever is chosen.
  await drag(
    page,
    [
      [200, 0],
      [599, 399],
    ],
    'right',
  );
  const second = await expectBox(page, [100, 50, 200, 250]);
  expect(second.area).toBe(filled(second.box ?? []));
  await page.getByRole('button', { name: 'Keep only what lies inside' }).click();
  await drag(page, [
    [50, 100],
    [599, 200],
  ]);
  const third = await expectBox(page, [100, 100, 200, 200]);
  expect(third.area).toBe(filled(third.box ?? []));
  await page.keyboard.press('Control+z');
  await expectBox(page, second.box ?? []);
  await maskedShare(page);
});

test('Shift makes a circle while held', async ({ page, engine }) => {
  await open(page, engine, 'circle.png');
  await page.keyboard.press('Shift+M');
  const from = await place(page, 100, 100);
  const to = await place(page, 300, 180);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 3 });
  // Without moving the mouse again.
  await page.keyboard.down('Shift');
  await page.mouse.up();
  await page.keyboard.up('Shift');
  const { area } = await expectBox(page, [100, 100, 300, 300]);
  expect(Math.abs(area - Math.PI * 100 * 100)).toBeLessThan(500);
});

test('the lasso takes what it encloses', async ({ page, engine }) => {
  await open(page, engine, 'lasso.png');
  await page.keyboard.press('l');
  await drag(page, [
    [100, 100],
    [300, 100],
    [300, 300],
    [100, 300],
  ]);
  const { area } = await expectBox(page, [100, 100, 300, 300]);
  expect(Math.abs(area - 200 * 200)).toBeLessThan(600);

  // Opacity and size keys apply to the tool in hand.
  await page.keyboard.press('5');
  await expect(page.getByRole('slider', { name: 'Opacity' })).toHaveAttribute('aria-valuetext', '50 %');
  await page.keyboard.press(']');
  await expect(page.getByRole('slider', { name: 'Soft edge' })).toHaveAttribute('aria-valuetext', '1 px');
  await page.keyboard.press('b');
  await expect(page.getByRole('slider', { name: 'Opacity' })).toHaveAttribute('aria-valuetext', '100 %');
});

test('a polygon is clicked, corrected and closed', async ({ page, engine }) => {
  await open(page, engine, 'polygon.png');
  await page.keyboard.press('Shift+L');
  await click(page, 100, 100);
  await click(page, 300, 100);
  await click(page, 550, 390);
  await page.keyboard.press('Backspace');
  await click(page, 300, 300);
  expect((await mask(page)).box).toBeNull();
  await page.keyboard.press('Enter');
  const { area } = await expectBox(page, [100, 100, 300, 300]);
  expect(Math.abs(area - 20_000)).toBeLessThan(500);
  await click(page, 400, 100);
  await click(page, 500, 100);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  expect((await mask(page)).area).toBe(area);
});

test('the bucket fills an outline and empties a region', async ({ page, engine }) => {
  await open(page, engine, 'bucket.png');
  await page.keyboard.press('m');
  await drag(page, [
    [100, 100],
    [300, 300],
  ]);
  await drag(
    page,
    [
      [120, 120],
      [280, 280],
    ],
    'right',
  );
  await page.keyboard.press('g');
  await click(page, 200, 200);
  await expect.poll(async () => (await mask(page)).area).toBe(filled((await mask(page)).box ?? []));
  await page.keyboard.down('Alt');
  await click(page, 200, 200);
  await page.keyboard.up('Alt');
  await expect.poll(async () => (await mask(page)).box).toBeNull();
});

test('the wand takes a colour, and a sideways drag widens it', async ({ page, engine }) => {
  await open(page, engine, 'wand.png');
  await page.getByRole('button', { name: 'Magic wand', exact: true }).click();
  await click(page, 100, 100);
  const half = await expectBox(page, [0, 0, 300, 400], 2);
  expect(Math.abs(half.area - 300 * 400)).toBeLessThan(1000);
  await page.keyboard.press('Control+z');
  await drag(page, [
    [50, 200],
    [590, 200],
  ]);
  await expectBox(page, [0, 0, 600, 400], 0);
  expect(await page.evaluate(() => window.__darkroomEditor?.options.settings.wand.tolerance)).toBeGreaterThan(
    50,
  );
});

test('Shift-clicks draw straight lines', async ({ page, engine }) => {
  await open(page, engine, 'lines.png');
  await page.evaluate(() => {
    window.__darkroomEditor?.options.setSize(20);
    window.__darkroomEditor?.options.setHardness(1);
  });
  await click(page, 100, 100);
  await page.keyboard.down('Shift');
  await click(page, 500, 100);
  await page.keyboard.up('Shift');
  const { area } = await expectBox(page, [90, 90, 510, 110], 2);
  expect(Math.abs(area - (400 * 20 + Math.PI * 100))).toBeLessThan(400);
});

test('a brush measured on the screen keeps its size there', async ({ page, engine }) => {
  await open(page, engine, 'screen.png');
  await page.getByRole('spinbutton', { name: 'Size', exact: true }).fill('40');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Pixels of the screen' }).click();
  const size = (): Promise<number> =>
    page.evaluate(() => {
      const session = window.__darkroomEditor;
      return session ? session.options.size * session.camera.zoom : 0;
    });
  const before = await size();
  await stageOf(page).focus();
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  expect(await size()).toBeCloseTo(before, 0);
});

test('every tool works from the keyboard alone', async ({ page, engine }) => {
  await open(page, engine, 'keyboard.png');
  await stageOf(page).focus();
  const area = async (): Promise<number> => (await mask(page)).area;
  const move = async (key: string, times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      await page.keyboard.press(key);
    }
  };
  const clear = async (): Promise<void> => {
    await page.keyboard.press('Control+d');
    await expect.poll(area).toBe(0);
  };
  // Brush: held.
  await page.keyboard.press('b');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.down('Space');
  await move('ArrowRight', 3);
  await page.keyboard.up('Space');
  await expect.poll(area).toBeGreaterThan(1000);
  await expect(page.getByText('hold Space to paint')).toBeVisible();
  await clear();
  // Boxes and lasso: begun and ended by one press each.
  for (const key of ['m', 'Shift+M', 'l']) {
    await page.keyboard.press(key);
    await page.keyboard.press('Space');
    await move('ArrowRight', 3);
    await move('ArrowDown', 3);
    await page.keyboard.press('Space');
    if (key === 'l') {
      await expect.poll(area).toBeGreaterThan(300);
    } else {
      await expect.poll(area).toBeGreaterThan(1000);
    }
    await clear();
    await move('ArrowLeft', 3);
    await move('ArrowUp', 3);
  }
  // Polygon: Space sets corners, Enter closes.
  await page.keyboard.press('Shift+L');
  await page.keyboard.press('Space');
  await move('ArrowRight', 3);
  await page.keyboard.press('Space');
  await move('ArrowDown', 3);
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await expect.poll(area).toBeGreaterThan(500);
  await clear();
  // Wand and bucket: clicked.
  await page.keyboard.press('w');
  await page.keyboard.press('Space');
  await expect.poll(area).toBeGreaterThan(100_000);
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await page.keyboard.press('Space');
  await expect.poll(area).toBe(0);
});

test('held keys work after a click on a button or a slider as on the stage', async ({ page, engine }) => {
  await open(page, engine, 'held-after-click.png');
  const at = (): Promise<number> => page.evaluate(() => window.__darkroomEditor?.camera.viewport.x ?? NaN);
  const area = async (): Promise<number> => (await mask(page)).area;
  const line = [
    [200, 200],
    [300, 200],
  ] as const;
  await page.getByRole('button', { name: 'Brush', exact: true }).click();
  await page.keyboard.press('Control+1');
  await page.keyboard.press('Control+=');
  await page.keyboard.press('Control+=');
  await page.keyboard.press('Control+=');
  const before = await at();
  await page.keyboard.down('Space');
  await drag(page, line);
  await page.keyboard.up('Space');
  expect(await area()).toBe(0);
  expect(await at()).toBeGreaterThan(before + 50);
  await page.keyboard.press('Control+0');

  await page.getByRole('button', { name: 'Invert' }).click();
  await expect.poll(area).toBe(WIDTH * HEIGHT);
  await page.keyboard.press('Space');
  expect(await area()).toBe(WIDTH * HEIGHT);
  await page.getByRole('slider', { name: 'Hardness' }).click();
  await page.keyboard.down('Alt');
  await drag(page, line);
  await page.keyboard.up('Alt');
  await expect.poll(area).toBeLessThan(WIDTH * HEIGHT);

  // Anyone who reaches the button by keyboard presses it by keyboard.
  const left = await area();
  await page.getByRole('button', { name: 'Mask everything' }).focus();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Invert' })).toBeFocused();
  await page.keyboard.press('Space');
  await expect.poll(area).toBeCloseTo(WIDTH * HEIGHT - left, 0);
});

test('a shortcut is changed, its conflict settled, and all are reset', async ({ page, engine }) => {
  await open(page, engine, 'changed-keys.png');
  await page.getByRole('button', { name: 'Tool settings' }).click();
  await page.getByRole('button', { name: /^Change keyboard shortcuts/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Change keyboard shortcuts' });
  await dialog.getByRole('searchbox', { name: 'Find a command' }).fill('rectangle');
  await dialog.getByRole('button', { name: 'Change the shortcut of “Rectangle”: M' }).click();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeVisible();
  await dialog.getByRole('button', { name: 'Change the shortcut of “Rectangle”: M' }).click();
  await page.keyboard.press('e');
  await expect(dialog.getByText('E belongs to “Eraser”.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Use it here instead' }).click();
  await expect(dialog.getByRole('button', { name: 'Change the shortcut of “Rectangle”: E' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  const pressed = (name: string): Promise<string | null> =>
    page.getByRole('button', { name, exact: true }).getAttribute('aria-pressed');
  await page.keyboard.press('b');
  await page.keyboard.press('e');
  expect([await pressed('Rectangle'), await pressed('Eraser')]).toEqual(['true', 'false']);
  // The sheet shows the present keys, after a reload too.
  await page.reload();
  await expectReady(page);
  await page.keyboard.press('?');
  const row = page
    .getByRole('dialog')
    .locator('dl > div')
    .filter({ hasText: /^Rectangle/ });
  await expect(row.locator('kbd')).toHaveText(['E']);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Tool settings' }).click();
  await page.getByRole('button', { name: /^Change keyboard shortcuts/ }).click();
  await dialog.getByRole('button', { name: 'Reset all' }).click();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await page.keyboard.press('e');
  expect(await pressed('Eraser')).toBe('true');
});

test('keys save the mask, even from a field, place the area and hide the panels', async ({
  page,
  engine,
}) => {
  await open(page, engine, 'menu-keys.png');
  await chooseInpaint(page, 'keys');
  await stageOf(page).focus();
  // Whether the page took the key shows what the browser would have done itself.
  await page.evaluate(() => {
    window.addEventListener('keydown', (event) => {
      if (event.key === 's') {
        document.body.dataset['taken'] = String(event.defaultPrevented);
      }
    });
  });
  const taken = (): Promise<string | undefined> => page.evaluate(() => document.body.dataset['taken']);
  await page.keyboard.press('Control+s');
  await expect(page.getByText('there is no mask to save')).toBeVisible();
  await page.keyboard.press('Control+a');
  await page.getByRole('spinbutton', { name: 'Size', exact: true }).focus();
  const saving = page.waitForEvent('download');
  await page.keyboard.press('Control+s');
  expect((await saving).suggestedFilename()).toBe('menu-keys-mask.png');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.evaluate(() => delete document.body.dataset['taken']);
  await page.keyboard.press('Control+s');
  expect(await taken()).toBe('true');
  await page.keyboard.type('Fill holes');
  await expect(page.getByRole('option', { name: 'Fill holes' })).toBeVisible();
  await page.keyboard.press('Escape');
  await stageOf(page).focus();
  await page.keyboard.press('c');
  await expect(page.getByRole('radio', { name: 'By hand' })).toBeChecked();

  const tools = page.getByRole('toolbar').first();
  await expect(tools).toBeVisible();
  await page.keyboard.press('p');
  await expect(page.getByRole('toolbar')).toHaveCount(0);
  await expect(page.getByRole('complementary', { name: 'Inpaint' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Show the panels' }).click();
  await expect(tools).toBeVisible();
});

test('keys pressed in a dialog do nothing behind it', async ({ page, engine }) => {
  await open(page, engine, 'behind.png');
  await page.keyboard.press('b');
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Command palette' });
  await expect(palette).toBeVisible();
  // As when a click beside the field took the focus away from it.
  await page.evaluate(() => {
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'e', code: 'KeyE', bubbles: true }));
  });
  await page.keyboard.press('Escape');
  await expect(palette).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Brush', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
});

test('on a phone tools are in a bar and options in a sheet @only-touch', async ({ page, engine }) => {
  await open(page, engine, 'phone.png');
  await page.getByRole('button', { name: 'More tools' }).tap();
  await page.getByRole('button', { name: 'Ellipse' }).tap();
  await page.getByRole('button', { name: 'Tool options' }).tap();
  await expect(page.getByRole('dialog', { name: 'Ellipse' }).getByText('Soft edge')).toBeVisible();
  await page.getByRole('button', { name: 'Close the tool options' }).tap();
  const client = await page.context().newCDPSession(page);
  await finger(client, page, [
    [150, 100],
    [350, 300],
  ]);
  await expectBox(page, [150, 100, 350, 300], 3);
});

test('a pen leaves no marks of the hand that holds it @only-touch', async ({ page, engine }) => {
  await open(page, engine, 'palm.png');
  await page.evaluate(() => window.__darkroomEditor?.options.setSize(20));
  const client = await page.context().newCDPSession(page);
  await penThrough(page, [
    { x: 100, y: 100 },
    { x: 200, y: 100 },
  ]);
  const { area } = await mask(page);
  expect(area).toBeGreaterThan(100);
  // The palm comes down beside the next stroke and slides.
  await finger(client, page, [
    [400, 300],
    [420, 380],
    [500, 390],
  ]);
  expect((await mask(page)).area).toBe(area);
  const freeFingers = page.getByRole('button', { name: 'Fingers move the picture; let them paint again' });
  await tapUntil(freeFingers, () => expect(freeFingers).toHaveCount(0, { timeout: 500 }));
  // A touch right after the pen is still the hand that holds it.
  await expect(async () => {
    await finger(client, page, [
      [100, 300],
      [200, 300],
    ]);
    expect((await mask(page)).area).toBeGreaterThan(area);
  }).toPass({ intervals: [400], timeout: 20_000 });
});

/** Drags a finger through image points. */
async function finger(
  client: CDPSession,
  page: Page,
  points: readonly (readonly [number, number])[],
): Promise<void> {
  for (const [i, [x, y]] of points.entries()) {
    const at = await place(page, x, y);
    const type = i === 0 ? ('touchStart' as const) : ('touchMove' as const);
    await client.send('Input.dispatchTouchEvent', { type, touchPoints: [at] });
  }
  await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}
