import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openStage, type Stage } from '../support/stage';
import { type Driver, NotInstalledError } from './driver';
import { openFirefox } from './firefox';
import { Visitor } from './visitor';
import { openWebKit } from './webkit';

const ENGINES: { engine: string; open: () => Promise<Driver> }[] = [
  { engine: 'firefox', open: openFirefox },
  { engine: 'webkit', open: openWebKit },
];

/** Engines that must be there, by comma; without it, those that are installed. */
const required = (process.env.DARKROOM_ENGINES ?? '').split(',').filter(Boolean);

/** Starts every engine once, before the tests are named: one that is not installed has none. */
async function find(): Promise<{ engine: string; driver: Driver }[]> {
  const found: { engine: string; driver: Driver }[] = [];
  for (const { engine, open } of ENGINES) {
    try {
      found.push({ engine, driver: await open() });
    } catch (error) {
      if (!(error instanceof NotInstalledError) || required.includes(engine)) {
        await Promise.all(found.map(({ driver }) => driver.close()));
        throw error;
      }
      console.warn(error.message);
    }
  }
  if (found.length === 0) {
    throw new Error('No browser besides Chromium was found: see the lines above for how to install one.');
  }
  return found;
}

const browsers = await find();
let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(async () => {
  await Promise.all(browsers.map(({ driver }) => driver.close()));
  await stage.stop();
});

describe.each(browsers)('in $driver.name', ({ driver }) => {
  const visitor = new Visitor(driver);
  const tiles = (): Promise<number> =>
    driver.evaluate<number>(`document.querySelectorAll('[role="gridcell"] a img').length`);
  const jobs = async (): Promise<number> => {
    const answer = await fetch(`${stage.engine.url}/history`);
    return Object.keys((await answer.json()) as object).length;
  };

  const isReady = async (): Promise<boolean> =>
    !(await visitor.reads(/^Opening /m)) &&
    (await driver.evaluate<boolean>(
      `document.querySelector('[role="application"]') !== null && !document.querySelector('[aria-busy="true"]')`,
    ));

  it('a picture goes from the gallery through the editor and back, and a reload loses nothing', async () => {
    await driver.open(`http://127.0.0.1:${stage.darkroom.port}/`);
    await visitor.until('picture in the gallery', async () => (await tiles()) > 0);
    const before = await jobs();
    await visitor.click('[role="gridcell"] a', /./);
    // The tile below has such a button too.
    await visitor.click('[role="dialog"] button', /^Inpaint/);

    const box = await visitor.find('[role="application"]', /./);
    const at = (x: number, y: number): { x: number; y: number } => ({
      x: box.x + box.width * x,
      y: box.y + box.height * y,
    });
    await visitor.until('picture to paint on', isReady);
    const isMasked = (): Promise<boolean> => visitor.reads(/^(?!0 )[\d.]+ % masked$/m);
    await visitor.drag([at(0.4, 0.5), at(0.45, 0.52), at(0.5, 0.48), at(0.55, 0.52), at(0.6, 0.5)]);
    await visitor.until('mask', isMasked);

    await visitor.click('textarea', /^Prompt/);
    await visitor.type('a lamp');
    await visitor.click('button', /^Generate/);
    await visitor.until('finished job', async () => (await jobs()) > before);
    await visitor.until('result to accept', async () => {
      if (await visitor.sees('button', /^Accept$/)) {
        return true;
      }
      if (await visitor.sees('button', /^Result 1/)) {
        await visitor.click('button', /^Result 1/);
      }
      return false;
    });
    const original = await driver.evaluate<string>('location.href');
    await visitor.click('button', /^Accept$/);
    await visitor.until(
      'accepted picture',
      async () => (await driver.evaluate('location.href')) !== original,
    );

    // The mask painted on the accepted picture comes back from the browser's own database.
    await visitor.until('picture to paint on', isReady);
    await visitor.until('mask', async () => {
      // A stroke begun while the stage is still changing pictures is dropped.
      await visitor.drag([at(0.3, 0.4), at(0.35, 0.45), at(0.4, 0.4)]);
      await sleep(500);
      return isMasked();
    });
    // Strokes are saved within 400 ms; the page does not show when.
    await sleep(2000);
    await driver.reload();
    await visitor.find('[role="application"]', /./);
    await visitor.until('mask after a reload', isMasked);

    await visitor.click('a', /^Gallery$/);
    await visitor.until('picture in the gallery', async () => (await tiles()) > 0);
    expect(await jobs()).toBe(before + 1);
  }, 240_000);
});
