import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';

import type { Locator, Page } from '@playwright/test';

import { insertPngText } from '../../src/comfy/png';
import { type DemoEngine, startDemoEngine } from '../../src/demo/index';
import type { LibraryStatus } from '../../src/ports/library-wire';
import { type Darkroom, startDarkroom } from '../../src/server/index';
import type { TreeOptions } from '../../src/server/library/library-tree';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import { BUILT_APP } from '../support/stage';
import {
  chooseBlur,
  colorGraph,
  expectReady,
  maskedShare,
  paintStroke,
  patternPng,
  queueElsewhere,
} from './pages';

const tiles = (page: Page): Locator =>
  page.getByRole('grid', { name: 'Pictures, newest first' }).getByRole('link');
const tile = (page: Page, words: string): Locator =>
  page.getByRole('grid').getByRole('link', { name: new RegExp(`^${words},`) });
const folder = (page: Page, name: RegExp): Locator => page.getByRole('treeitem', { name });

interface Stage {
  engine: DemoEngine;
  darkroom: Darkroom;
  output: string;
  dataDir: string;
  /**
   * Starts Darkroom again: at another address, for the browser it is another one, with nothing kept; at the same one,
   * an open page goes on.
   */
  restart(between: () => Promise<void>, address?: 'other' | 'same'): Promise<void>;
  stop(): Promise<void>;
}

/**
 * An engine whose output folder Darkroom's server indexes.
 * @param further other folders that it indexes, by where the engine's are.
 */
async function openStage(further: (engine: string) => TreeOptions[] = () => []): Promise<Stage> {
  const engine = await startDemoEngine({ control: true, samples: false, incognito: true });
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-library-'));
  const output = join(engine.directory, 'output');
  const start = (port = 0): Promise<Darkroom> =>
    startDarkroom({
      comfyUrl: engine.url,
      port,
      staticDir: BUILT_APP,
      dataDir,
      library: {
        trees: [{ path: output, kind: 'output' }, ...further(engine.directory)],
        allowDelete: true,
      },
    });
  const stage: Stage = {
    ...{ engine, darkroom: await start(), output, dataDir },
    restart: async (between, address = 'other') => {
      const { port } = new URL(stage.darkroom.url);
      await stage.darkroom.stop();
      await between();
      stage.darkroom = await start(address === 'same' ? Number(port) : 0);
    },
    stop: async () => {
      await stage.darkroom.stop();
      await engine.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return stage;
}

/** How many files Darkroom's server has read. */
async function known({ darkroom }: Stage): Promise<number | undefined> {
  const status = (await (await fetch(`${darkroom.url}/darkroom/library`)).json()) as LibraryStatus;
  return status.on ? status.trees[0]?.files : undefined;
}

async function paint(path: string, words: string): Promise<void> {
  const graph = { 1: { class_type: 'CLIPTextEncode', inputs: { text: words } } };
  await writeFile(path, insertPngText(patternPng(96, 64), [['prompt', JSON.stringify(graph)]]));
}

test('the gallery holds a folder, each file once, and follows it', async ({ page }) => {
  const stage = await openStage();
  const { output } = stage;
  try {
    await mkdir(join(output, 'old', 'deep'), { recursive: true });
    await paint(join(output, 'old', 'a.png'), 'first');
    await paint(join(output, 'old', 'deep', 'b.png'), 'second');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(stage.darkroom.url);
    await expect(tiles(page)).toHaveCount(2);
    await expect(tiles(page).first().locator('img')).toBeVisible();
    // Thumbnails come from the library; no original is fetched for them, and no file is asked for by itself.
    expect(asked.filter((path) => /\/(view|files\/output)$/.test(path))).toEqual([]);

    // A job's file is one picture, and it is the job's.
    await queueElsewhere(stage.engine, colorGraph(0x2040c0, 'made'));
    await expect(tiles(page)).toHaveCount(3);
    await page.reload();
    await expect(tiles(page)).toHaveCount(3);

    await paint(join(output, 'new.png'), 'third');
    await expect(tiles(page)).toHaveCount(4);

    // Marked, and moved: the mark goes along.
    await tile(page, 'first').click({ button: 'right' });
    await page.getByRole('menuitem', { name: /favourite/i }).click();
    await rename(join(output, 'old', 'a.png'), join(output, 'old', 'deep', 'renamed.png'));
    await page.keyboard.press('/');
    await page.getByRole('combobox').fill('is:favourite folder:old/deep');
    await expect(tiles(page)).toHaveCount(1);
    await expect(tile(page, 'first')).toBeVisible();
    await page.getByRole('combobox').fill('');

    await page.getByRole('button', { name: 'Folders' }).click();
    await expect(folder(page, /^All pictures, 4/)).toBeVisible();
    await folder(page, /^old, 2/).click();
    await expect(tiles(page)).toHaveCount(2);
    await page.getByLabel('Include subfolders').uncheck();
    await expect(page.getByText('0 found').first()).toBeVisible();
    await page.getByLabel('Include subfolders').check();
    await expect(tiles(page)).toHaveCount(2);
    await expectAccessible(page, 'main');

    // A drive that goes takes no picture with it, and moves none.
    const place = await tile(page, 'second').boundingBox();
    await rename(output, `${output}-away`);
    await expect(page.getByText(/is offline\. Its/)).toBeVisible();
    expect(await tile(page, 'second').boundingBox()).toEqual(place);
    await expect(tiles(page)).toHaveCount(2);
    await expect(page.getByTestId('away')).toHaveCount(2);
    await expect(tile(page, 'second')).toHaveAccessibleName(/Its drive is offline/);
    // What needs the file says why it is not to be had.
    await tile(page, 'second').hover();
    const inpaint = page.getByRole('button', { name: 'Inpaint', exact: true });
    await expect(inpaint).toBeDisabled();
    await expect(inpaint).toHaveAttribute('title', 'Inpaint: Its drive is offline');
    await tile(page, 'second').click({ button: 'right' });
    await expect(page.getByRole('menuitem', { name: /^Inpaint/ })).toHaveText(/drive is offline/);
    await expect(page.getByRole('menuitem', { name: /^Inpaint/ })).toBeDisabled();
    await expect(page.getByRole('menuitem', { name: /to the trash/ })).toBeDisabled();
    await page.keyboard.press('Escape');
    const viewer = page.getByRole('dialog', { name: 'Picture viewer' });
    await tile(page, 'second').click();
    await expect(viewer.getByText('Nothing was deleted')).toBeVisible();
    await expect(viewer.getByRole('button', { name: 'Inpaint' })).toBeDisabled();
    await rename(`${output}-away`, output);
    await expect(viewer.getByRole('button', { name: 'Inpaint' })).toBeEnabled();
    await expect(viewer.getByText('Nothing was deleted')).toHaveCount(0);
    await expect(viewer.getByText(/not there any more/)).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(page.getByText(/is offline/)).toHaveCount(0);
    await expect(page.getByTestId('away')).toHaveCount(0);
    await expect(tiles(page)).toHaveCount(2);
  } finally {
    await stage.stop();
  }
});

test('a page that opens while its server begins shows everything in the end', async ({ page }) => {
  const stage = await openStage();
  try {
    await paint(join(stage.output, 'a.png'), 'first');
    await paint(join(stage.output, 'b.png'), 'second');
    const failed = new Set<string>();
    // Each fails once: what the server is, the part that asks it for the library, its state, and its files.
    for (const [name, glob] of Object.entries({
      about: '**/darkroom/about',
      part: '**/assets/start-*.js',
      state: '**/darkroom/library',
      files: '**/darkroom/library/changes*',
    })) {
      await page.route(
        glob,
        (route) => {
          failed.add(name);
          return name === 'state' ? route.fulfill({ status: 503, body: 'busy' }) : route.abort();
        },
        // The part is asked for twice: in advance, and when it is needed.
        { times: name === 'part' ? 2 : 1 },
      );
    }
    // And the live channel opens long after the files were read, as on a machine that is busy.
    await page.routeWebSocket('**/darkroom/library/live', async (socket) => {
      await expect(tiles(page)).toHaveCount(2);
      socket.connectToServer();
    });
    await page.goto(stage.darkroom.url);
    await expect(tiles(page)).toHaveCount(2, { timeout: 30_000 });
    expect([...failed].sort()).toEqual(['about', 'files', 'part', 'state']);
    await paint(join(stage.output, 'c.png'), 'third');
    await expect(tiles(page)).toHaveCount(3);
  } finally {
    await stage.stop();
  }
});

test('pictures that ComfyUI cannot give are shown once the library is known', async ({ page }) => {
  const stage = await openStage();
  try {
    await paint(join(stage.output, 'a.png'), 'first');
    await page.route('**/view?*', (route) => route.fulfill({ status: 404 }));
    // Nothing is kept of the first visit but the list.
    await page.route('**/darkroom/library/thumb/*', (route) => route.fulfill({ status: 404 }));
    await page.goto(stage.darkroom.url);
    await expect(tiles(page)).toHaveCount(1);
    await page.unroute('**/darkroom/library/thumb/*');

    // The server finds the folder only after the page has begun.
    await page.route('**/darkroom/about', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ json: { ...((await answer.json()) as object), library: false } });
    });
    const asked = page.waitForResponse('**/view?*');
    await page.route('**/darkroom/library', async (route) => {
      await asked;
      await route.continue();
    });
    await page.reload();
    await expect(tiles(page).locator('img')).toBeVisible();
  } finally {
    await stage.stop();
  }
});

