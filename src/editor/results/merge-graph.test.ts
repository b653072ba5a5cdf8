import { describe, expect, it } from 'vitest';
import type { FileRef } from '../../comfy/file-ref';
import { type ApiGraph, isLink } from '../../comfy/graph';
import { mergeGraph } from './merge-graph';

const result: FileRef = { filename: 'r.png', subfolder: 'Darkroom', type: 'output' };
const masked: FileRef = { filename: 'm.png', subfolder: 'clipspace', type: 'input' };
const image: FileRef = { filename: 'o.png', subfolder: '', type: 'input' };
const size = { width: 30, height: 20 };

/** The node that a link of another leads to. */
function behind(graph: ApiGraph, link: unknown): ApiGraph[string] {
  return graph[(link as [string, number])[0]] as ApiGraph[string];
}

function only(graph: ApiGraph, className: string): ApiGraph[string] {
  const found = Object.values(graph).filter(({ class_type }) => class_type === className);
  expect(found).toHaveLength(1);
  return found[0] as ApiGraph[string];
}

const SOURCES = [
  ['one file', { kind: 'masked', ref: masked } as const, 'clipspace/m.png [input]', 'LoadImage'],
  ['two files', { kind: 'apart', image, mask: masked } as const, 'o.png [input]', 'LoadImageMask'],
] as const;

describe.each(SOURCES)('merging a result with picture and mask in %s', (_name, source, original, mask) => {
  it('puts the result over the original inside the mask', () => {
    const graph = mergeGraph(source, result, size);
    const { inputs } = only(graph, 'ImageCompositeMasked');
    expect(behind(graph, inputs['destination'])).toEqual({
      class_type: 'LoadImage',
      inputs: { image: original },
    });
    expect(behind(graph, inputs['source']).inputs).toEqual({ image: 'Darkroom/r.png [output]' });
    expect(behind(graph, inputs['mask'])).toMatchObject({
      class_type: mask,
      inputs: { image: 'clipspace/m.png [input]' },
    });
    expect(inputs['mask']).toEqual([expect.any(String), mask === 'LoadImage' ? 1 : 0]);
  });

  it('links only to nodes it has, with transparency too', () => {
    for (const graph of [
      mergeGraph(source, result, size),
      mergeGraph({ ...source, alpha: image }, result, size),
    ]) {
      const links = Object.values(graph).flatMap(({ inputs }) => Object.values(inputs).filter(isLink));
      expect(links.every(([id]) => id in graph)).toBe(true);
    }
  });

  it('saves transparency only where the original has some', () => {
    expect(
      behind(
        mergeGraph(source, result, size),
        only(mergeGraph(source, result, size), 'SaveImage').inputs['images'],
      ).class_type,
    ).toBe('ImageCompositeMasked');
    const graph = mergeGraph({ ...source, alpha: image }, result, size);
    expect(behind(graph, only(graph, 'SaveImage').inputs['images']).class_type).toBe('JoinImageWithAlpha');
  });
});
