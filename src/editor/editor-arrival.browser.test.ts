import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { loadWords } from '../i18n/index.svelte';
import { ComfyPage, pastJobs } from '../jobs/fixtures/comfy-page';
import EditorPage from './fixtures/EditorPage.svelte';

const past = pastJobs(1);
const file = past[0]?.file ?? '';
let comfy: ComfyPage;

beforeAll(() => loadWords('editor'));
beforeEach(async () => {
  comfy = await ComfyPage.open(past);
  const arrived = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
  location.hash = `#/edit?filename=${file}&type=output`;
  await arrived;
});
afterEach(() => {
  comfy.close();
  location.hash = '';
});

it('asks for its picture before anything of the room is drawn, and once', async () => {
  const drawn: boolean[] = [];
  const view = comfy.client.view.bind(comfy.client);
  vi.spyOn(comfy.client, 'view').mockImplementation((...args) => {
    drawn.push(document.querySelector('h1') !== null);
    return view(...args);
  });
  await comfy.mount(EditorPage);
  await expect.element(page.getByRole('application')).toBeVisible();
  await expect.poll(() => page.getByRole('status').elements().length).toBeGreaterThan(0);
  expect(drawn).toEqual([false]);
});
