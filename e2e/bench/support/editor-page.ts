import { chromium } from 'playwright';
import sharp from 'sharp';

import type { EditorProbe } from '../../../src/editor/session/test-hook';
import { loopbackArgs } from '../../support/browser-args';
import { findWholeBrowser } from '../../support/find-browser';
import { openStage } from '../../support/stage';
import { type DrivenPage, allowTsx, drive } from './driven-page';

declare global {
  interface Window {
    __darkroomEditor?: EditorProbe;
    /** Lengths of tasks over 50 ms since they were last taken, ms. */
    __longTasks?: number[];
  }
}

/** The editor in a browser of its own, driven through the browser's input pipeline. */
export interface EditorPage extends DrivenPage {
  /**
   * Opens a picture of this many px a side, one like a photograph unless given; returns ms from bytes in hand to
   * the first frame.
   */
  open: (side: number, file?: Buffer) => Promise<number>;
  /** A picture on the server, and a mask of its size with all 256 levels; base64. */
  ramp: { filename: string; side: number; mask: string; blob: string };
  /** The page goes to another room: the same page without an editor. */
  leave: () => Promise<void>;
  /** An empty page in the same browser, to measure other ways beside this one; the editor's waits meanwhile. */
  beside: () => Promise<DrivenPage>;
  stop: () => Promise<void>;
}

/** A photograph-like picture: soft shapes with grain, so that it neither compresses nor decodes for nothing. */
export async function picture(side: number): Promise<Buffer> {
  const grain = Buffer.alloc(256 * 256 * 3);
  let state = 1;
  for (let i = 0; i < grain.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    grain[i] = 96 + ((state >>> 24) & 63);
  }
  const base = await sharp(grain, { raw: { width: 256, height: 256, channels: 3 } })
    .resize(side, side, { kernel: 'cubic' })
    .jpeg({ quality: 90 })
    .toBuffer();
  return base;
}

export async function openEditorPage(): Promise<EditorPage> {
  const stage = await openStage({ samples: false });
  const { executablePath, args } = findWholeBrowser();
  const browser = await chromium.launch({ executablePath, args: [...args, ...loopbackArgs()] });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await allowTsx(page);
  await page.addInitScript(() => {
    window.__longTasks = [];
    new PerformanceObserver((list) => {
      window.__longTasks?.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: 'longtask' });
  });
  const start = await picture(256);
  const form = new FormData();
  form.append('image', new Blob([new Uint8Array(start)]), 'start.jpg');
  await fetch(`${stage.engine.url}/upload/image`, { method: 'POST', body: form });
  const alpha = Buffer.alloc(256 * 256 * 4);
  for (let i = 0; i < 256 * 256; i++) {
    alpha[i * 4 + 3] = (i * 7 + (i >> 8)) & 255;
  }
  const mask = await sharp(alpha, { raw: { width: 256, height: 256, channels: 4 } })
    .png()
    .toBuffer();
  await page.goto(`${stage.darkroom.url}/?darkroom-test#/edit?filename=start.jpg&type=input`);
  await page.waitForFunction(() => window.__darkroomEditor?.status === 'ready');
  const driven = await drive(page);
  return {
    ...driven,
    leave: async () => {
      await page.evaluate(() => {
        location.hash = '#/queue';
      });
      await page.waitForFunction(() => document.querySelector('[role=application]') === null);
    },
    beside: async () => {
      const other = await browser.newPage({ viewport: page.viewportSize() });
      await allowTsx(other);
      await other.goto('about:blank');
      return drive(other);
    },
    open: async (side, file) => {
      const bytes = (file ?? (await picture(side))).toString('base64');
      return page.evaluate(
        async ([data, size]) => {
          const blob = new Blob([Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))]);
          const session = window.__darkroomEditor;
          const start = performance.now();
          const ref = { filename: `bench-${size}.jpg`, subfolder: '', type: 'input' as const };
          await session?.open({ ref, source: blob, width: size, height: size });
          await new Promise((resolve) => requestAnimationFrame(resolve));
          return performance.now() - start;
        },
        [bytes, side] as const,
      );
    },
    ramp: {
      filename: 'start.jpg',
      side: 256,
      mask: mask.toString('base64'),
      blob: start.toString('base64'),
    },
    stop: async () => {
      await browser.close();
      await stage.stop();
    },
  };
}
