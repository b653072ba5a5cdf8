import { describe, expect, it } from 'vitest';
import { type ApiGraph, isLink } from '../comfy/graph';
import { cutOut, pasteBack } from './area-graph';
import { GraphBuilder } from './graph-builder';
import { type RecipeSource, recipeInput } from './recipe';

const SIZE = { width: 64, height: 48 };
const ref = (filename: string) => ({ filename, subfolder: '', type: 'input' as const });
const source: RecipeSource = { kind: 'masked', ref: ref('masked.png') };
const paint = { file: ref('paint.png'), box: { x: 5, y: 6, width: 7, height: 8 } };

function build(painted: boolean, extend = false) {
  const builder = new GraphBuilder();
  const input = recipeInput(painted ? { ...source, paint } : source, SIZE, {
    area: { x: 8, y: 8, width: 16, height: 16 },
    ...(extend && { extend: { left: 8, top: 0, right: 0, bottom: 0, overlap: 0 } }),
  });
  const cut = cutOut(builder, input);
  pasteBack(builder, cut, cut.pixels);
  return { cut, graph: builder.graph };
}

/** The files a node's picture is made of, in the order in which they are loaded. */
function filesOf(graph: ApiGraph, id: string): string[] {
  const inputs = Object.entries(graph[id]?.inputs ?? {});
  const own = inputs.flatMap(([name, value]) =>
    name === 'image' && typeof value === 'string' ? [value] : [],
  );
  const links = inputs.flatMap(([, value]) => (isLink(value) ? filesOf(graph, value[0]) : []));
  return [...new Set([...own, ...links])];
}

describe('paint over a picture', () => {
  it.each([false, true])(
    'is where the model starts, and not in what is pasted onto (extended: %s)',
    (extend) => {
      const { cut, graph } = build(true, extend);
      expect(filesOf(graph, cut.pixels[0])).toEqual(
        ['masked.png', 'paint.png'].map((name) => `${name} [input]`),
      );
      expect(filesOf(graph, cut.canvas[0])).toEqual(['masked.png [input]']);
      expect(filesOf(graph, cut.composite[0])).toEqual(['masked.png [input]']);
      const over = Object.values(graph).find(
        ({ class_type, inputs }) => class_type === 'ImageCompositeMasked' && inputs['x'] === 5,
      );
      expect(over?.inputs).toMatchObject({ x: 5, y: 6, resize_source: false });
    },
  );

  it('changes nothing where there is none', () => {
    const { cut, graph } = build(false);
    expect(filesOf(graph, cut.pixels[0])).toEqual(['masked.png [input]']);
    expect(
      Object.values(graph).filter(({ class_type }) => class_type === 'ImageCompositeMasked'),
    ).toHaveLength(1);
  });
});
