import { expect, type Locator, type Page } from '@playwright/test';
import { PNG } from 'pngjs';
import type { FileRef } from '../../src/comfy/file-ref';
import type { DemoEngine } from '../../src/demo/index';

/** The editor's painting surface. */
export function stageOf(page: Page): Locator {
  return page.getByRole('application');
}

/** Waits until the picture can be painted on. */
export async function expectReady(page: Page): Promise<void> {
  await expect(stageOf(page)).toBeVisible();
  await expect(page.locator('[aria-busy="true"]:has([role="application"])')).toHaveCount(0);
  await expect(page.getByText(/^Opening /)).toHaveCount(0);
}

/** Paints one stroke across the middle of the stage with a real pointer, as a share of its width. */
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

/** Chooses the recipe with a checkpoint; the engine keeps the choice, so each test makes its own. */
export async function chooseInpaint(page: Page, prompt = ''): Promise<void> {
  await page.getByLabel('Recipe', { exact: true }).selectOption('inpaint-checkpoint');
  await page.getByLabel('Prompt', { exact: true }).fill(prompt);
}

/** Waits until the share of masked pixels is counted; returns it in words. */
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

/** Puts a picture into the engine's input folder, or another. */
export async function upload(
  engine: DemoEngine,
  bytes: Buffer,
  name: string,
  type: FileRef['type'] = 'input',
): Promise<FileRef> {
  const form = new FormData();
  form.set('type', type);
  form.set('image', new Blob([new Uint8Array(bytes)]), name);
  const response = await fetch(`${engine.url}/upload/image`, { method: 'POST', body: form });
  const stored = (await response.json()) as { name: string; subfolder: string };
  return { filename: stored.name, subfolder: stored.subfolder, type };
}

/** A file of the engine, decoded. */
export async function download(engine: DemoEngine, ref: FileRef): Promise<PNG> {
  const query = new URLSearchParams({ ...ref });
  const response = await fetch(`${engine.url}/view?${query.toString()}`);
  return PNG.sync.read(Buffer.from(await response.arrayBuffer()));
}

/** Queues a graph directly at the engine, as another program would. */
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

/**
 * Opens a file of the server in the editor, on a page whose session tests can reach.
 * @param origin address of a Darkroom other than the worker's.
 */
export async function openWithSession(page: Page, ref: FileRef, origin = ''): Promise<void> {
  await page.goto(`${origin}/?darkroom-test#/edit?${new URLSearchParams({ ...ref }).toString()}`);
  await expectReady(page);
}

/** A point of the picture (image px) or of the page (client px). */
export interface Spot {
  x: number;
  y: number;
}

/** Where a point of the picture is on the page. */
export async function onPage(page: Page, spot: Spot): Promise<Spot> {
  const at = await page.evaluate((image) => window.__darkroomEditor?.camera.clientPoint(image) ?? null, spot);
  if (!at) {
    throw new Error('the editor cannot be reached');
  }
  return at;
}

/** The colour on screen at a point of the picture: red, green and blue, 0 to 255. Needs the pointer elsewhere. */
export async function colorAt(page: Page, spot: Spot): Promise<[number, number, number]> {
  const at = await onPage(page, spot);
  const shot = PNG.sync.read(
    await page.screenshot({ clip: { x: Math.round(at.x), y: Math.round(at.y), width: 1, height: 1 } }),
  );
  return [shot.data[0] ?? 0, shot.data[1] ?? 0, shot.data[2] ?? 0];
}

/** The same; moves the mouse away, since a brush's own rings lie over what is looked at. */
export async function shownAt(page: Page, spot: Spot): Promise<[number, number, number]> {
  await page.mouse.move(5, 5);
  return colorAt(page, spot);
}

/** Drags the mouse through points of the picture. */
export async function dragThrough(page: Page, spots: readonly Spot[]): Promise<void> {
  for (const [i, spot] of spots.entries()) {
    const at = await onPage(page, spot);
    await page.mouse.move(at.x, at.y, { steps: i === 0 ? 1 : 6 });
    if (i === 0) {
      await page.mouse.down();
    }
  }
  await page.mouse.up();
}

/** The size of the picture in the editor, px. */
export function pictureSize(page: Page): Promise<[number, number]> {
  return page.evaluate(() => {
    const picture = window.__darkroomEditor?.picture;
    return [picture?.width ?? 0, picture?.height ?? 0] as [number, number];
  });
}

