import { firstScreen, OURS, visit, type Visit } from './gallery-visit';

/** Reloads from which the 95th of a hundred is taken. */
const RELOADS = 21;

/**
 * From the app's code being there to a first screen of thumbnails, in a browser that was here before; ms.
 * @param url address of Darkroom.
 * @param count pictures there are.
 */
export async function warmStarts(url: string, profile: string, count: number): Promise<number[]> {
  const on = await visit(profile);
  const open = (): Promise<unknown> => on.page.goto(`${url}/#/gallery`, { waitUntil: 'commit' });
  try {
    await open();
    await firstScreen(on.page, OURS);
    await untilAllThere(on, count);
    await untilKept(on);
    const times: number[] = [];
    for (let reload = 0; reload < RELOADS; reload++) {
      await on.page.goto('about:blank');
      await open();
      const shown = await firstScreen(on.page, OURS);
      const code = await on.page.evaluate(() =>
        Math.max(
          ...performance
            .getEntriesByType('resource')
            .filter(({ name }) => /\/assets\/(index|libraries)-[^/]*\.js$/.test(name))
            .map((entry) => (entry as PerformanceResourceTiming).responseEnd),
        ),
      );
      times.push(shown - code);
    }
    return times;
  } finally {
    await on.close();
  }
}

/** Waits until the whole list is on the page. */
export async function untilAllThere({ page }: Visit, count: number): Promise<void> {
  const all = new Intl.NumberFormat('en').format(count);
  await page.getByText(`${all} files`).first().waitFor({ timeout: 300_000 });
}

/** Waits until the thumbnails of the first screen are kept: they are made when nothing else is to be done. */
async function untilKept({ page }: Visit): Promise<void> {
  await page.waitForFunction(
    async () => {
      const opening = indexedDB.open('darkroom-thumbs');
      const db = await new Promise<IDBDatabase>((resolve) => {
        opening.onsuccess = () => {
          resolve(opening.result);
        };
      });
      const counting = db.transaction('thumbs').objectStore('thumbs').count();
      const count = await new Promise<number>((resolve) => {
        counting.onsuccess = () => {
          resolve(counting.result);
        };
      });
      db.close();
      return count >= document.querySelectorAll('[data-tile]').length;
    },
    null,
    { timeout: 60_000, polling: 500 },
  );
}
