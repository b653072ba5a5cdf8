import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page, userEvent } from 'vitest/browser';
import { ServerKnowledge } from '../../comfy/capabilities';
import { loadWords } from '../../i18n/index.svelte';
import { UserDocument } from '../../jobs/user-document';
import { COMPANIONS, type ModelFiles, modelServer } from '../../workflows/families/fixtures/model-server';
import { recipeDocument, RecipeForm } from './recipe-form.svelte';
import RecipePicker from './RecipePicker.svelte';

beforeAll(() => loadWords('editor'));
beforeEach(() => localStorage.clear());

async function show(files: ModelFiles): Promise<RecipeForm> {
  const client = {
    server: new ServerKnowledge(),
    readUserdata: () => Promise.resolve(null),
    writeUserdata: () => Promise.resolve(),
    deleteUserdata: () => Promise.resolve(),
  };
  const form = new RecipeForm(new UserDocument(client, recipeDocument));
  form.setInfos(modelServer({ ...COMPANIONS, ...files }));
  await render(RecipePicker, { form, setup: { replace: vi.fn() } });
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

it('names what a model lacks', async () => {
  await show({ unets: ['z_image_turbo_bf16.safetensors'], texts: ['t5xxl_fp16.safetensors'] });
  await picker.selectOptions('Z-Image Turbo · 8 steps');
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent('Z-Image Turbo needs a text encoder such as qwen_3_4b.safetensors.');
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
