import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from '../support/accessible';
import { expect, openStage, test } from '../support/fixtures';
import { readZip } from '../support/read-zip';
import type { Stage } from '../support/stage';

const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Pictures, newest first' });
const tiles = (page: Page): Locator => grid(page).getByRole('link');
const bar = (page: Page): Locator => page.getByRole('region', { name: 'Selection' });
const selected = (page: Page): Locator => grid(page).getByRole('gridcell', { selected: true });

/** Opens the gallery; resolves when its tiles can be selected. */
async function openGallery(page: Page, address = '/#/gallery'): Promise<void> {
  await page.goto(address);
  await expect(tiles(page).first()).toBeVisible();
  await tiles(page).first().hover();
  await expect(grid(page).locator('[aria-selected="false"]').first()).toBeVisible();
}

/** The file a tile shows, as the server gives it. */
async function fileOf(
  page: Page,
  origin: string,
  tile: Locator,
): Promise<{ name: string; path: string; bytes: Buffer }> {
  const [, id = '', index = ''] =
    /#\/gallery\/([^/]+)\/(\d+)/.exec((await tile.getAttribute('href')) ?? '') ?? [];
  const history = (await (await page.request.get(`${origin}/history/${id}`)).json()) as Record<
    string,
    { outputs: Record<string, { images?: { filename: string; subfolder: string; type: string }[] }> }
  >;
  const files = Object.values(history[id]?.outputs ?? {}).flatMap(({ images }) => images ?? []);
  const file = files[Number(index)] ?? files[0];
  expect(file).toBeDefined();
  const query = new URLSearchParams({ ...file });
  return {
    name: file?.filename ?? '',
    path: join(file?.subfolder ?? '', file?.filename ?? ''),
    bytes: await (await page.request.get(`${origin}/view?${query}`)).body(),
  };
}

/** Everything in the engine's output folder, by its path there. */
async function onDisk({ engine }: Stage): Promise<string[]> {
  return (await readdir(join(engine.directory, 'output'), { recursive: true })).sort();
}

/** Has the browser's own dialog choose a file of the page, which a test can read. */
async function chooseWithoutDialog(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const scope = window as unknown as Record<string, unknown>;
    if (window.isSecureContext) {
      scope['showSaveFilePicker'] = async ({ suggestedName }: { suggestedName: string }) => {
        scope['chosen'] = suggestedName;
        // eslint-disable-next-line no-restricted-properties -- this page is secure
        const folder = await navigator.storage.getDirectory();
        return folder.getFileHandle(suggestedName, { create: true });
      };
    }
  });
}

async function chosenFile(page: Page): Promise<Buffer> {
  const text = await page.evaluate(async () => {
    // eslint-disable-next-line no-restricted-properties -- this page is secure
    const folder = await navigator.storage.getDirectory();
    const name = (window as unknown as { chosen: string }).chosen;
    const bytes = new Uint8Array(await (await (await folder.getFileHandle(name)).getFile()).arrayBuffer());
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  });
  return Buffer.from(text, 'latin1');
}

test('selected pictures are saved as a ZIP file that holds them byte for byte @lan @touch', async ({
  page,
  hostName,
}, { project }) => {
  const stage = await openStage();
  try {
    await chooseWithoutDialog(page);
    const origin = `http://${hostName}:${stage.darkroom.port}`;
    await openGallery(page, `${origin}/#/gallery`);
    const chosen = [0, 2, 3].map((at) => tiles(page).nth(at));
    const files = [];
    for (const tile of chosen) {
      files.push(await fileOf(page, stage.darkroom.url, tile));
      await tile.focus();
      await page.keyboard.press('Space');
    }
    await expect(bar(page)).toContainText('3 selected');
    await bar(page).getByRole('button', { name: 'Download the selected pictures as a ZIP file' }).click();
    const dialog = page.getByRole('dialog', { name: 'Download 3 pictures' });
    await expect(dialog.getByTestId('download-size')).toHaveText(/^\s*[\d.]+ (kB|MB)\s*$/);
    await dialog.getByRole('radio', { name: 'With prompts and inputs' }).check();
    await expectAccessible(page, '[role="dialog"]');
    const save = dialog.getByRole('button', { name: 'Save ZIP file' });
    let zip: Buffer;
    if (project.name === 'lan') {
      const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
      expect(download.suggestedFilename()).toMatch(/^darkroom-[\d-]+\.zip$/);
      zip = await readFile(await download.path());
      await expect(dialog.getByText('3 pictures saved')).toBeVisible();
    } else {
      await save.click();
      await expect(dialog.getByText('3 pictures saved')).toBeVisible();
      zip = await chosenFile(page);
    }
    const entries = readZip(zip);
    for (const { name, bytes } of files) {
      expect(entries.get(name)?.equals(bytes), name).toBe(true);
      const made = JSON.parse(entries.get(`${name}.json`)?.toString() ?? '') as object;
      expect(made).toHaveProperty('graph');
      expect(made).toHaveProperty('prompt');
    }
  } finally {
    await stage.stop();
  }
});