test('the next visit begins with what is kept, and asks the library for the rest before it is read', async ({
  page,
}) => {
  const stage = await openStage();
  try {
    await paint(join(stage.output, 'a.png'), 'first');
    await queueElsewhere(stage.engine, colorGraph(0x2040c0, 'made'));
    await page.goto(stage.darkroom.url);
    await expect(tiles(page)).toHaveCount(2);
    await expect(tiles(page).locator('img')).toHaveCount(2);
    const kept = (): Promise<number> => page.evaluate(countKept);
    await expect.poll(kept).toBe(2);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const pictures = (): string[] =>
      asked
        .filter((path) => /\/view$|\/thumb\//.test(path))
        .map((path) => path.replace(/(?<=thumb)\/.*/, ''));
    // The library itself is not known until the pictures are there.
    let show = (): void => undefined;
    const shown = new Promise<void>((resolve) => (show = resolve));
    await page.route('**/darkroom/library', async (route) => {
      await shown;
      await route.continue();
    });

    await page.reload();
    await expect(tiles(page).locator('img')).toHaveCount(2);
    expect(pictures()).toEqual([]);

    // Neither the file that nobody made nor the job's is kept any longer.
    await page.evaluate(dropKept);
    await page.reload();
    await expect(tiles(page).locator('img')).toHaveCount(2);
    expect(pictures()).toEqual(['/darkroom/library/thumb', '/darkroom/library/thumb']);
    show();
  } finally {
    await stage.stop();
  }
});

/** In the page: how many thumbnails this browser keeps. */
async function countKept(): Promise<number> {
  const opening = indexedDB.open('darkroom-thumbs');
  const db = await new Promise<IDBDatabase>((resolve) => {
    opening.onsuccess = () => resolve(opening.result);
  });
  const counting = db.transaction('thumbs').objectStore('thumbs').count();
  const count = await new Promise<number>((resolve) => {
    counting.onsuccess = () => resolve(counting.result);
  });
  db.close();
  return count;
}

/** In the page: drops the thumbnails, and what is known of their pictures. */
async function dropKept(): Promise<void> {
  const opening = indexedDB.open('darkroom-thumbs');
  const db = await new Promise<IDBDatabase>((resolve) => {
    opening.onsuccess = () => resolve(opening.result);
  });
  const dropping = db.transaction(['thumbs', 'facts'], 'readwrite');
  dropping.objectStore('thumbs').clear();
  dropping.objectStore('facts').clear();
  await new Promise((resolve) => {
    dropping.oncomplete = resolve;
  });
  db.close();
}

test('every file is one picture while jobs write into the folder, across restarts of either server', async ({
  page,
  browser,
}) => {
  const stage = await openStage();
  const { engine, output } = stage;
  let color = 0x102030;
  /** Another job, which saves so many pictures. */
  const make = async (prefix: string, count = 1): Promise<void> => {
    color += 0x050301;
    const image = { width: 64, height: 64, batch_size: count, color };
    await queueElsewhere(engine, {
      1: { class_type: 'EmptyImage', inputs: image },
      2: { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: prefix } },
    });
  };
  const agree = async (count: number, on: Page = page): Promise<void> => {
    await expect.poll(async () => (await filesIn(output)).length).toBe(count);
    // Also those a job told of first: of a file it has never seen, a library cannot say that it went.
    await expect.poll(() => known(stage)).toBe(count);
    await expect(folder(on, new RegExp(`^All pictures, ${count} `))).toBeVisible();
    // Not for a moment only: a job and its file may become known one after the other.
    await on.waitForTimeout(1000);
    await expect(folder(on, new RegExp(`^All pictures, ${count} `))).toBeVisible();
  };
  try {
    await page.goto(stage.darkroom.url);
    await page.getByRole('button', { name: 'Folders' }).click();
    await make('x');
    await make('a/x', 3);
    await make('a/b/y', 2);
    await agree(6);

    await engine.restart();
    await make('a/x', 2);
    await agree(8);
    await page.reload();
    await agree(8);

    await stage.restart(async () => {
      await make('a/x');
      await make('away/x', 2);
      await expect.poll(async () => (await filesIn(output)).length).toBe(11);
    }, 'same');
    await agree(11);

    // Of a folder that went, the server gives the names anew: the pictures are the later job's alone.
    await stage.restart(async () => {
      await rm(join(output, 'away'), { recursive: true });
      await engine.restart();
    }, 'same');
    await agree(9);
    await make('away/x', 3);
    await agree(12);
    await page.reload();
    await agree(12);
    const other = await browser.newPage();
    await other.goto(stage.darkroom.url);
    await other.getByRole('button', { name: 'Folders' }).click();
    await agree(12, other);
    await other.close();
  } finally {
    await stage.stop();
  }
});

