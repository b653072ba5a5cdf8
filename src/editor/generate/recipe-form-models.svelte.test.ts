import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServerKnowledge } from '../../comfy/capabilities';
import { loadWords } from '../../i18n/index.svelte';
import { COMPANIONS, modelServer } from '../../workflows/families/fixtures/model-server';
import { recipes } from '../../workflows/recipes';
import { checkpointGraph } from '../../workflows/surgery/fixtures/small-graphs';
import type { PictureGraph } from './picture-setup.svelte';
import { recipeChoices } from './recipe-choices';
import { formDocuments, RecipeForm } from './recipe-form.svelte';

const stored = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => stored.set(key, value),
});

const FILES = {
  ...COMPANIONS,
  checkpoints: ['ace_step_v1_3.5b.safetensors', 'sd_xl_base_1.0.safetensors'],
  unets: [
    'flux1-dev.safetensors',
    'mystery.safetensors',
    'z_image_turbo_bf16.safetensors',
    'zit-v2.safetensors',
  ],
};

function form(files = FILES, made: PictureGraph | null = null): RecipeForm {
  const client = {
    server: new ServerKnowledge(),
    readUserdata: () => Promise.resolve(null),
    writeUserdata: () => Promise.resolve(),
    deleteUserdata: () => Promise.resolve(),
  };
  const one = new RecipeForm(formDocuments(client), { made, unread: null });
  one.setInfos(modelServer(files));
  return one;
}

beforeAll(() => loadWords('editor'));

const entryOf = (one: RecipeForm, file: string) => {
  const entry = one.offer.entries.find((other) => other.file === file);
  if (!entry) {
    throw new Error(`${file} is not offered`);
  }
  return entry;
};

describe('the models in the form', () => {
  beforeEach(() => stored.clear());

  it('starts with a checkpoint that paints pictures, else with another model', () => {
    expect(form().values['ckpt_name']).toBe('sd_xl_base_1.0.safetensors');
    const without = form({ ...FILES, checkpoints: ['ace_step_v1_3.5b.safetensors'] });
    expect(without.recipe?.id).toBe('model-flux-dev');
    // What cannot run is offered, but not first.
    const bare = form({ ...FILES, checkpoints: [], vaes: [] as never });
    expect(bare.recipe?.id).toBe('blur');
    expect(bare.ready).toBe(true);
  });

  it('chooses recipe and file at once, and has them after a reload', () => {
    const one = form();
    one.pick(entryOf(one, 'zit-v2.safetensors'));
    expect([one.recipe?.id, one.values['model'], one.values['steps']]).toEqual([
      'model-z-image-turbo',
      'zit-v2.safetensors',
      8,
    ]);
    expect(one.ready).toBe(true);
    const other = form();
    expect(other.entry).toEqual(entryOf(other, 'zit-v2.safetensors'));
  });

  it('remembers what kind of model a file is', () => {
    const one = form();
    expect(one.offer.others.map(({ file }) => file)).toContain('mystery.safetensors');
    one.tellKind('mystery.safetensors', 'z-image-turbo');
    expect([one.recipe?.id, one.values['model']]).toEqual(['model-z-image-turbo', 'mystery.safetensors']);
    const other = form();
    expect(entryOf(other, 'mystery.safetensors').recipe).toBe('model-z-image-turbo');
    other.tellKind('zit-v2.safetensors', 'no-picture');
    expect(other.offer.entries.some(({ file }) => file === 'zit-v2.safetensors')).toBe(false);
  });

  it('takes up a job of a family before the server has answered', () => {
    const client = {
      server: new ServerKnowledge(),
      readUserdata: () => Promise.resolve(null),
      writeUserdata: () => Promise.resolve(),
      deleteUserdata: () => Promise.resolve(),
    };
    const waiting = new RecipeForm(formDocuments(client));
    waiting.restore('model-z-image-turbo', { model: 'zit-v2.safetensors', prompt: 'a gate', steps: 6 });
    waiting.setInfos(modelServer(FILES));
    expect(waiting.recipe?.id).toBe('model-z-image-turbo');
    expect(waiting.values).toMatchObject({ model: 'zit-v2.safetensors', prompt: 'a gate', steps: 6 });
  });

  it('offers a model of the same family for a picture whose graph cannot be used', () => {
    const graph = checkpointGraph();
    graph['4'] = { class_type: 'UNETLoader', inputs: { unet_name: 'z_image_turbo_q4.safetensors' } };
    const one = form(FILES, { graph, output: null, files: {} });
    expect(one.setup?.ok).toBe(false);
    expect(one.instead.map(({ file }) => file)).toEqual([
      'z_image_turbo_bf16.safetensors',
      'zit-v2.safetensors',
    ]);
    // Its words come along, the numbers of another model do not.
    one.pick(entryOf(one, 'zit-v2.safetensors'));
    expect(one.values).toMatchObject({ prompt: 'a cat', steps: 8 });
    expect(one.instead.map(({ file }) => file)).toEqual(['z_image_turbo_bf16.safetensors']);
  });

  it('says which models the server is too old for', () => {
    const one = form({ ...FILES, unets: ['z_image_bf16.safetensors', 'Chroma1-HD.safetensors'] });
    const headings = { recipes: 'Recipes', unknown: 'Unknown', outdated: 'Too old' };
    const { groups } = recipeChoices(one.recipes, one.offer, headings);
    expect(groups.at(-1)).toEqual({
      label: 'Too old',
      options: [{ value: ' Chroma1-HD.safetensors', label: 'Chroma · Chroma1-HD', disabled: true }],
    });
  });

  it('lists models by family before recipes by name', () => {
    const one = form();
    const { first, groups } = recipeChoices(one.recipes, one.offer, {
      recipes: 'Recipes',
      unknown: 'Unknown',
      outdated: 'Too old',
    });
    expect(first).toEqual([]);
    expect(groups.map(({ label, options }) => [label, options.length])).toEqual([
      ['FLUX.1', 1],
      ['Z-Image', 2],
      ['Stable Diffusion', 1],
      ['Unknown', 1],
      ['Recipes', recipes.length],
    ]);
    expect(groups[0]?.options[0]).toEqual({
      value: 'model-flux-dev flux1-dev.safetensors',
      label: 'FLUX.1 dev · 20 steps',
    });
  });
});
