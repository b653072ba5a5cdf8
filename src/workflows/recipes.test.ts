import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileRef } from '../comfy/file-ref';
import { type ApiGraph, isLink } from '../comfy/graph';
import { type NodeInfo, parseNodeInfo } from '../comfy/object-info';
import { blur } from './blur';
import { inpaintCheckpoint } from './inpaint-checkpoint';
import {
  fillValues,
  missingNodes,
  recipeInput,
  type Recipe,
  type RecipeInput,
  type RecipeValues,
} from './recipe';
import { recipes } from './recipes';
import { randomSeed } from './seed';

const masked: FileRef = { filename: 'm.png', subfolder: 'clipspace', type: 'input' };
const MAX_SEED = 18446744073709551615n;

function server(...extra: string[]): Map<string, NodeInfo> {
  const names = new Set([...recipes.flatMap(({ needs }) => needs), ...extra]);
  const infos = [...names].flatMap(
    (name) => parseNodeInfo(name, { input: { required: inputsOf(name) } }) ?? [],
  );
  return new Map(infos.map((info) => [info.name, info]));
}

function inputsOf(name: string): Record<string, unknown> {
  switch (name) {
    case 'CheckpointLoaderSimple':
      return { ckpt_name: [['a.safetensors', 'sub\\b.safetensors']] };
    case 'KSampler':
      return {
        seed: ['INT', { default: 0, min: 0, max: MAX_SEED }],
        steps: ['INT', { default: 20, min: 1, max: 10000 }],
        cfg: ['FLOAT', { default: 8, min: 0, max: 100, step: 0.1 }],
        sampler_name: [['euler', 'dpmpp_2m']],
        scheduler: ['COMBO', { options: ['normal', 'karras'] }],
        denoise: ['FLOAT', { default: 1, min: 0, max: 1, step: 0.01 }],
      };
    default:
      return {};
  }
}

function graphOf(
  recipe: Recipe,
  input: Partial<RecipeInput> = {},
  values: RecipeValues = {},
  infos = server(),
): ApiGraph {
  const filled = fillValues(recipe.fields(infos), values);
  return recipe.build(
    { ...recipeInput({ kind: 'masked', ref: masked }, { width: 64, height: 48 }), ...input },
    filled,
    infos,
  );
}

function only(graph: ApiGraph, className: string): ApiGraph[string] {
  const found = Object.values(graph).filter(({ class_type }) => class_type === className);
  expect(found).toHaveLength(1);
  return found[0] as ApiGraph[string];
}

describe.each(recipes.map((recipe) => [recipe.id, recipe] as const))('the recipe %s', (_id, recipe) => {
  it('links only to nodes of its own graph, whatever the size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16384 }), fc.integer({ min: 1, max: 16384 }), (width, height) => {
        const graph = graphOf(recipe, { width, height });
        for (const { inputs } of Object.values(graph)) {
          for (const input of Object.values(inputs).filter(isLink)) {
            expect(graph).toHaveProperty([input[0]]);
          }
        }
      }),
    );
  });

  it('uses no class it does not ask for, but for optional ones the server has', () => {
    for (const infos of [server(), server('DifferentialDiffusion')]) {
      for (const { class_type } of Object.values(graphOf(recipe, { width: 65 }, {}, infos))) {
        expect(infos.has(class_type)).toBe(true);
      }
    }
  });

  it('pastes the result over the untouched original through the mask', () => {
    const graph = graphOf(recipe, { width: 65, height: 47 });
    const composite = only(graph, 'ImageCompositeMasked');
    const [loader] = Object.entries(graph).find(([, { class_type }]) => class_type === 'LoadImage') ?? [''];
    expect(composite.inputs['destination']).toEqual([loader, 0]);
    expect(composite.inputs['mask']).toEqual([loader, 1]);
    expect(only(graph, 'LoadImage').inputs['image']).toBe('clipspace/m.png [input]');
  });

  it('says which classes a server lacks', () => {
    const infos = server();
    expect(missingNodes(recipe, infos)).toEqual([]);
    infos.delete('SaveImage');
    expect(missingNodes(recipe, infos)).toEqual(['SaveImage']);
  });
});