const bar = (page: Page): Locator => page.getByRole('region', { name: 'Selection' });

/** Selects the tiles with these words by the keyboard. */
async function select(page: Page, ...words: string[]): Promise<void> {
  for (const [at, each] of words.entries()) {
    // A dialog that has just gone may still take the focus away.
    await expect(async () => {
      await tile(page, each).focus();
      await page.keyboard.press('Space');
      await expect(bar(page)).toContainText(`${at + 1} selected`, { timeout: 5000 });
    }).toPass();
  }
}

/** Rates with the key, which is there a moment after the picture. */
async function rate(page: Page, words: string): Promise<void> {
  await expect(async () => {
    await tile(page, words).focus();
    await page.keyboard.press('4');
    await expect(tile(page, words)).toHaveAccessibleName(/Rated 4 of 5/, { timeout: 1500 });
  }).toPass();
}

async function openTrash(page: Page): Promise<Locator> {
  const settings = page.getByRole('dialog', { name: 'Settings' });
  // After a reload, the first keys can be too early.
  await expect(async () => {
    await page.keyboard.press('Control+,');
    await expect(settings.getByRole('heading', { name: 'Library' })).toBeVisible({ timeout: 3000 });
  }).toPass();
  return settings;
}

/** Files below a folder, without what is hidden. */
async function filesIn(folder: string): Promise<string[]> {
  // Not into the trash, where folders go while they are read.
  const all = await Promise.all(
    (await readdir(folder, { withFileTypes: true }))
      .filter(({ name }) => !name.startsWith('.'))
      .map(async (entry) =>
        entry.isDirectory()
          ? readdir(join(folder, entry.name), { recursive: true, withFileTypes: true })
          : [entry],
      ),
  );
  return all
    .flat()
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();
}

