import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileRef } from '../comfy/file-ref';
import { type ApiGraph, isLink } from '../comfy/graph';
import { type NodeInfo, parseNodeInfo } from '../comfy/object-info';
import { blur } from './blur';
import { clipArea, ownWorkingSize } from './inpaint-area';
import { inpaintCheckpoint } from './inpaint-checkpoint';
import { canvasSize } from './outpaint';
import {
  fillValues,
  missingNodes,
  recipeInput,
  type Recipe,
  type RecipeInput,
  type RecipeSource,
  type RecipeValues,
} from './recipe';
import { recipes } from './recipes';
import { randomSeed } from '../comfy/graph-seeds';

const masked: FileRef = { filename: 'm.png', subfolder: 'clipspace', type: 'input' };
const MAX_SEED = 18446744073709551615n;

function server(...extra: string[]): Map<string, NodeInfo> {
  const names = new Set([...recipes.flatMap(({ needs }) => needs), 'InpaintModelConditioning', ...extra]);
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

function all(graph: ApiGraph, className: string): ApiGraph[string][] {
  return Object.values(graph).filter(({ class_type }) => class_type === className);
}

function only(graph: ApiGraph, className: string): ApiGraph[string] {
  const found = Object.values(graph).filter(({ class_type }) => class_type === className);
  expect(found).toHaveLength(1);
  return found[0] as ApiGraph[string];
}

const side = fc.integer({ min: 1, max: 4096 });
const edge = fc.record({
  grow: fc.integer({ min: -64, max: 64 }),
  feather: fc.integer({ min: 0, max: 200 }),
});
const px = fc.nat(600);
const extension = fc.record({ left: px, top: px, right: px, bottom: px, overlap: fc.nat(300) });
const anyInput: fc.Arbitrary<RecipeInput> = fc.record({
  source: fc.constantFrom<RecipeSource>(
    { kind: 'masked', ref: masked },
    { kind: 'apart', image: masked, mask: masked },
    { kind: 'masked', ref: masked, alpha: masked },
  ),
  width: side,
  height: side,
  area: fc.option(fc.record({ x: fc.nat(4095), y: fc.nat(4095), width: side, height: side })),
  working: fc.option(fc.constant({ width: 512, height: 768 })),
  denoiseMask: edge,
  compositeMask: edge,
  extend: fc.option(extension),
});

interface Measured {
  width: number;
  height: number;
  /** Of ImageBlur; −1 for other nodes. */
  radius: number;
}

/** The size of every picture and mask in a graph of model-free nodes, followed from the loader on. */
function sizesOf(graph: ApiGraph, input: RecipeInput): Measured[] {
  const canvas = canvasSize(input, input.extend);
  const cut = clipArea(input.area ?? { x: 0, y: 0, ...canvas }, canvas);
  const known = new Map<string, Measured>();
  const measure = (id: string): Measured => {
    const found = known.get(id) ?? fresh(id);
    known.set(id, found);
    return found;
  };
  const fresh = (id: string): Measured => {
    const { class_type, inputs } = graph[id] as ApiGraph[string];
    const from = Object.values(inputs).find(isLink);
    const number = (key: string): number => Number(inputs[key]);
    switch (class_type) {
      case 'LoadImage':
      case 'LoadImageMask':
        return { width: input.width, height: input.height, radius: -1 };
      case 'ImageScale':
      case 'SolidMask':
      case 'EmptyImage':
      case 'ImageCrop':
      case 'CropMask':
        return { width: number('width'), height: number('height'), radius: -1 };
      case 'ImagePadForOutpaint': {
        const { width, height } = measure(from?.[0] ?? '');
        return {
          width: width + number('left') + number('right'),
          height: height + number('top') + number('bottom'),
          radius: -1,
        };
      }
      case 'ImageBlur':
        return { ...measure(from?.[0] ?? ''), radius: number('blur_radius') };
      case 'ImageSharpen':
        return { ...measure(from?.[0] ?? ''), radius: number('sharpen_radius') };
      case 'ResizeAndPadImage':
        return { width: number('target_width'), height: number('target_height'), radius: -1 };
      case 'VAEDecode':
        return { ...(input.working ?? ownWorkingSize(cut)), radius: -1 };
      default:
        return from ? { ...measure(from[0]), radius: -1 } : { width: 1, height: 1, radius: -1 };
    }
  };
  return Object.keys(graph).map(measure);
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

  it('links only to nodes of its own graph, whatever it is asked for', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const graph = graphOf(recipe, input);
        for (const { inputs } of Object.values(graph)) {
          for (const [id] of Object.values(inputs).filter(isLink)) {
            expect(graph).toHaveProperty([id]);
          }
        }
      }),
    );
  });

  it('asks no node for what it refuses', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const sizes = sizesOf(graphOf(recipe, input), input);
        for (const { width, height, radius } of sizes) {
          expect(Math.min(width, height)).toBeGreaterThanOrEqual(1);
          expect(Math.max(width, height)).toBeLessThanOrEqual(16384 * 2);
          expect(radius).toBeLessThan(Math.min(width, height));
        }
      }),
    );
  });

  it('says which classes a server lacks', () => {
    const infos = server();
    expect(missingNodes(recipe, infos)).toEqual([]);
    infos.delete('SaveImage');
    expect(missingNodes(recipe, infos)).toEqual(['SaveImage']);
  });
});

