import { afterEach, beforeEach, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { loadWords } from '../i18n/index.svelte';
import { ComfyPage } from '../jobs/fixtures/comfy-page';
import { graph } from '../jobs/fixtures/fake-comfy';
import type { ApiGraph } from '../comfy/graph';
import QueueStrip from './QueueStrip.svelte';

let comfy: ComfyPage;
const strip = page.getByRole('link');

beforeEach(async () => {
  await page.viewport(390, 844);
  await loadWords('queue');
  comfy = await ComfyPage.open([]);
  await comfy.mount(QueueStrip);
});

afterEach(async () => {
  comfy.close();
  location.hash = '';
  await page.viewport(1280, 800);
});

const submit = (): Promise<string> =>
  comfy.jobs.submit({ graph: graph() as ApiGraph, pngInfo: {} }, { again: true });

it('is there while something waits or runs, with how far it is, and leads to the queue', async () => {
  await expect.element(strip).not.toBeInTheDocument();
  await submit();
  await submit();
  await expect.element(strip.getByText('2 waiting')).toBeVisible();
  comfy.server.begin();
  comfy.server.tell('progress', { value: 5, max: 10, node: 'sampler' });
  await expect.element(strip.getByText(/5 of 10 · 1 waiting/)).toBeVisible();
  await expect.element(strip.getByRole('progressbar')).toBeVisible();
  await expect.element(strip).toHaveAttribute('href', '#/queue');
  await strip.click();
  await expect.element(strip).not.toBeInTheDocument();
  location.hash = '#/gallery';
  await expect.element(strip).toBeVisible();
  comfy.server.finish('a.png');
  comfy.server.begin();
  comfy.server.finish('b.png');
  await expect.element(strip).not.toBeInTheDocument();
});

it('stays while jobs are on hold', async () => {
  const id = await submit();
  const steering = await comfy.jobs.steering();
  await comfy.jobs.refresh();
  await steering.hold([id]);
  await expect.element(strip.getByText('1 on hold')).toBeVisible();
});