test('files are deleted and restored, and the trash is emptied', async ({ page }) => {
  const stage = await openStage();
  const { output } = stage;
  try {
    await mkdir(join(output, 'old'));
    await paint(join(output, 'old', 'a.png'), 'first');
    await paint(join(output, 'b.png'), 'second');
    await paint(join(output, 'c.png'), 'third');
    await queueElsewhere(stage.engine, colorGraph(0x2040c0, 'made'));
    await page.goto(stage.darkroom.url);
    await expect(tiles(page)).toHaveCount(4);
    const before = await filesIn(output);
    const [made = ''] = before.filter((path) => path.startsWith('made'));

    // A selection, and back at once.
    await select(page, 'first', 'second');
    await bar(page).getByRole('button', { name: 'Remove' }).click();
    // No job made them that could be forgotten.
    await expect(page.getByRole('dialog')).not.toContainText('orget');
    await page.getByRole('button', { name: /Move 2 files to the trash/ }).click();
    await expect(tiles(page)).toHaveCount(2);
    await expect.poll(() => filesIn(output)).toEqual(['c.png', made]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(tiles(page)).toHaveCount(4);
    expect(await filesIn(output)).toEqual(before);

    // One in the viewer, which goes on to the next.
    await tile(page, 'first').click();
    await page.keyboard.press('Shift+Delete');
    await expect.poll(() => filesIn(output)).not.toContain('old/a.png');
    await page.keyboard.press('Escape');
    await expect(tiles(page)).toHaveCount(3);

    await page.reload();
    await expect(tiles(page)).toHaveCount(3);

    // What is in the trash is the server's to tell, after any reload.
    let settings = await openTrash(page);
    await expect(settings.getByTitle('old/a.png')).toHaveText(/^a\.png.*old$/s);
    await expectAccessible(page, '[role="dialog"]');
    await settings.getByRole('button', { name: 'Restore old/a.png' }).click();
    await expect(settings.getByTitle('old/a.png')).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(tiles(page)).toHaveCount(4);
    expect(await filesIn(output)).toEqual(before);

    await select(page, 'first', 'second', 'third');
    await bar(page).getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: /Move 3 files to the trash/ }).click();
    await expect(tiles(page)).toHaveCount(1);
    await page.reload();
    settings = await openTrash(page);
    await settings.getByRole('button', { name: 'Restore all' }).click();
    await expect.poll(() => filesIn(output)).toEqual(before);
    await page.keyboard.press('Escape');
    await expect(tiles(page)).toHaveCount(4);

    // Emptied: gone for good, and only what was in it.
    await select(page, 'third');
    await bar(page).getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: /Move 1 file to the trash/ }).click();
    await expect(tiles(page)).toHaveCount(3);
    settings = await openTrash(page);
    await settings.getByRole('button', { name: 'Empty the trash' }).click();
    await expect(settings.getByRole('alert')).toContainText('cannot be undone');
    await settings.getByRole('button', { name: 'Remove for good' }).click();
    await expect(settings.getByTitle('c.png')).toHaveCount(0);
    await expect.poll(() => readdir(join(output, '.darkroom-trash'))).toEqual([]);
    expect(await filesIn(output)).toEqual(before.filter((path) => path !== 'c.png'));
  } finally {
    await stage.stop();
  }
});

test('a picture is deleted together with its job, and comes back with it', async ({ page }) => {
  const stage = await openStage();
  const { output } = stage;
  try {
    await queueElsewhere(stage.engine, colorGraph(0x2040c0, 'made'));
    await page.goto(stage.darkroom.url);
    await expect(tiles(page)).toHaveCount(1);
    const remove = async (): Promise<void> => {
      await tiles(page).first().focus();
      await page.keyboard.press('Space');
      await bar(page).getByRole('button', { name: 'Remove' }).click();
      await page.getByLabel(/Also forget the jobs/).check();
      await page.getByRole('button', { name: /Move 1 file to the trash/ }).click();
      await expect(tiles(page)).toHaveCount(0);
    };
    const jobs = async (): Promise<number> =>
      Object.keys((await (await fetch(`${stage.engine.url}/history`)).json()) as object).length;
    await remove();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(tiles(page)).toHaveCount(1);
    expect([(await filesIn(output)).length, await jobs()]).toEqual([1, 1]);

    await remove();
    await expect.poll(jobs, { timeout: 15_000 }).toBe(0);
    await page.reload();
    const settings = await openTrash(page);
    await settings.getByRole('button', { name: 'Restore all' }).click();
    await page.keyboard.press('Escape');
    await expect(tiles(page)).toHaveCount(1);
    expect((await filesIn(output)).length).toBe(1);
  } finally {
    await stage.stop();
  }
});

test('a job whose file is gone says so in place of Inpaint and Download', async ({ page }) => {
  const stage = await openStage();
  const { output, dataDir } = stage;
  const gone = 'The file is not there any more';
  try {
    await queueElsewhere(stage.engine, colorGraph(0x2040c0, 'made'));
    await page.goto(stage.darkroom.url);
    await expect(tiles(page)).toHaveCount(1);

    // The library sees it go: its job remains, in the list of those that ended.
    const [made = ''] = await filesIn(output);
    const bytes = await readFile(join(output, made));
    await expect.poll(() => known(stage)).toBe(1);
    await paint(join(output, 'later.png'), 'later');
    await expect(tiles(page)).toHaveCount(2);
    await rm(join(output, made));
    await expect(tiles(page)).toHaveCount(1);
    await rm(join(output, 'later.png'));
    await expect(tiles(page)).toHaveCount(0);
    await page.goto(`${stage.darkroom.url}/#/queue`);
    await page.getByRole('button', { name: /^New or same seed/ }).click();
    const open = page.getByRole('menuitem', { name: /^Open in the editor/ });
    await expect(open).toBeDisabled();
    await expect(open).toContainText(gone);
    await page.keyboard.press('Escape');

    // One that was gone before there was a library, to a browser that has never seen it, and as long as no server says so.
    await page.goto('about:blank');
    await stage.restart(async () => {
      for (const name of (await readdir(dataDir)).filter((each) => each.startsWith('library'))) {
        await rm(join(dataDir, name), { recursive: true });
      }
    });
    const question = '**/darkroom/library/missing';
    await page.route(question, (route) => route.fulfill({ status: 404 }));
    await page.goto(stage.darkroom.url);
    await expect(tiles(page)).toHaveCount(1);
    await expect(tiles(page).first()).toContainText(gone);
    await tiles(page).first().hover();
    for (const name of ['Inpaint', 'Download']) {
      const button = page.getByRole('gridcell').getByRole('button', { name, exact: true });
      await expect(button).toBeDisabled();
      await expect(button).toHaveAttribute('title', `${name}: ${gone}`);
    }
    await tiles(page).first().click({ button: 'right' });
    await expect(page.getByRole('menuitem', { name: /^Inpaint/ })).toBeDisabled();
    await expect(page.getByRole('menuitem', { name: /^Inpaint/ })).toContainText(gone);
    await page.keyboard.press('Escape');
    await expect(async () => {
      await tiles(page).first().focus();
      await page.keyboard.press('4');
      await expect(tiles(page).first()).toHaveAccessibleName(/Rated 4 of 5/, { timeout: 1500 });
    }).toPass();

    // Once the server says so, it is in no count any more; with its file, it is there again, and so is its rating.
    await page.unroute(question);
    await page.reload();
    await expect(tiles(page)).toHaveCount(0);
    await writeFile(join(output, made), bytes);
    await expect(tiles(page)).toHaveCount(1);
    await expect(tiles(page).first()).toHaveAccessibleName(/Rated 4 of 5/);
  } finally {
    await stage.stop();
  }
});