/** Box around what is masked: left, top, right, bottom (exclusive), image px; null for nothing. */
export function maskBox(page: Page): Promise<[number, number, number, number] | null> {
  return page.evaluate(() => {
    const box = window.__darkroomEditor?.maskBounds() ?? null;
    return box && ([box.x0, box.y0, box.x1, box.y1] as [number, number, number, number]);
  });
}

/** The mask at one pixel: 0 keep, 255 repaint. */
export function maskAt(page: Page, { x, y }: Spot): Promise<number> {
  return page.evaluate(
    ([x0, y0]) => window.__darkroomEditor?.readMask({ x0, y0, x1: x0 + 1, y1: y0 + 1 })[0] ?? -1,
    [Math.floor(x), Math.floor(y)] as const,
  );
}

/** A job the engine knows. */
export interface KnownJob {
  graph: Record<string, { class_type: string; inputs: Record<string, unknown> }>;
  darkroom: Record<string, unknown>;
  /** Pictures it saved. */
  outputs: FileRef[];
}

/** A job as `/history` and `/queue` list it: number, id, graph, extra data. */
type ListedPrompt = [number, string, object, { extra_pnginfo?: { darkroom?: Record<string, unknown> } }];

/** Jobs the engine has finished, oldest first. */
export async function finishedJobs(engine: DemoEngine): Promise<KnownJob[]> {
  const response = await fetch(`${engine.url}/history`);
  const history = (await response.json()) as Record<
    string,
    { prompt: ListedPrompt; outputs: Record<string, { images?: FileRef[] }> }
  >;
  return Object.values(history)
    .toSorted((a, b) => a.prompt[0] - b.prompt[0])
    .map(({ prompt, outputs }) => ({
      ...knownJob(prompt),
      outputs: Object.values(outputs).flatMap((output) => output.images ?? []),
    }));
}

/** Waiting jobs, the next one first. */
export async function waitingJobs(engine: DemoEngine): Promise<(KnownJob & { id: string })[]> {
  const response = await fetch(`${engine.url}/queue`);
  const { queue_pending: waiting } = (await response.json()) as { queue_pending: ListedPrompt[] };
  return waiting
    .toSorted((a, b) => a[0] - b[0])
    .map((prompt) => ({ ...knownJob(prompt), id: prompt[1], outputs: [] }));
}

function knownJob([, , graph, extra]: ListedPrompt): Omit<KnownJob, 'outputs'> {
  return { graph: graph as KnownJob['graph'], darkroom: extra.extra_pnginfo?.darkroom ?? {} };
}

/** The value of an input of the only node of a kind in a job. */
export function inputOf(job: KnownJob | undefined, kind: string, input: string): unknown {
  const nodes = Object.values(job?.graph ?? {}).filter(({ class_type }) => class_type === kind);
  if (nodes.length !== 1) {
    throw new Error(`${nodes.length} nodes of the kind ${kind}`);
  }
  return nodes[0]?.inputs[input];
}

/**
 * Taps until it works. A tap that falls into the fling after a slide only stops the fling; Chromium makes no
 * click of it.
 * @param worked rejects until it has.
 */
export async function tapUntil(button: Locator, worked: () => Promise<void>): Promise<void> {
  await expect(async () => {
    await button.tap({ timeout: 2000 });
    await worked();
  }).toPass({ intervals: [500], timeout: 20_000 });
}

/** Waits for the result of the editor's job on a picture, and checks that no pixel outside its mask changed. */
export async function expectOnlyMaskChanged(engine: DemoEngine, original: FileRef): Promise<KnownJob> {
  const find = async (): Promise<KnownJob | undefined> =>
    (await finishedJobs(engine)).find(
      ({ darkroom }) => (darkroom['parent'] as FileRef | undefined)?.filename === original.filename,
    );
  await expect.poll(async () => (await find())?.outputs.length, { timeout: 60_000 }).toBe(1);
  const job = (await find()) as KnownJob;
  const [before, after, mask] = await Promise.all([
    download(engine, original),
    download(engine, job.outputs[0] as FileRef),
    download(engine, job.darkroom['mask'] as FileRef),
  ]);
  expect([after.width, after.height]).toEqual([before.width, before.height]);
  const changed = { inside: 0, outside: 0 };
  for (let at = 0; at < before.data.length; at += 4) {
    if (before.data.subarray(at, at + 3).compare(after.data.subarray(at, at + 3)) !== 0) {
      changed[mask.data[at + 3] === 255 ? 'outside' : 'inside']++;
    }
  }
  expect(changed.outside).toBe(0);
  expect(changed.inside).toBeGreaterThan(50);
  return job;
}
