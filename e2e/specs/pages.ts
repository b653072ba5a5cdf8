import { expect, type Locator, type Page } from '@playwright/test';
import { PNG } from 'pngjs';
import type { FileRef } from '../../src/comfy/file-ref';
import type { DemoEngine } from '../../src/demo/index';

/** Painting surface of the editor. */
export function stageOf(page: Page): Locator {
  return page.getByRole('application');
}

/** Waits until the picture can be painted on. */
export async function expectReady(page: Page): Promise<void> {
  await expect(stageOf(page)).toBeVisible();
  await expect(page.locator('[aria-busy="true"]:has([role="application"])')).toHaveCount(0);
  await expect(page.getByText(/^Opening /)).toHaveCount(0);
}

/** One stroke across the middle of the stage with a real pointer, as a share of its width. */
export async function paintStroke(page: Page, from = 0.4, to = 0.6, height = 0.5): Promise<void> {
  const box = await stageOf(page).boundingBox();
  if (!box) {
    throw new Error('the stage has no box');
  }
  const y = box.y + box.height * height;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  for (let step = 1; step <= 12; step++) {
    const x = box.x + box.width * (from + ((to - from) * step) / 12);
    await page.mouse.move(x, y + Math.sin(step) * 8);
  }
  await page.mouse.up();
}

/** Opens a file of the server in the editor. */
export async function openInEditor(page: Page, ref: FileRef): Promise<void> {
  await page.goto(`/#/edit?${new URLSearchParams({ ...ref }).toString()}`);
  await expectReady(page);
}

/** Chooses the recipe without a model: it is quick and exact. */
export async function chooseBlur(page: Page): Promise<void> {
  await page.getByLabel('Recipe', { exact: true }).selectOption('blur');
}

/** Chooses the recipe with a checkpoint; the choice is kept on the engine, so each test makes its own. */
export async function chooseInpaint(page: Page, prompt = ''): Promise<void> {
  await page.getByLabel('Recipe', { exact: true }).selectOption('inpaint-checkpoint');
  await page.getByLabel('Prompt', { exact: true }).fill(prompt);
}

/** Waits until the share of masked pixels is counted; returns its words. */
export async function maskedShare(page: Page): Promise<string> {
  const share = page.getByText(/^[\d.]+ % masked$/);
  await expect(share).toBeVisible();
  return (await share.textContent())?.trim() ?? '';
}

/** A picture with a pattern that shows any shift, as PNG bytes. */
export function patternPng(width: number, height: number): Buffer {
  const png = new PNG({ width, height });
  for (let at = 0; at < width * height; at++) {
    const x = at % width;
    const y = Math.floor(at / width);
    png.data.set([(x * 5) % 256, (y * 3) % 256, (x ^ y) % 256, 255], at * 4);
  }
  return PNG.sync.write(png, { colorType: 2 });
}

/** Puts a picture into the engine's input folder. */
export async function upload(engine: DemoEngine, bytes: Buffer, name: string): Promise<FileRef> {
  const form = new FormData();
  form.set('image', new Blob([new Uint8Array(bytes)]), name);
  const response = await fetch(`${engine.url}/upload/image`, { method: 'POST', body: form });
  const stored = (await response.json()) as { name: string; subfolder: string };
  return { filename: stored.name, subfolder: stored.subfolder, type: 'input' };
}

/** A file of the engine, decoded. */
export async function download(engine: DemoEngine, ref: FileRef): Promise<PNG> {
  const query = new URLSearchParams({ ...ref });
  const response = await fetch(`${engine.url}/view?${query.toString()}`);
  return PNG.sync.read(Buffer.from(await response.arrayBuffer()));
}

/** Queues a graph straight at the engine, as another program would. */
export async function queueElsewhere(
  engine: DemoEngine,
  prompt: object,
  extra: object = {},
): Promise<string> {
  const response = await fetch(`${engine.url}/prompt`, {
    method: 'POST',
    body: JSON.stringify({ prompt, client_id: 'another-program', ...extra }),
  });
  return ((await response.json()) as { prompt_id: string }).prompt_id;
}

/** A graph without a model that saves one picture. */
export function colorGraph(color: number, prefix = 'elsewhere'): object {
  return {
    '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 1, color } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: prefix } },
  };
}