test('files and folders are moved and renamed, with ratings and jobs', async ({ page }) => {
  const stage = await openStage();
  const { output } = stage;
  try {
    await mkdir(join(output, 'old'));
    await paint(join(output, 'old', 'a.png'), 'first');
    await paint(join(output, 'old', 'b.png'), 'second');
    await queueElsewhere(stage.engine, colorGraph(0x2040c0, 'old/made'));
    await page.goto(stage.darkroom.url);
    await expect(tiles(page)).toHaveCount(3);
    await rate(page, 'first');
    const before = await filesIn(output);
    const links = async (): Promise<string[]> =>
      tiles(page).evaluateAll((all) =>
        all.map((one) => (one.getAttribute('href') ?? '').replace(/\?.*/, '')).sort(),
      );
    const [job] = (await links()).filter((link) => !link.includes('file-'));
    expect(job).toBeDefined();

    // The folder gets another name; ratings and jobs follow, and it can be taken back.
    await page.getByRole('button', { name: 'Folders' }).click();
    await folder(page, /^old, 3/).click();
    const act = async (name: string): Promise<void> => {
      await page.getByRole('button', { name: 'New, rename or move' }).click();
      await page.getByRole('menuitem', { name }).click();
    };
    await act('Rename old');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('CON');
    await page.keyboard.press('Enter');
    await expect(dialog).toContainText('a name that Windows keeps');
    await expectAccessible(page, '[role="dialog"]');
    await dialog.getByLabel('Name', { exact: true }).fill('best');
    await page.keyboard.press('Enter');
    await expect(folder(page, /^best, 3/)).toBeVisible();
    await expect(tiles(page)).toHaveCount(3);
    await expect(tile(page, 'first')).toHaveAccessibleName(/Rated 4 of 5/);
    // The job's picture is the job's still.
    await expect.poll(links).toContain(job);
    expect(await filesIn(output)).toEqual(before.map((path) => path.replace('old/', 'best/')));
    await page
      .getByRole('listitem')
      .filter({ hasText: 'is best now' })
      .getByRole('button', { name: 'Undo' })
      .click();
    await expect(folder(page, /^old, 3/)).toBeVisible();
    expect(await filesIn(output)).toEqual(before);
    await expect(folder(page, /^best/)).toHaveCount(0);

    // A selection moves into a folder that is made for it.
    await folder(page, /^All pictures/).click();
    await act('New folder');
    await dialog.getByLabel('Name', { exact: true }).fill('keep');
    await page.keyboard.press('Enter');
    await expect(folder(page, /^keep, 0/)).toBeVisible();
    await page.reload();
    await expect(folder(page, /^keep, 0/)).toBeVisible();
    // Also one that another program makes.
    await mkdir(join(output, 'elsewhere'));
    await expect(folder(page, /^elsewhere, 0/)).toBeVisible();
    await rmdir(join(output, 'elsewhere'));
    await expect(folder(page, /^elsewhere/)).toHaveCount(0);
    await select(page, 'first', 'second');
    await bar(page)
      .getByRole('button', { name: /^Move the files/ })
      .click();
    const to = dialog.getByRole('combobox', { name: /^Folder/ });
    // Typed to be found, and chosen by the keyboard; what is not there is made.
    await to.fill('EE');
    await expect(dialog.getByRole('option')).toHaveText(['keep']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(to).toHaveValue('keep');
    await expectAccessible(page, '[role="dialog"]');
    await page.keyboard.press('End');
    await page.keyboard.type('/deep');
    await expect(dialog.getByRole('status')).toContainText('will be made');
    await page.keyboard.press('Enter');
    await expect(folder(page, /^keep, 2/)).toBeVisible();
    expect((await filesIn(output)).filter((path) => path.startsWith('keep'))).toEqual([
      'keep/deep/a.png',
      'keep/deep/b.png',
    ]);
    await expect(tiles(page)).toHaveCount(3);
    await expect(tile(page, 'first')).toHaveAccessibleName(/Rated 4 of 5/);
    const moved = await links();
    expect(moved).toContain(job);
    // Also within moments of the move, and once more at rest.
    await page.reload();
    await expect(tiles(page)).toHaveCount(3);
    await expect(tile(page, 'first')).toHaveAccessibleName(/Rated 4 of 5/);
    await page.reload();
    await expect.poll(links).toEqual(moved);
    await expect(tile(page, 'first')).toHaveAccessibleName(/Rated 4 of 5/);
  } finally {
    await stage.stop();
  }
});

test('files are dragged to a folder with the mouse', async ({ page }) => {
  const stage = await openStage();
  const { output } = stage;
  try {
    await mkdir(join(output, 'old'));
    await mkdir(join(output, 'keep', 'deep'), { recursive: true });
    for (const [name, words] of [
      ['a', 'first'],
      ['b', 'second'],
      ['c', 'third'],
    ] as const) {
      await paint(join(output, 'old', `${name}.png`), words);
    }
    await page.goto(stage.darkroom.url);
    await expect(tiles(page)).toHaveCount(3);
    await page.getByRole('button', { name: 'Folders' }).click();
    await expect(folder(page, /^keep, 0/)).toBeVisible();
    const before = await filesIn(output);
    const label = page.getByTestId('drag-label');
    const drag = async (from: Locator, to: Locator): Promise<void> => {
      await from.hover();
      await page.mouse.down();
      const box = await to.boundingBox();
      await page.mouse.move((box?.x ?? 0) + 60, (box?.y ?? 0) + 10, { steps: 8 });
    };

    // Escape takes it back, and the click that follows opens nothing.
    await drag(tile(page, 'first'), folder(page, /^keep/));
    await expect(label).toHaveText('Move 1 picture to keep');
    await expect(folder(page, /^keep/)).toHaveAttribute('data-target');
    await page.keyboard.press('Escape');
    await expect(label).toHaveCount(0);
    await page.mouse.up();
    expect(await filesIn(output)).toEqual(before);
    await expect(page.getByRole('dialog')).toHaveCount(0);

    // Where they lie already they go nowhere, and nor beside the tree.
    await drag(tile(page, 'first'), folder(page, /^old/));
    await expect(label).toHaveText('Move 1 picture');
    await page.mouse.up();
    await drag(tile(page, 'first'), tile(page, 'third'));
    await page.mouse.up();
    await expect(label).toHaveCount(0);
    expect(await filesIn(output)).toEqual(before);

    // A selection, to a folder that opens while it is held over the one above.
    await select(page, 'first', 'second');
    await drag(tile(page, 'second'), folder(page, /^keep/));
    await expect(label).toHaveText('Move 2 pictures to keep');
    await expect(folder(page, /^deep, 0/)).toBeVisible();
    const deep = await folder(page, /^deep/).boundingBox();
    await page.mouse.move((deep?.x ?? 0) + 60, (deep?.y ?? 0) + 10, { steps: 4 });
    await expect(label).toHaveText('Move 2 pictures to deep');
    await page.mouse.up();
    await expect.poll(() => filesIn(output)).toEqual(['keep/deep/a.png', 'keep/deep/b.png', 'old/c.png']);
    await expect(bar(page)).toHaveCount(0);
    await expect(folder(page, /^keep, 2/)).toBeVisible();

    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => filesIn(output)).toEqual(before);
    await expect(tiles(page)).toHaveCount(3);
  } finally {
    await stage.stop();
  }
});

