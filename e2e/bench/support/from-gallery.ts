import { type BrowserContext, chromium, type Page } from 'playwright';
import sharp from 'sharp';

import { loopbackArgs } from '../../support/browser-args';
import { findWholeBrowser } from '../../support/find-browser';
import { openStage, type Stage } from '../../support/stage';
import { picture } from './editor-page';

/** What a person waits for on the way from the gallery to a job, ms. */
export interface Waits {
  /** From the press of "Inpaint" in the viewer to the frame that shows the picture ready to be painted on. */
  open: number;
  /** From the press of "Generate" to the request that queues the job, the pointer having been there a while. */
  generate: number;
}

const SIDE = 1024;
/** A hand reaches the button and presses it: the mask is on its way meanwhile. ms */
const REACH = 1500;

/** The whole way, each time in a new profile of the browser, as at a first visit. */
export async function measureWaits(rounds: number): Promise<Waits[]> {
  const stage = await openStage({ samples: false });
  const { executablePath, args } = findWholeBrowser();
  const browser = await chromium.launch({ executablePath, args: [...args, ...loopbackArgs()] });
  try {
    await makePicture(stage);
    const waits: Waits[] = [];
    for (let round = 0; round < rounds; round++) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      waits.push(await goThrough(context, stage));
      await context.close();
    }
    return waits;
  } finally {
    await browser.close();
    await stage.stop();
  }
}

/** One output of the server: a photograph-like PNG. */
async function makePicture({ engine }: Stage): Promise<void> {
  const png = await sharp(await picture(SIDE))
    .png()
    .toBuffer();
  const form = new FormData();
  form.append('image', new Blob([new Uint8Array(png)]), 'photo.png');
  await fetch(`${engine.url}/upload/image`, { method: 'POST', body: form });
  const prompt = {
    '1': { class_type: 'LoadImage', inputs: { image: 'photo.png' } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'bench' } },
  };
  await fetch(`${engine.url}/prompt`, { method: 'POST', body: JSON.stringify({ prompt }) });
  for (;;) {
    const history = (await (await fetch(`${engine.url}/history`)).json()) as object;
    if (Object.keys(history).length > 0) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function goThrough(context: BrowserContext, { darkroom }: Stage): Promise<Waits> {
  const page = await context.newPage();
  await page.addInitScript('globalThis.__name = (value) => value;');
  await page.goto(`${darkroom.url}/?darkroom-test#/gallery`);
  await page.locator('main a img').first().waitFor();
  await page.locator('main a').first().click();
  const inpaint = page.getByRole('dialog').getByRole('button', { name: 'Inpaint', exact: true });
  await inpaint.waitFor();
  await page.waitForTimeout(REACH);
  const opening = untilReady(page);
  await inpaint.click();
  const open = await opening;
  await page.getByLabel('Recipe', { exact: true }).selectOption('blur');
  await page.waitForTimeout(500);
  const box = await page.getByRole('application').boundingBox();
  const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
  await page.mouse.move(x - 60, y);
  await page.mouse.down();
  await page.mouse.move(x + 60, y, { steps: 10 });
  await page.mouse.up();
  const button = page.getByRole('button', { name: /^Generate/ });
  await button.hover();
  await page.waitForTimeout(REACH);
  const sending = untilSent(page);
  await button.click();
  return { open, generate: await sending };
}

/** Resolves with ms from the next press of a pointer's button to the frame that shows an opened picture. */
function untilReady(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const pressed = await new Promise<number>((resolve) => {
      addEventListener('click', ({ timeStamp }) => resolve(timeStamp), { capture: true, once: true });
    });
    while (window.__darkroomEditor?.status !== 'ready') {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    await new Promise((resolve) => requestAnimationFrame(resolve));
    return performance.now() - pressed;
  });
}

/** Resolves with ms from the next press of a pointer's button to the `POST /prompt` of the page. */
function untilSent(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let pressed = 0;
        addEventListener('click', ({ timeStamp }) => (pressed = timeStamp), { capture: true, once: true });
        const send = window.fetch.bind(window);
        window.fetch = (...args) => {
          const [input, init] = args;
          const url = input instanceof Request ? input.url : String(input);
          if (init?.method === 'POST' && new URL(url, location.href).pathname.endsWith('/prompt')) {
            window.fetch = send;
            resolve(performance.now() - pressed);
          }
          return send(...args);
        };
      }),
  );
}