test('a file that has gone is named and left out, and the rest is saved', async ({ page }) => {
  const stage = await openStage();
  try {
    await chooseWithoutDialog(page);
    const origin = `http://127.0.0.1:${stage.darkroom.port}`;
    await openGallery(page, `${origin}/#/gallery`);
    const lost = await fileOf(page, stage.darkroom.url, tiles(page).nth(1));
    await page.route(
      (url) => url.pathname.endsWith('/view') && url.searchParams.get('filename') === lost.name,
      (route) => route.fulfill({ status: 404 }),
    );
    for (const at of [0, 1]) {
      await tiles(page).nth(at).focus();
      await page.keyboard.press('Space');
    }
    await bar(page).getByRole('button', { name: 'Download the selected pictures as a ZIP file' }).click();
    const dialog = page.getByRole('dialog', { name: 'Download 2 pictures' });
    await dialog.getByRole('button', { name: 'Save ZIP file' }).click();
    await expect(dialog.getByText('1 picture saved')).toBeVisible();
    await expect(dialog.getByText(lost.name)).toBeVisible();
    expect([...readZip(await chosenFile(page)).keys()]).not.toContain(lost.name);
  } finally {
    await stage.stop();
  }
});

test('the grid, its bar and its dialogs are accessible while pictures are selected @touch', async ({
  page,
}) => {
  await openGallery(page);
  await tiles(page).nth(1).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(selected(page)).toHaveCount(2);
  await expect(page.getByRole('status').filter({ hasText: '2 selected' })).toBeAttached();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(selected(page)).toHaveCount(0);
});

test('a deep link restores view, filter, selection and scroll', async ({ page }) => {
  await page.setViewportSize({ width: 900, height: 520 });
  const stage = await openStage();
  try {
    await openGallery(page, `http://127.0.0.1:${stage.darkroom.port}/#/gallery?q=type%3Aimage`);
    await page.getByRole('button', { name: 'Compact list' }).click();
    const lines = tiles(page);
    await lines.nth(1).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('End');
    await page.keyboard.press('Space');
    await expect(selected(page).last()).toBeVisible();
    await expect(bar(page)).toContainText('2 selected');
    const top = (): Promise<string | null> =>
      page.evaluate(() => {
        const view = document.querySelector('[data-testid="gallery-scroller"]')?.getBoundingClientRect();
        const keys = [...document.querySelectorAll<HTMLElement>('[data-tile]')].filter(
          (tile) => tile.getBoundingClientRect().bottom > (view?.top ?? 0) + 8,
        );
        return keys[0]?.dataset['tile'] ?? null;
      });
    await expect(page).toHaveURL(/\?q=type%3Aimage&as=list&at=[\w.-]+&sel=[\w.-]+_[\w.-]+$/);
    const [first, at, address] = [await top(), await selectedKeys(page), page.url()];
    await page.evaluate(() => localStorage.removeItem('darkroom.gallery'));
    await page.reload();
    await expect(bar(page)).toContainText('2 selected');
    await expect.poll(top).toBe(first);
    expect(await selectedKeys(page)).toEqual(at);
    await expect(page.getByRole('button', { name: 'Compact list' })).toHaveAttribute('aria-pressed', 'true');
    await expect(page.getByRole('combobox', { name: 'Search pictures' })).toHaveValue('type:image');
    expect(page.url()).toBe(address);
    // By way of another room, too.
    await page.getByRole('link', { name: 'Queue' }).click();
    await expect(page).toHaveURL(/#\/queue/);
    await page.goBack();
    await expect(bar(page)).toContainText('2 selected');
    await expect.poll(top).toBe(first);
  } finally {
    await stage.stop();
  }
});

test('everything selected but one stays so after a reload, and leaves out what has come since', async ({
  page,
}) => {
  const stage = await openStage();
  try {
    await openGallery(page, `http://127.0.0.1:${stage.darkroom.port}/#/gallery`);
    await page.keyboard.press('Control+a');
    const count = Number(/\d+/.exec((await bar(page).textContent()) ?? '')?.[0]);
    await tiles(page).nth(1).focus();
    await page.keyboard.press('Space');
    await expect(bar(page)).toContainText(`${count - 1} selected`);
    await expect(page).toHaveURL(/sel=%7E\w+$/);
    await page.reload();
    await expect(bar(page)).toContainText(`${count - 1} selected`);
    await expect(grid(page).getByRole('gridcell').nth(1)).toHaveAttribute('aria-selected', 'false');
  } finally {
    await stage.stop();
  }
});

/** Keys of the selected tiles in the document, in their order. */
async function selectedKeys(page: Page): Promise<(string | undefined)[]> {
  return selected(page).evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).dataset['tile']));
}

