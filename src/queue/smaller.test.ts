import { expect, it } from 'vitest';
import type { ApiGraph } from '../comfy/graph';
import { smaller } from './smaller';

const latent = (inputs: object): ApiGraph =>
  ({
    '1': { class_type: 'EmptyLatentImage', inputs },
    '2': { class_type: 'ImageScale', inputs: { width: 2048, height: 2048 } },
  }) as ApiGraph;
const inputsOf = (graph: ApiGraph): unknown => smaller({ graph, pngInfo: {} })?.graph['1']?.inputs;

it('has three quarters of each side, and one picture at a time', () => {
  expect(inputsOf(latent({ width: 1024, height: 1536, batch_size: 4 }))).toEqual({
    width: 768,
    height: 1152,
    batch_size: 1,
  });
});

it('leaves the sizes of other nodes, which have to fit together', () => {
  const less = smaller({ graph: latent({ width: 1024, height: 1024 }), pngInfo: {} });
  expect(less?.graph['2']?.inputs).toEqual({ width: 2048, height: 2048 });
});

it('comes to an end', () => {
  expect(inputsOf(latent({ width: 256, height: 256, batch_size: 1 }))).toBeUndefined();
  expect(inputsOf(latent({ width: 200, height: 320 }))).toEqual({ width: 200, height: 256 });
});

it('is nothing where the size is not written in the graph', () => {
  expect(inputsOf(latent({ width: ['2', 0], height: ['2', 1] }))).toBeUndefined();
});

it('is no run of the sweep any more that it was one of', () => {
  const pngInfo = { darkroom: { recipe: '', sweep: { id: 's' } }, workflow: {} };
  const less = smaller({ graph: latent({ width: 1024, height: 1024 }), pngInfo });
  expect(less?.pngInfo).toEqual({ darkroom: { recipe: '' }, workflow: {} });
});
