import type { Locator, Page, Request } from '@playwright/test';
import { expectAccessible } from '../support/accessible';
import { expect, openStage, test } from '../support/fixtures';
import { colorGraph, queueElsewhere } from './pages';

const BIGGEST_SEED = '18446744073709551615';
/** The sample with the largest seed there is. */
const LAMP = /portrait of a woman/;

const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Pictures, newest first' });
const tiles = (page: Page): Locator => grid(page).getByRole('link');
const tile = (page: Page, name: RegExp): Locator => grid(page).getByRole('link', { name });
const viewer = (page: Page): Locator => page.getByRole('dialog', { name: 'Picture viewer' });
const position = (page: Page): Locator => viewer(page).getByText(/^[\d,]+ of [\d,]+$/);
const zoom = (page: Page): Locator => viewer(page).getByTestId('zoom');

async function openGallery(page: Page): Promise<void> {
  await page.goto('/#/gallery');
  await expect(tiles(page).first()).toBeVisible();
}

/** Opens the sample with the largest seed. */
async function openLamp(page: Page): Promise<void> {
  await openGallery(page);
  await tile(page, LAMP).click();
  await expect(viewer(page)).toBeVisible();
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [scroll, client] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(scroll).toBeLessThanOrEqual(client ?? 0);
}

async function scrollTop(page: Page): Promise<number> {
  return page.getByTestId('gallery-scroller').evaluate((element) => element.scrollTop);
}

/** Moves fingers over the page; each finger is a list of points, all of the same length. */
async function touch(page: Page, fingers: { x: number; y: number }[][]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const at = (step: number): { x: number; y: number; id: number }[] =>
    fingers.map((points, id) => ({ ...(points[step] ?? { x: 0, y: 0 }), id }));
  const steps = fingers[0]?.length ?? 0;
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
  for (let step = 1; step < steps; step++) {
    await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(step) });
  }
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await session.detach();
}

function line(
  from: { x: number; y: number },
  to: { x: number; y: number },
  steps = 8,
): { x: number; y: number }[] {
  return Array.from({ length: steps + 1 }, (_, i) => ({
    x: from.x + ((to.x - from.x) * i) / steps,
    y: from.y + ((to.y - from.y) * i) / steps,
  }));
}

test('the grid shows the samples, newest first, under their days @touch', async ({ page }) => {
  await openGallery(page);
  await expect(
    grid(page)
      .getByRole('heading', { name: /^(Today|Yesterday)$/ })
      .first(),
  ).toBeVisible();
  await tiles(page).first().focus();
  await page.keyboard.press('End');
  await expect(tile(page, /ikat textile/)).toBeFocused();
  await page.keyboard.press('Home');
  await expect(tiles(page).first()).toBeFocused();
  await expect(grid(page).locator('img').first()).toBeVisible();
  await expectNoSidewaysScroll(page);
});

