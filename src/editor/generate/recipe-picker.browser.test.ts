import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page, userEvent } from 'vitest/browser';
import { ServerKnowledge } from '../../comfy/capabilities';
import { loadWords } from '../../i18n/index.svelte';
import { COMPANIONS, type ModelFiles, modelServer } from '../../workflows/families/fixtures/model-server';
import { writeLoras } from '../../workflows/lora-stack';
import { savedGraphs } from '../../workflows/saved-graphs.svelte';
import { formDocuments, RecipeForm } from './recipe-form.svelte';
import type { ComfyContext } from '../../jobs/context';
import PickerHost from './fixtures/PickerHost.svelte';
import LoraSteps from './LoraSteps.svelte';

beforeAll(() => loadWords('editor'));
beforeEach(() => localStorage.clear());

/** @param later the files when the lists are read again. */
async function show(files: ModelFiles, later = files): Promise<RecipeForm> {
  const client = {
    server: new ServerKnowledge(),
    readUserdata: () => Promise.resolve(null),
    writeUserdata: () => Promise.resolve(),
    deleteUserdata: () => Promise.resolve(),
  };
  const form = new RecipeForm(formDocuments(client));
  form.setInfos(modelServer({ ...COMPANIONS, ...files }));
  const objectInfo = () => Promise.resolve(modelServer({ ...COMPANIONS, ...later }));
  const comfy = { client: { objectInfo } } as unknown as ComfyContext;
  await render(PickerHost, { comfy, form, replace: vi.fn() });
  return form;
}

const picker = page.getByRole('combobox', { name: 'Recipe' });

it('chooses a model by its line, and says what is good to know of it', async () => {
  const form = await show({ unets: ['flux1-fill-dev.safetensors', 'z_image_turbo_bf16.safetensors'] });
  await picker.selectOptions('Z-Image Turbo · 8 steps');
  expect(form.values['model']).toBe('z_image_turbo_bf16.safetensors');
  await expect.element(page.getByText(/a strength of 0.5 already repaints a lot/)).toBeVisible();
  await expect.element(page.getByRole('searchbox')).not.toBeInTheDocument();
});

it('names what a model lacks, until it is there', async () => {
  const unets = ['z_image_turbo_bf16.safetensors'];
  const form = await show({ unets, texts: ['t5xxl_fp16.safetensors'] }, { unets });
  await picker.selectOptions('Z-Image Turbo · 8 steps');
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent('Z-Image Turbo needs a text encoder such as qwen_3_4b.safetensors.');
  expect(form.ready).toBe(false);
  // Put there meanwhile.
  await page.getByRole('button', { name: 'Look for new models' }).click();
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  expect(form.ready).toBe(true);
});

it('asks for the kind of a model that was not recognised, and puts a wrong guess right', async () => {
  const form = await show({ unets: ['mystery.safetensors', 'flux1-dev.safetensors'] });
  await picker.selectOptions('mystery');
  await page.getByRole('combobox', { name: 'Kind of model' }).selectOptions('Z-Image');
  expect([form.recipe?.id, form.values['model']]).toEqual(['model-z-image', 'mystery.safetensors']);
  await expect.element(picker).toHaveValue('model-z-image mystery.safetensors');
  await page.getByText('Another kind of model?').click();
  await page.getByRole('combobox', { name: 'Kind of model' }).selectOptions('FLUX.1 Fill');
  expect(form.recipe?.id).toBe('model-flux-fill');
});

it('finds one of many models from the keyboard', async () => {
  const unets = Array.from({ length: 14 }, (_, index) => `flux1-dev-merge-${index}.safetensors`);
  const form = await show({ unets: [...unets, 'z_image_turbo_bf16.safetensors'] });
  await page.getByRole('searchbox', { name: 'Find a model or recipe' }).fill('turbo z-image');
  await expect.element(page.getByRole('status')).toHaveTextContent('1 found');
  await userEvent.keyboard('{Enter}');
  expect(form.values['model']).toBe('z_image_turbo_bf16.safetensors');
  await expect.element(picker).toHaveValue('model-z-image-turbo z_image_turbo_bf16.safetensors');
});

it('offers the steps that a LoRA is made for', async () => {
  const loras = ['Qwen-Image-Lightning-8steps-V1.0.safetensors', 'ink.safetensors'];
  const form = await show({ unets: ['qwen_image_fp8_e4m3fn.safetensors'], loras });
  form.choose('model-qwen-image');
  form.set('loras', writeLoras([{ name: 'ink.safetensors', strength: 1 }]));
  await render(LoraSteps, { form, field: 'loras' });
  const use = page.getByRole('button', { name: 'Use them, and CFG 1' });
  await expect.element(use).not.toBeInTheDocument();
  form.set('loras', writeLoras(loras.map((name) => ({ name, strength: 1 }))));
  await expect.element(page.getByText('Made for 8 steps.')).toBeVisible();
  await use.click();
  expect([form.values['steps'], form.values['cfg']]).toEqual([8, 1]);
  await expect.element(use).not.toBeInTheDocument();
});

it('says of saved forms that it cannot offer why not', async () => {
  savedGraphs.set([
    { name: 'Landscapes', graph: { '1': { class_type: 'EmptyImage', inputs: {} } } },
    { name: 'Old pack', graph: { '1': { class_type: 'SaveImage', inputs: { images: ['9', 0] } } } },
  ]);
  try {
    await show({});
    await page.getByText('2 saved forms cannot repair a part').click();
    await expect.element(page.getByText('Landscapes')).toBeVisible();
    await expect
      .element(page.getByText('Nothing in the graph saves a picture. Add a Save Image node to it.'))
      .toBeVisible();
    await expect.element(page.getByText('Old pack')).toBeVisible();
  } finally {
    savedGraphs.set([]);
  }
});
