import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import sharp from 'sharp';

import { firstScreen, OURS, visit } from './gallery-visit';
import { untilAllThere } from './warm-starts';

/** Between two files, ms: each is looked at by itself. */
const PAUSE = 700;

/**
 * From the moment a file is closed to its picture on screen, in a gallery at its top; ms, for so many files.
 * @param url address of Darkroom, which indexes the folder; `there` files are in it.
 */
export async function newOnScreen(
  url: string,
  profile: string,
  folder: string,
  { there, count }: { there: number; count: number },
): Promise<number[]> {
  const on = await visit(profile);
  const { page } = on;
  try {
    await page.goto(`${url}/#/gallery`, { waitUntil: 'commit' });
    await firstScreen(page, OURS);
    await untilAllThere(on, there);
    const times: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const name = `new-${index}.png`;
      const background = `hsl(${index * 36}, 60%, 50%)`;
      const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background } })
        .png()
        .toBuffer();
      await page.waitForTimeout(PAUSE);
      const seen = page.evaluate(untilSeen, name);
      // Both clocks are this machine's.
      writeFileSync(join(folder, name), picture);
      const closedAt = Date.now();
      times.push((await seen) - closedAt);
    }
    return times;
  } finally {
    await on.close();
  }
}

/** In the page: when the picture of a file is in view, ms since the epoch. */
function untilSeen(name: string): Promise<number> {
  const deadline = Date.now() + 60_000;
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const tile = [...document.querySelectorAll('[data-tile]')].find((each) =>
        each.querySelector('a')?.getAttribute('aria-label')?.includes(name),
      );
      const picture = tile?.querySelector('img');
      if (
        picture?.complete &&
        picture.naturalWidth > 0 &&
        picture.getBoundingClientRect().top < innerHeight
      ) {
        resolve(Date.now());
      } else if (Date.now() > deadline) {
        reject(new Error(`${name} did not come`));
      } else {
        requestAnimationFrame(look);
      }
    };
    look();
  });
}