test('selected pictures are saved as one web page, which opens from a file and runs nothing foreign', async ({
  page,
  context,
}, testInfo) => {
  const stage = await openStage();
  try {
    await chooseWithoutDialog(page);
    await openGallery(page, `http://127.0.0.1:${stage.darkroom.port}/#/gallery`);
    const labels = [];
    for (const at of [0, 1, 2]) {
      await tiles(page).nth(at).focus();
      await page.keyboard.press('Space');
      labels.push((await tiles(page).nth(at).getAttribute('aria-label')) ?? '');
    }
    await bar(page).getByRole('button', { name: 'Save the selected pictures as a web page' }).click();
    const dialog = page.getByRole('dialog', { name: 'Web page of 3 pictures' });
    const hostile = '</script><script>document.title="broken"</script>';
    await dialog.getByRole('textbox', { name: 'Title' }).fill(hostile);
    await expect(dialog.getByTestId('page-size')).toHaveText(/^about [\d.]+ (kB|MB)$/);
    await expectAccessible(page, '[role="dialog"]');
    await dialog.getByRole('button', { name: 'Save web page' }).click();
    await expect(dialog.getByText('3 pictures saved')).toBeVisible();
    const file = testInfo.outputPath('page.html');
    await writeFile(file, await chosenFile(page));

    const saved = await context.newPage();
    await saved.goto(`file://${file}`);
    await expect(saved).toHaveTitle(hostile);
    await expect(saved.getByRole('heading', { level: 1 })).toHaveText(hostile);
    const pictures = saved.locator('figure img');
    await expect(pictures).toHaveCount(3);
    expect(
      await pictures.evaluateAll((all) => all.map((one) => (one as HTMLImageElement).naturalWidth > 100)),
    ).toEqual([true, true, true]);
    await expectAccessible(saved);
    await saved.locator('figure button').first().click();
    const viewer = saved.getByRole('dialog', { name: 'Picture viewer' });
    await expect(viewer.getByText('1 / 3')).toBeVisible();
    await saved.keyboard.press('ArrowRight');
    await expect(viewer.getByText('2 / 3')).toBeVisible();
    await saved.keyboard.press('i');
    await expect(viewer.getByText('Prompt', { exact: true })).toBeVisible();
    await expect(viewer.getByText('Seed', { exact: true })).toBeVisible();
    await expectAccessible(saved);
    await saved.screenshot({ path: testInfo.outputPath('viewer.png') });
    await saved.keyboard.press('Escape');
    await expect(viewer).toBeHidden();
    await expect(saved.locator('figure button').nth(1)).toBeFocused();
    await saved.screenshot({ path: testInfo.outputPath('page.png') });
    await saved.close();
  } finally {
    await stage.stop();
  }
});

