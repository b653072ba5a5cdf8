import type { Page } from '@playwright/test';
import { PNG } from 'pngjs';
import { expect } from '../support/fixtures';
import { expectReady, openWithSession, patternPng, shownAt, type Spot, upload } from './pages';

type Engine = Parameters<typeof upload>[0];

export const WIDTH = 480;
export const HEIGHT = 360;
export const LEFT: Spot = { x: 120, y: 180 };
export const RIGHT: Spot = { x: 360, y: 180 };
export const DARK = [60, 60, 60];
export const LIGHT = [200, 200, 200];

/** A picture in two flat halves, or in one colour. */
export function flatPng(width: number, height: number, left: number[], right = left): Buffer {
  const png = new PNG({ width, height });
  for (let at = 0; at < width * height; at++) {
    png.data.set([...(at % width < width / 2 ? left : right), 255], at * 4);
  }
  return PNG.sync.write(png);
}

/** Opens a picture that is dark on the left and light on the right. */
export function openHalves(page: Page, engine: Engine, title: string) {
  return openBytes(page, engine, title, flatPng(WIDTH, HEIGHT, DARK, LIGHT));
}

/** Opens a picture in which every place has a colour of its own. */
export function openPattern(page: Page, engine: Engine, title: string) {
  return openBytes(page, engine, title, patternPng(WIDTH, HEIGHT));
}

async function openBytes(page: Page, engine: Engine, title: string, bytes: Buffer) {
  const ref = await upload(engine, bytes, `${title.replaceAll(/\W+/g, '-')}.png`);
  await openWithSession(page, ref);
  return ref;
}

/** Waits until a place of the picture has a colour, give or take what rounding costs. */
export async function expectColor(page: Page, spot: Spot, color: readonly number[], off = 3): Promise<void> {
  await expect
    .poll(async () => {
      const shown = await shownAt(page, spot);
      return shown.every((value, i) => Math.abs(value - (color[i] ?? 0)) <= off) ? 'as wanted' : shown;
    })
    .toBe('as wanted');
}

/** Strokes are stored in the background. */
export async function reload(page: Page): Promise<void> {
  await page.waitForTimeout(1500);
  await page.reload();
  await expectReady(page);
}
