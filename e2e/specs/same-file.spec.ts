import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { Locator, Page } from '@playwright/test';

import { expect, openStage, test } from '../support/fixtures';
import { colorGraph, queueElsewhere } from './pages';

const BLUE = 0x2040c0;
const RED = 0xc02020;

const tiles = (page: Page): Locator =>
  page.getByRole('grid', { name: 'Pictures, newest first' }).getByRole('link');

/** The colour in the middle of a tile's thumbnail. */
async function colorOf(tile: Locator): Promise<string> {
  return tile.locator('img').evaluate(async (image: HTMLImageElement) => {
    await image.decode();
    const context = new OffscreenCanvas(1, 1).getContext('2d');
    context?.drawImage(image, 0, 0, 1, 1);
    const [red = 0, , blue = 0] = context?.getImageData(0, 0, 1, 1).data ?? [];
    return red > blue ? 'red' : 'blue';
  });
}

/** Waits until so many thumbnails are in the browser: those of small pictures are made once the page is at rest. */
async function thumbnailsKept(page: Page, count: number): Promise<void> {
  const settings = page.getByRole('dialog', { name: 'Settings' });
  await expect(async () => {
    await page.keyboard.press('Control+,');
    await expect(settings).toBeVisible({ timeout: 2000 });
    const kept = settings.getByText(new RegExp(`^${count} pictures?, `));
    const isKept = await kept.waitFor({ timeout: 1000 }).then(
      () => true,
      () => false,
    );
    await page.keyboard.press('Escape');
    await expect(settings).toBeHidden();
    expect(isKept).toBe(true);
  }).toPass({ timeout: 30_000 });
}

test('a file that several jobs name is one tile, and one that was written over keeps its old picture', async ({
  page,
}) => {
  const stage = await openStage({ samples: false });
  try {
    await page.goto(stage.darkroom.url);
    await queueElsewhere(stage.engine, colorGraph(BLUE, 'same'));
    await expect(tiles(page)).toHaveCount(1);
    await expect(tiles(page).locator('img')).toBeVisible();
    await queueElsewhere(stage.engine, colorGraph(BLUE, 'same'));
    await expect(tiles(page).first()).toHaveAttribute('aria-label', /Made by 2 jobs$/);
    await expect(tiles(page)).toHaveCount(1);

    await tiles(page).first().click();
    const details = page.getByTestId('details');
    await expect(details.getByText('2 jobs')).toBeVisible();
    await page.keyboard.press('Escape');
    await thumbnailsKept(page, 1);

    await rm(join(stage.engine.directory, 'output', 'same_00001_.png'));
    await queueElsewhere(stage.engine, colorGraph(RED, 'same'));
    await expect(tiles(page)).toHaveCount(2);
    const old = tiles(page).nth(1);
    await expect(old).toHaveAttribute('aria-label', /Replaced by a newer file$/);
    await expect.poll(() => colorOf(tiles(page).first())).toBe('red');
    expect(await colorOf(old)).toBe('blue');

    await page.reload();
    await expect(tiles(page)).toHaveCount(2);
    await expect(old).toHaveAttribute('aria-label', /Replaced by a newer file$/);
    await expect.poll(() => colorOf(tiles(page).first())).toBe('red');
    expect(await colorOf(old)).toBe('blue');

    await old.click();
    const viewer = page.getByRole('dialog', { name: 'Picture viewer' });
    await expect(viewer.getByText(/same_00001_\.png has been replaced by a newer file/)).toBeVisible();
    await expect(viewer.getByRole('button', { name: 'Inpaint' })).toBeDisabled();
  } finally {
    await stage.stop();
  }
});