/** What one picture becomes under its mask; the others bring in a second picture, or only change the alpha. */
const REPAIRS = recipes.filter(({ id }) => id !== 'paste' && id !== 'cut-out');

describe.each(REPAIRS.map((recipe) => [recipe.id, recipe] as const))('the repair %s', (_id, recipe) => {
  it('pastes the result over the untouched original through the mask', () => {
    const graph = graphOf(recipe, { width: 65, height: 47 });
    const composite = only(graph, 'ImageCompositeMasked');
    const [loader] = Object.entries(graph).find(([, { class_type }]) => class_type === 'LoadImage') ?? [''];
    expect(composite.inputs['destination']).toEqual([loader, 0]);
    expect(composite.inputs['mask']).toEqual([loader, 1]);
    expect(only(graph, 'LoadImage').inputs['image']).toBe('clipspace/m.png [input]');
  });

  it('loads the pristine original and the mask alone in the fast lane', () => {
    const original: FileRef = { filename: 'cat.png', subfolder: '', type: 'output' };
    const graph = graphOf(recipe, { source: { kind: 'apart', image: original, mask: masked } });
    expect(only(graph, 'LoadImage').inputs).toEqual({ image: 'cat.png [output]' });
    expect(only(graph, 'LoadImageMask').inputs).toEqual({
      image: 'clipspace/m.png [input]',
      channel: 'alpha',
    });
  });

  it('gives the result the transparency of the original, and an opaque one none', () => {
    const alpha: FileRef = { filename: 'sprite.png', subfolder: '', type: 'output' };
    const graph = graphOf(recipe, { source: { kind: 'masked', ref: masked, alpha } });
    const [saved] = only(graph, 'SaveImage').inputs['images'] as [string, number];
    expect(graph[saved]?.class_type).toBe('JoinImageWithAlpha');
    expect(only(graph, 'LoadImageMask').inputs).toEqual({ image: 'sprite.png [output]', channel: 'alpha' });
    const opaque = Object.values(graphOf(recipe)).map(({ class_type }) => class_type);
    expect(opaque).not.toContain('JoinImageWithAlpha');
    expect(opaque).not.toContain('LoadImageMask');
  });

  it('pastes the part back where it was cut out', () => {
    const graph = graphOf(recipe, {
      width: 900,
      height: 700,
      area: { x: 13, y: 27, width: 328, height: 400 },
    });
    expect(only(graph, 'ImageCrop').inputs).toMatchObject({ x: 13, y: 27, width: 328, height: 400 });
    expect(only(graph, 'CropMask').inputs).toMatchObject({ x: 13, y: 27, width: 328, height: 400 });
    expect(only(graph, 'ImageCompositeMasked').inputs).toMatchObject({ x: 13, y: 27, resize_source: false });
  });

  it('goes on from a graph that repainted another part, and saves one picture', () => {
    const size = { width: 2000, height: 1500 };
    const here = { x: 0, y: 0, width: 512, height: 512 };
    const there = { x: 1488, y: 988, width: 512, height: 512 };
    for (const alpha of [undefined, masked]) {
      const source: RecipeSource = { kind: 'masked', ref: masked, ...(alpha && { alpha }) };
      const after = graphOf(recipe, { ...size, source, area: here });
      const graph = graphOf(recipe, { ...size, source, area: there, after });
      const links = Object.values(graph).flatMap(({ inputs }) => Object.values(inputs).filter(isLink));
      expect(links.every(([id]) => id in graph)).toBe(true);
      expect(all(graph, 'SaveImage')).toHaveLength(1);
      expect(all(graph, 'JoinImageWithAlpha')).toHaveLength(alpha ? 1 : 0);
      const [first, second] = all(graph, 'ImageCompositeMasked');
      expect([first?.inputs['x'], second?.inputs['x']]).toEqual([0, 1488]);
      // The second lies over the first, which lies over the original.
      const [below] = second?.inputs['destination'] as [string, number];
      expect(graph[below]).toBe(first);
      const [original] = first?.inputs['destination'] as [string, number];
      expect(graph[original]?.class_type).toBe('LoadImage');
    }
    expect(() => graphOf(recipe, { ...size, after: {} })).toThrow(RangeError);
  });

  it('keeps an area of another picture on the canvas', () => {
    const area = { x: 600, y: 600, width: 512, height: 512 };
    const graph = graphOf(recipe, { width: 640, height: 480, area });
    expect(only(graph, 'ImageCrop').inputs).toMatchObject({ x: 600, y: 479, width: 40, height: 1 });
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

  it('samples at the size that was asked for and scales back to the area', () => {
    const graph = graphOf(inpaintCheckpoint, {
      width: 4000,
      height: 3000,
      area: { x: 100, y: 200, width: 512, height: 512 },
      working: { width: 1024, height: 1024 },
    });
    const sizes = all(graph, 'ImageScale').map(({ inputs }) => [inputs['width'], inputs['height']]);
    expect(sizes).toEqual([
      [1024, 1024],
      [512, 512],
    ]);
  });

  it('samples under one mask and pastes through another', () => {
    const graph = graphOf(inpaintCheckpoint, {
      denoiseMask: { grow: 20, feather: 0 },
      compositeMask: { grow: 0, feather: 4 },
    });
    const reach = (id: unknown, out: string[] = []): string[] => {
      const node = graph[(id as [string, number])[0]] as ApiGraph[string];
      out.push(node.class_type);
      Object.values(node.inputs)
        .filter(isLink)
        .forEach((link) => reach(link, out));
      return out;
    };
    expect(reach(only(graph, 'InpaintModelConditioning').inputs['mask'])).toEqual([
      'GrowMask',
      'GrowMask',
      'LoadImage',
    ]);
    expect(reach(only(graph, 'ImageCompositeMasked').inputs['mask'])).toEqual([
      'ImageToMask',
      'ImageBlur',
      'MaskToImage',
      'LoadImage',
    ]);
  });

  it('does without InpaintModelConditioning where the server has none', () => {
    const infos = server();
    infos.delete('InpaintModelConditioning');
    const graph = graphOf(inpaintCheckpoint, {}, {}, infos);
    const latent = only(graph, 'KSampler').inputs['latent_image'] as [string, number];
    expect(graph[latent[0]]?.class_type).toBe('SetLatentNoiseMask');
    expect(missingNodes(inpaintCheckpoint, infos)).toEqual([]);
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
        const [scaled] = all(graph, 'ImageScale');
        const small = scaled ? Number(scaled.inputs['width']) : side;
        const [softened] = all(graph, 'ImageBlur');
        expect(softened === undefined).toBe(small === 1);
        if (softened) {
          const radius = Number(softened.inputs['blur_radius']);
          expect(radius).toBeGreaterThanOrEqual(1);
          expect(radius).toBeLessThan(small);
        }
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