test('folders of this device are neither renamed nor moved to, and their files never deleted', async ({
  page,
}, testInfo) => {
  const stage = await openStage();
  const { output } = stage;
  try {
    await mkdir(join(output, 'old'));
    await paint(join(output, 'old', 'a.png'), 'first');
    const own = testInfo.outputPath('holiday');
    await mkdir(own, { recursive: true });
    await paint(join(own, 'dusk.png'), 'a lighthouse');
    const before = await filesIn(output);
    await page.goto(stage.darkroom.url);
    await expect(tiles(page)).toHaveCount(1);
    await tiles(page).first().hover();
    await page.getByRole('button', { name: 'Filters and saved searches' }).click();
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Open a folder…' }).click();
    await (await chooser).setFiles(own);
    await expect(tiles(page)).toHaveCount(2);
    await page.getByRole('button', { name: 'Folders' }).click();

    // Not where files of the library can go.
    const label = page.getByTestId('drag-label');
    const holiday = folder(page, /^holiday/);
    // Beside what lies over the tile.
    await tile(page, 'first').hover({ position: { x: 20, y: 80 } });
    await page.mouse.down();
    for (const [over, words] of [
      [folder(page, /^All pictures/), /Move 1 picture to/],
      [holiday, /Move 1 picture$/],
    ] as const) {
      const box = await over.boundingBox();
      await page.mouse.move((box?.x ?? 0) + 60, (box?.y ?? 0) + 10, { steps: 8 });
      await expect(label).toHaveText(words);
    }
    await page.mouse.up();
    expect(await filesIn(output)).toEqual(before);

    const actions = page.getByRole('button', { name: 'New, rename or move' });
    await folder(page, /^old/).click();
    await expect(actions).toBeVisible();
    await holiday.click();
    await expect(tiles(page)).toHaveCount(1);
    await expect(actions).toHaveCount(0);

    // Nor files that could be thrown away.
    await select(page, 'a lighthouse');
    await page.keyboard.press('Shift+Delete');
    await bar(page).getByRole('button', { name: 'Remove' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('button', { name: /[Hh]ide/ }).first()).toBeVisible();
    await expect(dialog.getByRole('button', { name: /trash/ })).toHaveCount(0);
    await page.keyboard.press('Escape');
    expect(await filesIn(own)).toEqual(['dusk.png']);
  } finally {
    await stage.stop();
  }
});

test('a closed stack goes to the trash as a whole, and comes back', async ({ page }) => {
  const stage = await openStage();
  const { output } = stage;
  try {
    await paint(join(output, 'b.png'), 'second');
    const graph = colorGraph(0x2040c0, 'batch') as Record<string, { inputs: Record<string, unknown> }>;
    Object.assign(graph['1']?.inputs ?? {}, { batch_size: 6 });
    await queueElsewhere(stage.engine, graph);
    await page.goto(stage.darkroom.url);
    await expect(page.getByRole('button', { name: 'Show all 6 pictures of this job' })).toBeVisible();
    await expect(tiles(page)).toHaveCount(2);
    await expect.poll(() => filesIn(output)).toHaveLength(7);
    const before = await filesIn(output);
    await tiles(page)
      .and(page.getByRole('link', { name: /^batch_/ }))
      .focus();
    await page.keyboard.press('Shift+Delete');
    await expect.poll(() => filesIn(output)).toEqual(['b.png']);
    await expect(tiles(page)).toHaveCount(1);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => filesIn(output)).toEqual(before);
    await expect(tiles(page)).toHaveCount(2);
  } finally {
    await stage.stop();
  }
});

