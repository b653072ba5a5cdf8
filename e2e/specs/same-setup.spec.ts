import type { FileRef } from '../../src/comfy/file-ref';
import type { DemoEngine } from '../../src/demo/index';
import { expect, openStage, test } from '../support/fixtures';
import { SAMPLES } from '../../src/demo/samples/specs';
import {
  expectOnlyMaskChanged,
  expectReady,
  maskedShare,
  openInEditor,
  paintStroke,
  queueElsewhere,
} from './pages';

/** Text to image with a checkpoint, as another program queues it. */
function textToImage(prompt: string): object {
  const text = (words: string): object => ({
    class_type: 'CLIPTextEncode',
    inputs: { text: words, clip: ['4', 1] },
  });
  return {
    '3': {
      class_type: 'KSampler',
      inputs: {
        seed: 7,
        steps: 6,
        cfg: 4.5,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 1,
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
      },
    },
    '4': {
      class_type: 'CheckpointLoaderSimple',
      inputs: { ckpt_name: 'darkroom-demo-classical.safetensors' },
    },
    '5': { class_type: 'EmptyLatentImage', inputs: { width: 320, height: 240, batch_size: 1 } },
    '6': text(prompt),
    '7': text('fog'),
    '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
    '9': { class_type: 'SaveImage', inputs: { images: ['8', 0], filename_prefix: 'same-setup' } },
  };
}

/** Queues a graph as another program would, and waits for its picture. */
async function make(engine: DemoEngine, graph: object): Promise<FileRef> {
  const id = await queueElsewhere(engine, graph);
  const images = async (): Promise<FileRef[]> => {
    const history = (await (await fetch(`${engine.url}/history/${id}`)).json()) as Record<
      string,
      { outputs: Record<string, { images?: FileRef[] }> } | undefined
    >;
    return Object.values(history[id]?.outputs ?? {}).flatMap((output) => output.images ?? []);
  };
  await expect.poll(async () => (await images()).length, { timeout: 40_000 }).toBe(1);
  return (await images())[0] as FileRef;
}

test('what made a picture repairs it: only the mask changes', async ({ page, engine }) => {
  const made = await make(engine, textToImage('a harbour at dawn'));
  await openInEditor(page, made);

  const field = (name: string) => page.getByLabel(name, { exact: true });
  await expect(field('Recipe')).toHaveValue('same-setup');
  await expect(field('Prompt')).toHaveValue('a harbour at dawn');
  await expect(field('Negative prompt')).toHaveValue('fog');
  await expect(field('Steps')).toHaveValue('6');
  await field('Prompt').fill('a lighthouse');
  await paintStroke(page);
  await maskedShare(page);
  await page.getByRole('button', { name: /^Generate/ }).click();
  await expect(page.getByRole('button', { name: 'Result 1', exact: true })).toBeVisible({ timeout: 40_000 });

  const job = await expectOnlyMaskChanged(engine, made);
  expect(job.darkroom).toMatchObject({ recipe: 'same-setup', values: { prompt: 'a lighthouse', steps: 6 } });

  // What was changed of it is there after a reload; another picture of the same kind starts from its own graph.
  await page.reload();
  await expect(field('Prompt')).toHaveValue('a lighthouse');
  await openInEditor(page, job.outputs[0] as FileRef);
  await expect(field('Recipe')).toHaveValue('same-setup');
  await expect(field('Prompt')).toHaveValue('a lighthouse');
  const second = await make(engine, textToImage('a market'));
  await openInEditor(page, second);
  await expect(field('Prompt')).toHaveValue('a market');
  await page.getByRole('button', { name: 'Same as last time' }).click();
  await expect(field('Prompt')).toHaveValue('a lighthouse');
});

test('a picture that nothing sampled says which part is missing', async ({ page, engine }) => {
  const made = await make(engine, {
    '1': { class_type: 'EmptyImage', inputs: { width: 320, height: 240, batch_size: 1, color: 0x336699 } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'flat' } },
  });
  await openInEditor(page, made);
  await expect(page.getByText(/Nothing samples on the way to “SaveImage”/)).toBeVisible();
  await expect(page.getByLabel('Recipe', { exact: true })).not.toHaveValue('same-setup');
});

for (const { prompt, madeBy, model, steps } of SAMPLES.filter((sample) => sample.madeBy)) {
  test(`a picture made by ${madeBy} with its models loaded apart is repaired with them`, async ({ page }) => {
    // An engine of its own: what other tests made would push the samples out of sight.
    const stage = await openStage();
    try {
      await page.goto(stage.darkroom.url);
      const [words = ''] = prompt.split(',');
      await page
        .getByRole('link', { name: new RegExp(words) })
        .first()
        .click();
      const viewer = page.getByRole('dialog', { name: 'Picture viewer' });
      await viewer.getByRole('button', { name: 'Inpaint' }).click();
      await expectReady(page);
      const query = new URLSearchParams(new URL(page.url()).hash.split('?')[1]);
      const original: FileRef = {
        filename: query.get('filename') ?? '',
        subfolder: query.get('subfolder') ?? '',
        type: 'output',
      };

      const field = (name: string) => page.getByLabel(name, { exact: true });
      await expect(field('Recipe')).toHaveValue('same-setup');
      await expect(field('Prompt')).toHaveValue(prompt);
      await expect(field('Steps')).toHaveValue(String(steps));
      await paintStroke(page);
      await maskedShare(page);
      await page.getByRole('button', { name: /^Generate/ }).click();

      const job = await expectOnlyMaskChanged(stage.engine, original);
      const nodes = Object.values(job.graph);
      expect(nodes.map(({ class_type }) => class_type)).toContain(madeBy);
      expect(nodes.map(({ inputs }) => inputs['unet_name'])).toContain(model);
      await expect(page.getByRole('button', { name: 'Result 1', exact: true })).toBeVisible();
    } finally {
      await stage.stop();
    }
  });
}
