import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../comfy/graph';
import { type NodeInfo, parseNodeInfo } from '../comfy/object-info';
import { fillValues, isFilled, missingNodes, recipeInput } from './recipe';
import { type RecipeData, recipeDataSchema, recipeFromData } from './recipe-data';
import { RecipeRegistry, registry } from './recipe-registry.svelte';
import { recipeTitle } from './recipe-title';
import { recipes } from './recipes';
import { inWords } from './wording';

/** A recipe as somebody would write it, with every kind of field. */
const OUTSIDE = {
  id: 'enhance',
  title: { text: 'Enhance' },
  about: { text: 'Sharpens the part.' },
  fields: [
    { kind: 'text', key: 'note', label: { text: 'Note' }, preset: 'x' },
    { kind: 'boolean', key: 'fast', label: { text: 'Fast' }, preset: true },
    { kind: 'picture', key: 'style', label: { text: 'Style' } },
    { kind: 'choice', key: 'model', label: { text: 'Model' }, from: ['Loader', 'name'], wanted: ['b'] },
    {
      kind: 'choice',
      key: 'mode',
      label: { text: 'Mode' },
      options: [{ value: 'soft', label: { text: 'Soft' } }],
    },
    {
      kind: 'number',
      key: 'steps',
      label: { text: 'Steps' },
      from: ['Loader', 'steps'],
      min: 1,
      max: 50,
      step: 1,
      preset: 8,
    },
    { kind: 'seed', key: 'seed', label: { text: 'Seed' } },
  ],
  nodes: {
    style: { class: 'LoadImage', inputs: { image: { field: 'style' } } },
    loader: { class: 'Loader', inputs: { name: { field: 'model' }, steps: { field: 'steps' } } },
    boosted: { class: 'Boost', optional: true, inputs: { model: { output: 'loader:1' } } },
    made: {
      class: 'Enhance',
      inputs: {
        model: { output: ['boosted', 'loader:1'] },
        image: { area: 'pixels' },
        mask: { area: 'mask' },
        style: { output: 'style' },
        fast: { field: 'fast' },
        seed: { field: 'seed' },
        strength: 0.5,
      },
    },
  },
  result: 'made',
  prefix: 'Darkroom/enhance',
};

const data = v.parse(recipeDataSchema, OUTSIDE);
const recipe = recipeFromData(data);

function infos(...extra: string[]): Map<string, NodeInfo> {
  const inputs = { Loader: { name: [['a', 'b']], steps: ['INT', { min: 2, max: 9, step: 1 }] } };
  const all = [...recipe.needs, ...extra].flatMap(
    (name) => parseNodeInfo(name, { input: { required: name === 'Loader' ? inputs.Loader : {} } }) ?? [],
  );
  return new Map(all.map((info) => [info.name, info]));
}

function build(...extra: string[]): ApiGraph {
  const server = infos(...extra);
  const source = { kind: 'masked', ref: { filename: 'm.png', subfolder: '', type: 'input' } } as const;
  const values = fillValues(recipe.fields(server), { style: 's.png [input]', seed: 2n ** 64n - 1n });
  return recipe.build(recipeInput(source, { width: 64, height: 64 }), values, server);
}

const node = (graph: ApiGraph, name: string): ApiGraph[string] | undefined =>
  Object.values(graph).find(({ class_type }) => class_type === name);

describe('a recipe given as data', () => {
  it('has a form with lists and limits of the server', () => {
    const fields = recipe.fields(infos());
    expect(fields.map(({ kind }) => kind)).toEqual([
      'text',
      'boolean',
      'picture',
      'choice',
      'choice',
      'number',
      'seed',
    ]);
    expect(fields[3]).toMatchObject({
      preset: 'b',
      options: [{ value: 'a' }, { value: 'b', label: { text: 'b' } }],
    });
    expect(fields[5]).toMatchObject({ min: 2, max: 9, preset: 8 });
    expect(fields[6]).toMatchObject({ max: 2n ** 64n - 1n });
  });

  it('cannot run before its picture is chosen', () => {
    const fields = recipe.fields(infos());
    expect(isFilled(fields, fillValues(fields, {}))).toBe(false);
    expect(isFilled(fields, fillValues(fields, { style: 's.png [input]' }))).toBe(true);
    expect(fillValues(fields, { fast: 'yes', style: 4 })).toMatchObject({ fast: true, style: '' });
  });

  it('builds its nodes between cutting out and pasting back', () => {
    const graph = build();
    expect(node(graph, 'Enhance')?.inputs).toMatchObject({ fast: true, seed: 2n ** 64n - 1n, strength: 0.5 });
    expect(node(graph, 'Loader')?.inputs).toEqual({ name: 'b', steps: 8 });
    expect(Object.values(graph).some(({ inputs }) => inputs['image'] === 's.png [input]')).toBe(true);
    expect(node(graph, 'ImageCompositeMasked')).toBeDefined();
    expect(node(graph, 'SaveImage')?.inputs).toMatchObject({ filename_prefix: 'Darkroom/enhance' });
  });

  it('uses an optional node where the server has it, and does without it elsewhere', () => {
    expect(missingNodes(recipe, infos())).toEqual([]);
    const without = build();
    expect(node(without, 'Boost')).toBeUndefined();
    const loader = Object.entries(without).find(([, { class_type }]) => class_type === 'Loader')?.[0];
    expect(node(without, 'Enhance')?.inputs['model']).toEqual([loader, 1]);
    const boosted = build('Boost');
    const boost = Object.entries(boosted).find(([, { class_type }]) => class_type === 'Boost')?.[0];
    expect(node(boosted, 'Enhance')?.inputs['model']).toEqual([boost, 0]);
  });

  it.each<[string, (wrong: RecipeData) => RecipeData]>([
    ['an output that does not exist', (one) => ({ ...one, result: 'nowhere' })],
    ['a field that does not exist', (one) => ({ ...one, fields: [] })],
    ['a circle', (one) => ({ ...one, nodes: { made: { class: 'A', inputs: { x: { output: 'made' } } } } })],
  ])('is refused with %s', (_what, wrong) => {
    expect(() => recipeFromData(wrong(data))).toThrow(RangeError);
  });

  it.each([
    [{ ...OUTSIDE, title: 'recipes.blur.title' }],
    [{ ...OUTSIDE, prefix: '../../etc/x' }],
    [{ ...OUTSIDE, nodes: { made: { class: 'A', inputs: { x: { y: 1 } } } } }],
    [null],
  ])('is refused in another form (%#)', (json) => {
    expect(v.is(recipeDataSchema, json)).toBe(false);
  });
});

describe('the registry of recipes', () => {
  it('begins with the recipes that come with Darkroom', () => {
    expect(registry.all).toEqual(recipes);
  });

  it('offers more until they are taken back, and names them', () => {
    const remove = registry.add(recipe);
    expect(registry.find('enhance')).toBe(recipe);
    expect(recipeTitle('enhance')).toBe('Enhance');
    remove();
    expect(registry.all).toEqual(recipes);
    expect(recipeTitle('enhance')).toBeNull();
  });

  it('does not take two of one id', () => {
    const own = new RecipeRegistry();
    own.add(recipe);
    expect(() => own.add(recipe)).toThrow(RangeError);
  });
});

it('words come from the catalogue or stand for themselves', () => {
  expect(inWords('recipes.blur.title')).toBe('Blur or pixelate');
  expect(inWords({ text: 'recipes.blur.title' })).toBe('recipes.blur.title');
});
