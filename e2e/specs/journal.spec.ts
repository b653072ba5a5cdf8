import type { BrowserContext, Locator, Page } from '@playwright/test';
import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';
import { chooseInpaint, maskedShare, openInEditor, paintStroke, patternPng, upload } from './pages';

/** What the journal holds at this moment: a picture's documents with their steps and tiles. */
interface Kept {
  documents: number;
  /** Of the newest document. */
  present: number;
  /** ms since 1970. */
  changedAt: number;
  /** The room's data beside the mask, as JSON. */
  extra: string;
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
    const heads = await rows<{ id: string; present: number; changedAt: number; extra: string }>('heads');
    const [newest] = heads.sort((a, b) => b.changedAt - a.changedAt);
    const of = <T extends { doc: string }>(all: T[]): T[] => all.filter(({ doc }) => doc === newest?.id);
    const steps = of(await rows<{ doc: string }>('steps'));
    const tiles = of(await rows<{ doc: string; packed: boolean; bytes: Uint8Array }>('tiles'));
    db.close();
    return {
      documents: heads.length,
      present: newest?.present ?? 0,
      changedAt: newest?.changedAt ?? 0,
      extra: newest?.extra ?? '',
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

test('a closed tab loses no stroke, and undo still works afterwards @lan', async ({
  page,
  context,
  engine,
}) => {
  const ref = await upload(engine, patternPng(800, 600), 'journal-close.png');
  await openInEditor(page, ref);
  await paintStroke(page, 0.3, 0.45, 0.4);
  await paintStroke(page, 0.55, 0.7, 0.6);
  // At once: whatever the page had not saved yet is handed over as it goes.
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
  // A slow stroke is saved as far as it got: the last save counts, with no other after it.
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
  await next.getByRole('button', { name: 'Show the history' }).click();
  const list = next.getByRole('dialog', { name: 'History' });
  await expect(list.getByRole('button', { name: 'Brush' }).locator('canvas')).toHaveCount(2);
  await next.keyboard.press('Escape');
  await undoAll(next, 2);
  await expect(next.getByText('Nothing masked yet')).toBeVisible();
});

test('a long stroke is saved before it ends', async ({ page, context, engine }) => {
  const ref = await upload(engine, patternPng(800, 600), 'journal-long.png');
  await openInEditor(page, ref);
  const box = await page.getByRole('application').boundingBox();
  const x = (box?.x ?? 0) + (box?.width ?? 0) * 0.4;
  const y = (box?.y ?? 0) + (box?.height ?? 0) * 0.5;
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 60, y, { steps: 5 });
  // The button stays down: the stroke is unfinished, and yet it is there.
  await expect.poll(() => steps(page)).toBe(1);
  await crash(page, context);

  const next = await context.newPage();
  await openInEditor(next, ref);
  await maskedShare(next);
  await undoAll(next, 1);
  await expect(next.getByText('Nothing masked yet')).toBeVisible();
});

test('a reload restores a tab’s own mask, even though another tab has the picture too', async ({
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
  // A copy of what the first tab has, history included, which then diverges.
  expect(await maskedShare(second)).toBe(one);
  await undoAll(second, 1);
  await expect(second.getByText('Nothing masked yet')).toBeVisible();
  await paintStroke(second, 0.45, 0.5, 0.7);
  await expect.poll(() => kept(second).then(({ documents }) => documents)).toBe(2);
  // The share is counted in idle time; until then the lowest share is shown.
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

test('what was typed and placed for a picture survives a reload', async ({ page, engine }) => {
  const ref = await upload(engine, patternPng(1024, 768), 'journal-form.png');
  await openInEditor(page, ref);
  await chooseInpaint(page, 'kept after all');
  const field = (name: string): Locator => page.getByLabel(name, { exact: true });
  const edge = (which: string, what: string): Locator =>
    page.getByRole('group', { name: which }).getByLabel(what);
  const typed: [Locator, string][] = [
    [field('Negative prompt'), 'nothing of that'],
    [field('Seed'), '18446744073709551615'],
    [field('Steps'), '7'],
    [field('How many'), '3'],
    [edge('Repainted', 'Grow'), '9'],
    [edge('Repainted', 'Feather'), '5'],
    [edge('Pasted back', 'Grow'), '4'],
    [edge('Pasted back', 'Feather'), '12'],
  ];
  await page.getByText('Edges of the mask').click();
  for (const [locator, text] of typed) {
    await locator.fill(text);
    await locator.press('Tab');
  }
  await field('Strength (denoise)').focus();
  await page.keyboard.press('ArrowRight');
  const strength = await field('Strength (denoise)').inputValue();
  await paintStroke(page);
  await maskedShare(page);
  await page.getByText('By hand', { exact: true }).click();
  const box = page.getByRole('button', { name: /^What the model sees/ });
  await box.focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Alt+ArrowLeft');
  const words = await box.textContent();
  const at = await page.getByTestId('area-box').boundingBox();
  const [, width = '', height = ''] = /(\d+) × (\d+)/.exec(words ?? '') ?? [];
  const size = `"width":${width},"height":${height}`;
  await expect.poll(() => kept(page).then(({ extra }) => extra)).toContain(size);

  await page.reload();
  await maskedShare(page);
  await expect(page.getByRole('radio', { name: 'By hand' })).toBeChecked();
  await expect(box).toHaveText(words ?? '');
  expect(await page.getByTestId('area-box').boundingBox()).toEqual(at);
  await expect(field('Prompt')).toHaveValue('kept after all');
  await expect(field('Strength (denoise)')).toHaveValue(strength);
  await page.getByText('Edges of the mask').click();
  for (const [locator, text] of typed) {
    await expect(locator).toHaveValue(text);
  }
});

test('an older draft is restored from the history, the present one stays, and one is discarded', async ({
  page,
  context,
  engine,
}) => {
  const ref = await upload(engine, patternPng(800, 600), 'journal-drafts.png');
  await openInEditor(page, ref);
  await paintStroke(page, 0.3, 0.7, 0.4);
  await expect.poll(() => steps(page)).toBe(1);
  const older = await counted(page);
  // A second tab diverges, so that there are two drafts.
  const second = await context.newPage();
  await openInEditor(second, ref);
  await maskedShare(second);
  await undoAll(second, 1);
  await expect(second.getByText('Nothing masked yet')).toBeVisible();
  await paintStroke(second, 0.48, 0.52, 0.7);
  await expect.poll(() => kept(second).then(({ documents }) => documents)).toBe(2);
  const newer = await counted(second);
  expect(newer).not.toBe(older);
  await page.close();

  const drafts = second.getByRole('region', { name: 'Other drafts of this picture' });
  const rows = drafts.getByRole('button', { name: /^Draft of / });
  await second.reload();
  await maskedShare(second);
  await second.getByRole('button', { name: 'Show the history' }).click();
  await expect(rows).toHaveCount(1);
  await expect(rows.first()).toContainText(`${older} · 1 step`);
  await expect(drafts.locator('canvas')).toHaveCount(1);
  // By keyboard: it is a button among others.
  await rows.first().focus();
  await second.keyboard.press('Enter');
  await expect(second.getByText(older, { exact: true })).toBeVisible();
  await expect(rows).toHaveCount(1);
  await expect(rows.first()).toContainText(newer);
  await expectAccessible(second);

  // The choice survives a reload; the other draft is still there until discarded.
  await second.reload();
  await expect(second.getByText(older, { exact: true })).toBeVisible();
  await second.getByRole('button', { name: 'Show the history' }).click();
  await expect(rows.first()).toContainText(newer);
  await drafts.getByRole('button', { name: /^Discard the draft/ }).click();
  await expect(rows).toHaveCount(0);
  await second.locator('[data-sonner-toast]').getByRole('button', { name: 'Undo' }).click();
  // A press beside the popover closes it.
  await expect(drafts).toHaveCount(0);
  await second.getByRole('button', { name: 'Show the history' }).click();
  await expect(rows).toHaveCount(1);
  await drafts.getByRole('button', { name: /^Discard the draft/ }).click();
  await expect.poll(() => kept(second).then(({ documents }) => documents)).toBe(1);
  expect(await maskedShare(second)).toBe(older);
});

/** The share in words, once every pixel is counted: before that, the lowest share is shown. */
async function counted(page: Page): Promise<string> {
  await expect(page.getByText('0.1 % masked')).toHaveCount(0);
  return maskedShare(page);
}
