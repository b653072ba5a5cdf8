import { describe, expect, it } from 'vitest';
import { type ApiGraph, isLink } from '../comfy/graph';
import { type NodeInfo, parseNodeInfo } from '../comfy/object-info';
import { ownGraph, ownProblemSentence } from './own-graph';
import { fillValues, recipeInput, type Recipe, type RecipeInput, type RecipeValues } from './recipe';
import { recipeTitle } from './recipe-title';

const source = { kind: 'masked', ref: { filename: 'm.png', subfolder: '', type: 'input' } } as const;
const UPLOAD = [['a.png', 'b.png'], { image_upload: true }];

const CLASSES: [name: string, inputs: Record<string, unknown>, outputs: string[], isOutput?: true][] = [
  ['LoadImage', { image: UPLOAD }, ['IMAGE', 'MASK']],
  ['LoadImageMask', { image: UPLOAD, channel: [['alpha', 'red']] }, ['MASK']],
  ['Erase', { image: ['IMAGE'], mask: ['MASK'], note: ['STRING', { multiline: true }] }, ['IMAGE']],
  ['Restyle', { image: ['IMAGE'], style: ['IMAGE'] }, ['IMAGE']],
  ['Sample', { image: ['IMAGE'], seed: ['INT', { min: 0, max: 1000 }], denoise: ['FLOAT', {}] }, ['IMAGE']],
  ['EmptyImage', {}, ['IMAGE']],
  ['SaveImage', { images: ['IMAGE'], filename_prefix: ['STRING', {}] }, [], true],
  ['PreviewImage', { images: ['IMAGE'] }, [], true],
  ['SaveElsewhere', { pictures: ['IMAGE'] }, [], true],
];

const infos = new Map<string, NodeInfo>(
  CLASSES.flatMap(([name, required, output, output_node = false]) => {
    const info = parseNodeInfo(name, { input: { required }, output, output_node });
    return info ? [[name, info] as const] : [];
  }),
);

const load = (image = 'a.png', title?: string) => ({
  class_type: 'LoadImage',
  inputs: { image },
  ...(title && { _meta: { title } }),
});
const save = (id: string) => ({
  class_type: 'SaveImage',
  inputs: { images: [id, 0] as [string, number], filename_prefix: 'x' },
});
const erase = (mask: [string, number]) => ({
  class_type: 'Erase',
  inputs: { image: ['1', 0] as [string, number], mask, note: 'gently' },
});

function recipeOf(graph: ApiGraph): Recipe {
  const own = ownGraph({ name: 'mine', graph }, infos);
  if (!own.ok) {
    throw new Error(own.problem.kind);
  }
  return own.recipe;
}

function built(graph: ApiGraph, values: RecipeValues = {}, more: Partial<RecipeInput> = {}): ApiGraph {
  const recipe = recipeOf(graph);
  const input = recipeInput(source, { width: 640, height: 480 }, more);
  return recipe.build(input, fillValues(recipe.fields(infos), values), infos);
}

function only(graph: ApiGraph, name: string): ApiGraph[string] {
  const found = Object.values(graph).filter(({ class_type }) => class_type === name);
  expect(found).toHaveLength(1);
  return found[0] as ApiGraph[string];
}

/** The class at the other end of an input. */
function feeds(graph: ApiGraph, node: ApiGraph[string], input: string): string {
  const link = node.inputs[input];
  return isLink(link) ? `${graph[link[0]]?.class_type ?? 'nothing'}:${link[1]}` : 'no link';
}

