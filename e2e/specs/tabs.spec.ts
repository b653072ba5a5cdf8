import type { Page } from '@playwright/test';

import { expect, openStage, test } from '../support/fixtures';
import { colorGraph, queueElsewhere } from './pages';

/** Notes in the page when a tab says that it leads. */
async function listen(page: Page): Promise<void> {
  await page.evaluate(() => {
    const heard: number[] = [];
    const channel = new BroadcastChannel('darkroom-jobs demo');
    channel.onmessage = ({ data }: MessageEvent<{ type: string }>) => {
      if (data.type === 'lead') {
        heard.push(Date.now());
      }
    };
    Object.assign(globalThis, { heard, channel });
  });
}

/** The files that the browser remembers. */
function remembered(page: Page): Promise<string[]> {
  return page.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        const opening = indexedDB.open('darkroom-jobs demo');
        opening.onerror = () => reject(new Error('no database'));
        opening.onsuccess = () => {
          const reading = opening.result.transaction('blocks').objectStore('blocks').getAll();
          reading.onsuccess = () => {
            opening.result.close();
            const blocks = reading.result as { jobs: { outputs: { ref: { filename: string } }[] }[] }[];
            const outputs = blocks.flatMap(({ jobs }) => jobs).flatMap((job) => job.outputs);
            resolve(outputs.map(({ ref }) => ref.filename));
          };
        };
      }),
  );
}

/** When a tab last said that it leads, ms since the epoch; 0 when none did. */
function lastHeard(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as { heard: number[] }).heard.at(-1) ?? 0);
}

test('a closed tab leaves its part to another within two seconds, and nothing is missed @lan', async ({
  page,
  hostName,
}) => {
  const stage = await openStage({ samples: false });
  try {
    const url = `http://${hostName}:${stage.darkroom.port}`;
    await page.goto(url);
    await listen(page);
    // The page alone leads within a second, and answers for it from then on.
    await expect.poll(() => lastHeard(page)).toBeGreaterThan(0);
    const second = await page.context().newPage();
    await second.goto(url);
    await listen(second);
    await expect.poll(() => lastHeard(second)).toBeGreaterThan(0);
    await page.close({ runBeforeUnload: true });
    const closed = Date.now();
    await expect.poll(() => lastHeard(second)).toBeGreaterThan(closed - 100);
    expect((await lastHeard(second)) - closed).toBeLessThan(2000);

    await queueElsewhere(stage.engine, colorGraph(0x336699, 'after'));
    await expect(second.locator('main').getByRole('link', { name: /^after_00001_/ })).toBeVisible();
    await expect.poll(() => remembered(second)).toContain('after_00001_.png');
  } finally {
    await stage.stop();
  }
});
