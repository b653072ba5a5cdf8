import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../comfy/graph';
import { type NodeInfo, parseNodeInfo } from '../comfy/object-info';
import { inpaintCheckpoint } from './inpaint-checkpoint';
import { fillValues, isFilled, recipeInput, type RecipeValues } from './recipe';
import { removeObject } from './remove-object';

const source = { kind: 'masked', ref: { filename: 'm.png', subfolder: '', type: 'input' } } as const;
const AREA = { x: 16, y: 8, width: 203, height: 157 };

/** Node classes as their packs declare them. */
const PACKS: Record<string, Record<string, unknown>> = {
  INPAINT_LoadInpaintModel: {
    model_name: [['big-lama.pt', 'fooocus_inpaint_head.pth', 'inpaint_v26.fooocus.patch']],
  },
  INPAINT_InpaintWithModel: {
    inpaint_model: ['INPAINT_MODEL'],
    image: ['IMAGE'],
    mask: ['MASK'],
    seed: ['INT', { default: 0, min: 0, max: 18446744073709551615n }],
  },
  LamaRemover: {
    images: ['IMAGE'],
    masks: ['MASK'],
    mask_threshold: ['INT', { default: 250, min: 0, max: 255 }],
    gaussblur_radius: ['INT', { default: 8, min: 0, max: 20 }],
    invert_mask: ['BOOLEAN', { default: false }],
  },
};

function server(checkpoints: string[], ...packs: string[]): Map<string, NodeInfo> {
  const known: Record<string, Record<string, unknown>> = {
    ...Object.fromEntries(inpaintCheckpoint.needs.map((name) => [name, {}])),
    ...Object.fromEntries(packs.map((name) => [name, PACKS[name] ?? {}])),
    ...(checkpoints.length > 0 && { CheckpointLoaderSimple: { ckpt_name: [checkpoints] } }),
    KSampler: {
      denoise: ['FLOAT', { default: 1, min: 0, max: 1 }],
      seed: ['INT', { min: 0, max: 18446744073709551615n }],
    },
    ThresholdMask: {},
  };
  const infos = Object.entries(known).flatMap(
    ([name, required]) => parseNodeInfo(name, { input: { required } }) ?? [],
  );
  return new Map(infos.map((info) => [info.name, info]));
}

function choicesOf(infos: Map<string, NodeInfo>): string[] {
  const [field] = removeObject.fields(infos);
  return field?.kind === 'choice' ? field.options.map(({ value }) => value) : [];
}

function graphOf(infos: Map<string, NodeInfo>, values: RecipeValues = {}): ApiGraph {
  const filled = fillValues(removeObject.fields(infos), values);
  const input = recipeInput(
    source,
    { width: 640, height: 480 },
    { area: AREA, compositeMask: { grow: 6, feather: 3 } },
  );
  return removeObject.build(input, filled, infos);
}

function only(graph: ApiGraph, name: string): ApiGraph[string] {
  const found = Object.values(graph).filter(({ class_type }) => class_type === name);
  expect(found).toHaveLength(1);
  return found[0] as ApiGraph[string];
}

describe('removing an object', () => {
  it('offers what was made for it first, then checkpoints that fill, then the others', () => {
    const infos = server(
      ['anime.safetensors', 'sd-inpainting.safetensors', 'flux1-fill.safetensors'],
      'INPAINT_LoadInpaintModel',
      'INPAINT_InpaintWithModel',
      'LamaRemover',
    );
    expect(choicesOf(infos)).toEqual([
      'model:big-lama.pt',
      'node:LamaRemover',
      'checkpoint:sd-inpainting.safetensors',
      'checkpoint:flux1-fill.safetensors',
      'checkpoint:anime.safetensors',
    ]);
  });

  it('cannot run where there is nothing to fill with', () => {
    const infos = server([]);
    const fields = removeObject.fields(infos);
    expect(choicesOf(infos)).toEqual([]);
    expect(isFilled(fields, fillValues(fields, {}))).toBe(false);
  });

  it('fills with LaMa of the inpaint nodes, all of what the result covers', () => {
    const infos = server([], 'INPAINT_LoadInpaintModel', 'INPAINT_InpaintWithModel');
    const graph = graphOf(infos, { seed: 7 });
    const { inputs } = only(graph, 'INPAINT_InpaintWithModel');
    expect(inputs['seed']).toBe(7);
    expect(graph[(inputs['mask'] as [string, number])[0]]).toMatchObject({
      class_type: 'ThresholdMask',
      inputs: { value: 0 },
    });
    expect(only(graph, 'INPAINT_LoadInpaintModel').inputs).toEqual({ model_name: 'big-lama.pt' });
    expect(only(graph, 'ImageCompositeMasked').inputs).toMatchObject({ x: AREA.x, y: AREA.y });
  });

  it('fills in what a LaMa node asks for as its pack has it', () => {
    const { inputs } = only(graphOf(server([], 'LamaRemover')), 'LamaRemover');
    expect(inputs).toMatchObject({ mask_threshold: 250, gaussblur_radius: 8, invert_mask: false });
    expect(inputs['images']).toEqual([expect.any(String), 0]);
    expect(inputs['masks']).toEqual([expect.any(String), 0]);
  });

  it('makes the place anew with a checkpoint, beyond what is painted by as much as the result reaches', () => {
    const graph = graphOf(server(['sd-inpainting.safetensors']));
    expect(only(graph, 'KSampler').inputs).toMatchObject({ denoise: 1 });
    const words = Object.values(graph).filter(({ class_type }) => class_type === 'CLIPTextEncode');
    expect(words.map(({ inputs }) => inputs['text'])).toEqual(['', '']);
    const grown = Object.values(graph)
      .filter(({ class_type }) => class_type === 'GrowMask')
      .reduce((sum, { inputs }) => sum + Number(inputs['expand']), 0);
    // Once by 6 for the result, once by 9 for the model.
    expect(grown).toBe(15);
  });
});