describe('inpainting with a checkpoint', () => {
  it('keeps seeds exact and model names byte for byte', () => {
    const graph = graphOf(inpaintCheckpoint, {}, { seed: MAX_SEED, ckpt_name: 'sub\\b.safetensors' });
    expect(only(graph, 'KSampler').inputs['seed']).toBe(MAX_SEED);
    expect(only(graph, 'CheckpointLoaderSimple').inputs['ckpt_name']).toBe('sub\\b.safetensors');
  });

  it('scales to a multiple of 8 and back when the picture has another size', () => {
    const graph = graphOf(inpaintCheckpoint, { width: 1001, height: 777 });
    const sizes = Object.values(graph)
      .filter(({ class_type }) => class_type === 'ImageScale')
      .map(({ inputs }) => [inputs['width'], inputs['height']]);
    expect(sizes).toEqual([
      [1008, 784],
      [1001, 777],
    ]);
  });

  it('leaves a fitting picture unscaled', () => {
    const graph = graphOf(inpaintCheckpoint, { width: 1024, height: 768 });
    expect(Object.values(graph).some(({ class_type }) => class_type === 'ImageScale')).toBe(false);
  });

  it('uses the mask as a strength map where the server can', () => {
    const graph = graphOf(inpaintCheckpoint, {}, {}, server('DifferentialDiffusion'));
    const model = only(graph, 'KSampler').inputs['model'];
    expect(graph[(model as [string, number])[0]]?.class_type).toBe('DifferentialDiffusion');
  });

  it('takes its limits from the server', () => {
    const fields = inpaintCheckpoint.fields(server());
    expect(fields.find(({ key }) => key === 'seed')).toMatchObject({ max: MAX_SEED });
    expect(fields.find(({ key }) => key === 'scheduler')).toMatchObject({ preset: 'karras' });
  });
});

describe('blurring', () => {
  it('makes one pixel of a mosaic cell and enlarges it without smoothing', () => {
    const graph = graphOf(blur, { width: 640, height: 480 }, { style: 'pixelate', size: 32 });
    const scales = Object.values(graph).filter(({ class_type }) => class_type === 'ImageScale');
    expect(scales.map(({ inputs }) => [inputs['upscale_method'], inputs['width'], inputs['height']])).toEqual(
      [
        ['area', 20, 15],
        ['nearest-exact', 640, 480],
      ],
    );
    expect(Object.values(graph).some(({ class_type }) => class_type === 'ImageBlur')).toBe(false);
  });

  it('never asks for a radius the padding cannot serve', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4096 }), fc.integer({ min: 2, max: 256 }), (side, size) => {
        const graph = graphOf(blur, { width: side, height: side * 2 }, { style: 'blur', size });
        const radius = Number(only(graph, 'ImageBlur').inputs['blur_radius']);
        const small = Number(only({ a: graph['2'] as ApiGraph[string] }, 'ImageScale').inputs['width']);
        expect(radius).toBeGreaterThanOrEqual(1);
        expect(radius === 1 || radius < small).toBe(true);
      }),
    );
  });
});

describe('kept values', () => {
  const fields = inpaintCheckpoint.fields(server());

  it('fall back to the preset when the server no longer offers them', () => {
    const values = fillValues(fields, { ckpt_name: 'gone.safetensors', steps: 9999, prompt: 'a hand' });
    expect(values).toMatchObject({ ckpt_name: 'a.safetensors', steps: 20, prompt: 'a hand' });
  });

  it('never hold a seed beyond the limit', () => {
    expect(fillValues(fields, { seed: MAX_SEED })['seed']).toBe(MAX_SEED);
    expect(fillValues(fields, { seed: MAX_SEED + 1n })['seed']).not.toBe(MAX_SEED + 1n);
    expect(fillValues(fields, { seed: -1 })['seed']).not.toBe(-1);
  });
});

it('draws seeds every front end can repeat', () => {
  const seeds = Array.from({ length: 200 }, randomSeed);
  expect(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0)).toBe(true);
  expect(new Set(seeds).size).toBe(200);
  expect(Math.max(...seeds)).toBeGreaterThan(2 ** 50);
});
