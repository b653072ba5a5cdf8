import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../comfy/graph';
import { graphName } from './graph-name';

const graph = (prefix: string): ApiGraph => ({
  '1': { class_type: 'LoadImage', inputs: { image: 'a.png' } },
  '2': { class_type: 'ImageInvert', inputs: { image: ['1', 0] }, _meta: { title: 'Invert the picture' } },
  '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: prefix } },
  '4': { class_type: 'PreviewImage', inputs: { images: ['1', 0] } },
});

describe('the name of a graph', () => {
  it('is that of its workflow', () => {
    const pngInfo = { workflow: { name: ' Portraits ' } };
    expect(graphName({ graph: graph('fox'), pngInfo })).toBe('Portraits');
  });

  it('is what its files are to be called', () => {
    expect(graphName({ graph: graph('animals/fox'), pngInfo: {} })).toBe('animals/fox');
  });

  it.each(['ComfyUI', 'folder/ComfyUI', ''])(
    'is the node before the last one of most when files are called “%s”',
    (prefix) => {
      expect(graphName({ graph: graph(prefix), pngInfo: {} })).toBe('Invert the picture');
    },
  );

  it('is the class of a node that has no title', () => {
    expect(graphName({ graph: { '7': { class_type: 'Odd', inputs: {} } }, pngInfo: {} })).toBe('Odd');
  });

  it('is nobody’s guess without nodes', () => {
    expect(graphName({ graph: {}, pngInfo: { workflow: null } })).toBeNull();
  });
});