describe('a graph of somebody’s own', () => {
  const graph: ApiGraph = { '1': load(), '2': erase(['1', 1]), '3': save('2') };

  it('works on the part, with its mask, and the result is put back through the mask', () => {
    const area = { x: 10, y: 20, width: 128, height: 96 };
    const made = built(graph, {}, { area });
    const eraser = only(made, 'Erase');
    expect(feeds(made, eraser, 'image')).toBe('ImageCrop:0');
    expect(feeds(made, eraser, 'mask')).toBe('CropMask:0');
    expect(only(made, 'ImageScale').inputs).toMatchObject({ width: 128, height: 96 });
    expect(only(made, 'ImageCompositeMasked').inputs).toMatchObject({ x: 10, y: 20 });
    expect(only(made, 'LoadImage').inputs).toEqual({ image: 'm.png [input]' });
    const links = Object.values(made).flatMap(({ inputs }) => Object.values(inputs).filter(isLink));
    expect(links.every(([id]) => id in made)).toBe(true);
  });

  it('scales picture and mask alike where another size is worked at', () => {
    const made = built(graph, {}, { working: { width: 1280, height: 960 } });
    const eraser = only(made, 'Erase');
    expect(feeds(made, eraser, 'image')).toBe('ImageScale:0');
    expect(feeds(made, eraser, 'mask')).toBe('ImageToMask:0');
    const sizes = Object.values(made)
      .filter(({ class_type }) => class_type === 'ImageScale')
      .map(({ inputs }) => inputs['width']);
    expect(sizes).toEqual([1280, 1280, 640]);
  });

  it('takes a mask that is loaded by itself for ours', () => {
    const apart = { class_type: 'LoadImageMask', inputs: { image: 'mask.png', channel: 'red' } };
    const made = built({ '1': load(), '4': apart, '2': erase(['4', 0]), '3': save('2') });
    expect(feeds(made, only(made, 'Erase'), 'mask')).toBe('LoadImage:1');
    expect(Object.values(made).some(({ class_type }) => class_type === 'LoadImageMask')).toBe(false);
  });

  it('runs without a mask of its own, and drops what the saved picture does not need', () => {
    const made = built({
      '1': load(),
      '2': { class_type: 'Sample', inputs: { image: ['1', 0], seed: 5, denoise: 0.4 } },
      '3': save('2'),
      '9': { class_type: 'PreviewImage', inputs: { images: ['1', 0] } },
    });
    expect(feeds(made, only(made, 'Sample'), 'image')).toBe('LoadImage:0');
    expect(Object.values(made).some(({ class_type }) => class_type === 'PreviewImage')).toBe(false);
  });

  it('has its prompts, strength and seed in the form', () => {
    const whole: ApiGraph = {
      ...graph,
      '4': { class_type: 'Sample', inputs: { image: ['2', 0], seed: 5, denoise: 0.4 } },
      '3': save('4'),
    };
    const fields = recipeOf(whole).fields(infos);
    expect(fields.map(({ kind, key, preset }) => [kind, key, key === 'seed' ? 0 : preset])).toEqual([
      ['text', 'text.2.note', 'gently'],
      ['number', 'denoise', 0.4],
      ['seed', 'seed', 0],
    ]);
    expect(fields.at(-1)).toMatchObject({ max: 1000 });
    const made = built(whole, { 'text.2.note': 'boldly', denoise: 0.9, seed: 77 });
    expect(only(made, 'Erase').inputs['note']).toBe('boldly');
    expect(only(made, 'Sample').inputs).toMatchObject({ denoise: 0.9, seed: 77 });
  });

  it('asks which picture is meant, guessing the one by its title; the others stay', () => {
    const two: ApiGraph = {
      '1': load('style.png', 'Style'),
      '2': load('photo.png', 'Input picture'),
      '3': { class_type: 'Restyle', inputs: { image: ['2', 0], style: ['1', 0] } },
      '4': save('3'),
    };
    const [field] = recipeOf(two).fields(infos);
    expect(field).toMatchObject({ kind: 'choice', key: 'own.picture', preset: '2' });
    const loaded = (made: ApiGraph): unknown[] =>
      Object.values(made)
        .filter(({ class_type }) => class_type === 'LoadImage')
        .map(({ inputs }) => inputs['image']);
    expect(loaded(built(two))).toEqual(['m.png [input]', 'style.png']);
    expect(loaded(built(two, { 'own.picture': '1' }))).toEqual(['m.png [input]', 'photo.png']);
  });

  it('is called what it was saved as, also by a job that is long done', () => {
    const own = ownGraph({ name: 'folder/erase', graph }, infos);
    expect(own.ok && recipeTitle(own.recipe.id)).toBe('folder∕erase');
    expect(own.ok && own.recipe.id.includes('/')).toBe(false);
  });

  it.each<[string, ApiGraph]>([
    ['empty', {}],
    ['no-picture', { '1': load() }],
    ['no-input', { '1': { class_type: 'EmptyImage', inputs: {} }, '3': save('1') }],
    [
      'missing-class',
      { '1': load(), '2': { class_type: 'Gone', inputs: { image: ['1', 0] } }, '3': save('2') },
    ],
    ['dangling-link', { '1': load(), '2': erase(['8', 0]), '3': save('2') }],
    [
      'loop',
      {
        '1': load(),
        '2': { class_type: 'Restyle', inputs: { image: ['1', 0], style: ['4', 0] } },
        '4': { class_type: 'Restyle', inputs: { image: ['2', 0], style: ['2', 0] } },
        '3': save('4'),
      },
    ],
  ])('says why not: %s', (kind, refused) => {
    const own = ownGraph({ name: 'mine', graph: refused }, infos);
    expect(own.ok ? 'made a recipe' : own.problem.kind).toBe(kind);
    expect(own.ok ? null : ownProblemSentence(own.problem).key).toMatch(/^(surgery|edits)\./);
  });

  it('survives what files may hold', () => {
    const hostile = [
      { '1': {} },
      { '1': { class_type: 'LoadImage' }, '3': save('1') },
      { '3': { class_type: 'SaveImage', inputs: { images: ['__proto__', 0] } } },
      { '3': { class_type: 7, inputs: { images: ['3', 0] } } },
    ] as unknown as ApiGraph[];
    for (const graph of hostile) {
      expect(() => ownGraph({ name: 'x', graph }, infos)).not.toThrow();
    }
  });
});
