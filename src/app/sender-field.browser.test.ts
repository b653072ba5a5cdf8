import { afterEach, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { loadWords } from '../i18n/index.svelte';
import { ComfyPage } from '../jobs/fixtures/comfy-page';
import type { ApiGraph } from '../comfy/graph';
import SenderField from './SenderField.svelte';

let comfy: ComfyPage;

afterEach(() => comfy.close());

it('names this browser in the jobs it queues, and not in their pictures', async () => {
  localStorage.clear();
  await loadWords('dialogs');
  comfy = await ComfyPage.open([]);
  await comfy.mount(SenderField);
  await page.getByRole('textbox', { name: 'Name of this browser' }).fill('Lena');
  await userEvent.keyboard('{Tab}');
  const graph: ApiGraph = { save: { class_type: 'SaveImage', inputs: {} } };
  await comfy.jobs.submit({ graph, pngInfo: {} });
  const extra = comfy.server.pending[0]?.[3];
  expect(extra?.['darkroom']).toMatchObject({ name: 'Lena' });
  expect(extra).not.toHaveProperty('extra_pnginfo');
});
