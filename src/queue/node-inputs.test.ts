import { expect, it } from 'vitest';
import { inputsOf } from './node-inputs';

it('tells values exactly, and links by the title of the node they come from', () => {
  const graph = {
    a: { class_type: 'CheckpointLoaderSimple', inputs: {}, _meta: { title: 'My model' } },
    s: {
      class_type: 'KSampler',
      inputs: { model: ['a', 0] as [string, number], seed: 18446744073709551615n, sampler_name: 'euler' },
    },
  };
  expect(inputsOf(graph, 's')).toEqual([
    { name: 'seed', value: '18446744073709551615', linked: false },
    { name: 'sampler_name', value: 'euler', linked: false },
    { name: 'model', value: 'My model', linked: true },
  ]);
  expect(inputsOf(graph, 'gone')).toEqual([]);
});
