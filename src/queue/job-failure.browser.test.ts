import { afterEach, beforeEach, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import type { ApiGraph } from '../comfy/graph';
import { loadWords } from '../i18n/index.svelte';
import { ComfyPage } from '../jobs/fixtures/comfy-page';
import QueuePanel from './QueuePanel.svelte';

let comfy: ComfyPage;

const graph: ApiGraph = {
  size: { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 512, batch_size: 1 } },
  sampler: { class_type: 'KSampler', inputs: { seed: 1, steps: 10, latent_image: ['size', 0] } },
  save: { class_type: 'SaveImage', inputs: { images: ['sampler', 0] } },
};

beforeEach(async () => {
  await loadWords('queue');
  comfy = await ComfyPage.open([]);
});

afterEach(() => {
  comfy.close();
  location.hash = '';
});

it('shows what the failed node was given, and leads to the input that is to blame', async () => {
  const id = await comfy.jobs.submit({ graph, pngInfo: {} });
  await comfy.mount(QueuePanel);
  comfy.server.begin();
  comfy.server.fail();
  await expect.element(page.getByText(/ran out of memory/)).toBeVisible();
  const given = page.getByText('Inputs');
  await expect.element(page.getByRole('definition').first()).not.toBeInTheDocument();
  await given.click();
  await expect.element(page.getByRole('definition').filter({ hasText: /^10$/ })).toBeVisible();
  await expect.element(page.getByText('from EmptyLatentImage')).toBeVisible();
  await page.getByRole('button', { name: 'Go to KSampler' }).click();
  await expect.poll(() => location.hash).toBe(`#/workflows/open/job?id=${id}&node=size&input=width`);
});

it('leads to the input that kept an output out of a job', async () => {
  comfy.server.answer('POST /prompt', 200, {
    prompt_id: 'kept',
    number: 1,
    node_errors: {
      sampler: {
        class_type: 'KSampler',
        dependent_outputs: ['save'],
        errors: [
          {
            type: 'value_not_in_list',
            message: 'Value not in list',
            details: '',
            extra_info: { input_name: 'scheduler', received_value: 'beta57' },
          },
        ],
      },
    },
  });
  await comfy.jobs.submit({ graph, pngInfo: {} });
  await comfy.mount(QueuePanel);
  await page.getByRole('button', { name: 'Go to scheduler' }).click();
  await expect.poll(() => location.hash).toBe('#/workflows/open/job?id=kept&node=sampler&input=scheduler');
});

it('offers the same but smaller where there is a size to make smaller, and says so where there is none', async () => {
  const shrink = page.getByRole('button', { name: 'Try again, smaller' });
  const { size: _, ...rest } = graph;
  await comfy.jobs.submit({ graph: rest, pngInfo: {} });
  await comfy.mount(QueuePanel);
  comfy.server.begin();
  comfy.server.fail();
  await expect.element(page.getByText(/cannot be made smaller/)).toBeVisible();
  await expect.element(shrink).not.toBeInTheDocument();
  await comfy.jobs.submit({ graph, pngInfo: {} });
  comfy.server.begin();
  comfy.server.fail();
  await shrink.click();
  await expect.poll(() => comfy.server.pending[0]?.[2]).toMatchObject({ size: { inputs: { width: 384 } } });
});
