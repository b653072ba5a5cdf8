import type { Page } from 'playwright';

import { ensureBuilt } from '../../../src/server/build-app';
import { openSharingStage, type SharingStage } from '../../support/sharing-stage';
import type { Bench, Measure, Measurement } from '../measurement';
import { median } from '../support/driven-page';
import { firstScreen, ride, rideWords, type Tiles, visit } from '../support/gallery-visit';
import { measureShareServer } from '../support/share-server';
import { scriptsOf } from '../support/script-weight';
import { seedGallery, SMALL } from '../support/seeded-gallery';

const GUEST: Tiles = { tile: '[data-tile]', scroller: 'html' };
/** Pictures of the link that is opened, and of the one that is scrolled. */
const FEW = 200;
const MANY = 2000;
/** Each time with a browser that knows nothing. */
const ROUNDS = 5;
/** px per turn of the wheel, 60 a second, and for how long, ms: somebody looking at pictures. */
const LOOKING = 8;
const LONG = 8000;

export const measure: Measure = async (bench) => {
  await ensureBuilt((line) => {
    bench.say(line);
  });
  const prepare = seedGallery({ jobs: MANY, sizes: SMALL, untoldEvery: 0, noise: 0.3 });
  const stage = await openSharingStage({ samples: false, prepare });
  try {
    return [
      ...(await opening(stage, bench)),
      await scrolling(stage, bench),
      ...(await measureShareServer(bench)),
    ];
  } finally {
    await stage.stop();
  }
};

async function linkTo(stage: SharingStage, count: number): Promise<string> {
  const items = (await stage.files()).slice(0, count).map((ref) => ({ ref }));
  return (await stage.share({ items })).link;
}

/** What the page weighs until its first picture is there, and how long that takes, from the tap on the link. */
async function opening(stage: SharingStage, bench: Bench): Promise<Measurement[]> {
  const link = await linkTo(stage, FEW);
  const times: number[] = [];
  let weight = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const on = await visit();
    try {
      const scripts = scriptsOf(on.page);
      await on.page.goto(link, { waitUntil: 'commit' });
      times.push(await firstPicture(on.page));
      weight = await scripts.kilobytes();
    } finally {
      await on.close();
    }
  }
  bench.say(`first pictures: ${times.map((ms) => ms.toFixed(0)).join(' ')} ms`);
  return [
    { name: 'guest.bundle.kB-gzip', unit: 'kB', value: weight },
    { name: 'guest.first-image.ms', unit: 'ms', value: median(times) },
  ];
}

/** Waits for the first picture; ms since the link was opened. */
function firstPicture(page: Page): Promise<number> {
  return page.evaluate(
    (tile) =>
      new Promise<number>((resolve) => {
        const look = (): void => {
          const isThere = [...document.querySelectorAll<HTMLImageElement>(`${tile} img`)].some(
            ({ complete, naturalWidth }) => complete && naturalWidth > 0,
          );
          if (isThere) {
            resolve(performance.now());
          } else {
            requestAnimationFrame(look);
          }
        };
        look();
      }),
    GUEST.tile,
  );
}

async function scrolling(stage: SharingStage, bench: Bench): Promise<Measurement> {
  const on = await visit();
  try {
    await on.page.goto(await linkTo(stage, MANY));
    await firstScreen(on.page, GUEST);
    const calm = await ride(on, GUEST, LOOKING, LONG);
    bench.say(`scroll: ${rideWords(calm)}`);
    return { name: 'guest.scroll.fps.median', unit: 'fps', value: 1000 / median(calm.frames) };
  } finally {
    await on.close();
  }
}
