import { expect, test } from '../support/fixtures';
import { openInEditor, paintStroke, patternPng, upload } from './pages';

test('a mask that finds no room in the browser is told of, and asked about when the page is left', async ({
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

  // Room again: it goes by itself with the next stroke, and nothing is asked any more.
  await page.evaluate(() => {
    document.documentElement.dataset['room'] = 'yes';
  });
  await paintStroke(page, 0.3, 0.7, 0.6);
  await expect(notice).toHaveCount(0);
  const closed = page.waitForEvent('close');
  await page.close({ runBeforeUnload: true });
  await closed;
});