test('a picture opens by click, and the browser’s back button closes it', async ({ page }) => {
  await openLamp(page);
  await expect(page).toHaveURL(/#\/gallery\/[0-9a-f-]{36}\/0$/);
  await expect(viewer(page).getByRole('img', { name: /Picture: portrait of a woman/ })).toBeVisible();
  await page.goBack();
  await expect(viewer(page)).toHaveCount(0);
  await expect(page).toHaveURL(/#\/gallery$/);
  await expect(tile(page, LAMP)).toBeFocused();
});

test('a picture opens and closes by keyboard, and the focus returns', async ({ page }) => {
  await openGallery(page);
  await tiles(page).first().focus();
  await page.keyboard.press('ArrowRight');
  await expect(tiles(page).nth(1)).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowRight');
  const name = await tiles(page).nth(1).getAttribute('aria-label');
  await page.keyboard.press('Enter');
  await expect(viewer(page)).toBeFocused();
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press('Tab');
  }
  expect(await viewer(page).evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true);
  // In a field of the details Escape leaves the field first.
  await viewer(page).focus();
  await page.keyboard.press('Escape');
  await expect(viewer(page)).toHaveCount(0);
  await expect(tiles(page).nth(1)).toBeFocused();
  expect(await tiles(page).nth(1).getAttribute('aria-label')).toBe(name);
});

test('the undo of a removal is reached from the viewer with the keyboard', async ({ page }) => {
  await openLamp(page);
  await viewer(page).getByRole('button', { name: 'Remove from the list' }).press('Enter');
  await expect(page.getByText(/^Removed from the list/)).toBeVisible();
  await page.keyboard.press('Alt+t');
  // To the toast, and to its button.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  const undo = page.getByRole('button', { name: 'Undo' });
  await expect(undo).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(undo).toHaveCount(0);
});

test('a link to a picture opens it, and closing leads to the gallery @lan', async ({ page }) => {
  await openLamp(page);
  const address = page.url();
  await page.goto('about:blank');
  await page.goto(address);
  await expect(viewer(page).getByRole('heading', { name: LAMP })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(viewer(page)).toHaveCount(0);
  await expect(page).toHaveURL(/#\/gallery$/);
});

test('a link to a missing picture says so', async ({ page }) => {
  await page.goto('/#/gallery/00000000-0000-4000-8000-000000000000/0');
  await expect(viewer(page).getByText('This picture is not in the list')).toBeVisible();
  await viewer(page).getByRole('button', { name: 'Back to the gallery' }).click();
  await expect(tiles(page).first()).toBeVisible();
});

test('stepping through pictures leaves one step in the history', async ({ page }) => {
  await openGallery(page);
  await tiles(page).first().click();
  await expect(position(page)).toHaveText(/^1 of /);
  const first = page.url();
  await page.keyboard.press('ArrowRight');
  await expect(position(page)).toHaveText(/^2 of /);
  expect(page.url()).not.toBe(first);
  await viewer(page).getByRole('button', { name: 'Next picture' }).click();
  await expect(position(page)).toHaveText(/^3 of /);
  await page.keyboard.press('ArrowLeft');
  await expect(position(page)).toHaveText(/^2 of /);
  await page.keyboard.press('End');
  await expect(viewer(page).getByRole('button', { name: 'Next picture' })).toHaveCount(0);
  await page.keyboard.press('Home');
  await expect(viewer(page).getByRole('button', { name: 'Previous picture' })).toHaveCount(0);
  await page.goBack();
  await expect(viewer(page)).toHaveCount(0);
  await expect(page).toHaveURL(/#\/gallery$/);
});

test('the picture zooms by key, button, wheel and double click', async ({ page, engine }) => {
  await openGallery(page);
  await tiles(page).first().focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  const stage = viewer(page).getByTestId('viewer-stage');
  const picture = stage.getByTestId('picture').locator('img');
  await expect(picture).toHaveJSProperty('complete', true);
  const fitted = await zoom(page).textContent();
  await page.keyboard.press('Control+1');
  await expect(zoom(page)).toHaveText('100 %');
  await expect.poll(async () => (await picture.boundingBox())?.width).toBe(768);
  await page.keyboard.press('+');
  await expect(zoom(page)).toHaveText('150 %');
  // A job that ends meanwhile changes nothing about the picture on show.
  const shown = await position(page).textContent();
  await queueElsewhere(engine, colorGraph(0x448844, 'meanwhile'));
  await expect(position(page)).not.toHaveText(shown ?? '');
  await expect(zoom(page)).toHaveText('150 %');
  await page.keyboard.press('Control+0');
  await expect(zoom(page)).toHaveText(fitted ?? '');
  await stage.dblclick();
  await expect(zoom(page)).not.toHaveText(fitted ?? '');
  await zoom(page).click();
  await expect(zoom(page)).toHaveText(fitted ?? '');
  await stage.hover();
  await page.mouse.wheel(0, -600);
  await expect(zoom(page)).not.toHaveText(fitted ?? '');
  const before = await picture.boundingBox();
  await page.mouse.down();
  await page.mouse.move(640, 380, { steps: 4 });
  await page.mouse.up();
  const after = await picture.boundingBox();
  expect([after?.x, after?.y]).not.toEqual([before?.x, before?.y]);
});

test('the details show the seed to its last digit, and every value can be copied @lan', async ({ page }) => {
  await openLamp(page);
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details.getByText(BIGGEST_SEED, { exact: true }).first()).toBeVisible();
  await expect(details.getByText('512 × 768 px')).toBeVisible();
  await expect(details.getByText('7 nodes')).toBeVisible();
  await details.getByRole('button', { name: 'Copy: Seed' }).click();
  await expect(page.getByText('Copied: Seed')).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command palette' }).press('Control+v');
  await expect(page.getByRole('combobox', { name: 'Command palette' })).toHaveValue(BIGGEST_SEED);
  await page.keyboard.press('Escape');
  await expect(viewer(page)).toBeVisible();

  await details.getByText('KSampler', { exact: true }).click();
  await expect(details.getByText('from Load Checkpoint').first()).toBeVisible();
  await details.getByText('Graph as JSON').click();
  await expect(details.getByRole('region', { name: 'Graph as JSON' })).toContainText(
    `"seed": ${BIGGEST_SEED}`,
  );
  await page.keyboard.press('i');
  await expect(details).toHaveCount(0);
});

test('a job whose graph is known nowhere is read from its file', async ({ page }) => {
  await openLamp(page);
  await expect(page.getByTestId('details').getByText('7 nodes')).toBeVisible();
  await page.evaluate(async () => {
    const databases = await indexedDB.databases();
    const name = databases.find((database) => database.name?.startsWith('darkroom-jobs'))?.name ?? '';
    await new Promise((resolve, reject) => {
      const opening = indexedDB.open(name);
      opening.onerror = reject;
      opening.onsuccess = () => {
        const transaction = opening.result.transaction('graphs', 'readwrite');
        transaction.objectStore('graphs').clear();
        transaction.oncomplete = resolve;
      };
    });
  });
  // Neither the list of jobs, which is read again after the reload, nor the job itself has a graph.
  await page.route(/\/history(\/[0-9a-f-]{36})?(\?|$)/, async (route) => {
    const answer = await route.fetch();
    const jobs = Object.entries((await answer.json()) as Record<string, object>);
    const json = Object.fromEntries(jobs.map(([id, job]) => [id, { ...job, prompt: null }]));
    await route.fulfill({ response: answer, json });
  });
  await page.reload();
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details.getByText('the file itself tells how it was made')).toBeVisible();
  await expect(details.getByText(BIGGEST_SEED, { exact: true }).first()).toBeVisible();
  await expect(details.getByText('7 nodes')).toBeVisible();
});

test('running a picture again draws a new seed, or sends the same to the last digit', async ({ page }) => {
  await openLamp(page);
  const sent = (): Promise<Request> =>
    page.waitForRequest((request) => request.url().endsWith('/prompt') && request.method() === 'POST');
  await page.route('**/prompt', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({
          json: { prompt_id: '11111111-1111-4111-8111-111111111111', number: 1, node_errors: {} },
        })
      : route.continue(),
  );
  const fresh = sent();
  await viewer(page).getByRole('button', { name: 'Run again with a new seed' }).click();
  expect((await fresh).postData()).toMatch(/"seed":\d+/);
  expect((await fresh).postData()).not.toContain(BIGGEST_SEED);
  await expect(page.getByText('Queued again with a new seed.')).toBeVisible();

  const same = sent();
  await viewer(page).getByRole('button', { name: 'New or same seed' }).click();
  // The menu loads on demand; until it is there, Escape belongs to the viewer.
  await expect(page.getByRole('menuitem').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menuitem')).toHaveCount(0);
  await expect(viewer(page)).toBeVisible();
  await viewer(page).getByRole('button', { name: 'New or same seed' }).click();
  await page.getByRole('menuitem', { name: 'Run again with the same seed' }).click();
  expect((await same).postData()).toContain(`"seed":${BIGGEST_SEED}`);
  await expect(page.getByText('Queued again with the same seed.')).toBeVisible();
});

test('a picture is taken off the list, and undo brings it back', async ({ page }) => {
  const stage = await openStage();
  try {
    await page.goto(`${stage.darkroom.url}/#/gallery`);
    await expect(tiles(page).first()).toBeVisible();
    const total = Number(/^(\d+)/.exec((await page.locator('h1 + p').textContent())?.trim() ?? '')?.[1]);
    await tiles(page).nth(1).click();
    await expect(position(page)).toHaveText(`2 of ${total}`);
    const removed = page.url();
    await page.keyboard.press('Delete');
    await expect(position(page)).toHaveText(`2 of ${total - 1}`);
    expect(page.url()).not.toBe(removed);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(position(page)).toHaveText(`3 of ${total}`);

    await page.keyboard.press('ArrowLeft');
    await viewer(page).getByRole('button', { name: 'Remove from the list' }).click();
    const id = /gallery\/([0-9a-f-]{36})/.exec(removed)?.[1] ?? '';
    await expect
      .poll(async () => (await fetch(`${stage.engine.url}/history/${id}`)).text(), { timeout: 20_000 })
      .toBe('{}');
    await page.reload();
    await expect(position(page)).toHaveText(`2 of ${total - 1}`);
  } finally {
    await stage.stop();
  }
});

test('a new result slides in at the top, and waits while someone looks further down', async ({ page }) => {
  const stage = await openStage();
  try {
    await page.setViewportSize({ width: 1000, height: 500 });
    await page.goto(`${stage.darkroom.url}/#/gallery`);
    await expect(tiles(page).first()).toBeVisible();
    await queueElsewhere(stage.engine, colorGraph(0x336699, 'arrival'));
    await expect(tiles(page).first()).toHaveAttribute('aria-label', /^arrival_00001_/);

    await tiles(page).first().focus();
    await page.keyboard.press('End');
    await expect.poll(() => scrollTop(page)).toBeGreaterThan(200);
    const before = await scrollTop(page);
    const place = await tile(page, /ikat textile/).boundingBox();
    await queueElsewhere(stage.engine, colorGraph(0x996633, 'later'));
    const more = page.getByRole('button', { name: '1 new' });
    await expect(more).toBeVisible();
    expect(await scrollTop(page)).toBe(before);
    expect(await tile(page, /ikat textile/).boundingBox()).toEqual(place);
    await more.click();
    await expect(tiles(page).first()).toHaveAttribute('aria-label', /^later_00001_/);
    await expect(more).toHaveCount(0);
    expect(await scrollTop(page)).toBe(0);
  } finally {
    await stage.stop();
  }
});

test('two thousand pictures need no more elements than a few', async ({ page }) => {
  const count = 2000;
  const entry = (i: number): [string, object] => {
    const id = `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
    const outputs = { '2': { images: [{ filename: `many_${i}_.png`, subfolder: '', type: 'output' }] } };
    const at = Date.now() - (count - i) * 600_000;
    const messages = [['execution_success', { prompt_id: id, timestamp: at }]];
    const status = { status_str: 'success', completed: true, messages };
    return [id, { prompt: [i, id, colorGraph(i), {}, ['2']], outputs, status }];
  };
  await page.route(/\/history(\?|$)/, async (route) => {
    const query = new URL(route.request().url()).searchParams;
    const size = Number(query.get('max_items') ?? count);
    const from = query.has('offset') ? Number(query.get('offset')) : Math.max(0, count - size);
    const items = Array.from({ length: Math.min(size, count - from) }, (_, i) => entry(from + i));
    await route.fulfill({ json: Object.fromEntries(items) });
  });
  // A server of before the list of jobs: its history tells all.
  await page.route(/\/api\/jobs\?/, (route) => route.fulfill({ status: 404 }));
  await page.route(/\/view\?/, (route) => route.fulfill({ status: 404 }));
  await page.goto('/#/gallery');
  await expect(page.locator('h1 + p')).toHaveText(/2,000 files/, { timeout: 30_000 });
  const first = await tiles(page).count();
  expect(first).toBeGreaterThan(10);
  expect(first).toBeLessThan(120);
  await expect(grid(page).getByText('The file is not there any more').first()).toBeVisible();
  await tiles(page).first().focus();
  // A focused tile keeps the focus while scrolled out of sight.
  await grid(page).hover();
  await page.mouse.wheel(0, 6000);
  await expect.poll(() => scrollTop(page)).toBeGreaterThan(4000);
  await expect(tile(page, /^many_1999_/)).toBeFocused();
  await page.keyboard.press('End');
  await expect(tile(page, /^many_0_/)).toBeFocused();
  expect(await tiles(page).count()).toBeLessThan(120);
  await page.keyboard.press('PageUp');
  await expect(tile(page, /^many_0_/)).not.toBeFocused();
  await page.keyboard.press('Home');
  await expect(tile(page, /^many_1999_/)).toBeFocused();
});

test('tile size and layout are kept', async ({ page }) => {
  await openGallery(page);
  const height = async (): Promise<number> => (await tiles(page).first().boundingBox())?.height ?? 0;
  // Rows of whole pictures are as high as their pictures allow; squares follow the size alone.
  await page.getByRole('button', { name: 'Equal squares' }).click();
  await expect
    .poll(async () => {
      const box = await tiles(page).first().boundingBox();
      return box && Math.abs(box.width - box.height) <= 1;
    })
    .toBe(true);
  const before = await height();
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  await expect.poll(height).toBeGreaterThan(before);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Equal squares' })).toHaveAttribute('aria-pressed', 'true');
  await expect(tiles(page).first()).toBeVisible();
  const box = await tiles(page).first().boundingBox();
  expect(Math.abs((box?.width ?? 0) - (box?.height ?? NaN))).toBeLessThanOrEqual(1);
});

test('the picture can be edited and downloaded from the viewer', async ({ page }) => {
  await openLamp(page);
  const download = page.waitForEvent('download');
  await viewer(page).getByRole('link', { name: 'Download' }).click();
  expect((await download).suggestedFilename()).toMatch(/^lamp_\d+_\.png$/);
  await page.keyboard.press('e');
  await expect(page).toHaveURL(/#\/edit\?filename=lamp_\d+_\.png&subfolder=portraits&type=output$/);
});

test('grid, viewer and details are accessible @touch', async ({ page, isMobile }) => {
  await openGallery(page);
  await tiles(page).first().focus();
  await expectAccessible(page);
  await tile(page, LAMP).click();
  await expect(viewer(page).getByRole('button', { name: 'More actions' })).toBeInViewport({ ratio: 1 });
  if (isMobile) {
    await expectAccessible(page);
    await viewer(page).getByRole('button', { name: 'Show details' }).click();
  }
  const details = viewer(page).getByTestId('details');
  await details.getByText('KSampler', { exact: true }).click();
  await details.getByText('Graph as JSON').click();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
});

test('an empty gallery and a file that is gone are accessible', async ({ page }) => {
  await page.route(/\/view\?/, (route) => route.fulfill({ status: 404 }));
  await openLamp(page);
  await expect(viewer(page).getByText('The file is not there any more')).toBeVisible();
  await expectAccessible(page);
  await page.goto('about:blank');
  await page.route(/\/api\/jobs\?/, (route) => route.fulfill({ status: 404 }));
  await page.route(/\/internal\/files\//, (route) => route.fulfill({ json: [] }));
  await page.route(/\/history/, (route) => route.fulfill({ json: {} }));
  await page.route(/\/queue$/, (route) => route.fulfill({ json: { queue_running: [], queue_pending: [] } }));
  await page.goto('/#/gallery');
  await expect(page.getByRole('heading', { name: /appears here$/ })).toBeVisible();
  await expectAccessible(page);
});

test('a finger swipes to the next picture and back, and pulls up the details @only-touch', async ({
  page,
}) => {
  await openGallery(page);
  await tiles(page).first().tap();
  await expect(position(page)).toHaveText(/^1 of /);
  await touch(page, [line({ x: 320, y: 420 }, { x: 60, y: 430 })]);
  await expect(position(page)).toHaveText(/^2 of /);
  await touch(page, [line({ x: 60, y: 420 }, { x: 320, y: 430 })]);
  await expect(position(page)).toHaveText(/^1 of /);
  // The first picture has nothing before it: it springs back.
  await touch(page, [line({ x: 60, y: 420 }, { x: 320, y: 430 })]);
  await expect(position(page)).toHaveText(/^1 of /);
  await touch(page, [line({ x: 200, y: 600 }, { x: 200, y: 300 })]);
  const details = page.getByRole('dialog', { name: 'Details' });
  await expect(details).toBeVisible();
  // Chromium swallows a tap that comes too soon after a fling.
  await expect(async () => {
    await details.getByRole('button', { name: 'Hide details' }).tap({ timeout: 1000 });
    await expect(details).toHaveCount(0, { timeout: 1000 });
  }).toPass();
  await touch(page, [line({ x: 200, y: 300 }, { x: 200, y: 600 })]);
  await expect(viewer(page)).toHaveCount(0);
});

test('two fingers zoom, then one moves the picture @only-touch', async ({ page }) => {
  await openGallery(page);
  await tile(page, LAMP).tap();
  const picture = viewer(page).getByTestId('picture').locator('img');
  await expect(picture).toHaveJSProperty('complete', true);
  await expect(position(page)).toBeVisible();
  const before = await picture.boundingBox();
  await touch(page, [
    line({ x: 170, y: 420 }, { x: 70, y: 420 }),
    line({ x: 220, y: 420 }, { x: 320, y: 420 }),
  ]);
  await expect
    .poll(async () => (await picture.boundingBox())?.width)
    .toBeGreaterThan((before?.width ?? 0) * 2);
  const zoomed = await picture.boundingBox();
  const shown = await position(page).textContent();
  await touch(page, [line({ x: 300, y: 420 }, { x: 200, y: 420 })]);
  await expect.poll(async () => (await picture.boundingBox())?.x).toBeLessThan((zoomed?.x ?? 0) - 50);
  expect(await position(page).textContent()).toBe(shown);
});