test('many folders scroll while a picture is held at their edge', async ({ page }) => {
  const stage = await openStage();
  const { output } = stage;
  try {
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => mkdir(join(output, `day ${i + 1}`), { recursive: true })),
    );
    await paint(join(output, 'a.png'), 'first');
    await page.goto(stage.darkroom.url);
    await page.getByRole('button', { name: 'Folders' }).click();
    await expect(folder(page, /^day 1, 0/)).toBeVisible();
    const tree = page.getByRole('tree', { name: 'Folders' });
    const box = await tree.locator('..').boundingBox();
    const { x = 0, y = 0, height = 0 } = box ?? {};
    await tile(page, 'first').hover();
    await page.mouse.down();

    // In the middle nothing moves; at the lower edge it goes to the last folder, without a move of the mouse.
    const top = (): Promise<number> => tree.locator('..').evaluate((node) => node.scrollTop);
    await page.mouse.move(x + 60, y + height / 2, { steps: 5 });
    await page.waitForTimeout(300);
    expect(await top()).toBe(0);
    await page.mouse.move(x + 60, y + height - 6, { steps: 5 });
    await expect(page.getByTestId('drag-label')).toHaveText('Move 1 picture to day 60', { timeout: 15_000 });
    // And back.
    await page.mouse.move(x + 60, y + 4, { steps: 5 });
    await expect.poll(top, { timeout: 15_000 }).toBe(0);
    await page.mouse.move(x + 60, y + height - 2, { steps: 5 });
    await expect(page.getByTestId('drag-label')).toHaveText('Move 1 picture to day 60', { timeout: 15_000 });
    await page.mouse.up();
    await expect.poll(() => filesIn(output)).toEqual(['day 60/a.png']);
    const after = await top();
    await page.mouse.move(x + 60, y + 4, { steps: 3 });
    await page.waitForTimeout(300);
    expect(await top()).toBe(after);
  } finally {
    await stage.stop();
  }
});

test('marks belong to the content of a file: they outlive its index, its place and /userdata', async ({
  page,
}) => {
  const stage = await openStage();
  const { output, dataDir, engine } = stage;
  try {
    await mkdir(join(output, 'old'));
    await paint(join(output, 'old', 'a.png'), 'first');
    await page.goto(stage.darkroom.url);
    await rate(page, 'first');
    const held = async (): Promise<unknown[][]> => {
      const answer = await fetch(`${stage.darkroom.url}/darkroom/library/marks`);
      return ((await answer.json()) as { marks: unknown[][] }).marks;
    };
    await expect.poll(async () => (await held()).map((mark) => [mark[1], mark[4]])).toEqual([['r', 4]]);

    await page.goto('about:blank');
    await stage.restart(async () => {
      for (const name of await readdir(dataDir)) {
        if (name.startsWith('library')) {
          await rm(join(dataDir, name), { recursive: true });
        }
      }
      await rename(join(output, 'old'), join(output, 'new'));
      await fetch(`${engine.url}/userdata/darkroom.marks.json`, { method: 'DELETE' });
    });
    await page.goto(stage.darkroom.url);
    await expect(tile(page, 'first')).toHaveAccessibleName(/Rated 4 of 5/);
  } finally {
    await stage.stop();
  }
});