test('clicks that come before the code of the selection select all the same', async ({ page, context }) => {
  await page.goto('/#/gallery');
  await expect(tiles(page).nth(2)).toBeVisible();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/assets/*.js', async (route) => {
    await held;
    await route.continue();
  });
  await tiles(page)
    .nth(0)
    .click({ modifiers: ['ControlOrMeta'] });
  await tiles(page)
    .nth(2)
    .click({ modifiers: ['ControlOrMeta'] });
  release();
  await expect(bar(page).getByText('2 selected')).toBeVisible();
  expect(context.pages()).toHaveLength(1);
});

test('keys that come before the code of their commands act once it is there', async ({ page }) => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\/assets\/(?:parts|MarksHost)-[^/]*\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('/#/gallery');
  await expect(tiles(page).nth(3)).toBeVisible();
  const labels = await tiles(page).evaluateAll((all) =>
    all.map((tile) => tile.getAttribute('aria-label') ?? ''),
  );
  await tiles(page).nth(0).focus();
  await page.keyboard.press('p');
  await page.keyboard.press('3');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+C');
  await expect(tiles(page).nth(0)).toHaveAccessibleName(labels[0] ?? '');
  release();
  await expect(page.getByText(/^Pinned/)).toBeVisible();
  await expect(tiles(page).nth(0)).toHaveAccessibleName(/\. Favourite/);
  await expect(tiles(page).nth(1)).toHaveAccessibleName(/Rated 3 of 5/);
  await expect(tiles(page).nth(3)).toBeFocused();
});

test('files are deleted where the server announces that it deletes them, unless that is undone', async ({
  page,
}) => {
  const stage = await openStage({ assets: 'files-deleted' });
  try {
    const before = await onDisk(stage);
    await openGallery(page, `${stage.darkroom.url}/#/gallery`);
    const first = await fileOf(page, stage.engine.url, tiles(page).first());
    expect(before).toContain(first.path);
    const second = await fileOf(page, stage.engine.url, tiles(page).nth(1));
    const shown = tiles(page).first();
    const label = (await shown.getAttribute('href')) ?? '';
    const remove = async (): Promise<void> => {
      await shown.hover();
      await page.keyboard.press('ControlOrMeta+a');
      await bar(page).getByRole('button', { name: 'Remove' }).click();
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Delete \d+ files/ })
        .click();
    };
    await remove();
    await expect(grid(page).getByRole('link')).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(grid(page).locator(`a[href="${label}"]`)).toBeVisible();
    expect(await onDisk(stage)).toEqual(before);

    await tiles(page).first().hover();
    await page.keyboard.press('Escape');
    await tiles(page)
      .first()
      .click({ modifiers: ['ControlOrMeta'] });
    await tiles(page)
      .nth(1)
      .click({ modifiers: ['ControlOrMeta'] });
    await expect(bar(page)).toContainText('2');
    await expectAccessible(page);
    await bar(page).getByRole('button', { name: 'Remove' }).click();
    await expectAccessible(page);
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Delete 2 files/ })
      .click();
    await expect(grid(page).locator(`a[href="${label}"]`)).toHaveCount(0);
    await expect
      .poll(() => onDisk(stage))
      .toEqual(before.filter((path) => path !== first.path && path !== second.path));
    // Nothing is left of their jobs.
    const job = label.split('/')[2] ?? '';
    await expect
      .poll(async () => await (await page.request.get(`${stage.engine.url}/history/${job}`)).text())
      .toBe('{}');
    await page.reload();
    await expect(tiles(page).first()).toBeVisible();
    await expect(grid(page).locator(`a[href="${label}"]`)).toHaveCount(0);
  } finally {
    await stage.stop();
  }
});

test('the file of a single picture is deleted from its menu and from the viewer, in the same words', async ({
  page,
}) => {
  const stage = await openStage({ assets: 'files-deleted' });
  try {
    const files = (): Promise<string[]> => onDisk(stage);
    const before = await files();
    await openGallery(page, `${stage.darkroom.url}/#/gallery`);
    const first = await fileOf(page, stage.engine.url, tiles(page).first());
    expect(before).toContain(first.path);
    const second = await fileOf(page, stage.engine.url, tiles(page).nth(1));
    const count = await tiles(page).count();
    const remove = page.getByRole('menuitem', { name: 'Delete 1 file' });

    await tiles(page).first().click({ button: 'right' });
    await remove.click();
    await expect(tiles(page)).toHaveCount(count - 1);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(tiles(page)).toHaveCount(count);
    expect(await files()).toEqual(before);

    await tiles(page).first().click({ button: 'right' });
    await remove.click();
    await expect(page.getByText('1 file deleted')).toBeVisible();
    await expect.poll(files).toEqual(before.filter((path) => path !== first.path));

    // The viewer goes on to the next picture.
    await tiles(page).first().click();
    const viewer = page.getByRole('dialog', { name: 'Picture viewer' });
    const shown = page.url();
    await viewer.getByRole('button', { name: 'More actions' }).click();
    await remove.click();
    await expect(page).not.toHaveURL(shown);
    await expect(viewer).toBeVisible();
    await expect.poll(files).toEqual(before.filter((path) => path !== first.path && path !== second.path));
  } finally {
    await stage.stop();
  }
});
