import { describe, expect, it } from 'vitest';
import type { FileRef } from '../../comfy/file-ref';
import { isLink } from '../../comfy/graph';
import { mergeGraph } from './merge-graph';

const result: FileRef = { filename: 'r.png', subfolder: 'Darkroom', type: 'output' };
const masked: FileRef = { filename: 'm.png', subfolder: 'clipspace', type: 'input' };
const image: FileRef = { filename: 'o.png', subfolder: '', type: 'input' };

describe.each([
  ['one file', { kind: 'masked', ref: masked } as const, 'clipspace/m.png [input]', ['1', 1]],
  ['two files', { kind: 'apart', image, mask: masked } as const, 'o.png [input]', ['2', 0]],
])('merging a result with picture and mask in %s', (_name, source, original, mask) => {
  const graph = mergeGraph(source, result);

  it('puts the result over the original inside the mask', () => {
    expect(graph['1']).toEqual({ class_type: 'LoadImage', inputs: { image: original } });
    expect(graph['3']?.inputs).toEqual({ image: 'Darkroom/r.png [output]' });
    expect(graph['4']?.inputs).toMatchObject({ destination: ['1', 0], source: ['3', 0], mask });
  });

  it('links only to nodes it has', () => {
    const links = Object.values(graph).flatMap(({ inputs }) => Object.values(inputs).filter(isLink));
    expect(links.every(([id]) => id in graph)).toBe(true);
  });
});