test('further folders and inputs are shown, searched, edited, moved and deleted like the others', async ({
  page,
}) => {
  const attic = await mkdtemp(join(tmpdir(), 'darkroom-attic-'));
  const stage = await openStage((engine) => [
    { path: attic, kind: 'other', label: 'Attic' },
    { path: join(engine, 'input'), kind: 'input', label: 'Inputs' },
  ]);
  const { output, engine } = stage;
  const input = join(engine.directory, 'input');
  try {
    await mkdir(join(attic, 'cats'));
    await paint(join(output, 'same.png'), 'first');
    await paint(join(attic, 'same.png'), 'second');
    await paint(join(attic, 'cats', 'old.png'), 'third');
    // The content of another, under another name.
    await paint(join(attic, 'copy.png'), 'first');
    await paint(join(input, 'upload.png'), 'fourth');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(stage.darkroom.url);
    await expect(tiles(page)).toHaveCount(4);
    for (const words of ['first', 'second', 'third']) {
      await expect(tile(page, words).first().locator('img')).toBeVisible();
    }
    // ComfyUI is asked for none of them.
    expect(asked.filter((url) => /\/(view|files\/output)\b/.test(url))).toEqual([]);

    // Two items of one content have one set of marks; another of the same name has none of them.
    await expect(async () => {
      await tile(page, 'first').first().focus();
      await page.keyboard.press('4');
      await expect(tile(page, 'first').first()).toHaveAccessibleName(/Rated 4 of 5/, { timeout: 1500 });
    }).toPass({ timeout: 20_000 });
    await expect(tile(page, 'first').last()).toHaveAccessibleName(/Rated 4 of 5/);
    await expect(tile(page, 'second')).not.toHaveAccessibleName(/Rated/);

    await page.getByRole('button', { name: 'Folders' }).click();
    await expect(folder(page, /^All pictures, 4/)).toBeVisible();
    await expect(folder(page, /^Inputs, 1/)).toBeVisible();
    await folder(page, /^Attic, 3/).click();
    await expect(tiles(page)).toHaveCount(3);
    await expect(page.getByRole('combobox')).toHaveValue('folder:"Attic:"');
    await page.getByLabel('Include subfolders').uncheck();
    await expect(tiles(page)).toHaveCount(2);
    await page.getByLabel('Include subfolders').check();
    await expect(tiles(page)).toHaveCount(3);
    await expectAccessible(page, 'main');
    await folder(page, /^Inputs, 1/).click();
    await expect(tiles(page)).toHaveCount(1);
    await expect(tile(page, 'fourth').locator('img')).toBeVisible();
    await page.getByRole('combobox').fill('is:input');
    await expect(tiles(page)).toHaveCount(1);
    await page.getByRole('combobox').fill('four');
    await expect(page.getByText('0 found').first()).toBeVisible();
    await page.getByRole('combobox').fill('third');
    await expect(tiles(page)).toHaveCount(1);

    await expect(page).toHaveURL(/third/);

    // In the viewer: the whole picture, where it lies, and the file itself for a download.
    await tile(page, 'third').click();
    await expect(page.getByText('Attic/cats').first()).toBeVisible();
    const viewer = page.getByRole('dialog', { name: 'Picture viewer' });
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      viewer.getByRole('link', { name: 'Download' }).click(),
    ]);
    expect(saved.suggestedFilename()).toBe('old.png');
    expect(await readFile((await saved.path()) ?? '')).toEqual(
      await readFile(join(attic, 'cats', 'old.png')),
    );

    // Edited as a copy among the inputs, which the address then leads to.
    await viewer.getByRole('button', { name: 'Inpaint' }).click();
    await expectReady(page);
    await expect(page).toHaveURL(/type=input/);
    expect(page.url()).not.toContain('library');
    await chooseBlur(page);
    await paintStroke(page);
    await maskedShare(page);
    await page.getByRole('button', { name: /^Generate/ }).click();
    await expect(page.getByRole('button', { name: 'Result 1', exact: true })).toBeVisible({
      timeout: 40_000,
    });

    await page.goto(`${stage.darkroom.url}/#/gallery`);
    await expect(tiles(page)).toHaveCount(5);
    await expect(folder(page, /^Attic, 3/)).toBeVisible();

    // Moved to another folder of the same drive, and back by undo; the other of its name is not replaced.
    const place = (await tile(page, 'second').getAttribute('href')) ?? '';
    await select(page, 'second');
    await bar(page)
      .getByRole('button', { name: /^Move the files/ })
      .click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByLabel('Move to')).toHaveValue(/^library:/);
    // Pictures go among pictures.
    await expect(dialog.getByLabel('Move to').getByRole('option')).toHaveText(['output', 'Attic']);
    await dialog.getByRole('combobox', { name: /^Folder/ }).fill('cats');
    await dialog.getByRole('button', { name: 'Move', exact: true }).click();
    await expect.poll(() => filesIn(attic)).toContain('cats/same.png');
    await expect(page.getByText('1 file moved to Attic/cats')).toBeVisible();
    await expect(page.locator(`[href^="${place}"]`)).toHaveCount(0);
    await select(page, 'second');
    await bar(page)
      .getByRole('button', { name: /^Move the files/ })
      .click();
    await dialog.getByLabel('Move to').selectOption('output');
    await expectAccessible(page, '[role="dialog"]');
    await dialog.getByRole('button', { name: 'Move', exact: true }).click();
    await expect(page.getByText('1 file could not be moved')).toBeVisible();
    expect([await filesIn(attic), (await filesIn(output)).filter((path) => path === 'same.png')]).toEqual([
      ['cats/old.png', 'cats/same.png', 'copy.png'],
      ['same.png'],
    ]);
    await select(page, 'third');
    await bar(page)
      .getByRole('button', { name: /^Move the files/ })
      .click();
    await dialog.getByLabel('Move to').selectOption('output');
    await dialog.getByRole('button', { name: 'Move', exact: true }).click();
    await expect.poll(() => filesIn(output)).toContain('old.png');
    await expect(folder(page, /^Attic, 2/)).toBeVisible();
    await expect(tiles(page)).toHaveCount(5);
    await expect(tile(page, 'third').locator('img')).toBeVisible();

    // Deleted, and restored to where they were.
    await select(page, 'second');
    await bar(page).getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: /Move 1 file to the trash/ }).click();
    await expect(tiles(page)).toHaveCount(4);
    await expect.poll(() => filesIn(attic)).toEqual(['copy.png']);
    const settings = await openTrash(page);
    await settings.getByRole('button', { name: 'Restore Attic/cats/same.png' }).click();
    await page.keyboard.press('Escape');
    await expect(tiles(page)).toHaveCount(5);
    expect(await filesIn(attic)).toEqual(['cats/same.png', 'copy.png']);

    // A drive that goes takes no picture along, and leaves those of the other folders as they are.
    await rename(attic, `${attic}-away`);
    await expect(page.getByText('The folder Attic is offline.')).toBeVisible();
    await expect(tiles(page)).toHaveCount(5);
    await expect(page.getByTestId('away')).toHaveCount(2);
    await page.reload();
    await expect(tiles(page)).toHaveCount(5);
    await expect(page.getByTestId('away')).toHaveCount(2);
    await rename(`${attic}-away`, attic);
    await expect(page.getByTestId('away')).toHaveCount(0);

    // Another tab knows them as well.
    const second = await page.context().newPage();
    await second.goto(stage.darkroom.url);
    await expect(tiles(second)).toHaveCount(5);
    await expect(tile(second, 'second').locator('img')).toBeVisible();
    await paint(join(attic, 'new.png'), 'fifth');
    await expect(tiles(second)).toHaveCount(6);
    await expect(tiles(page)).toHaveCount(6);
  } finally {
    await stage.stop();
    await rm(attic, { recursive: true, force: true });
  }
});
