import type { Page } from '@playwright/test';
import type { FileRef } from '../../src/comfy/file-ref';
import { expect, test } from '../support/fixtures';
import { expectReady, maskBox, openInEditor, paintStroke, patternPng, upload } from './pages';

/** Opens another picture without reloading the page. */
async function openByAddress(page: Page, { filename, subfolder, type }: FileRef): Promise<void> {
  const query = new URLSearchParams({ filename, subfolder, type });
  await page.evaluate((address) => {
    location.hash = address;
  }, `#/edit?${query}`);
  await expect(page.getByRole('application', { name: filename.replace('.png', '') })).toBeVisible();
  await expectReady(page);
}

test('a mask that does not fit into the browser’s storage is reported, and leaving the page is confirmed', async ({
  page,
  engine,
}) => {
  const ref = await upload(engine, patternPng(800, 600), 'journal-full.png');
  await page.addInitScript(() => {
    const put = Object.getOwnPropertyDescriptor(IDBObjectStore.prototype, 'put')?.value as (
      value: unknown,
      key?: IDBValidKey,
    ) => IDBRequest<IDBValidKey>;
    IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
      if (!document.documentElement.dataset['room']) {
        throw new DOMException('full', 'QuotaExceededError');
      }
      return put.call(this, value, key);
    };
  });
  await openInEditor(page, ref);
  const notice = page.getByRole('alert').filter({ hasText: 'cannot be kept in this browser' });
  await expect(notice).toHaveCount(0);
  await paintStroke(page, 0.3, 0.7, 0.4);
  await expect(notice).toBeVisible();
  const asked = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();

  // Another picture and back: the page keeps what the browser cannot.
  const box = await maskBox(page);
  const other = await upload(engine, patternPng(640, 480), 'journal-full-other.png');
  await openByAddress(page, other);
  await expect.poll(() => maskBox(page)).toBeNull();
  await openByAddress(page, ref);
  await expect.poll(() => maskBox(page)).toEqual(box);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect.poll(() => maskBox(page)).toBeNull();
  await page.getByRole('button', { name: 'Redo', exact: true }).click();
  await expect.poll(() => maskBox(page)).toEqual(box);
  await expect(notice).toBeVisible();

  // With room again, the next stroke saves it, and nothing is asked any more.
  await page.evaluate(() => {
    document.documentElement.dataset['room'] = 'yes';
  });
  await paintStroke(page, 0.3, 0.7, 0.6);
  await expect(notice).toHaveCount(0);
  const closed = page.waitForEvent('close');
  await page.close({ runBeforeUnload: true });
  await closed;
});
