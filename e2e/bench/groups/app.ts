import { gzipSync } from 'node:zlib';

import { chromium, type Response } from 'playwright';

import { ensureBuilt } from '../../../src/server/build-app';
import { loopbackArgs } from '../../support/browser-args';
import { findWholeBrowser } from '../../support/find-browser';
import { openStage, type Stage } from '../../support/stage';
import type { Bench, Measure, Measurement } from '../measurement';

/** A prompt without a model whose result gives the gallery its picture. */
const PICTURE = {
  '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 1, color: 0x336699 } },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'bench' } },
};

export const measure: Measure = async (bench) => {
  await ensureBuilt((line) => {
    bench.say(line);
  });
  const stage = await openStage({ samples: false });
  try {
    await makePicture(stage);
    return [await measureInitialScripts(stage, bench)];
  } finally {
    await stage.stop();
  }
};

async function makePicture({ engine }: Stage): Promise<void> {
  await fetch(`${engine.url}/prompt`, { method: 'POST', body: JSON.stringify({ prompt: PICTURE }) });
  for (;;) {
    const history = (await (await fetch(`${engine.url}/history`)).json()) as object;
    if (Object.keys(history).length > 0) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** All JavaScript a first visit asks for before the gallery shows a picture, each file gzipped; kB = 1000 bytes. */
async function measureInitialScripts({ darkroom }: Stage, bench: Bench): Promise<Measurement> {
  const { executablePath, args } = findWholeBrowser();
  const browser = await chromium.launch({ executablePath, args: [...args, ...loopbackArgs()] });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const scripts: Response[] = [];
    page.on('response', (response) => {
      if (/\.m?js$/.test(new URL(response.url()).pathname)) {
        scripts.push(response);
      }
    });
    await page.addInitScript(noteFirstPicture);
    await page.goto(`${darkroom.url}/#/gallery`);
    // Noted in the page itself: what loads right afterwards is often here before word of the picture is.
    const shown = await page.evaluate(() => (globalThis as FirstPicture).firstPicture);
    const initial = scripts.filter((script) => script.request().timing().startTime < shown);
    let bytes = 0;
    for (const script of initial) {
      const size = gzipSync(await script.body(), { level: 9 }).length;
      bytes += size;
      bench.say(`${(size / 1000).toFixed(1).padStart(6)} kB  ${new URL(script.url()).pathname}`);
    }
    return { name: 'app.bundle.initial.kB-gzip', value: bytes / 1000, unit: 'kB' };
  } finally {
    await browser.close();
  }
}

/** When the first picture of the gallery was loaded, ms since 1970. */
type FirstPicture = typeof globalThis & { firstPicture: Promise<number> };

/** Runs in the page. */
function noteFirstPicture(): void {
  (globalThis as FirstPicture).firstPicture = new Promise((resolve) => {
    // The window hears of no load but its own.
    document.addEventListener(
      'load',
      ({ target }) => {
        if (target instanceof HTMLImageElement && target.closest('main a')) {
          resolve(performance.timeOrigin + performance.now());
        }
      },
      true,
    );
  });
}
