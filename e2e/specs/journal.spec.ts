import type { BrowserContext, Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { maskedShare, openInEditor, paintStroke, patternPng, upload } from './pages';

/** What the journal holds at this moment: documents of a picture with their steps and tiles. */
interface Kept {
  documents: number;
  /** Of the newest document. */
  present: number;
  /** ms since 1970. */
  changedAt: number;
  steps: number;
  tiles: number;
  packed: number;
  bytes: number;
}

function kept(page: Page): Promise<Kept> {
  return page.evaluate(async () => {
    const ask = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => {
          resolve(request.result);
        };
        request.onerror = () => {
          reject(new Error(String(request.error)));
        };
      });
    const db = await ask(indexedDB.open('darkroom-editor'));
    const rows = <T>(name: string): Promise<T[]> =>
      ask<T[]>(db.transaction(name).objectStore(name).getAll() as IDBRequest<T[]>);
    const heads = await rows<{ id: string; present: number; changedAt: number }>('heads');
    const [newest] = heads.sort((a, b) => b.changedAt - a.changedAt);
    const of = <T extends { doc: string }>(all: T[]): T[] => all.filter(({ doc }) => doc === newest?.id);
    const steps = of(await rows<{ doc: string }>('steps'));
    const tiles = of(await rows<{ doc: string; packed: boolean; bytes: Uint8Array }>('tiles'));
    db.close();
    return {
      documents: heads.length,
      present: newest?.present ?? 0,
      changedAt: newest?.changedAt ?? 0,
      steps: steps.length,
      tiles: tiles.length,
      packed: tiles.filter(({ packed }) => packed).length,
      bytes: tiles.reduce((sum, { bytes }) => sum + bytes.length, 0),
    };
  });
}

const steps = (page: Page): Promise<number> => kept(page).then(({ present }) => present);

/** Ends the page as a crash does: none of its code runs any more. */
async function crash(page: Page, context: BrowserContext): Promise<void> {
  const devtools = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  devtools.send('Page.crash').catch(() => undefined);
  await crashed;
}

async function undoAll(page: Page, count: number): Promise<void> {
  await page.getByRole('application').focus();
  for (let i = 0; i < count; i++) {
    await page.keyboard.press('Control+z');
  }
}

test('a closed tab loses no stroke, and undo goes on after it @lan', async ({ page, context, engine }) => {
  const ref = await upload(engine, patternPng(800, 600), 'journal-close.png');
  await openInEditor(page, ref);
  await paintStroke(page, 0.3, 0.45, 0.4);
  await paintStroke(page, 0.55, 0.7, 0.6);
  // At once: whatever the page had not saved yet is handed over while it goes.
  await page.close({ runBeforeUnload: false });

  const next = await context.newPage();
  await openInEditor(next, ref);
  const both = await maskedShare(next);
  await next.getByRole('application').focus();
  await next.keyboard.press('Control+z');
  await expect(next.getByText(both)).toHaveCount(0);
  await expect.poll(() => maskedShare(next)).not.toBe(both);
  await next.keyboard.press('Control+Shift+z');
  await expect(next.getByText(both)).toBeVisible();
  await undoAll(next, 2);
  await expect(next.getByText('Nothing masked yet')).toBeVisible();
});

test('a crash a second after a stroke loses nothing', async ({ page, context, engine }) => {
  const ref = await upload(engine, patternPng(800, 600), 'journal-crash.png');
  await openInEditor(page, ref);
  await paintStroke(page, 0.3, 0.45, 0.4);
  const first = await maskedShare(page);
  await paintStroke(page, 0.55, 0.7, 0.6);
  // A slow stroke is kept as far as it goes: what counts is the last save, after which comes no other.
  const savedAt = (): Promise<number> => kept(page).then(({ changedAt }) => changedAt);
  await expect
    .poll(async () => {
      const last = await savedAt();
      await page.waitForTimeout(1000);
      return last > 0 && last === (await savedAt());
    })
    .toBe(true);
  expect(await steps(page)).toBe(2);
  await expect.poll(() => maskedShare(page)).not.toBe(first);
  const before = await maskedShare(page);
  await crash(page, context);

  const next = await context.newPage();
  await openInEditor(next, ref);
  expect(await maskedShare(next)).toBe(before);
  const { tiles, packed } = await kept(next);
  expect(tiles).toBeGreaterThan(0);
  expect(packed).toBe(tiles);
  await undoAll(next, 2);
  await expect(next.getByText('Nothing masked yet')).toBeVisible();
});

test('a long stroke is kept before it ends', async ({ page, context, engine }) => {
  const ref = await upload(engine, patternPng(800, 600), 'journal-long.png');
  await openInEditor(page, ref);
  const box = await page.getByRole('application').boundingBox();
  const x = (box?.x ?? 0) + (box?.width ?? 0) * 0.4;
  const y = (box?.y ?? 0) + (box?.height ?? 0) * 0.5;
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 60, y, { steps: 5 });
  // The button stays down: the stroke is not finished, and yet it is there.
  await expect.poll(() => steps(page)).toBe(1);
  await crash(page, context);

  const next = await context.newPage();
  await openInEditor(next, ref);
  await maskedShare(next);
  await undoAll(next, 1);
  await expect(next.getByText('Nothing masked yet')).toBeVisible();
});

test('a reload gives a tab its own mask back, though another tab has the picture too', async ({
  page,
  context,
  engine,
}) => {
  const ref = await upload(engine, patternPng(800, 600), 'journal-tabs.png');
  await openInEditor(page, ref);
  await paintStroke(page, 0.3, 0.7, 0.4);
  await expect.poll(() => steps(page)).toBe(1);
  const one = await maskedShare(page);

  const second = await context.newPage();
  await openInEditor(second, ref);
  // A copy of what the first tab has, history and all, which goes its own way.
  expect(await maskedShare(second)).toBe(one);
  await undoAll(second, 1);
  await expect(second.getByText('Nothing masked yet')).toBeVisible();
  await paintStroke(second, 0.45, 0.5, 0.7);
  await expect.poll(() => kept(second).then(({ documents }) => documents)).toBe(2);
  // The share is counted at leisure; until then its floor is shown.
  await expect.poll(() => maskedShare(second)).not.toBe('0.1 % masked');
  const two = await maskedShare(second);
  expect(two).not.toBe(one);

  await page.bringToFront();
  await page.reload();
  expect(await maskedShare(page)).toBe(one);
  await second.bringToFront();
  await second.reload();
  expect(await maskedShare(second)).toBe(two);
  await undoAll(second, 1);
  await expect(second.getByText('Nothing masked yet')).toBeVisible();
  await page.bringToFront();
  expect(await maskedShare(page)).toBe(one);
});
