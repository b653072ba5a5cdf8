import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../comfy/graph';
import { inpaintCheckpoint } from './inpaint-checkpoint';
import { fillValues, recipeInput, type RecipeInput } from './recipe';
import { REFINE, refineCheckpoint, refineWith } from './refine';
import { sameSetup } from './surgery/same-setup';
import { checkpointGraph } from './surgery/fixtures/small-graphs';
import { smallServer } from './surgery/fixtures/small-server';

const source = { kind: 'masked', ref: { filename: 'm.png', subfolder: '', type: 'input' } } as const;
const area = { x: 10, y: 20, width: 400, height: 304 };

function graphOf(values: Record<string, string> = {}, more: Partial<RecipeInput> = { area }): ApiGraph {
  const infos = smallServer();
  const filled = fillValues(refineCheckpoint.fields(infos), values);
  return refineCheckpoint.build(recipeInput(source, { width: 1000, height: 800 }, more), filled, infos);
}

function firstSize(graph: ApiGraph): unknown[] {
  const scaled = Object.values(graph).find(({ class_type }) => class_type === 'ImageScale');
  return [scaled?.inputs['width'], scaled?.inputs['height']];
}

describe('refining', () => {
  it('samples at twice the size, with a third of the strength', () => {
    const graph = graphOf();
    expect(firstSize(graph)).toEqual([800, 608]);
    const sampler = Object.values(graph).find(({ class_type }) => class_type === 'KSampler');
    expect(sampler?.inputs['denoise']).toBe(0.35);
  });

  it('takes the factor from the form, and sends no node what it does not know', () => {
    const graph = graphOf({ 'refine.scale': '3' });
    expect(firstSize(graph)).toEqual([1200, 912]);
    expect(JSON.stringify(graph)).not.toContain('refine.scale');
  });

  it('goes no further than models can follow, and never below the size it has', () => {
    const side = fc.integer({ min: 8, max: 6000 });
    fc.assert(
      fc.property(side, side, fc.constantFrom('1', '1.5', '2', '3', '4'), (width, height, scale) => {
        const infos = smallServer();
        const values = fillValues(refineCheckpoint.fields(infos), { 'refine.scale': scale });
        const input = recipeInput(source, { width, height });
        const graph = refineCheckpoint.build(input, values, infos);
        const [wide = width] = firstSize(graph) as number[];
        const longest = Math.max(width, height);
        expect(wide * (longest / width)).toBeLessThanOrEqual(Math.max(2048, longest) + (8 * longest) / width);
      }),
    );
  });

  it('works with the setup of a picture: its prompt and model stay', () => {
    const infos = smallServer();
    const setup = sameSetup(checkpointGraph(), infos);
    if (!setup.ok) {
      throw new Error('the graph can be used');
    }
    const refine = refineWith(setup.recipe);
    expect(refine.id).toBe(REFINE);
    const fields = refine.fields(infos);
    expect(fields.find(({ key }) => key === 'denoise')).toMatchObject({ preset: 0.35 });
    const own = setup.recipe.fields(infos);
    expect(fields.filter(({ key }) => key !== 'refine.scale' && key !== 'denoise')).toEqual(
      own.filter(({ key }) => key !== 'denoise'),
    );
    const graph = refine.build(
      recipeInput(source, { width: 1000, height: 800 }, { area }),
      fillValues(fields, {}),
      infos,
    );
    expect(firstSize(graph)).toEqual([800, 608]);
  });

  it('leaves the recipe it is made of alone', () => {
    expect(inpaintCheckpoint.fields(smallServer()).find(({ key }) => key === 'denoise')).toMatchObject({
      preset: 0.75,
    });
    expect(refineCheckpoint.supports).toMatchObject({ working: false, extend: false, area: true });
  });
});
